import { portNumber, readFlags, wholeNumber } from '../../scripts/read-flags';
import { createBackend, type Backend } from './backend';
import { appsBySource } from './demo-apps';

const HELP = `tsx examples/backend/main.ts      the example backend, until Ctrl-C; each flag also as an environment variable
  --port 8787                     where it listens, on this machine alone; 0: anywhere (BACKEND_PORT)
  --db .run/backend.db            the SQLite file (BACKEND_DB)
  --wechat http://127.0.0.1:8788  WeChat's server (WECHAT_URL)
  --ttl 7200                      the lifetime of a login, in seconds (SESSION_TTL)
  --debug                         with the routes that tests and demos need (BACKEND_DEBUG=1)`;

/** Ten years, in seconds: the end stays a moment that every clock can tell. */
const LONGEST_TTL = 10 * 366 * 86_400;

const { env } = process;
const values = readFlags(HELP, {
  port: { type: 'string', default: env.BACKEND_PORT ?? '8787' },
  db: { type: 'string', default: env.BACKEND_DB ?? '.run/backend.db' },
  wechat: { type: 'string', default: env.WECHAT_URL ?? 'http://127.0.0.1:8788' },
  ttl: { type: 'string', default: env.SESSION_TTL ?? '7200' },
  debug: { type: 'boolean', default: env.BACKEND_DEBUG === '1' },
});

async function start(): Promise<void> {
  const port = portNumber(HELP, values.port);
  const ttl = wholeNumber(HELP, 'ttl', values.ttl, 1, LONGEST_TTL);
  const { db, wechat, debug } = values;
  const backend = createBackend({ apps: appsBySource, db, wechat, ttl, debug, log: console.error });
  stopOnSignal(backend);
  try {
    console.log(`backend listening on ${await backend.listen(port)}`);
  } catch (error) {
    await backend.close();
    throw error;
  }
}

function stopOnSignal(backend: Backend): void {
  const stop = () =>
    void backend.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  // A terminal and a parent process may both pass a signal on: repeats join the closing that is under way.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

start().catch((error: unknown) => {
  console.error(`backend cannot start: ${error instanceof Error ? error.message : 'unknown error'}`);
  process.exit(1);
});
