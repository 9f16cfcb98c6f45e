import { asyncScheduler, map, of, throwError } from 'rxjs';
import {
  createSession,
  httpBackend,
  isSessionError,
  request,
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  weapp,
  withLogin,
} from 'rx-weapp-session';
import type { Credential, HttpBackendOptions, RequestOptions } from 'rx-weapp-session';
import { errorOf, thrownBy, watched } from '../test/support/watched';
import { at, createWorld, fails, issued, record, virtually, watch } from './support/world';

// What the fault matrix and the fuzzing found.

const interrupted = fails('login:fail interrupted', 600003);

for (const [title, onAppShow] of [
  ['is missing', undefined],
  [
    'throws',
    () => {
      throw new Error('not in plugins');
    },
  ],
] as const) {
  test(
    `W1, F6: where onAppShow ${title} the session cannot tell, so an interrupted step is taken again at once`,
    virtually(({ flush }) => {
      const world = createWorld({ login: [interrupted, { code: 'code2' }], wx: { onAppShow } });
      const login = watch(world.session.login());
      at(5, world.hide);
      flush();
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    `W1, F2: where onAppShow ${title} a time limit still ends what never answers, after the app was hidden`,
    virtually(({ flush }) => {
      let ended = 0;
      const world = createWorld({ login: [], wx: { onAppShow, login: () => undefined } });
      const login = watch(world.session.login());
      world.session.event$.subscribe(() => (ended = asyncScheduler.now()));
      at(5, world.hide);
      flush();
      expect(login.log).toEqual(['!login-timeout']);
      expect(ended).toBe(10_000);
    }),
  );
}

const stuck = (task: unknown) => weapp({ request: () => task });
for (const [title, task] of [
  [
    'throws',
    {
      abort: () => {
        throw new Error('already over');
      },
    },
  ],
  [
    'cannot be read',
    {
      get abort(): unknown {
        throw new Error('revoked');
      },
    },
  ],
  ['is no function', { abort: true }],
] as const) {
  test(`W1, C1: whoever unsubscribes from a request whose abort ${title} gets no exception`, () => {
    const sent = watch(request({ url: 'https://api.example.com/' }, stuck(task)));
    expect(() => sent.stop()).not.toThrow();
  });
}

test(
  'W1, C1: nor does whoever unsubscribes from a request with a login',
  virtually(() => {
    const abort = () => {
      throw new Error('already over');
    };
    const world = createWorld({
      stored: { version: 1, source: 'shop', credential: { token: 'A' }, receivedAt: 0 },
      wx: { request: () => ({ abort }) },
    });
    const sent = watch(requestWithLogin(world.session, { url: '/orders' }));
    expect(() => sent.stop()).not.toThrow();
  }),
);

/** Whoever looks at it gets an exception: a Proxy that was revoked, an object of a page that is gone. */
const unreadable = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const failsUnreadably = throwError(unreadable);

test('F7: isSessionError says no to what cannot be looked at', () => {
  expect(isSessionError(unreadable())).toBe(false);
});

test(
  'F3: a failure of the backend that cannot be looked at is login-rejected, and the next login works',
  virtually(({ flush }) => {
    const { session } = createWorld({ silentLogin: [failsUnreadably, issued('B')] });
    const first = watch(session.login());
    flush();
    expect(first.log).toEqual(['!login-rejected']);
    const second = watch(session.login());
    flush();
    expect(second.log).toEqual(['B', '|']);
  }),
);

test(
  'F1: a failure of wx.login that cannot be looked at is code-unavailable',
  virtually(({ flush }) => {
    const { session } = createWorld({ login: [failsUnreadably] });
    const login = watch(session.login());
    flush();
    expect(login.log).toEqual(['!code-unavailable']);
  }),
);

test(
  'E6: an outcome that cannot be looked at passes the guard and the retry untouched',
  virtually(({ flush }) => {
    const { session } = createWorld();
    const value = unreadable();
    const reason = unreadable();
    const through: unknown[] = [];
    const subscriber = {
      next: (it: unknown) => through.push(it),
      error: (it: unknown) => through.push(it),
    };
    const operators = [withLogin<unknown>(session), retryOnExpired<unknown>(session)] as const;
    of(0)
      .pipe(map((): unknown => value))
      .pipe(...operators)
      .subscribe(subscriber);
    throwError(() => reason)
      .pipe(...operators)
      .subscribe(subscriber);
    flush();
    expect(through).toHaveLength(2);
    expect(through[0] === value && through[1] === reason).toBe(true);
  }),
);

test(
  'E6: a response that cannot be looked at is passed on as it is',
  virtually(({ flush }) => {
    const response = unreadable();
    const { session } = createWorld({
      wx: { request: ({ success }: { success: (result: unknown) => void }) => success(response) },
    });
    const seen: unknown[] = [];
    sessionRequest(session, { url: '/orders' }).subscribe((it) => seen.push(it));
    flush();
    expect(seen).toHaveLength(1);
    expect(seen[0] === response).toBe(true);
  }),
);

const boom = (): never => {
  throw new Error('looked at');
};
const good = () => ({
  source: 'shop',
  platform: weapp({}),
  backend: { silentLogin: () => [issued('A')], login: () => [issued('B')] },
});

test('createSession throws nothing but config-invalid, though a field cannot be read', () => {
  const config = Object.defineProperty(good(), 'tips', { get: boom, enumerable: true });
  expect(thrownBy(() => createSession(config)).code).toBe('config-invalid');
  for (const baseUrl of [['https://api.example.com'], { toString: () => 'https://api.example.com' }]) {
    const odd = { ...good(), baseUrl: baseUrl as unknown as string };
    expect(thrownBy(() => createSession(odd)).code).toBe('config-invalid');
  }
  expect(thrownBy(() => httpBackend(undefined as unknown as HttpBackendOptions)).code).toBe('config-invalid');
});

test('R1: request options that cannot be read are config-invalid, in the stream', () => {
  const { session } = createWorld({ stored: record('A') });
  const none = undefined as unknown as RequestOptions;
  const odd = Object.defineProperty({ url: '/orders' }, 'data', { get: boom, enumerable: true });
  for (const options of [none, odd]) {
    expect(errorOf(sessionRequest(session, options)).code).toBe('config-invalid');
    expect(errorOf(requestWithLogin(session, options)).code).toBe('config-invalid');
  }
  const loginOptions = {
    get mode() {
      return boom();
    },
  };
  expect(errorOf(requestWithLogin(session, { url: '/orders', loginOptions })).code).toBe('config-invalid');
});

test('R2: request is cold: it looks at its options when it is subscribed', () => {
  const none = undefined as unknown as RequestOptions;
  expect(errorOf(request(none, weapp({ request: boom }))).code).toBe('request-failed');
  const timeout = { valueOf: boom } as unknown as number;
  const { session, count } = createWorld({ stored: record('A') });
  expect(errorOf(sessionRequest(session, { url: '/orders', timeout })).code).toBe('request-failed');
  expect(count('wx.request')).toBe(0);
});

test(
  'P9: a method that is no name is config-invalid, as are options that cannot be read',
  virtually(() => {
    const { session } = createWorld({ stored: record('A') });
    for (const method of [Symbol('phoneNumber'), 42, '', { toString: boom }]) {
      const options = { mode: 'forceAuth', method: method as string } as const;
      expect(errorOf(session.login(options)).code).toBe('config-invalid');
    }
    const odd = {
      get mode() {
        return boom();
      },
    };
    expect(errorOf(session.login(odd)).code).toBe('config-invalid');
    expect(watch(session.login()).log).toEqual(['A', '|']);
  }),
);

test('invalidate says no to no credential, and logout takes null for its options', () => {
  const { session } = createWorld({ stored: record('A') });
  for (const none of [undefined, null, unreadable()]) {
    expect(session.invalidate(none as Credential)).toBe(false);
  }
  expect(session.credential?.token).toBe('A');
  expect(watched(session.logout(null as unknown as undefined)).completed).toBe(true);
});

test('R1: the url that is checked after attach is the one that is sent, though it tells another at each look', () => {
  const sent: string[] = [];
  let looks = 0;
  const attach = (options: RequestOptions) =>
    Object.defineProperty({ ...options }, 'url', {
      get: () => (looks++ === 0 ? 'https://api.example.com/' : 'https://evil.example/'),
      enumerable: true,
    });
  const { session } = createWorld({
    stored: record('A'),
    config: { attach },
    wx: { request: ({ url }: RequestOptions) => void sent.push(url) },
  });
  watch(sessionRequest(session, { url: '/orders' }));
  expect(sent).toEqual(['https://api.example.com/']);
});
