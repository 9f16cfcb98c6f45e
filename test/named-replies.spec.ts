import {
  createSession,
  downloadFile,
  isSessionError,
  request,
  requestWithLogin,
  sessionRequest,
  uploadFile,
  weapp,
} from 'rx-weapp-session';
import type { LoginReply, RequestOptions, Session, SessionConfig } from 'rx-weapp-session';
import { newCodes } from './support/new-codes';
import { errorOf, watched } from './support/watched';

// What an error is about: the field of a reply, the url, the call of wx that failed.

interface Callbacks {
  success(result: object): void;
}
const credential = { token: 'A' };
const reply = () => [{ credential }];

function sessionWith(config: Partial<SessionConfig>, stored = false): Session {
  const record = { version: 1, source: 'shop', credential, receivedAt: Date.now() } as const;
  return createSession({
    source: 'shop',
    baseUrl: 'https://api.example.com',
    platform: weapp({
      login: newCodes(),
      request: ({ success }: Callbacks) => success({ statusCode: 200, data: '', header: {} }),
    }),
    backend: { silentLogin: reply, login: reply },
    store: stored ? { read: () => record, write: () => undefined, remove: () => undefined } : null,
    ...config,
  });
}

describe('backend-invalid names the field that cannot be read', () => {
  test.each([
    [{ credential: {} }, 'token'],
    [{ credential: { token: '' } }, 'token'],
    [{ credential: { token: 7 } }, 'token'],
    [{ credential: { token: 'A', expiresAt: 'soon' } }, 'expiresAt'],
    [{ credential: { token: 'A', expiresAt: NaN } }, 'expiresAt'],
    [{ credential: { token: 'A', userId: 7 } }, 'userId'],
    [{ credential: { token: 'A', userId: '' } }, 'userId'],
    [undefined, 'credential or authorize'],
    [{}, 'credential or authorize'],
    [{ authorize: {} }, 'credential or authorize'],
    [{ authorize: { method: 7 } }, 'credential or authorize'],
    [{ authorize: { method: 'phoneNumber', ticket: 7 } }, 'credential or authorize'],
  ])('%j: %s', (given, field) => {
    const silentLogin = () => [given as LoginReply];
    const error = errorOf(sessionWith({ backend: { silentLogin, login: reply } }).login());
    expect(error.code).toBe('backend-invalid');
    expect(error.message).toContain(field);
  });

  test.each([null, undefined])('expiresAt, userId and ticket may be %p', (none) => {
    const asking = { authorize: { method: 'phoneNumber', ticket: none } } as unknown as LoginReply;
    const having = { credential: { token: 'A', expiresAt: none, userId: none } } as unknown as LoginReply;
    const session = sessionWith({ backend: { silentLogin: () => [asking], login: () => [having] } });
    const login = watched(session.login());
    session.prompt$.subscribe((prompt) => prompt?.answer({ code: 'p' }));
    expect(login.values).toMatchObject([credential]);
  });

  test('P7: an empty ticket, as some serialisers write it, is none', () => {
    const asking: LoginReply = { authorize: { method: 'phoneNumber', ticket: '' } };
    const login = jest.fn(() => [{ credential }]);
    const session = sessionWith({ backend: { silentLogin: () => [asking], login } });
    const waiter = watched(session.login());
    session.prompt$.subscribe((prompt) => prompt?.answer({ code: 'p' }));
    expect(waiter.values).toMatchObject([credential]);
    expect(login).toHaveBeenCalledWith(expect.objectContaining({ code: expect.any(String) }));
    expect(login).toHaveBeenCalledWith(expect.not.objectContaining({ ticket: '' }));
  });

  test('R1: a token that its class computes is kept as text', () => {
    class Member {
      readonly userId = 'u1';
      get token(): string {
        return 'computed';
      }
    }
    const session = sessionWith({
      backend: { silentLogin: () => [{ credential: new Member() }], login: () => [] },
    });
    expect(watched(session.login()).values).toEqual([{ token: 'computed', userId: 'u1' }]);
  });

  test('K3 P7: null for expiresAt, userId or ticket is the same as leaving it out: no state, record or call has it', () => {
    const replies = [
      { authorize: { method: 'phoneNumber', ticket: null } },
      { credential: { token: 'A', expiresAt: null, userId: null } },
    ] as unknown as LoginReply[];
    const login = jest.fn(() => [replies[1]]);
    const write = jest.fn();
    const session = sessionWith({
      backend: { silentLogin: () => [replies[0]], login },
      store: { read: () => undefined, write, remove: () => undefined },
    });
    session.prompt$.subscribe((prompt) => prompt?.answer({ code: 'p' }));
    watched(session.login());
    expect(login.mock.calls).toStrictEqual([
      [{ source: 'shop', method: 'phoneNumber', authorization: { code: 'p' }, code: 'c2' }],
    ]);
    expect(session.snapshot).toStrictEqual({ status: 'authenticated', credential, origin: 'interactive' });
    const receivedAt = expect.any(Number) as unknown;
    expect(write.mock.calls).toStrictEqual([[{ version: 1, source: 'shop', credential, receivedAt }]]);
  });
});

describe('R1: config-invalid names what is wrong with a request', () => {
  const nothing = undefined as unknown as RequestOptions;
  const throwing = () => {
    throw new Error('no such header');
  };
  const bad = (url: unknown) => ({ url }) as RequestOptions;

  test.each([
    ['a url that is a number', {}, bad(7), /^url\b/],
    ['a url that is missing', {}, bad(undefined), /^url\b/],
    ['no options', {}, nothing, /^request\b/],
    ['neither baseUrl nor trustedOrigins', { baseUrl: undefined }, bad('https://x.org'), /^baseUrl\b/],
    ['a relative url and no baseUrl', { baseUrl: undefined }, bad('/a'), /^baseUrl\b/],
    ['an attach that throws', { attach: throwing }, bad('/a'), /^attach\b/],
  ])('R1: %s', (_, config, options, named) => {
    const error = errorOf(sessionRequest(sessionWith(config, true), options));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(named);
  });

  test.each([undefined, null])('R3: requestWithLogin without a request (%p)', (options) => {
    const error = errorOf(requestWithLogin(sessionWith({}), options as unknown as RequestOptions));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(/^request /);
  });

  test('R3: a url that a login could not help', () => {
    const error = errorOf(requestWithLogin(sessionWith({}), { url: 'https://other.example.org/' }));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(/^url\b/);
  });
});

test('R2: request-failed names the call of wx', () => {
  const none = sessionWith({ platform: weapp({}) });
  const url = '/a';
  expect(errorOf(request({ url }, weapp({}))).message).toContain('wx.request');
  expect(errorOf(sessionRequest(none, { url })).message).toContain('wx.request');
  expect(errorOf(uploadFile(none, { url, filePath: 'wxfile://a', name: 'a' })).message).toContain(
    'wx.uploadFile',
  );
  expect(errorOf(downloadFile(none, { url })).message).toContain('wx.downloadFile');
});

describe('isSessionError', () => {
  test.each([{ name: 'SessionError' }, { name: 'SessionError', code: 7 }, { code: 'disposed' }])(
    'is false for %j, which only resembles one',
    (error) => {
      expect(isSessionError(error)).toBe(false);
    },
  );
});
