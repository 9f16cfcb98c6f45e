import { parseArgs } from 'node:util';
import { createBackend, type Backend } from './backend';
import { appsBySource } from './demo-apps';

const { env } = process;
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: env.BACKEND_PORT ?? '8787' },
    db: { type: 'string', default: env.BACKEND_DB ?? '.run/backend.db' },
    wechat: { type: 'string', default: env.WECHAT_URL ?? 'http://127.0.0.1:8788' },
    ttl: { type: 'string', default: env.SESSION_TTL ?? '7200' },
    debug: { type: 'boolean', default: env.BACKEND_DEBUG === '1' },
  },
});

function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
  return value;
}

async function start(): Promise<void> {
  const ttl = wholeNumber(values.ttl, 'ttl');
  if (ttl === 0) throw new Error('--ttl must be more than 0');
  const { db, wechat, debug } = values;
  const backend = createBackend({ apps: appsBySource, db, wechat, ttl, debug, log: console.error });
  stopOnSignal(backend);
  console.log(`backend listening on ${await backend.listen(wholeNumber(values.port, 'port'))}`);
}

function stopOnSignal(backend: Backend): void {
  const stop = () =>
    void backend.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  // A terminal and a parent process may both pass a signal on: repeats join the closing that is under way.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

start().catch((error: unknown) => {
  console.error(`backend cannot start: ${error instanceof Error ? error.message : 'unknown error'}`);
  process.exit(1);
});
