import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import {
  createSession,
  downloadFile,
  downloadFileWithLogin,
  httpBackend,
  uploadFile,
  uploadFileWithLogin,
  weapp,
} from 'rx-weapp-session';
import type { LoginOptions, Session, SessionConfig } from 'rx-weapp-session';
import { createWx } from '../examples/app-service/wx';
import { apps, startServers, type Harness } from './servers/harness';
import { newCodes } from './support/new-codes';
import { errorOf, watched } from './support/watched';

jest.setTimeout(30_000);

const BASE = 'https://api.example.com';

interface Sent {
  readonly api: string;
  readonly url: string;
  readonly header?: Record<string, string>;
  readonly formData?: Record<string, unknown>;
  readonly [field: string]: unknown;
  success(result: object): void;
  fail(result: object): void;
}

/** An app that is logged in with `A`; what its transfers were given, and their tasks. */
function app(config: Partial<SessionConfig> = {}, stored = 'A') {
  const sent: Sent[] = [];
  const aborted: string[] = [];
  const progress: ((told: object) => void)[] = [];
  const transfer = (api: string) => (options: Sent) => {
    sent.push({ ...options, api });
    return {
      abort: () => aborted.push(api),
      onProgressUpdate: (listener: (told: object) => void) => progress.push(listener),
    };
  };
  let tokens = 0;
  const wx = {
    login: newCodes(),
    uploadFile: transfer('uploadFile'),
    downloadFile: transfer('downloadFile'),
  };
  const record = {
    version: 1 as const,
    source: 'shop',
    credential: { token: stored },
    receivedAt: Date.now(),
  };
  const session = createSession({
    source: 'shop',
    baseUrl: BASE,
    backend: {
      silentLogin: () => [{ credential: { token: 'BCDE'[tokens++] } }],
      login: () => [],
    },
    platform: weapp(wx),
    store: stored ? { read: () => record, write: () => undefined, remove: () => undefined } : null,
    ...config,
  });
  return { session, sent, aborted, progress };
}

const FILE = { url: '/avatar', filePath: 'wxfile://a.png', name: 'file' };
const tokenOf = ({ header }: Sent) => header?.Authorization;

type Send = (
  session: Session,
  options: { url: string; loginOptions?: LoginOptions },
) => ReturnType<typeof uploadFile>;
const ALL: [string, Send][] = [
  ['uploadFile', (session, options) => uploadFile(session, { ...FILE, ...options })],
  ['uploadFileWithLogin', (session, options) => uploadFileWithLogin(session, { ...FILE, ...options })],
  ['downloadFile', (session, options) => downloadFile(session, options) as ReturnType<typeof uploadFile>],
  [
    'downloadFileWithLogin',
    (session, options) => downloadFileWithLogin(session, options) as ReturnType<typeof uploadFile>,
  ],
];

describe.each(ALL)('%s, as sessionRequest and requestWithLogin', (name, send) => {
  const withLogin = name.endsWith('WithLogin');
  const api = name.replace('WithLogin', '');

  test('R1: a relative url is resolved, the credential attached, for a trusted origin alone', () => {
    const { session, sent } = app();
    watched(send(session, { url: '/avatar' }));
    expect([sent[0].api, sent[0].url, tokenOf(sent[0])]).toEqual([api, `${BASE}/avatar`, 'Bearer A']);
    const other = { url: 'https://elsewhere.example.com/avatar', loginOptions: { mode: 'silent' } as const };
    watched(send(session, withLogin ? other : { url: other.url }));
    expect(tokenOf(sent[1])).toBeUndefined();
  });

  test('R1, R3: config-invalid where nothing may be sent', () => {
    const { session, sent } = app();
    if (withLogin) {
      const error = errorOf(send(session, { url: 'https://elsewhere.example.com/' }));
      expect(error).toMatchObject({ code: 'config-invalid' });
    }
    const bare = app({ baseUrl: undefined });
    expect(errorOf(send(bare.session, { url: '/avatar' }))).toMatchObject({
      code: 'config-invalid',
    });
    expect([...sent, ...bare.sent]).toEqual([]);
  });

  test('R2: any status is a value with a header; a platform failure is request-failed', () => {
    const { session, sent } = app();
    const log = watched(send(session, { url: '/avatar' }));
    sent[0].success({ statusCode: 500, data: 'oops', errMsg: `${api}:ok` });
    expect(log.values).toEqual([expect.objectContaining({ statusCode: 500, header: {} })]);
    const failed = watched(send(session, { url: '/avatar' }));
    const cause = { errMsg: `${api}:fail timeout`, errno: 5 };
    sent[1].fail(cause);
    expect(failed.errors).toEqual([expect.objectContaining({ code: 'request-failed' })]);
    expect((failed.errors[0] as Error).cause).toBe(cause);
  });

  test('unsubscribing aborts it once; a settled one is not aborted', () => {
    const { session, sent, aborted } = app();
    const log = watched(send(session, { url: '/avatar' }));
    log.stop();
    expect(aborted).toEqual([api]);
    watched(send(session, { url: '/avatar' }));
    sent[1].success({ statusCode: 200, data: '' });
    expect(aborted).toHaveLength(1);
  });

  test('nothing of the library’s own reaches the platform', () => {
    const { session, sent } = app();
    const loginOptions = Object.freeze({});
    watched(send(session, Object.freeze({ url: '/avatar', ...(withLogin && { loginOptions }) })));
    const known = ['api', 'url', 'header', 'success', 'fail', 'filePath', 'name'];
    expect(Object.keys(sent[0]).filter((key) => !known.includes(key))).toEqual([]);
  });

  if (withLogin) {
    test('logs in first; an expired outcome is retried once, under the new credential', () => {
      const { session, sent } = app({}, '');
      const log = watched(send(session, { url: '/avatar' }));
      expect(sent.map(tokenOf)).toEqual(['Bearer B']);
      sent[0].success({ statusCode: 401, data: '' });
      expect(sent.map(tokenOf)).toEqual(['Bearer B', 'Bearer C']);
      sent[1].success({ statusCode: 200, data: 'done' });
      expect(log.values).toHaveLength(1);
      expect(log.completed).toBe(true);
    });
  }
});

