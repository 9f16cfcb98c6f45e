import * as fc from 'fast-check';
import { config as rxjsConfig, isObservable, Observable } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import {
  createSession,
  httpBackend,
  isSessionError,
  request,
  requestWithLogin,
  retryOnExpired,
  sessionError,
  sessionRequest,
  silentOnly,
  weapp,
  weappStore,
  whileAuthenticated,
  withLogin,
} from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { runTimers, startTime, stopTime } from '../support/virtual-time';
import { watched } from '../support/watched';
import { nasty, spoilt } from './nasty';
import { runs } from './runs';
import { inherited } from './untouched';

// What an app hands over may be anything, too: a typed error, or ignored; TypeScript is not asked.

jest.setTimeout(3_600_000);
beforeAll(startTime);
afterAll(stopTime);
afterEach(() => void (rxjsConfig.onUnhandledError = null));

interface Callbacks {
  success(result: unknown): void;
}
const createApi = () => ({
  login: ({ success }: Callbacks) => success({ code: `code${Math.random()}` }),
  checkSession: ({ success }: Callbacks) => success({}),
  request: ({ success }: Callbacks) => success({ statusCode: 200, data: {}, header: {} }),
  getStorageSync: () => '',
  setStorageSync: () => undefined,
  removeStorageSync: () => undefined,
});
const reply = () => [{ credential: { token: 'token' } }];
const baseUrl = 'https://api.example.com';
const createGood = () =>
  createSession({
    source: 'shop',
    baseUrl,
    platform: weapp(createApi()),
    backend: { silentLogin: reply, login: reply },
  });

/** Whether the test itself may look at it. */
function isWhole(value: unknown): boolean {
  try {
    return Object.keys({ ...(value as object) }).length > 0;
  } catch {
    return false;
  }
}

/** Calls the public function as JavaScript can: with anything. */
const loosely = <F>(call: F) => call as (...args: readonly unknown[]) => unknown;

/** What a call gave; a SessionError that it threw is a result, anything else fails the test. */
function resultOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (isSessionError(error)) return error;
    throw new Error('threw what is no SessionError', { cause: error });
  }
}

/** Everything that the sources do ends in values, or in one SessionError. */
async function settlesTyped(...sources: readonly unknown[]): Promise<void> {
  const all = sources.filter((source): source is Observable<unknown> => isObservable(source)).map(watched);
  await runTimers(3_600_000, () => false);
  for (const { errors } of all) {
    for (const error of errors) {
      if (!isSessionError(error)) throw new Error('ended with what is no SessionError', { cause: error });
    }
  }
}

async function harmless(work: () => readonly unknown[]): Promise<void> {
  const before = inherited();
  const unhandled: unknown[] = [];
  rxjsConfig.onUnhandledError = (error) => unhandled.push(error);
  jest.clearAllTimers();
  await settlesTyped(...work());
  expect(unhandled).toEqual([]);
  expect(inherited()).toBe(before);
}

const options = () => ({
  url: '/orders',
  method: 'POST',
  data: { a: { b: 1 } },
  header: { c: 'd' },
  timeout: 1000,
  loginOptions: { mode: 'common', tips: { title: 'x' }, method: 'phoneNumber', verify: true },
});

test('R1, R3, E8: request options of any kind', async () => {
  const property = fc.asyncProperty(fc.oneof(nasty, spoilt(options)), ({ make }) =>
    harmless(() => {
      const session = createGood();
      return [
        resultOf(() => loosely(sessionRequest)(session, make())),
        resultOf(() => loosely(requestWithLogin)(session, make())),
        resultOf(() => loosely(request)(make(), weapp(createApi()))),
      ];
    }),
  );
  await fc.assert(property, runs(150));
});

test('R1: frozen request options are accepted, and what is handed over is never changed', async () => {
  const property = fc.asyncProperty(spoilt(options), async ({ make }) => {
    const given = make();
    const written = () => {
      try {
        return JSON.stringify(given);
      } catch {
        return 'cannot be written';
      }
    };
    const before = written();
    await harmless(() => [resultOf(() => loosely(requestWithLogin)(createGood(), given))]);
    expect(written()).toBe(before);
  });
  await fc.assert(property, runs(60));
});

