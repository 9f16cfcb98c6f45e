import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { demoApps } from '../../examples/wechat-server/demo-apps';
import { createWechatServer, type WechatServer } from '../../examples/wechat-server/wechat-server';
import { get, post } from './harness';

const root = resolve(__dirname, '../..');
const demoSecrets = Object.values(demoApps).map(({ appid, secret }) => [appid, secret]);

interface Running {
  readonly process: ChildProcess;
  readonly line: string;
  readonly url: string;
}

let wechat: WechatServer;
let folder: string;
let db: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rx-weapp-session-'));
  db = join(folder, 'data', 'backend.db');
  wechat = createWechatServer({ apps: Object.fromEntries(demoSecrets) });
  await wechat.listen();
});

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await wechat.close();
  rmSync(folder, { recursive: true });
});

function launch(script: string, ...flags: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', script, '--port', '0', ...flags], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return child;
}

const backendProcess = () =>
  launch('examples/backend/main.ts', '--db', db, '--wechat', wechat.url, '--debug');

async function firstLine(stream: NodeJS.ReadableStream | null): Promise<string> {
  if (!stream) throw new Error('the process has no such stream');
  const [line] = (await once(createInterface(stream), 'line')) as [string];
  return line;
}

async function listening(child: ChildProcess): Promise<Running> {
  const line = await firstLine(child.stdout);
  // Unread, the log would fill its pipe and stop the process.
  child.stderr?.resume();
  return { process: child, line, url: line.slice(line.indexOf('http')) };
}

const ended = async (child: ChildProcess): Promise<unknown[]> =>
  child.exitCode === null && child.signalCode === null
    ? once(child, 'exit')
    : [child.exitCode, child.signalCode];

async function logIn(url: string): Promise<string> {
  const query = new URLSearchParams({ appid: demoApps.news.appid, user: 'ming' });
  const { code } = (await get(`${wechat.url}/__wx/login?${query.toString()}`)).body;
  return (await post(`${url}/session/silent`, { source: 'news', code })).body.credential?.token ?? '';
}

test('the backend keeps its data through SIGTERM and SIGKILL', async () => {
  const first = await listening(backendProcess());
  expect(first.line).toMatch(/^backend listening on http:\/\/127\.0\.0\.1:\d+$/);
  const token = await logIn(first.url);

  // SIGTERM in the middle of a request: the request is finished, then the process ends.
  await post(`${first.url}/debug/delay`, { endpoint: '/api/comments', ms: 400, times: 1 });
  const inFlight = post(`${first.url}/api/comments`, { text: 'sent before SIGTERM' }, token);
  await new Promise((done) => setTimeout(done, 150));
  first.process.kill('SIGTERM');
  first.process.kill('SIGINT');
  expect((await inFlight).status).toBe(201);
  expect(await ended(first.process)).toEqual([0, null]);
  expect(existsSync(`${db}.lock`)).toBe(false);
  expect(existsSync(`${db}.owner`)).toBe(false);

  // A restart keeps sessions and comments.
  const second = await listening(backendProcess());
  const comments = async (url: string) => (await get(`${url}/api/comments`, token)).body.items;
  expect(await comments(second.url)).toMatchObject([{ text: 'sent before SIGTERM' }]);

  // No second process may open the database meanwhile.
  const intruder = backendProcess();
  expect(await firstLine(intruder.stderr)).toContain(`in use by process ${second.process.pid}`);
  expect(await ended(intruder)).toEqual([1, null]);

  // SIGKILL leaves the lock behind; the next start sees that its owner is dead, and every answered write is there.
  expect((await post(`${second.url}/api/comments`, { text: 'sent before SIGKILL' }, token)).status).toBe(201);
  second.process.kill('SIGKILL');
  expect(await ended(second.process)).toEqual([null, 'SIGKILL']);
  expect(existsSync(`${db}.lock`)).toBe(true);
  const third = await listening(backendProcess());
  expect(await comments(third.url)).toMatchObject([
    { text: 'sent before SIGTERM' },
    { text: 'sent before SIGKILL' },
  ]);
  third.process.kill('SIGINT');
  expect(await ended(third.process)).toEqual([0, null]);
}, 30_000);

test('flags that make no sense end the backend with a message', async () => {
  const child = launch('examples/backend/main.ts', '--db', join(folder, 'other.db'), '--ttl', 'soon');
  expect(await firstLine(child.stderr)).toBe('--ttl must be a whole number, from 1 to 316224000, not "soon"');
  expect(await ended(child)).toEqual([1, null]);
}, 30_000);

test('the WeChat stand-in runs as a process of its own', async () => {
  const running = await listening(launch('examples/wechat-server/main.ts'));
  expect(running.line).toMatch(/^wechat-server listening on http:\/\/127\.0\.0\.1:\d+$/);
  expect((await get(`${running.url}/__control/calls`)).body).toEqual({});
  running.process.kill('SIGTERM');
  expect(await ended(running.process)).toEqual([0, null]);
}, 30_000);