describe('uploadFile', () => {
  test('its text is parsed where it is JSON, before the expiry predicate sees it', () => {
    const seen: unknown[] = [];
    const { session, sent } = app({
      isExpired: (outcome) => {
        const { data } = outcome as { data: { code?: number } };
        seen.push(data);
        return data.code === 40100;
      },
    });
    const log = watched(uploadFileWithLogin(session, FILE));
    sent[0].success({ statusCode: 200, data: '{"code":40100}' });
    sent[1].success({ statusCode: 200, data: '{"code":0,"url":"/a.png"}' });
    expect(seen).toEqual([{ code: 40100 }, { code: 0, url: '/a.png' }]);
    expect(sent.map(tokenOf)).toEqual(['Bearer A', 'Bearer B']);
    expect(log.values).toEqual([{ statusCode: 200, header: {}, data: { code: 0, url: '/a.png' } }]);
  });

  test.each(['', '<html>', '{"half":'])('text that is no JSON stays text: %j', (data) => {
    const { session, sent } = app();
    const log = watched(uploadFile(session, FILE));
    sent[0].success({ statusCode: 200, data });
    expect(log.values).toEqual([{ statusCode: 200, header: {}, data }]);
  });

  test('E8: attach is given the form as data, and what it puts there is a form field', () => {
    const methods: unknown[] = [];
    const { session, sent } = app({
      attach: (options, { token }) => {
        methods.push(options.method);
        return { ...options, data: { ...(options.data as object), token } };
      },
    });
    const formData = Object.freeze({ album: 1 });
    watched(uploadFile(session, { ...FILE, formData }));
    expect(sent[0].formData).toEqual({ album: 1, token: 'A' });
    // What it signs is what wx.uploadFile sends.
    expect(methods).toEqual(['POST']);
    expect([sent[0].data, sent[0].method]).toEqual([undefined, undefined]);
    expect(formData).toEqual({ album: 1 });
  });

  test('progress is told as it comes, not after the end, and again at a retry', () => {
    const { session, sent, progress } = app();
    const told: number[] = [];
    watched(uploadFileWithLogin(session, { ...FILE, onProgress: (each) => told.push(each.progress) }));
    progress[0]({ progress: 50 });
    sent[0].success({ statusCode: 401, data: '' });
    progress[0]({ progress: 99 });
    progress[1]({ progress: 10 });
    sent[1].success({ statusCode: 200, data: '' });
    progress[1]({ progress: 100 });
    expect(told).toEqual([50, 10]);
    expect(sent[0]).not.toHaveProperty('onProgress');
  });

  test.each([
    ['a task that tells no progress', () => ({ abort: () => undefined })],
    ['no task', () => undefined],
    ['an answer within the call', ({ success }: Sent) => success({ statusCode: 200, data: '' })],
  ])('works with %s', (_, upload) => {
    const { session } = app({ platform: weapp({ uploadFile: upload }) });
    expect(watched(uploadFile(session, { ...FILE, onProgress: () => undefined })).errors).toEqual([]);
  });
});

