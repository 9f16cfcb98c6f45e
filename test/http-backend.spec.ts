import { from, lastValueFrom } from 'rxjs';
import {
  createSession,
  httpBackend,
  isSessionError,
  requestWithLogin,
  sessionRequest,
  weapp,
} from 'rx-weapp-session';
import type {
  AuthPrompt,
  Credential,
  CredentialReply,
  HttpBackendOptions,
  LoginReply,
  HttpResponse,
  RequestOptions,
  Session,
  SessionConfig,
  SessionEvent,
} from 'rx-weapp-session';
import { createWx } from '../examples/app-service/wx';
import type { OpenType, Phone } from '../examples/app-service/wx';
import { apps, post, startServers } from './servers/harness';
import type { Harness, Source } from './servers/harness';
import { newCodes } from './support/new-codes';
import { errorOf, watched } from './support/watched';

// httpBackend against the example backend, that against the example WeChat server, over real HTTP.

const HOUR = 3_600_000;
let servers: Harness;
const open: Session[] = [];

const withServers = () => {
  beforeEach(async () => {
    servers = await startServers({ debug: true });
  });
  afterEach(() => servers.close());
};
afterEach(() => {
  jest.restoreAllMocks();
  open.splice(0).forEach((session) => session.dispose());
});

interface Sent {
  readonly url: string;
  readonly path: string;
  readonly data: Record<string, unknown>;
  readonly header: Record<string, string>;
}
interface App {
  readonly session: Session;
  readonly phone: Phone;
  readonly wx: object;
  readonly sent: readonly Sent[];
  readonly events: readonly SessionEvent[];
  readonly storage: Map<string, unknown>;
  /** The paths of the requests so far, without the app's own resources. */
  exchanges(): readonly string[];
}

interface AppOptions {
  readonly source?: Source;
  readonly user?: string;
  readonly paths?: HttpBackendOptions['paths'];
  readonly storage?: Map<string, unknown>;
  readonly config?: Partial<SessionConfig>;
  /** Other functions of wx. */
  readonly wx?: (wx: ReturnType<typeof createWx>['wx']) => object;
}

/** One mini-program on one phone. */
function startApp({
  source = 'news',
  user = 'ming',
  paths,
  storage = new Map(),
  ...more
}: AppOptions = {}): App {
  const sent: Sent[] = [];
  const { appid } = apps[source];
  const onCall = (name: string, detail: unknown) => {
    if (name !== 'request') return;
    const { url, data, header } = detail as Sent;
    sent.push({ url, path: new URL(url).pathname, data, header });
  };
  const phone = createWx({ wechatUrl: servers.wechat.url, appid, user, storage, onCall });
  const wx = more.wx?.(phone.wx) ?? phone.wx;
  const platform = weapp(wx);
  const baseUrl = servers.backend.url;
  const session = createSession({
    source,
    baseUrl,
    platform,
    backend: httpBackend({ baseUrl, platform, paths }),
    retry: { count: 2, delay: 5 },
    ...more.config,
  });
  open.push(session);
  const events: SessionEvent[] = [];
  session.event$.subscribe((event) => events.push(event));
  const exchanges = () => sent.map(({ path }) => path).filter((path) => path.startsWith('/session/'));
  return { session, phone: phone.phone, wx, sent, events, storage, exchanges };
}

/** A user who taps what a prompt shows; `before` may do something first. */
function tapping(
  { session, phone }: App,
  before: (prompt: AuthPrompt) => unknown = () => undefined,
): AuthPrompt[] {
  const shown: AuthPrompt[] = [];
  const answer = async (prompt: AuthPrompt) => {
    await before(prompt);
    const detail = await phone.tap(prompt.openType as OpenType);
    prompt.answer(prompt.method === 'avatarNickname' ? { ...detail, nickName: 'Ming' } : detail);
  };
  session.prompt$.subscribe((prompt) => {
    if (!prompt || shown.some(({ id }) => id === prompt.id)) return;
    shown.push(prompt);
    void answer(prompt);
  });
  return shown;
}