test('login options, logout options, credentials and outcomes of any kind', async () => {
  const loginOptions = () => options().loginOptions;
  const property = fc.asyncProperty(fc.oneof(nasty, spoilt(loginOptions)), ({ make }) =>
    harmless(() => {
      const session = createGood();
      const call = (name: 'login' | 'logout' | 'invalidate' | 'isExpired', what: unknown) =>
        resultOf(() => loosely(session[name])(what));
      return [
        call('login', make()),
        call('invalidate', make()),
        call('isExpired', make()),
        call('logout', make()),
        isSessionError(make()),
        JSON.stringify(sessionError('login-rejected', 'no', make())),
      ];
    }),
  );
  await fc.assert(property, runs(150));
});

test('options of the operators, each field of any kind', async () => {
  const property = fc.asyncProperty(nasty, nasty, ({ make }, outcome) =>
    harmless(() => {
      const session = createGood();
      const what = make();
      const sent = new Observable<unknown>((subscriber) => {
        subscriber.next(outcome.make());
        subscriber.complete();
      });
      const piped = (operator: unknown, field: string) =>
        sent.pipe(loosely(operator)(session, { [field]: what }) as MonoTypeOperatorFunction<unknown>);
      return [
        resultOf(() => piped(withLogin, 'mode')),
        resultOf(() => piped(withLogin, 'method')),
        resultOf(() => piped(silentOnly, 'verify')),
        resultOf(() => piped(retryOnExpired, 'mode')),
        resultOf(() => piped(retryOnExpired, 'count')),
        sent.pipe(whileAuthenticated(session)),
      ];
    }),
  );
  await fc.assert(property, runs(100));
});

const config = () => ({
  source: 'shop',
  backend: { silentLogin: reply, login: reply, refresh: reply, logout: reply },
  platform: weapp(createApi()),
  store: { read: () => undefined, write: () => undefined, remove: () => undefined },
  methods: { badge: { code: 'none', read: (detail: unknown) => detail } },
  defaultMethod: 'phoneNumber',
  tips: { title: 'x' },
  pageTips: { title: 'x' },
  privacy: true,
  isExpired: () => false,
  afterLogin: () => [],
  baseUrl,
  trustedOrigins: [baseUrl],
  attach: (it: unknown) => it,
  expiryLeeway: 1000,
  timeouts: { code: 1000, exchange: 1000, prompt: 1000 },
  retry: { count: 1, delay: 10 },
  promptGrace: 100,
});

test('config-invalid, or a session that works: a configuration of any kind', async () => {
  const property = fc.asyncProperty(fc.oneof(nasty, spoilt(config)), ({ make }) =>
    harmless(() => {
      const session = resultOf(() => loosely(createSession)(make()));
      if (isSessionError(session)) {
        expect(session.code).toBe('config-invalid');
        return [];
      }
      const { login, session$, prompt$ } = session as Session;
      return [
        session$,
        prompt$,
        login(),
        login({ mode: 'forceAuth' }),
        requestWithLogin(session as Session, { url: '/orders' }),
      ];
    }),
  );
  await fc.assert(property, runs(200));
});

test('the options of httpBackend, weappStore and weapp, of any kind', async () => {
  const http = () => ({
    baseUrl,
    paths: { silentLogin: '/a', login: '/b', refresh: '/c', logout: '/d' },
    header: { a: 'b' },
  });
  const property = fc.asyncProperty(fc.oneof(nasty, spoilt(http)), nasty, ({ make }, api) =>
    harmless(() => {
      const platform = weapp(createApi());
      const given = make();
      const withPlatform = () => Object.assign({ platform }, given);
      const backend = resultOf(() => loosely(httpBackend)(isWhole(given) ? withPlatform() : given));
      const works = isSessionError(backend) ? { silentLogin: reply, login: reply } : backend;
      const bare = resultOf(() => loosely(weapp)(api.make()));
      const store = resultOf(() => weappStore({ key: 'x', platform: bare as ReturnType<typeof weapp> }));
      const one = resultOf(() =>
        loosely(createSession)({ source: 'a', baseUrl, platform, backend: works }),
      ) as Session;
      const two = resultOf(() =>
        loosely(createSession)({
          source: 'b',
          baseUrl,
          platform: bare,
          store,
          backend: { silentLogin: reply, login: reply },
        }),
      ) as Session;
      return [one.login(), one.logout(), two.login(), two.verify(), two.logout()];
    }),
  );
  await fc.assert(property, runs(100));
});
