import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { packageRoot } from './package-root';

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const START_LIMIT = 20_000;
const STOP_LIMIT = 5_000;
const KEPT_LINES = 8;

const running = new Map<ChildProcess, () => Promise<void>>();
let closed = false;

// Whatever ends this process takes the servers with it.
process.on('exit', () => [...running.keys()].forEach((child) => child.kill('SIGKILL')));

/** Stops every server, the last one started first, and starts no more. */
export async function stopServers(): Promise<void> {
  closed = true;
  for (const stop of [...running.values()].reverse()) await stop();
}

/**
 * Starts a server of the examples, and waits until it says where it listens.
 *
 * @param onLog - told each line of its log, the last one before it counts as stopped
 */
export async function startServer(
  script: string,
  flags: readonly string[],
  onLog: (line: string) => void = () => undefined,
): Promise<ServerProcess> {
  if (closed) throw new Error(`${script} is not started any more`);
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...flags], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').finally(() => running.delete(child));
  const stop = async () => {
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    await ended.finally(() => clearTimeout(limit));
  };
  running.set(child, stop);

  const lastWords: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    onLog(line);
    lastWords.push(line);
    if (lastWords.length > KEPT_LINES) lastWords.shift();
  });

  const firstLine = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    ended.then(() => undefined),
    wait(START_LIMIT, undefined, { ref: false }),
  ]);
  const url = firstLine?.match(/http:\/\/\S+/)?.[0];
  if (url === undefined || child.pid === undefined) {
    if (running.has(child)) await stop();
    throw new Error(`${script} did not start: ${lastWords.join('\n') || 'it said nothing'}`);
  }
  return { url, pid: child.pid, stop };
}
