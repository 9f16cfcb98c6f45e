import { lastValueFrom } from 'rxjs';
import { createSession, request, requestWithLogin, weapp } from 'rx-weapp-session';
import type { LoginBackend, Platform, Session, SessionConfig } from 'rx-weapp-session';
import { anotherCopy } from './support/another-copy';
import { watched } from './support/watched';

interface Callbacks {
  readonly success: (result: unknown) => void;
  readonly fail: (result: unknown) => void;
  readonly complete?: (result: unknown) => void;
}
type Settle = (callbacks: Callbacks, good: unknown, bad: unknown) => void;

const OK = { statusCode: 200, data: 'fine', header: {} };
const BAD = { errMsg: 'request:fail -102:net::ERR_CONNECTION_REFUSED', errno: 600001 };
const url = 'https://api.example.com/orders';

const backend: LoginBackend = {
  silentLogin: ({ code }) => [{ credential: { token: `token-of-${code}` } }],
  login: ({ code }) => [{ credential: { token: `token-of-${code}` } }],
};
const sessionOn = (api: object, config: Partial<SessionConfig> = {}): Session =>
  createSession({
    source: 'shop',
    baseUrl: 'https://api.example.com',
    backend,
    store: null,
    platform: weapp(api),
    ...config,
  });

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  jest.useRealTimers();
  Reflect.deleteProperty(globalThis, 'wx');
});

const GOOD: readonly (readonly [string, Settle])[] = [
  ['later', ({ success }, good) => void setTimeout(() => success(good), 5)],
  ['synchronously', ({ success }, good) => success(good)],
  ['twice', ({ success }, good) => [good, { ...OK, code: 'second' }].forEach(success)],
  [
    'synchronously and again later',
    ({ success }, good) => {
      success(good);
      setTimeout(() => success({ ...OK, code: 'second' }), 5);
    },
  ],
  [
    'by both callbacks, success first',
    ({ success, fail }, good, bad) => {
      success(good);
      fail(bad);
    },
  ],
  [
    'by success and complete',
    ({ success, complete }, good) => {
      success(good);
      complete?.(good);
    },
  ],
];
const NOT_GOOD: readonly (readonly [string, Settle])[] = [
  ['later', ({ fail }, _, bad) => void setTimeout(() => fail(bad), 5)],
  ['synchronously', ({ fail }, _, bad) => fail(bad)],
  ['twice', ({ fail }, _, bad) => [bad, { errMsg: 'second' }].forEach(fail)],
  [
    'by both callbacks, fail first',
    ({ success, fail }, good, bad) => {
      fail(bad);
      success(good);
    },
  ],
];

