// npm start: the simulator, on loopback, until Ctrl-C.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startSimulator, type Simulator } from './simulator';

const PORT = '4173';

let simulator: Promise<Simulator> | undefined;
let stopping = false;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      open: { type: 'boolean', default: false },
      port: { type: 'string', default: PORT },
      // The servers stay up in any case; the walkthrough knows this flag as well.
      serve: { type: 'boolean', default: false },
    },
  });
  simulator = startSimulator({ port: Number(values.port), log: (line) => console.log(line) });
  const { url } = await simulator;
  if (stopping) return;
  console.log(`\n  The mini-program runs at  ${url}/\n\n  Ctrl-C stops it.`);
  if (values.open) openBrowser(url);
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

function openBrowser(url: string): void {
  const [command, ...given] = OPENERS[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...given, url], { stdio: 'ignore', detached: true });
  opener.on('error', () => console.log(`  ${command} is not here: open the address yourself.`));
  opener.unref();
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await simulator?.then(({ close }) => close()).catch(() => undefined);
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop(signal === 'SIGINT' ? 0 : 128 + constants.signals[signal]));

main().catch(async (error: unknown) => {
  // What failed may be a child process that a Ctrl-C ended: the signal reaches this process at the same time.
  await wait(50);
  if (!stopping) console.error(error instanceof Error ? error.message : 'the simulator cannot start');
  void stop(1);
});