type Body = Record<string, unknown>;
const get = (session: Session, url: string): Promise<HttpResponse<Body>> =>
  lastValueFrom(requestWithLogin<Body>(session, { url }));
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => (isSessionError(error) ? error.code : error),
  );
const login = (session: Session, options?: Parameters<Session['login']>[0]) =>
  lastValueFrom(session.login(options));
const order = (path: string, body: object) => post(`${servers.backend.url}/debug/${path}`, body);
const failNext = (endpoint: string, status: number, times = 1, retryAfter?: number) =>
  order('fail', { endpoint, status, times, ...(retryAfter !== undefined && { retryAfter }) });
const loginsAtWechat = (phone: Phone) => phone.calls.login ?? 0;

describe('silent login', () => {
  withServers();

  test('a first request logs in and is answered as the user', async () => {
    const { session, sent, phone, exchanges } = startApp();
    const { statusCode, data } = await get(session, '/api/me');
    expect(statusCode).toBe(200);
    expect(data).toMatchObject({ userId: session.credential?.userId, source: 'news' });
    expect(exchanges()).toEqual(['/session/silent']);
    expect(loginsAtWechat(phone)).toBe(1);
    expect(sent[0].data).toEqual({ source: 'news', code: expect.any(String) });
    expect(sent[0].header).toEqual({ 'content-type': 'application/json' });
    expect(sent[1].header).toEqual({ Authorization: `Bearer ${session.credential?.token}` });
  });

  test('S1: ten at once share one wx.login and one exchange', async () => {
    const { session, exchanges, phone } = startApp();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => get(session, `/api/echo?n=${n}`)));
    expect(answers.map(({ data }) => data.n)).toEqual([...Array(10).keys()]);
    expect(exchanges()).toEqual(['/session/silent']);
    expect(loginsAtWechat(phone)).toBe(1);
  });

  test('E5: expiresIn counts from receipt: seconds of the server become epoch ms of the phone', async () => {
    const { session } = startApp();
    const before = Date.now();
    const { expiresAt } = await login(session);
    expect(expiresAt).toBeGreaterThanOrEqual(before + 2 * HOUR);
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 2 * HOUR);
  });

  const answering = (expiresIn: unknown) => {
    const response = { statusCode: 200, data: { credential: { token: 'A', expiresIn } }, header: {} };
    const request = ({ success }: { success(result: object): void }) => success(response);
    return httpBackend({ baseUrl: 'https://api.example.com', platform: weapp({ request }) });
  };

  test('E5: expiresIn that a server writes as a text counts as its number', async () => {
    const reply = from(answering('7200').silentLogin({ source: 'news', code: 'c' }));
    const { credential } = (await lastValueFrom(reply)) as CredentialReply;
    expect(credential.expiresAt).toBeCloseTo(Date.now() + 2 * HOUR, -4);
  });

  test.each(['soon', '12 hours', '', ' ', false, [], {}, 0, NaN, Infinity])(
    'E5: %j seconds are a reply that cannot be read, not a credential without an end or past it',
    (expiresIn) => {
      const platform = weapp({ login: newCodes() });
      const session = createSession({ source: 'news', backend: answering(expiresIn), platform, store: null });
      expect(errorOf(session.login()).code).toBe('backend-invalid');
    },
  );

  test('K1: after a restart the stored session is used; nobody logs in', async () => {
    const { session, storage } = startApp();
    await get(session, '/api/me');
    const again = startApp({ storage });
    expect((await get(again.session, '/api/me')).statusCode).toBe(200);
    expect(again.exchanges()).toEqual([]);
    expect(loginsAtWechat(again.phone)).toBe(0);
  });

  test('sessionRequest without a session is a guest at the real backend', async () => {
    const { session, exchanges } = startApp();
    const { data } = await lastValueFrom(sessionRequest<Body>(session, { url: '/api/recommendations' }));
    expect(data).toMatchObject({ for: 'guest' });
    expect(exchanges()).toEqual([]);
  });

  test('another user of the same mini-program is somebody else', async () => {
    const [ming, hong] = [startApp(), startApp({ user: 'hong' })];
    const [one, other] = await Promise.all([login(ming.session), login(hong.session)]);
    expect(one.userId).not.toBe(other.userId);
  });
});