describe('W1: callbacks settle a call once', () => {
  test.each(GOOD)('W1: a wx.request that answers %s is one value', async (_, settle) => {
    const abort = jest.fn();
    const wx = { request: (callbacks: Callbacks) => (settle(callbacks, OK, BAD), { abort }) };
    const response = watched(request({ url }, weapp(wx)));
    await jest.advanceTimersByTimeAsync(10);
    expect(response).toMatchObject({ values: [OK], errors: [], completed: true });
    expect(abort).not.toHaveBeenCalled();
  });

  test.each(NOT_GOOD)(
    'W1 R2: a wx.request that fails %s is one error, with its result',
    async (_, settle) => {
      const abort = jest.fn();
      const wx = { request: (callbacks: Callbacks) => (settle(callbacks, OK, BAD), { abort }) };
      const response = watched(request({ url }, weapp(wx)));
      await jest.advanceTimersByTimeAsync(10);
      expect(response).toMatchObject({ values: [], completed: false, code: 'request-failed' });
      expect(response.errors).toHaveLength(1);
      expect(response.errors[0]).toHaveProperty('cause', BAD);
      expect(abort).not.toHaveBeenCalled();
    },
  );

  test.each(GOOD)('W1: a wx.login that answers %s is one code and one exchange', async (_, settle) => {
    const silentLogin = jest.fn(backend.silentLogin);
    const wx = { login: (callbacks: Callbacks) => settle(callbacks, { code: 'first' }, BAD) };
    const login = watched(sessionOn(wx, { backend: { ...backend, silentLogin } }).login());
    await jest.advanceTimersByTimeAsync(10);
    expect(login).toMatchObject({ values: [{ token: 'token-of-first' }], errors: [], completed: true });
    expect(silentLogin).toHaveBeenCalledTimes(1);
  });

  test.each(NOT_GOOD)('W1: a wx.login that fails %s is one code-unavailable', async (_, settle) => {
    const failure = { errMsg: 'login:fail system error', errno: 4 };
    const wx = { login: (callbacks: Callbacks) => settle(callbacks, { code: 'late' }, failure) };
    const session = sessionOn(wx);
    const login = watched(session.login());
    await jest.advanceTimersByTimeAsync(10);
    expect(login).toMatchObject({ values: [], completed: false, code: 'code-unavailable' });
    expect(login.errors[0]).toHaveProperty('cause', failure);
    expect(session.snapshot.status).toBe('anonymous');
  });

  test.each([{}, { code: '' }, { code: 7 }, null, undefined])(
    'W1: wx.login with %p gave no code',
    (result) => {
      const wx = { login: ({ success }: Callbacks) => success(result) };
      expect(watched(sessionOn(wx).login()).code).toBe('code-unavailable');
    },
  );

  test('W1: what a promise-style wx returns beside the callbacks does not count', async () => {
    const wx = {
      login: ({ success }: Callbacks) => {
        setTimeout(() => success({ code: 'callback' }), 5);
        return Promise.resolve({ code: 'promise' });
      },
    };
    const login = watched(sessionOn(wx).login());
    await jest.advanceTimersByTimeAsync(10);
    expect(login.values).toEqual([{ token: 'token-of-callback' }]);
  });

  test('W1: wx functions are called on their own object', () => {
    class Api {
      private readonly code = 'mine';
      login({ success }: Callbacks) {
        success({ code: this.code });
      }
    }
    expect(watched(sessionOn(new Api()).login()).values).toEqual([{ token: 'token-of-mine' }]);
  });
});

describe('C1 W1: abort', () => {
  const pending = () => {
    const abort = jest.fn();
    const sent = jest.fn((_: Callbacks) => ({ abort }));
    return { abort, sent, platform: weapp({ request: sent }) };
  };

  test('C1: a request is sent at subscription, once for each, and aborted once', () => {
    const { abort, sent, platform } = pending();
    const response$ = request({ url }, platform);
    expect(sent).not.toHaveBeenCalled();
    const [one, other] = [watched(response$), watched(response$)];
    expect(sent).toHaveBeenCalledTimes(2);
    one.stop();
    one.stop();
    expect(abort).toHaveBeenCalledTimes(1);
    other.stop();
    expect(abort).toHaveBeenCalledTimes(2);
  });

  test.each(['success', 'fail'] as const)('C1: a request that settled by %s is never aborted', (how) => {
    const { abort, sent, platform } = pending();
    const response = watched(request({ url }, platform));
    sent.mock.calls[0][0][how](how === 'success' ? OK : BAD);
    response.stop();
    expect(response.values.length + response.errors.length).toBe(1);
    expect(abort).not.toHaveBeenCalled();
  });

  test('C1: what an aborted task reports is heard by nobody', () => {
    const { sent, platform } = pending();
    const response = watched(request({ url }, platform));
    response.stop();
    sent.mock.calls[0][0].fail({ errMsg: 'request:fail abort' });
    sent.mock.calls[0][0].success(OK);
    expect(response).toMatchObject({ values: [], errors: [], completed: false });
  });

  test.each([
    ['nothing', undefined],
    ['a task without abort', {}],
    ['a promise', Promise.resolve()],
  ])('W1: a wx.request that returns %s can be left', (_, task) => {
    const wx = { request: () => task };
    expect(() => watched(request({ url }, weapp(wx))).stop()).not.toThrow();
  });

  test('C1: the task of a guarded request is aborted once when its subscriber leaves', () => {
    const abort = jest.fn();
    const wx = {
      login: ({ success }: Callbacks) => success({ code: 'code' }),
      request: () => ({ abort }),
    };
    watched(requestWithLogin(sessionOn(wx), { url: '/a' })).stop();
    expect(abort).toHaveBeenCalledTimes(1);
  });
});

