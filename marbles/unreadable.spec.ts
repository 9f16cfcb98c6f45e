import { catchError, defer, EMPTY, map, of, throwError } from 'rxjs';
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
import { sessionMarbles } from 'rx-weapp-session/marbles';
import { thrownBy } from '../test/support/watched';

/** Whoever looks at it gets an exception: a Proxy that was revoked, an object of a page that is gone. */
const unreadable = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

test('F7: isSessionError says no to what cannot be looked at', () => {
  expect(isSessionError(unreadable())).toBe(false);
});

test('F3: a failure of the backend that cannot be looked at is login-rejected, and the next login works', () => {
  const replies = [throwError(unreadable), of({ credential: { token: 'B' } })];
  sessionMarbles(
    ({ session, expectSession, expectObservable }) => {
      expectObservable(session.login()).toBe('       10ms  #', {}, 'login-rejected');
      expectObservable(session.login(), '1s ^').toBe('1010ms           (B|)');
      expectSession(session).toBe('           (ns) 6ms e 989ms s 9ms B', { e: 'anonymous !login-rejected' });
    },
    { backend: { silentLogin: () => replies.shift() || EMPTY, login: () => EMPTY } },
  );
});

test('F1: a failure of wx.login that cannot be looked at is code-unavailable', () =>
  sessionMarbles(
    ({ session, expectObservable }) => expectObservable(session.login()).toBe('#', {}, 'code-unavailable'),
    { wx: { login: ({ fail }: { readonly fail: (result: unknown) => void }) => fail(unreadable()) } },
  ));

/** Says v for this very value, also where it cannot be looked at, and x for any other. */
const isIt = (wanted: unknown) => (value: unknown) => (value === wanted ? 'v' : 'x');

test('E6: an outcome that cannot be looked at passes the guard and the retry untouched', () =>
  sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
    const value = unreadable();
    const reason = unreadable();
    const operators = [withLogin<unknown>(session), retryOnExpired<unknown>(session)] as const;
    const passed = of(0).pipe(
      map((): unknown => value),
      ...operators,
      map(isIt(value)),
    );
    const failed = throwError(() => reason).pipe(
      ...operators,
      catchError((error: unknown) => of(isIt(reason)(error))),
    );

    expectObservable(passed).toBe('60ms (v|)');
    expectObservable(failed).toBe('60ms (v|)');
    expectCalls(backend.silentLogin).toBe('10ms a');
  }));

test('E6: a response that cannot be looked at is passed on as it is', () => {
  const response = unreadable();
  sessionMarbles(
    ({ session, expectObservable }) => {
      const answer = sessionRequest(session, { url: '/orders' }).pipe(map(isIt(response)));

      expectObservable(answer).toBe('(v|)');
    },
    { wx: { request: ({ success }: { success: (result: unknown) => void }) => success(response) } },
  );
});

const boom = (): never => {
  throw new Error('looked at');
};
const good = () => ({
  source: 'shop',
  platform: weapp({}),
  backend: { silentLogin: () => EMPTY, login: () => EMPTY },
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

test('R1: request options that cannot be read are config-invalid, in the stream', () =>
  sessionMarbles(({ session, storage, expectRequests, expectObservable }) => {
    storage.holds('A');
    const none = undefined as unknown as RequestOptions;
    const odd = Object.defineProperty({ url: '/orders' }, 'data', { get: boom, enumerable: true });
    const loginOptions = {
      get mode() {
        return boom();
      },
    };

    for (const options of [none, odd]) {
      expectObservable(sessionRequest(session, options)).toBe('#', {}, 'config-invalid');
      expectObservable(requestWithLogin(session, options)).toBe('#', {}, 'config-invalid');
    }
    const oddLogin = requestWithLogin(session, { url: '/orders', loginOptions });
    expectObservable(oddLogin).toBe('#', {}, 'config-invalid');
    expectRequests().toBe('');
  }));

test('R2: request is cold: it looks at its options when it is subscribed', () =>
  sessionMarbles(({ session, storage, expectRequests, expectObservable }) => {
    storage.holds('A');
    const none = undefined as unknown as RequestOptions;
    const timeout = { valueOf: boom } as unknown as number;
    const odd = sessionRequest(session, { url: '/orders', timeout });

    expectObservable(request(none, weapp({ request: boom }))).toBe('#', {}, 'request-failed');
    expectObservable(odd).toBe('#', {}, 'request-failed');
    expectRequests().toBe('');
  }));

test('P9: a method that is no name is config-invalid, as are options that cannot be read', () =>
  sessionMarbles(({ session, storage, expectObservable }) => {
    storage.holds('A');
    const odd = {
      get mode() {
        return boom();
      },
    };

    for (const method of [Symbol('phoneNumber'), 42, '', { toString: boom }]) {
      const login = session.login({ mode: 'forceAuth', method: method as string });
      expectObservable(login).toBe('#', {}, 'config-invalid');
    }
    expectObservable(session.login(odd)).toBe('#', {}, 'config-invalid');
    expectObservable(session.login()).toBe('(A|)');
  }));

test('E4 L1: invalidate says no to no credential, and logout takes null for its options', () =>
  sessionMarbles(({ session, storage, at, expectSession, expectObservable }) => {
    storage.holds('A');
    at('10ms', () => {
      for (const none of [undefined, null, unreadable()])
        expect(session.invalidate(none as Credential)).toBe(false);
    });
    const logout = defer(() => session.logout(null as unknown as undefined));

    expectObservable(logout, '20ms ^').toBe('20ms   (u|)', { u: undefined });
    expectSession(session).toBe('A 19ms n');
  }));

test('R1: the url that is checked after attach is the one that is sent, though it tells another at each look', () => {
  let looks = 0;
  const attach = (options: RequestOptions) =>
    Object.defineProperty({ ...options }, 'url', {
      get: () => (looks++ === 0 ? 'https://api.example.com/' : 'https://evil.example/'),
      enumerable: true,
    });
  sessionMarbles(
    ({ session, storage, subscribe, expectRequests }) => {
      storage.holds('A');
      subscribe(sessionRequest(session, { url: '/orders' }));

      expectRequests().toBe('n', { n: { url: 'https://api.example.com/' } });
    },
    { attach },
  );
});