describe('with the user', () => {
  withServers();

  test('P7: a phone number goes out with the ticket: one wx.login, no code beside it', async () => {
    const app = startApp({ source: 'shop' });
    const shown = tapping(app);
    const { data } = await get(app.session, '/api/me');
    expect(data).toMatchObject({ phone: expect.stringMatching(/^1\d+/) });
    expect(shown.map(({ method }) => method)).toEqual(['phoneNumber']);
    expect(app.exchanges()).toEqual(['/session/silent', '/session/login']);
    expect(Object.keys(app.sent[1].data).sort()).toEqual(['authorization', 'method', 'source', 'ticket']);
    expect(app.sent[1].data.authorization).toEqual({ code: expect.any(String) });
    expect(loginsAtWechat(app.phone)).toBe(1);
    expect(app.session.snapshot).toMatchObject({ status: 'authenticated', origin: 'interactive' });
  });

  test('M1: mode silent does not ask; the guest data of the backend is in the state', async () => {
    const { session } = startApp({ source: 'shop' });
    expect(await codeOf(login(session, { mode: 'silent' }))).toBe('interaction-required');
    expect(session.snapshot).toEqual({ status: 'anonymous', guest: { segment: 'newcomer' } });
    const news = requestWithLogin<Body>(session, {
      url: '/api/recommendations',
      loginOptions: { mode: 'silent' },
    });
    expect((await lastValueFrom(news)).data).toMatchObject({ for: 'guest' });
  });

  test('P9: phone, then avatar: two prompts, one wx.login', async () => {
    const app = startApp({ source: 'club' });
    const shown = tapping(app);
    const { data } = await get(app.session, '/api/me');
    expect(shown.map(({ method }) => method)).toEqual(['phoneNumber', 'avatarNickname']);
    expect(data).toMatchObject({ nickname: 'Ming' });
    expect(loginsAtWechat(app.phone)).toBe(1);
    expect(app.exchanges()).toEqual(['/session/silent', '/session/login', '/session/login']);
    expect(app.sent[1].data.ticket).not.toBe(app.sent[2].data.ticket);
  });

  test('P4 P7: userInfo refused, granted in the panel, and read under the session_key of the ticket', async () => {
    const app = startApp({ source: 'forum' });
    app.phone.refuseNext();
    const shown = tapping(app, ({ method, scope }) => {
      if (method === 'setting' && scope) app.phone.grantScope(scope);
    });
    const { statusCode } = await get(app.session, '/api/me');
    expect(statusCode).toBe(200);
    expect(shown.map(({ method }) => method)).toEqual(['userInfo', 'setting']);
    // Granted, the method is tried once more: withoutPrompt asks wx, and nobody has to tap.
    expect(app.phone.calls.getUserInfo).toBe(1);
    expect(loginsAtWechat(app.phone)).toBe(1);
  });

  test('P4: userInfo refused in the panel too is auth-denied; the next login asks again and may succeed', async () => {
    const app = startApp({ source: 'forum' });
    app.phone.refuseNext();
    const shown = tapping(app);
    expect(await codeOf(get(app.session, '/api/me'))).toBe('auth-denied');
    expect(shown.map(({ method }) => method)).toEqual(['userInfo', 'setting']);
    expect(app.exchanges()).toEqual(['/session/silent']);
    expect((await get(app.session, '/api/me')).statusCode).toBe(200);
  });

  test('a before-prompt code: forceAuth for userInfo is readable under the code it was taken with', async () => {
    const app = startApp({ source: 'forum' });
    tapping(app);
    await login(app.session, { mode: 'forceAuth', method: 'userInfo' });
    expect(app.exchanges()).toEqual(['/session/login']);
    expect(app.sent[0].data).toMatchObject({ method: 'userInfo', code: expect.any(String) });
    expect(app.sent[0].data).not.toHaveProperty('ticket');
    expect(loginsAtWechat(app.phone)).toBe(1);
  });

  test('an after-answer code: forceAuth for a phone number takes its code after the tap', async () => {
    const app = startApp({ source: 'shop' });
    tapping(app, () => expect(loginsAtWechat(app.phone)).toBe(0));
    await login(app.session, { mode: 'forceAuth', method: 'phoneNumber' });
    expect(app.sent[0].data).toMatchObject({ code: expect.any(String) });
    expect(loginsAtWechat(app.phone)).toBe(1);
  });

  test('a ticket that grew too old is login-rejected; the next request starts over', async () => {
    const app = startApp({ source: 'shop' });
    let slow = true;
    tapping(app, () => {
      if (slow) servers.clock.advance(11 * 60_000);
      slow = false;
    });
    expect(await codeOf(get(app.session, '/api/me'))).toBe('login-rejected');
    expect((await get(app.session, '/api/me')).statusCode).toBe(200);
  });

  test('F3: an exchange with a ticket is retried with the same answer, without another code', async () => {
    const app = startApp({ source: 'shop' });
    const shown = tapping(app, () => failNext('/session/login', 503));
    expect((await get(app.session, '/api/me')).statusCode).toBe(200);
    expect(shown).toHaveLength(1);
    expect(app.exchanges()).toEqual(['/session/silent', '/session/login', '/session/login']);
    expect(app.sent[2].data).toEqual(app.sent[1].data);
    expect(loginsAtWechat(app.phone)).toBe(1);
  });
});