describe('R2: a request that takes too long', () => {
  const silentWx = () => {
    const abort = jest.fn();
    const sent = jest.fn((_: Callbacks & { timeout?: number }) => ({ abort }));
    return { abort, sent, platform: weapp({ request: sent }) };
  };

  test('R2: ends at its own timeout where wx forgets it, and its task is aborted', async () => {
    const { abort, sent, platform } = silentWx();
    const response = watched(request({ url, timeout: 4000 }, platform));
    await jest.advanceTimersByTimeAsync(3999);
    expect(response.errors).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(response.code).toBe('request-failed');
    expect(response.errors[0]).toHaveProperty('cause.errMsg', expect.stringMatching(/^request:fail.*time/));
    expect(abort).toHaveBeenCalledTimes(1);
    sent.mock.calls[0][0].success(OK);
    expect(response.values).toEqual([]);
  });

  test('R2: wx is told the timeout as well; without one nothing of ours ends it', async () => {
    const { sent, platform } = silentWx();
    watched(request({ url, timeout: 4000 }, platform));
    const unlimited = watched(request({ url }, platform));
    expect(sent.mock.calls[0][0].timeout).toBe(4000);
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(unlimited).toMatchObject({ values: [], errors: [], completed: false });
  });

  test('R2: no timer is left behind by an answer in time', async () => {
    const { sent, platform } = silentWx();
    watched(request({ url, timeout: 4000 }, platform));
    sent.mock.calls[0][0].success(OK);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('W1: what an older or smaller wx lacks', () => {
  test.each([{}, { scan: 'no function' }])('W1: an api that %p lacks fails in the form of wx', (api) => {
    const missing = { errMsg: 'scan:fail not supported' };
    const platform = weapp(api);
    expect(watched(platform.call('scan')).errors).toEqual([missing]);
    // No Error, as nothing that wx fails with is one.
    const thrown = jest.fn();
    try {
      platform.callSync('scan');
    } catch (error) {
      thrown(error);
    }
    expect(thrown.mock.calls).toEqual([[missing]]);
  });

  const login = ({ success }: Callbacks) => success({ code: '1' });

  test('W1: wx.login alone is enough for a session', () => {
    const session = sessionOn({ login });
    expect(() => {
      watched(session.session$);
      watched(session.prompt$);
      expect(watched(session.login()).values).toEqual([{ token: 'token-of-1' }]);
      watched(session.logout());
      session.dispose();
    }).not.toThrow();
  });

  test('W1: without any wx a login is code-unavailable and a request is request-failed', () => {
    expect(watched(sessionOn({}).login()).code).toBe('code-unavailable');
    expect(watched(request({ url }, weapp({}))).code).toBe('request-failed');
    expect(watched(request({ url })).code).toBe('request-failed');
    expect(watched(createSession({ source: 'shop', backend }).login()).code).toBe('code-unavailable');
  });

  test('W1 R5: without checkSession, verify is false and login({ verify }) is one forced login', () => {
    const taken = jest.fn(login);
    const session = sessionOn({ login: taken }, { store: oldSession() });
    expect(session.snapshot).toMatchObject({ status: 'authenticated', origin: 'restored' });
    expect(watched(session.verify()).values).toEqual([false]);
    expect(taken).not.toHaveBeenCalled();
    expect(watched(session.login({ verify: true })).values).toEqual([{ token: 'token-of-1' }]);
    expect(taken).toHaveBeenCalledTimes(1);
  });

  test('W1: without onNeedPrivacyAuthorization prompts work as ever', () => {
    const asking = { ...backend, silentLogin: () => [{ authorize: { method: 'phoneNumber' } }] };
    let codes = 0;
    const fresh = ({ success }: Callbacks) => success({ code: String(++codes) });
    const session = sessionOn({ login: fresh }, { backend: asking });
    const prompts = watched(session.prompt$);
    const credential = watched(session.login());
    prompts.values.forEach((prompt) => prompt?.answer({ errMsg: 'getPhoneNumber:ok', code: 'p' }));
    expect(credential.values).toEqual([{ token: 'token-of-2' }]);
  });

  test('W1: a wx function that throws is a failure like any other', () => {
    const broken = () => {
      throw new TypeError('not in this version');
    };
    expect(watched(sessionOn({ login: broken }).login()).code).toBe('code-unavailable');
    expect(watched(request({ url }, weapp({ request: broken }))).code).toBe('request-failed');
    const wx = { login, onAppShow: broken, onAppHide: broken, getLaunchOptionsSync: broken };
    expect(watched(sessionOn(wx).login()).values).toEqual([{ token: 'token-of-1' }]);
  });
});

/** A store that an earlier run of the app left a session in. */
function oldSession(): SessionConfig['store'] {
  const record = { version: 1, source: 'shop', credential: { token: 'old' }, receivedAt: 0 };
  return { read: () => record, write: () => undefined, remove: () => undefined };
}

describe('W1: the global wx', () => {
  test('W1: is touched neither by importing nor by making anything; it is looked up at first use', () => {
    const touched = jest.fn();
    Object.defineProperty(globalThis, 'wx', { get: touched, configurable: true });
    const library = anotherCopy();
    const platform = library.weapp();
    library.httpBackend({ baseUrl: 'https://api.example.com' });
    library.weappStore({ key: 'k' });
    const session = library.createSession({ source: 'shop', backend, baseUrl: 'https://api.example.com' });
    library.request({ url });
    expect(platform).toBeDefined();
    expect(touched).not.toHaveBeenCalled();
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(touched).toHaveBeenCalled();
  });

  test('W1: where there is none, what is asked of it fails, and throws nothing', () => {
    Reflect.deleteProperty(globalThis, 'wx');
    const platform = weapp();
    expect(platform.api).toEqual({});
    expect(watched(platform.call('login')).errors).toEqual([{ errMsg: 'login:fail not supported' }]);
  });

  test('W1: one that appears after the session was made is used', () => {
    const session = createSession({ source: 'shop', backend });
    Object.assign(globalThis, { wx: { login: ({ success }: Callbacks) => success({ code: 'late' }) } });
    expect(watched(session.login()).values).toEqual([{ token: 'token-of-late' }]);
  });

  test('W1 W2: so is one that appears after the session was used without it', () => {
    Reflect.deleteProperty(globalThis, 'wx');
    const session = createSession({ source: 'shop', backend });
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(watched(session.login()).code).toBe('code-unavailable');
    Object.assign(globalThis, { wx: { login: ({ success }: Callbacks) => success({ code: 'late' }) } });
    expect(watched(session.login()).values).toEqual([{ token: 'token-of-late' }]);
  });
});

describe('W1 C3: app show and hide', () => {
  const listening = () => {
    const wx = {
      login: ({ success }: Callbacks) => success({ code: '1' }),
      onAppShow: jest.fn((_: () => void) => undefined),
      offAppShow: jest.fn((_: () => void) => undefined),
      onAppHide: jest.fn((_: () => void) => undefined),
      offAppHide: jest.fn((_: () => void) => undefined),
    };
    return wx;
  };

  test('C3: listeners are put on at first use, once, and taken off with the very function', () => {
    const wx = listening();
    const session = sessionOn(wx);
    expect(wx.onAppShow).not.toHaveBeenCalled();
    watched(session.session$);
    watched(session.login());
    expect([wx.onAppShow.mock.calls.length, wx.onAppHide.mock.calls.length]).toEqual([1, 1]);
    expect(wx.offAppShow).not.toHaveBeenCalled();
    session.dispose();
    session.dispose();
    expect(wx.offAppShow.mock.calls).toEqual(wx.onAppShow.mock.calls);
    expect(wx.offAppHide.mock.calls).toEqual(wx.onAppHide.mock.calls);
    expect(wx.offAppShow.mock.calls[0][0]).toBe(wx.onAppShow.mock.calls[0][0]);
    expect(wx.offAppHide.mock.calls[0][0]).toBe(wx.onAppHide.mock.calls[0][0]);
    expect(typeof wx.offAppShow.mock.calls[0][0]).toBe('function');
  });

  test('C3: a session that was never used takes nothing off: an off without a function removes everybody', () => {
    const wx = listening();
    sessionOn(wx).dispose();
    expect(wx.offAppShow).not.toHaveBeenCalled();
    expect(wx.offAppHide).not.toHaveBeenCalled();
  });

  test('W1 C3: without offAppShow a session is disposed all the same, and its listener throws nothing', () => {
    const { login, onAppShow, onAppHide } = listening();
    const session = sessionOn({ login, onAppShow, onAppHide });
    watched(session.login());
    session.dispose();
    const { snapshot } = session;
    onAppHide.mock.calls[0][0]();
    onAppShow.mock.calls[0][0]();
    expect(session.snapshot).toBe(snapshot);
  });
});

describe('W3: at most four wx.login in a second', () => {
  const counting = () => {
    const times: number[] = [];
    const start = Date.now();
    let codes = 0;
    const login = ({ success }: Callbacks) => {
      times.push(Date.now() - start);
      success({ code: String(++codes) });
    };
    return { times, wx: { login } };
  };

  test('W3: the fifth waits until the second is over, whichever session asks', async () => {
    const { times, wx } = counting();
    const sessions = Array.from({ length: 9 }, (_, index) => sessionOn(wx, { source: `shop${index}` }));
    const logins = sessions.map((session) => watched(session.login()));
    expect(times).toEqual([0, 0, 0, 0]);
    await jest.advanceTimersByTimeAsync(999);
    expect(times).toHaveLength(4);
    await jest.advanceTimersByTimeAsync(1);
    expect(times).toEqual([0, 0, 0, 0, 1000, 1000, 1000, 1000]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(times).toHaveLength(9);
    expect(logins.map(({ values }) => values.length)).toEqual(Array(9).fill(1));
  });

  test('W3: also for forced logins of one session, one after the other', async () => {
    const { times, wx } = counting();
    const session = sessionOn(wx);
    for (let turn = 0; turn < 6; turn++) {
      watched(session.login({ mode: 'force' }));
      await jest.advanceTimersByTimeAsync(10);
    }
    expect(times).toEqual([0, 10, 20, 30]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(times).toHaveLength(5); // those who came while the fifth waited have joined it
    expect(times[4]).toBe(1000);
  });

  test('W3: no second of any busy minute has five', async () => {
    const { times, wx } = counting();
    const platforms: readonly Platform[] = [weapp(wx), weapp(wx)];
    for (let step = 0; step < 60; step++) {
      const platform = platforms[step % 2];
      watched(sessionOn(wx, { source: `s${step}`, platform }).login());
      await jest.advanceTimersByTimeAsync((step * 37) % 190);
    }
    await jest.advanceTimersByTimeAsync(60_000);
    expect(times).toHaveLength(60);
    times.slice(4).forEach((time, index) => expect(time - times[index]).toBeGreaterThanOrEqual(1000));
  });

  test('W3: the wait for a turn is not the time limit of wx.login', async () => {
    const { wx } = counting();
    const logins = Array.from({ length: 5 }, () =>
      watched(sessionOn(wx, { timeouts: { code: 500 } }).login()),
    );
    await jest.advanceTimersByTimeAsync(1000);
    expect(logins[4].values).toHaveLength(1);
  });

  test('W3 S5: another api object has a limit of its own', () => {
    const [one, other] = [counting(), counting()];
    Array.from({ length: 5 }, () => watched(sessionOn(one.wx).login()));
    Array.from({ length: 4 }, () => watched(sessionOn(other.wx).login()));
    expect(other.times).toEqual([0, 0, 0, 0]);
  });

  test('W3: sessions on the global wx share one limit', () => {
    const { times, wx } = counting();
    Object.assign(globalThis, { wx });
    Array.from({ length: 5 }, (_, index) =>
      watched(createSession({ source: `s${index}`, backend, store: null }).login()),
    );
    expect(times).toHaveLength(4);
  });

  test('W3: so do two copies of the library, as an independent subpackage has one, a frozen api excepted', () => {
    const logins = (wx: object) => {
      const { createSession, weapp } = anotherCopy();
      for (let turn = 0; turn < 3; turn++) {
        const platform = weapp(wx);
        watched(createSession({ source: `copy${turn}`, backend, platform, store: null }).login());
        watched(sessionOn(wx, { source: `s${turn}` }).login());
      }
    };
    const [open, closed] = [counting(), counting()];
    logins(open.wx);
    expect(open.times).toHaveLength(4);
    expect(Object.keys(open.wx)).toEqual(['login']);
    expect(Object.getOwnPropertyNames(open.wx)).toContain('_rxWeappLogins');
    logins(Object.freeze(closed.wx));
    expect(closed.times).toHaveLength(6);
    watched(sessionOn(closed.wx).login());
    watched(sessionOn(closed.wx).login());
    expect(closed.times).toHaveLength(7);
  });

  test('W3: an api that answers to every name keeps the limit too', () => {
    const { times, wx } = counting();
    const mock = new Proxy(wx, {
      get: (target, name) => (name === 'login' ? target.login : () => undefined),
    });
    for (let turn = 0; turn < 6; turn++) watched(sessionOn(mock, { source: `s${turn}` }).login());
    expect(times).toHaveLength(4);
  });

  test('W3: a failing wx.login counts as well', () => {
    const login = jest.fn(({ fail }: Callbacks) => fail({ errMsg: 'login:fail' }));
    const wx = { login };
    for (let turn = 0; turn < 6; turn++) watched(sessionOn(wx).login());
    expect(login).toHaveBeenCalledTimes(4);
  });

  test('W3: a clock that was set back delays nobody for longer than a second', async () => {
    const { times, wx } = counting();
    Array.from({ length: 4 }, () => watched(sessionOn(wx).login()));
    jest.setSystemTime(Date.now() - 3_600_000);
    watched(sessionOn(wx).login());
    await jest.advanceTimersByTimeAsync(1000);
    expect(times).toHaveLength(5);
  });
});

describe('W3: single page mode', () => {
  const singlePage = (launch: object) => {
    const login = jest.fn(({ success }: Callbacks) => success({ code: '1' }));
    const sent = jest.fn(({ success }: Callbacks) => success(OK));
    return { login, sent, wx: { login, request: sent, getLaunchOptionsSync: () => launch } };
  };

  test.each([
    { scene: 1154 },
    { scene: 1154, apiCategory: 'browseOnly' },
    { scene: 1155, apiCategory: 'browseOnly' },
  ])('W3: launched with %p there is no login: code-unavailable, wx.login is not called', async (launch) => {
    const { login, wx } = singlePage(launch);
    expect(watched(sessionOn(wx).login()).code).toBe('code-unavailable');
    expect(watched(sessionOn(wx).login({ mode: 'forceSilent' })).code).toBe('code-unavailable');
    expect(login).not.toHaveBeenCalled();
  });

  test('W3: it is looked at before each wx.login, not only before the first on an api object', () => {
    const launch = { scene: 1001 };
    const { login, wx } = singlePage(launch);
    expect(watched(sessionOn(wx).login()).values).toHaveLength(1);
    launch.scene = 1154;
    expect(watched(sessionOn(wx).login()).code).toBe('code-unavailable');
    expect(login).toHaveBeenCalledTimes(1);
  });

  test('W3 M4: a silent request goes on anonymously there', async () => {
    const { sent, login, wx } = singlePage({ scene: 1154 });
    const response$ = requestWithLogin(sessionOn(wx), { url: '/news', loginOptions: { mode: 'silent' } });
    expect(await lastValueFrom(response$)).toMatchObject({ statusCode: 200 });
    expect(sent.mock.calls[0][0]).not.toHaveProperty('header.Authorization');
    expect(login).not.toHaveBeenCalled();
  });

  test.each([{ scene: 1001 }, { scene: 1155, apiCategory: 'default' }, {}])(
    'W3: launched with %p it logs in',
    (launch) => {
      expect(watched(sessionOn(singlePage(launch).wx).login()).values).toHaveLength(1);
    },
  );
});
