import { EMPTY } from 'rxjs';
import { sessionError } from 'rx-weapp-session';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { because } from './support/because';
import { request } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { busy, closed } from './support/props';

describe('F3: what is tried again', () => {
  const offline = { errMsg: 'request:fail', errno: 600000 };
  const TRANSIENT: readonly (readonly [title: string, reason: unknown])[] = [
    ['no network', offline],
    ['no network, of an old base library', { errMsg: 'request:fail' }],
    ['no network, beside the status of no response', { statusCode: 0, errMsg: 'request:fail' }],
    ['a time-out that wx reports', { errMsg: 'request:fail timeout', errno: 5 }],
    ['errno 600003', { errMsg: 'request:fail network changed', errno: 600003 }],
    ...[408, 429, 500, 502, 503, 504, 599].map(
      (code) => [`statusCode ${code}`, { statusCode: code }] as const,
    ),
    ...[408, 429, 500].map((code) => [`status ${code}`, { status: code }] as const),
    ['an Error with a statusCode', Object.assign(new Error('Bad Gateway'), { statusCode: 502 })],
    ['WeChat is busy', { errcode: -1, errmsg: 'system error' }],
    ['WeChat is busy, in a response', { statusCode: 400, data: {}, errcode: -1 }],
    ['the minute quota', { errcode: 45011, errmsg: 'api minute-quota reach limit' }],
  ];
  const REASONS: readonly (readonly [title: string, reason: () => unknown])[] = [
    ...TRANSIENT.map(([title, reason]) => [title, () => reason] as const),
    ['request-failed', () => sessionError('request-failed', 'wx.request failed', offline)],
    ['a SessionError, backend-unreachable', () => sessionError('backend-unreachable', 'no answer', offline)],
  ];
  for (const [title, reasonOf] of REASONS)
    test(`F3: transient: ${title}: two more tries, each with a new code, then backend-unreachable`, () =>
      sessionMarbles(({ session, backend, expectCalls, expectEvents, expectObservable }) => {
        const reason = reasonOf();
        backend.silentLogin.always('50ms f', { f: failure(reason) });
        const unreachable = because('backend-unreachable', reason);

        expectCalls(backend.silentLogin).toBe(' 10ms a 59ms b 59ms c');
        expectObservable(session.login()).toBe('180ms               #', {}, unreachable);
        expectEvents().toBe('                s 59ms r 59ms r 59ms f');
      }));

  for (const pace of PACES)
    test(`F3: a transient failure that passes is no failure; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, backend, expectCalls, expectSession, expectEvents, expectObservable }) => {
          backend.silentLogin(['50ms f', '50ms #', '50ms A'], busy);

          expectCalls(backend.silentLogin).inPace(' 10ms a 59ms b 59ms c');
          expectSession(session).inPace('          (ns)           176ms A');
          expectEvents().inPace('                s 59ms r 59ms r 59ms y');
          expectObservable(request(session)).inPace('200ms                     (A|)');
        },
        { pace },
      ));

  const DEFINITIVE: readonly (readonly [title: string, reason: unknown])[] = [
    ...[400, 401, 403, 404, 409, 422].map((code) => [`statusCode ${code}`, { statusCode: code }] as const),
    ['status 403', { status: 403 }],
    ['an odd success', { statusCode: 200, data: {} }],
    ['a status that is no number', { statusCode: '503' }],
    ['a blocked code', { errcode: 40226, errmsg: 'code blocked' }],
    ['another errcode', { errcode: 40013, errmsg: 'invalid appid' }],
    ['another errcode beside an errMsg', { errcode: 40013, errMsg: 'code2Session:fail' }],
    ['a plain Error', closed],
    ['a string', 'no'],
    ['nothing', undefined],
    ['null', null],
  ];
  for (const [title, reason] of DEFINITIVE)
    test(`F3: definitive: ${title}: login-rejected at once, with it as its cause`, () =>
      sessionMarbles(({ session, backend, expectCalls, expectEvents, expectObservable }) => {
        backend.silentLogin.always('50ms f', { f: failure(reason) });

        expectCalls(backend.silentLogin).toBe('10ms a');
        expectObservable(session.login()).toBe('60ms #', {}, because('login-rejected', reason));
        expectEvents().toBe('                s 59ms f');
      }));

  for (const code of ['login-rejected', 'backend-invalid', 'login-timeout', 'auth-failed'] as const)
    test(`F3: a SessionError is read as its code says: ${code} is not tried again`, () =>
      sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
        const message = 'the backend says so';
        backend.silentLogin.always('50ms f', { f: failure(sessionError(code, message)) });

        expectCalls(backend.silentLogin).toBe('10ms a');
        expectObservable(session.login()).toBe('60ms #', {}, { code, message });
      }));

  test('F3: a backend that throws is login-rejected, with the thrown as its cause', () => {
    let calls = 0;
    const throws = (): never => {
      calls++;
      throw closed;
    };
    sessionMarbles(
      ({ session, wx, expectCalls, expectObservable }) => {
        expectCalls(wx.login).toBe('           x');
        expectObservable(session.login()).toBe('10ms #', {}, because('login-rejected', closed));
      },
      { backend: { silentLogin: throws, login: () => EMPTY } },
    );
    expect(calls).toBe(1);
  });

  for (const errcode of [40029, 40163]) {
    test(`F3: ${errcode} is tried again once, with a fresh code`, () =>
      sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
        backend.silentLogin(['50ms f', '50ms A'], { f: failure({ errcode }) });

        expectCalls(backend.silentLogin).toBe(' 10ms a 59ms b');
        expectObservable(session.login()).toBe('120ms        (A|)');
      }));

    test(`F3: ${errcode} twice is the backend's no`, () =>
      sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
        backend.silentLogin.always('50ms f', { f: failure({ statusCode: 401, errcode }) });

        expectCalls(backend.silentLogin).toBe(' 10ms a 59ms b');
        expectObservable(session.login()).toBe('120ms        #', {}, 'login-rejected');
      }));
  }

  test('F3: a refused code and a busy backend are counted apart', () =>
    sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
      const refused = { r: failure({ errcode: 40029 }) };
      backend.silentLogin(['50ms f', '50ms r', '50ms f', '50ms r'], { ...busy, ...refused });

      expectCalls(backend.silentLogin).toBe(' 10ms a 59ms b 59ms c 59ms d');
      expectObservable(session.login()).toBe('240ms                      #', {}, 'login-rejected');
    }));

  for (const [count, tries, end] of [
    [0, '10ms a', '60ms #'],
    [1, '10ms a 59ms b', '120ms #'],
    [3, '10ms a 59ms b 59ms c 59ms d', '240ms #'],
  ] as const)
    test(`F3: retry.count ${count}`, () =>
      sessionMarbles(
        ({ session, backend, expectCalls, expectObservable }) => {
          backend.silentLogin.always('50ms #');

          expectCalls(backend.silentLogin).toBe(tries);
          expectObservable(session.login()).toBe(end, {}, 'backend-unreachable');
        },
        { retry: { count } },
      ));

  test('F3: a wx.login that fails is code-unavailable at once, with the result as its cause', () =>
    sessionMarbles(({ session, wx, backend, expectCalls, expectObservable }) => {
      const result = { errMsg: 'login:fail timeout', errno: 5 };
      wx.login.always('10ms #', { '#': result });
      backend.silentLogin([]);

      expectCalls(wx.login).toBe('            x');
      expectObservable(session.login()).toBe('10ms #', {}, because('code-unavailable', result));
    }));
});