describe('the end of a session', () => {
  withServers();

  test('E3: the backend expires it under many requests: one login, each retried once', async () => {
    const { session, exchanges, phone } = startApp();
    const { token } = await login(session);
    await order('expire', { all: true });
    const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => get(session, `/api/echo?n=${n}`)));
    expect(answers.map(({ statusCode, data }) => [statusCode, data.n])).toEqual(
      [...Array(5).keys()].map((n) => [200, n]),
    );
    expect(session.credential?.token).not.toBe(token);
    expect(exchanges()).toEqual(['/session/silent', '/session/silent']);
    expect(loginsAtWechat(phone)).toBe(2);
  });

  test('E8: a POST is retried with its body', async () => {
    const { session } = startApp();
    await login(session);
    await order('expire', { all: true });
    const comment: RequestOptions = { url: '/api/comments', method: 'POST', data: { text: 'good tea' } };
    expect((await lastValueFrom(requestWithLogin(session, comment))).statusCode).toBe(201);
    expect((await get(session, '/api/comments')).data.items).toHaveLength(1);
  });

  test('E10: with paths.refresh it is renewed without wx.login, and the token rotates', async () => {
    const { session, exchanges, phone, sent } = startApp({ paths: { refresh: '/session/refresh' } });
    const { token, userId } = await login(session);
    await order('expire', { all: true });
    expect((await get(session, '/api/me')).data).toMatchObject({ userId });
    expect(exchanges()).toEqual(['/session/silent', '/session/refresh']);
    const renewal = sent.find(({ path }) => path === '/session/refresh');
    expect(renewal).toMatchObject({ data: {}, header: { Authorization: `Bearer ${token}` } });
    expect(loginsAtWechat(phone)).toBe(1);
    expect(session.credential?.token).not.toBe(token);
  });

  test('E10: a refusal of the refresh goes on to a silent login in the same flight', async () => {
    const { session, exchanges, events } = startApp({ paths: { refresh: '/session/refresh' } });
    await login(session);
    await order('expire', { all: true, revoke: true });
    expect((await get(session, '/api/me')).statusCode).toBe(200);
    expect(exchanges()).toEqual(['/session/silent', '/session/refresh', '/session/silent']);
    expect(events.filter(({ type }) => type === 'login-success')).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'login-failure')).toHaveLength(0);
  });

  test('E10: a refresh that fails for a moment is retried, still without wx.login', async () => {
    const { session, phone } = startApp({ paths: { refresh: '/session/refresh' } });
    await login(session);
    await order('expire', { all: true });
    await failNext('/session/refresh', 502, 2);
    expect((await get(session, '/api/me')).statusCode).toBe(200);
    expect(loginsAtWechat(phone)).toBe(1);
  });

  test('E5: by the clock: nothing is sent with a token that is past its end', async () => {
    const { session, sent } = startApp();
    const { token } = await login(session);
    const later = Date.now() + 3 * HOUR;
    jest.spyOn(Date, 'now').mockImplementation(() => later);
    expect(session.credential).toBeUndefined();
    expect((await get(session, '/api/me')).statusCode).toBe(200);
    expect(sent.filter(({ header }) => header.Authorization === `Bearer ${token}`)).toEqual([]);
  });

  test('L3: logout tells the backend once, with the token, which is no good afterwards', async () => {
    const { session, exchanges, storage } = startApp();
    const { token } = await login(session);
    await lastValueFrom(session.logout());
    await lastValueFrom(session.logout());
    expect(exchanges()).toEqual(['/session/silent', '/session/logout']);
    expect([...storage.keys()]).toEqual([]);
    const me = await fetch(`${servers.backend.url}/api/me`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(me.status).toBe(401);
  });

  test('L3: paths.logout: null tells nobody', async () => {
    const { session, exchanges } = startApp({ paths: { logout: null } });
    await login(session);
    await lastValueFrom(session.logout());
    expect(exchanges()).toEqual(['/session/silent']);
  });

  test('L3: a backend that fails the logout is an event; logout completes', async () => {
    const { session, events } = startApp();
    await login(session);
    await failNext('/session/logout', 500);
    await expect(lastValueFrom(session.logout())).resolves.toBeUndefined();
    expect(events.map(({ type }) => type)).toContain('backend-logout-failure');
  });

  test('R5: a session_key that WeChat dropped: verify says so, and login({ verify }) renews it', async () => {
    const { session, phone, storage } = startApp();
    await login(session);
    const again = startApp({ storage });
    servers.wechat.dropSessionKey(apps.news.appid, 'ming');
    expect(await lastValueFrom(again.session.verify())).toBe(false);
    await login(again.session, { verify: true });
    expect(loginsAtWechat(again.phone)).toBe(1);
    expect(await lastValueFrom(again.session.verify())).toBe(true);
    expect(phone.calls.checkSession).toBeUndefined();
  });
});

