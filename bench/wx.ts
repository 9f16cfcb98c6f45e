/** What a call of the scripted platform takes, in ms. */
export interface Pace {
  readonly login: number;
  readonly checkSession: number;
  readonly exchange: number;
  readonly request: number;
}

/** How often each thing was called. */
export interface Calls {
  login: number;
  checkSession: number;
  exchange: number;
  request: number;
}

export interface Result {
  readonly statusCode: number;
  readonly data: { readonly credential?: { readonly token: string }; readonly expired?: boolean };
  readonly header: Record<string, string>;
}

export interface Failure {
  readonly errMsg: string;
}

interface Callbacks<T> {
  success?: (result: T) => void;
  fail?: (result: Failure) => void;
}

export interface Request extends Callbacks<Result> {
  readonly url: string;
  readonly header?: Record<string, string>;
}

/** The part of `wx` that logins and requests need. */
export interface Wx {
  login(options: Callbacks<{ errMsg: string; code: string }>): void;
  checkSession(options: Callbacks<{ errMsg: string }>): void;
  request(options: Request): { abort(): void };
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: unknown): void;
  setStorage(options: { key: string; data: unknown }): void;
  removeStorageSync(key: string): void;
  showToast(): void;
}

/** One platform and one backend, scripted: every contender runs on the same. */
export interface Script {
  readonly wx: Wx;
  readonly calls: Calls;
  readonly storage: Map<string, unknown>;
  /** The backend issues the next token. */
  issue(): string;
  /** The backend expires the token that it issued last. */
  expire(): void;
  /** The next so many calls of `wx.login` fail. */
  failLogins(count: number): void;
  /** The next request of this path takes so many ms. */
  delay(path: string, ms: number): void;
}

export const BASE_URL = 'https://api.example.com';

/** The exchange of a code; its reply has the form that `httpBackend` reads. */
export const EXCHANGE = '/session/silent';

/**
 * @param wait - calls back after so many ms: by a timer, or at once where a benchmark pays for no timers
 */
export function createScript(pace: Pace, wait: (ms: number, then: () => void) => void): Script {
  const calls: Calls = { login: 0, checkSession: 0, exchange: 0, request: 0 };
  const storage = new Map<string, unknown>();
  const delays = new Map<string, number>();
  let valid: string | undefined;
  let failing = 0;
  let issued = 0;

  const issue = () => (valid = `token ${++issued}`);

  const answer = (url: string, authorization: string | undefined): [ms: number, result: Result] => {
    if (url.endsWith(EXCHANGE)) {
      calls.exchange++;
      return [pace.exchange, { statusCode: 200, data: { credential: { token: issue() } }, header: {} }];
    }
    calls.request++;
    const path = url.slice(BASE_URL.length);
    const ms = delays.get(path) ?? pace.request;
    delays.delete(path);
    const good = valid !== undefined && authorization === `Bearer ${valid}`;
    return [
      ms,
      good
        ? { statusCode: 200, data: {}, header: {} }
        : { statusCode: 401, data: { expired: true }, header: {} },
    ];
  };

  return {
    calls,
    storage,
    issue,
    expire: () => (valid = undefined),
    failLogins: (count) => (failing = count),
    delay: (path, ms) => delays.set(path, ms),
    wx: {
      login: ({ success, fail }) => {
        const code = `code ${++calls.login}`;
        const fails = failing > 0;
        if (fails) failing--;
        wait(pace.login, () =>
          fails ? fail?.({ errMsg: 'login:fail' }) : success?.({ errMsg: 'login:ok', code }),
        );
      },
      checkSession: ({ success }) => {
        calls.checkSession++;
        wait(pace.checkSession, () => success?.({ errMsg: 'checkSession:ok' }));
      },
      request: ({ url, header, success }) => {
        const [ms, result] = answer(url, header?.Authorization);
        wait(ms, () => success?.(result));
        return { abort: () => undefined };
      },
      getStorageSync: (key) => storage.get(key) ?? '',
      setStorageSync: (key, value) => void storage.set(key, value),
      setStorage: ({ key, data }) => void storage.set(key, data),
      removeStorageSync: (key) => void storage.delete(key),
      showToast: () => undefined,
    },
  };
}
