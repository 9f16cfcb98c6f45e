// The walkthrough: real servers, the packed library in an app service, nine scenes, and what was counted.
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BackendProcess } from './backend-process';
import { isRight, type Result } from './counting';
import { LiveTimeline } from './live-timeline';
import { messageOf } from './message-of';
import { paintFor } from './paint';
import { play } from './play';
import { scenes } from './scenes/index';
import { startServer, stopServers } from './server-process';
import { LEGEND } from './session-line';
import type { Requisites } from './stage';
import { formatDifferences, formatSummary, formatTable } from './table';
import { formatHeading } from './timeline';
import { Workshop } from './workshop';

const workshop = new Workshop();
const paint = paintFor(process.stdout, process.env);
let exitCode: number | undefined;
let stopping = false;

const print = (line = '') => {
  if (!stopping) console.log(line);
};

async function prepare(): Promise<Requisites> {
  const startBoth = async () => {
    const wechat = await startServer('examples/wechat-server/main.ts', ['--port', '0']);
    const backend = new BackendProcess(['--db', workshop.database, '--wechat', wechat.url]);
    await backend.start();
    return { wechatUrl: wechat.url, backend };
  };
  const [servers] = await Promise.all([startBoth(), workshop.pack()]);
  return { ...servers, workshop, timeline: new LiveTimeline(print, paint) };
}

function introduce({ wechatUrl, backend }: Requisites): void {
  print(`${paint('dim', 'wechat    ')}${wechatUrl}`);
  print(`${paint('dim', 'backend   ')}${backend.url}`);
  print(`${paint('dim', 'library   ')}packed as "build npm" does, with wx, timers and console alone`);
  print(`${paint('dim', 'session$  ')}${LEGEND}`);
}

async function walk(): Promise<void> {
  print(`\n${paint('bold', 'rx-weapp-session, a walkthrough')}\n`);
  const requisites = await prepare();
  introduce(requisites);

  const results: Result[] = [];
  for (const [index, scene] of scenes.entries()) {
    print(`\n${formatHeading(index + 1, scene.title, scene.says, paint)}`);
    results.push(await play(scene, requisites));
  }

  print(`\n${formatTable(results, paint)}`);
  print(paint('dim', 'exchanges and requests: as they reached the backend; 2+: two or more'));
  const differences = formatDifferences(results, paint);
  if (differences) print(`\n${differences}`);
  print(`\n${formatSummary(results, paint)}`);
  exitCode = results.every(isRight) ? 0 : 1;
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await stopServers();
  await workshop.settled();
  process.exit(code);
}

async function fail(error: unknown): Promise<void> {
  // What failed may be a child process that a Ctrl-C ended, which this process is yet to hear of.
  await wait(50);
  if (!stopping) console.error(workshop.clean(messageOf(error)));
  await stop(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { serve: { type: 'boolean', default: false } } });
  await walk();
  if (!values.serve) return stop(exitCode ?? 1);
  print('\nThe servers stay up; Ctrl-C stops them.');
}

process.on('uncaughtException', (error) => void fail(error));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop(exitCode ?? 128 + constants.signals[signal]));
}
main().catch(fail);