describe('F3: trouble', () => {
  withServers();

  test('F3: 429 waits for its Retry-After, then takes a fresh code', async () => {
    const { session, sent, phone } = startApp();
    await failNext('/session/silent', 429, 1, 1);
    const start = performance.now();
    await login(session);
    expect(performance.now() - start).toBeGreaterThan(950);
    expect(loginsAtWechat(phone)).toBe(2);
    expect(sent[0].data.code).not.toBe(sent[1].data.code);
  });

  test('F3: a Retry-After above timeouts.exchange is backend-unreachable at once', async () => {
    const { session, exchanges } = startApp({ config: { timeouts: { exchange: 2000 } } });
    await failNext('/session/silent', 429, 1, 3);
    const start = performance.now();
    expect(await codeOf(login(session))).toBe('backend-unreachable');
    expect(performance.now() - start).toBeLessThan(900);
    expect(exchanges()).toEqual(['/session/silent']);
  });

  test.each([408, 429, 500, 502, 503])(
    'F3: %i twice is survived, with a fresh code each time',
    async (status) => {
      const { session, sent, events } = startApp();
      await failNext('/session/silent', status, 2);
      expect((await get(session, '/api/me')).statusCode).toBe(200);
      expect(new Set(sent.slice(0, 3).map(({ data }) => data.code)).size).toBe(3);
      expect(events.filter(({ type }) => type === 'retry')).toHaveLength(2);
    },
  );

  test('F3: three times is backend-unreachable, for all; the next request starts anew', async () => {
    const { session, exchanges } = startApp();
    await failNext('/session/silent', 503, 3);
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(get(session, '/api/me'))));
    expect(codes).toEqual(Array(3).fill('backend-unreachable'));
    expect(exchanges()).toHaveLength(3);
    expect((await get(session, '/api/me')).statusCode).toBe(200);
  });

  test.each([400, 401, 403, 404, 405, 413, 415])(
    'F3: %i is definitive: login-rejected, asked once',
    async (status) => {
      const { session, exchanges } = startApp();
      await failNext('/session/silent', status);
      expect(await codeOf(get(session, '/api/me'))).toBe('login-rejected');
      expect(exchanges()).toEqual(['/session/silent']);
    },
  );

  test('F3: a code that was used before (40163) is replaced by a fresh one, once', async () => {
    // The first codes of this phone have been spent by somebody else.
    const spoil = (times: number) => (wx: ReturnType<typeof createWx>['wx']) => ({
      ...wx,
      login: (callbacks: { success?(result: object): void }) => {
        const spoilt = times-- > 0;
        wx.login({
          ...callbacks,
          success: (result: object) => {
            const { code } = result as { code: string };
            void (spoilt ? servers.silent('news', code) : Promise.resolve()).then(() =>
              callbacks.success?.(result),
            );
          },
        });
      },
    });
    const once = startApp({ wx: spoil(1) });
    await login(once.session);
    expect(once.exchanges()).toHaveLength(2);
    expect(once.sent[0].data.code).not.toBe(once.sent[1].data.code);

    const always = startApp({ wx: spoil(9) });
    expect(await codeOf(login(always.session))).toBe('login-rejected');
    expect(always.exchanges()).toHaveLength(2);
  });

  test('F3: a code that WeChat finds too old (40029) likewise', async () => {
    let slow = true;
    const app = startApp({
      wx: (wx) => ({
        ...wx,
        login: (callbacks: { success?(result: object): void }) =>
          wx.login({
            ...callbacks,
            success: (result: object) => {
              if (slow) servers.clock.advance(6 * 60_000);
              slow = false;
              callbacks.success?.(result);
            },
          }),
      }),
    });
    await login(app.session);
    expect(app.exchanges()).toHaveLength(2);
  });

  test.each([-1, 45011] as const)(
    'F3: WeChat being busy (%i) is retried after its second',
    async (errcode) => {
      const { session, exchanges } = startApp();
      servers.wechat.failNext(errcode);
      const start = performance.now();
      await login(session);
      expect(performance.now() - start).toBeGreaterThan(950);
      expect(exchanges()).toHaveLength(2);
    },
  );

  test('F3: a user whom WeChat blocks (40226) is login-rejected, asked once', async () => {
    const { session, exchanges } = startApp();
    servers.wechat.block('ming');
    expect(await codeOf(login(session))).toBe('login-rejected');
    expect(exchanges()).toHaveLength(1);
    expect(session.snapshot).toMatchObject({ status: 'anonymous', error: { code: 'login-rejected' } });
  });

  test('F3: a source that the backend does not know is login-rejected', async () => {
    const { session } = startApp({ config: { source: 'nobody' } });
    expect(await codeOf(login(session))).toBe('login-rejected');
  });

  test('F3: a backend that is not there is backend-unreachable after the retries', async () => {
    const gone = 'http://127.0.0.1:9';
    const { phone, wx } = startApp();
    const platform = weapp(wx);
    const session = createSession({
      source: 'news',
      platform,
      backend: httpBackend({ baseUrl: gone, platform }),
      retry: { count: 1, delay: 1 },
    });
    open.push(session);
    const error = await login(session).catch((reason: unknown) => reason);
    expect(isSessionError(error, 'backend-unreachable')).toBe(true);
    expect(loginsAtWechat(phone)).toBe(2);
  });

  test('F2: an exchange that takes too long is login-timeout, not retried, its late answer without effect', async () => {
    const { session, exchanges } = startApp({ config: { timeouts: { exchange: 100 } } });
    await order('delay', { endpoint: '/session/silent', ms: 400, times: 1 });
    expect(await codeOf(login(session))).toBe('login-timeout');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(session.snapshot).toMatchObject({ status: 'anonymous' });
    expect(exchanges()).toEqual(['/session/silent']);
    expect((await get(session, '/api/me')).statusCode).toBe(200);
  });

  test('C1: leaving a request aborts it on the wire', async () => {
    const abort = jest.fn();
    const { session, sent } = startApp({
      wx: (wx) => ({
        ...wx,
        request: (options: Parameters<typeof wx.request>[0]) => {
          const task = wx.request(options);
          return {
            abort: () => {
              abort();
              task.abort();
            },
          };
        },
      }),
    });
    await login(session);
    expect(abort).not.toHaveBeenCalled();
    await order('delay', { endpoint: '/api/me', ms: 200, times: 1 });
    const response = watched(requestWithLogin(session, { url: '/api/me' }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    response.stop();
    expect(abort).toHaveBeenCalledTimes(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(response).toMatchObject({ values: [], errors: [], completed: false });
    expect(sent.at(-1)?.path).toBe('/api/me');
    expect((await get(session, '/api/me')).statusCode).toBe(200);
  });

  test('E6: 403, 404 and 5xx of the app itself start no login and keep the session', async () => {
    const { session, exchanges } = startApp();
    await login(session);
    for (const status of [403, 404, 429, 500, 503]) {
      await failNext('/api/me', status);
      expect((await get(session, '/api/me')).statusCode).toBe(status);
    }
    expect(session.snapshot).toMatchObject({ status: 'authenticated' });
    expect(exchanges()).toEqual(['/session/silent']);
  });

  test('T3: no state, event or error of a whole life holds a secret', async () => {
    const app = startApp({ source: 'shop', paths: { refresh: '/session/refresh' } });
    const told: unknown[] = [];
    app.session.session$.subscribe((state) => {
      const {
        credential: _credential,
        previous: _previous,
        ...rest
      } = state as unknown as Record<string, unknown>;
      told.push(rest);
    });
    tapping(app);
    await get(app.session, '/api/me');
    await order('expire', { all: true });
    await get(app.session, '/api/me');
    await failNext('/session/silent', 400);
    const rejection: unknown = await login(app.session, { mode: 'force' }).catch((error: unknown) => error);
    expect(isSessionError(rejection, 'login-rejected')).toBe(true);
    await lastValueFrom(app.session.logout());
    const text = JSON.stringify([told, app.events, rejection]) + String(rejection);
    const secrets = app.sent.flatMap(({ data, header }) => [
      ...['code', 'ticket'].map((name) => (data as Body | undefined)?.[name]),
      header.Authorization?.replace('Bearer ', ''),
    ]);
    const known = secrets.filter((secret): secret is string => typeof secret === 'string');
    expect(known.length).toBeGreaterThan(5);
    known.forEach((secret) => expect(text).not.toContain(secret));
  });
});

describe('httpBackend: its options, over a wx that answers at once', () => {
  const scripted = (answer: Partial<HttpResponse> = {}) => {
    const sent: RequestOptions[] = [];
    const wx = {
      login: ({ success }: { success(result: object): void }) => success({ code: `code${sent.length}` }),
      request: ({
        success,
        fail: _fail,
        ...options
      }: RequestOptions & { success(it: object): void; fail: unknown }) => {
        sent.push(options);
        success({ statusCode: 200, data: { credential: { token: 'A' } }, header: {}, ...answer });
      },
    };
    return { sent, platform: weapp(wx) };
  };
  const log = (options: Partial<HttpBackendOptions>, answer?: Partial<HttpResponse>) => {
    const { sent, platform } = scripted(answer);
    const backend = httpBackend({ baseUrl: 'https://api.example.com/v2/', platform, ...options });
    const session = createSession({ source: 'news', platform, backend, store: null, retry: { count: 0 } });
    open.push(session);
    return { sent, session, login: watched(session.login()) };
  };

  test('requests are cold POSTs of JSON below baseUrl, at the paths of the protocol or at yours', () => {
    expect(log({}).sent).toMatchObject([
      {
        url: 'https://api.example.com/v2/session/silent',
        method: 'POST',
        header: { 'content-type': 'application/json' },
      },
    ]);
    const { sent } = log({ paths: { silentLogin: '/auth/wechat' } });
    expect(sent.map(({ url }) => url)).toEqual(['https://api.example.com/v2/auth/wechat']);
  });

  test('a content type of your own takes the place of the default one, however it is spelled', () => {
    const type = { 'Content-Type': 'application/json; charset=utf-8' };
    expect(log({ header: type }).sent[0].header).toEqual(type);
  });

  test('fields of header go with each request; a function is asked each time', () => {
    expect(log({ header: { 'x-app': 'news' } }).sent[0].header).toMatchObject({ 'x-app': 'news' });
    let turn = 0;
    const { sent, session } = log({ header: () => ({ 'x-turn': String(++turn) }) });
    watched(session.login({ mode: 'force' }));
    expect(sent.map(({ header }) => header?.['x-turn'])).toEqual(['1', '2']);
  });

  test('refresh is not there without its path; logout is, with the protocol’s', () => {
    const backend = httpBackend({ baseUrl: 'https://api.example.com' });
    expect(backend.refresh).toBeUndefined();
    expect(typeof backend.logout).toBe('function');
    const renewing = httpBackend({ baseUrl: 'https://x.org', paths: { refresh: '/r', logout: null } });
    expect(typeof renewing.refresh).toBe('function');
    expect(renewing.logout).toBeUndefined();
  });

  test('readReply reads a reply of another form', () => {
    const { login: it } = log(
      { readReply: ({ data }) => ({ credential: { token: (data as { jwt: string }).jwt } }) },
      { data: { jwt: 'J' } },
    );
    expect(it.values).toEqual([{ token: 'J' }]);
  });

  test('expiresIn counts in what readReply finds too', () => {
    const { login: it } = log(
      { readReply: ({ data }) => (data as { result: LoginReply }).result },
      { data: { code: 0, result: { credential: { token: 'J', expiresIn: 60 } } } },
    );
    const [{ expiresAt = 0 }] = it.values as [Credential];
    expect(Math.abs(expiresAt - Date.now() - 60_000)).toBeLessThan(1000);
  });

  test('expiresAt is taken as it is; fields of your own are kept; neither means no known end', () => {
    const end = Date.now() + HOUR;
    const given = { token: 'A', expiresAt: end, level: 3 };
    expect(log({}, { data: { credential: given } }).login.values).toEqual([given]);
    expect(log({}, { data: { credential: { token: 'A' } } }).login.values).toEqual([{ token: 'A' }]);
  });

  const UNREADABLE: readonly unknown[] = [
    undefined,
    '',
    '<html>',
    null,
    7,
    [],
    {},
    { credential: {} },
    { credential: { token: '' } },
    { credential: { token: 7 } },
    { credential: 'token' },
    { credential: { token: 'A', userId: 7 } },
    { credential: { token: 'A', expiresAt: 'soon' } },
    { authorize: {} },
    { authorize: { method: '' } },
    { authorize: 'phoneNumber' },
  ];
  test.each(UNREADABLE)('a 200 that holds %j is backend-invalid', (data) => {
    const { login: it, session, sent } = log({}, { data });
    expect(it.code).toBe('backend-invalid');
    expect(sent).toHaveLength(1);
    expect(session.snapshot).toMatchObject({ status: 'anonymous' });
  });

  test('a Retry-After is found however the platform spells it, as seconds or as a date', () => {
    for (const header of [
      { 'Retry-After': '60' },
      { 'retry-after': '60' },
      { 'RETRY-AFTER': new Date(Date.now() + 60_000).toUTCString() },
    ]) {
      const { platform, sent } = scripted({
        statusCode: 429,
        header: header as unknown as Record<string, string>,
      });
      const backend = httpBackend({ baseUrl: 'https://api.example.com', platform });
      const session = createSession({ source: 'news', platform, backend, store: null });
      // Above timeouts.exchange: told at once, and not tried again.
      expect(errorOf(session.login()).code).toBe('backend-unreachable');
      expect(sent).toHaveLength(1);
    }
  });
});
