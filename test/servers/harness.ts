import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend, type App, type Backend, type BackendOptions } from '../../examples/backend/backend';
import { createWechatServer, type WechatServer } from '../../examples/wechat-server/wechat-server';

const secret = 'not-a-real-appsecret-0123456789ab';

export const apps = {
  shop: { appid: 'wx0000000000000001', secret, authorize: 'phoneNumber' },
  club: { appid: 'wx0000000000000002', secret, authorize: 'phoneNumber', then: 'avatarNickname' },
  forum: { appid: 'wx0000000000000003', secret, authorize: 'userInfo' },
  news: { appid: 'wx0000000000000004', secret, authorize: 'none' },
} satisfies Record<string, App>;

export type Source = keyof typeof apps;

// Every field that any answer may hold: a test reads what it expects and sees undefined otherwise.
export interface AnswerBody {
  readonly credential?: { readonly token: string; readonly expiresIn: number; readonly userId: string };
  readonly authorize?: { readonly method: string; readonly ticket: string };
  readonly guest?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly errcode?: number;
  readonly [field: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: AnswerBody;
}

type Fetch = NonNullable<Parameters<typeof fetch>[1]>;

async function call(url: string, init: Fetch): Promise<Answer> {
  const reply = await fetch(url, init);
  const text = await reply.text();
  const body = (text === '' ? {} : JSON.parse(text)) as AnswerBody;
  return { status: reply.status, headers: reply.headers, text, body };
}

const bearer = (token?: string): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

export const post = (url: string, body: unknown, token?: string): Promise<Answer> =>
  call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(token) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export const get = (url: string, token?: string): Promise<Answer> => call(url, { headers: bearer(token) });

export interface Encrypted {
  readonly encryptedData: string;
  readonly iv: string;
}

export interface UserInfo extends Encrypted {
  readonly rawData: string;
  readonly signature: string;
}

// A user's phone, as far as the mini-program of one source can see it.
export function phoneOf(wechatUrl: string, source: Source, user: string) {
  const ask = async (api: string): Promise<unknown> => {
    const query = new URLSearchParams({ appid: apps[source].appid, user });
    return (await get(`${wechatUrl}/__wx/${api}?${query.toString()}`)).body;
  };
  return {
    login: async () => ((await ask('login')) as { code: string }).code,
    checkSession: async () => ((await ask('checkSession')) as { ok: boolean }).ok,
    phone: async () => (await ask('phone')) as Encrypted & { code: string },
    userInfo: async () => (await ask('userinfo')) as UserInfo,
  };
}

export interface Clock {
  now: () => number;
  advance(ms: number): void;
}

function movableClock(): Clock {
  let ahead = 0;
  return { now: () => Date.now() + ahead, advance: (ms) => void (ahead += ms) };
}

export interface Harness {
  readonly wechat: WechatServer;
  readonly backend: Backend;
  readonly clock: Clock;
  readonly folder: string;
  readonly db: string;
  readonly log: readonly string[];
  readonly phone: (source: Source, user?: string) => ReturnType<typeof phoneOf>;
  readonly silent: (source: Source, code: string) => Promise<Answer>;
  readonly login: (
    source: Source,
    method: string,
    authorization: unknown,
    proof: { code: string } | { ticket: string },
  ) => Promise<Answer>;
  /** Logs a user in to `news`, which asks for nothing. */
  readonly token: (user?: string) => Promise<string>;
  /** The ticket that a new user of this source gets. */
  readonly ticket: (source: Source, user?: string) => Promise<string>;
  /** The same, and the user's session_key, as the backend got it: a second, unused code reads the same key. */
  readonly ticketAndKey: (source: Source) => Promise<{ readonly ticket: string; readonly key: string }>;
  close(): Promise<void>;
}

export async function startServers(options: Partial<BackendOptions> = {}): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'rx-weapp-session-'));
  const db = join(folder, 'backend.db');
  const clock = movableClock();
  const log: string[] = [];
  const secrets = Object.values(apps).map((app) => [app.appid, app.secret]);
  const wechat = createWechatServer({ apps: Object.fromEntries(secrets), now: clock.now });
  const backend = createBackend({
    apps,
    db,
    wechat: await wechat.listen(),
    now: clock.now,
    log: (line) => void log.push(line),
    ...options,
  });
  await backend.listen();

  const phone: Harness['phone'] = (source, user = 'ming') => phoneOf(wechat.url, source, user);
  const silent: Harness['silent'] = (source, code) => post(`${backend.url}/session/silent`, { source, code });
  const silently = async (source: Source, user?: string) =>
    (await silent(source, await phone(source, user).login())).body;
  const ticket: Harness['ticket'] = async (source, user) =>
    (await silently(source, user)).authorize?.ticket ?? '';

  return {
    wechat,
    backend,
    clock,
    folder,
    db,
    log,
    phone,
    silent,
    login: (source, method, authorization, proof) =>
      post(`${backend.url}/session/login`, { source, method, authorization, ...proof }),
    token: async (user) => (await silently('news', user)).credential?.token ?? '',
    ticket,
    ticketAndKey: async (source) => {
      const spare = await phone(source).login();
      const given = await ticket(source);
      const { appid, secret } = apps[source];
      const query = new URLSearchParams({ appid, secret, js_code: spare, grant_type: 'authorization_code' });
      const { body } = await get(`${wechat.url}/sns/jscode2session?${query.toString()}`);
      return { ticket: given, key: String(body.session_key) };
    },
    close: async () => {
      await backend.close();
      await wechat.close();
      rmSync(folder, { recursive: true });
    },
  };
}