describe('downloadFile', () => {
  test('gives where the file lies', () => {
    const { session, sent } = app();
    const log = watched(downloadFile(session, { url: '/a.pdf', filePath: 'wxfile://usr/a.pdf' }));
    expect(sent[0].filePath).toBe('wxfile://usr/a.pdf');
    sent[0].success({ statusCode: 200, filePath: 'wxfile://usr/a.pdf' });
    expect(log.values).toEqual([{ statusCode: 200, header: {}, filePath: 'wxfile://usr/a.pdf' }]);
  });

  test.each([
    ['/a.pdf', '/a.pdf?token=A%26'],
    ['/a.pdf?page=1', '/a.pdf?page=1&token=A%26'],
    ['/a.pdf#page=2', '/a.pdf?token=A%26'],
    ['/a.pdf?page=1#page=2', '/a.pdf?page=1&token=A%26'],
  ])('E8: what attach puts into data is in the query, there is no body: %s', (url, expected) => {
    const { session, sent } = app(
      { attach: (options, { token }) => ({ ...options, data: { token } }) },
      'A&',
    );
    watched(downloadFile(session, { url }));
    expect(sent[0].url).toBe(BASE + expected);
    expect(sent[0]).not.toHaveProperty('data');
  });

  test('tells its progress', () => {
    const { session, progress } = app();
    const told: number[] = [];
    watched(
      downloadFile(session, {
        url: '/a.pdf',
        onProgress: ({ totalBytesWritten }) => told.push(totalBytesWritten),
      }),
    );
    progress[0]({ progress: 50, totalBytesWritten: 512, totalBytesExpectedToWrite: 1024 });
    expect(told).toEqual([512]);
  });
});

describe('against the example backend', () => {
  let servers: Harness;
  let folder: string;
  beforeAll(async () => {
    servers = await startServers();
    folder = mkdtempSync(join(tmpdir(), 'transfers-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await servers.close();
  });

  test('an avatar goes up and comes down, over an expiry each time', async () => {
    const picture = join(folder, 'avatar.png');
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2, 3]);
    writeFileSync(picture, bytes);
    const { wx, phone } = createWx({
      wechatUrl: servers.wechat.url,
      appid: apps.news.appid,
      user: 'transfers',
    });
    const platform = weapp(wx);
    const { url: baseUrl } = servers.backend;
    const session = createSession({
      source: 'news',
      baseUrl,
      platform,
      store: null,
      backend: httpBackend({ baseUrl, platform }),
    });

    const told: number[] = [];
    const upload = uploadFileWithLogin<{ url: string; size: number }>(session, {
      url: '/api/avatar',
      filePath: picture,
      name: 'file',
      onProgress: ({ progress }) => told.push(progress),
    });
    expect(await firstValueFrom(upload)).toMatchObject({ statusCode: 200, data: { size: bytes.length } });
    expect(told).toEqual([100]);

    servers.clock.advance(48 * 3600_000);
    expect((await firstValueFrom(upload)).statusCode).toBe(200);
    expect(phone.calls.login).toBe(2);

    servers.clock.advance(48 * 3600_000);
    const target = join(folder, 'copy.png');
    const download = downloadFileWithLogin(session, { url: '/api/avatar', filePath: target });
    expect(await firstValueFrom(download)).toMatchObject({ statusCode: 200, filePath: target });
    expect(phone.calls.login).toBe(3);
    expect(readFileSync(target)).toEqual(bytes);
    session.dispose();
  });

  test.each([
    ['no picture', 'a.txt', 'file', 400],
    ['another field', 'a.png', 'other', 400],
    ['too large', 'large.png', 'file', 413],
  ])('the backend refuses %s', async (_, file, name, status) => {
    const filePath = join(folder, file);
    writeFileSync(filePath, Buffer.alloc(file.startsWith('large') ? 600 * 1024 : 10));
    const form = new FormData();
    const type = file.endsWith('.png') ? 'image/png' : 'text/plain';
    form.append(name, new Blob([new Uint8Array(readFileSync(filePath))], { type }), file);
    const authorization = `Bearer ${await servers.token(file)}`;
    const url = `${servers.backend.url}/api/avatar`;
    const response = await fetch(url, { method: 'POST', headers: { authorization }, body: form });
    expect(response.status).toBe(status);
    expect((await fetch(url, { headers: { authorization } })).status).toBe(404);
  });

  test('a body that is no form, and nobody’s avatar', async () => {
    const authorization = `Bearer ${await servers.token('nobody')}`;
    const url = `${servers.backend.url}/api/avatar`;
    const send = (type: string) =>
      fetch(url, { method: 'POST', headers: { authorization, 'content-type': type }, body: '{}' });
    expect((await send('application/json')).status).toBe(415);
    expect((await send('multipart/form-data; boundary=x')).status).toBe(400);
    expect((await fetch(url)).status).toBe(401);
    const strangers = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '',
    });
    expect(strangers.status).toBe(401);
  });
});
