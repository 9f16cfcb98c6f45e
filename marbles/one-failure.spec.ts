import { catchError, concat, defer, EMPTY, ignoreElements, NEVER, of, throwError, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { isSessionError, weapp } from 'rx-weapp-session';
import type { AuthMethod, SessionErrorCode } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { request } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { closed, over, ticket } from './support/props';
import { theSame } from './support/the-same';

/** In the scripts of this file `#` is the backend's no. */
const rejected = { '#': closed };

describe('F1: one failure for all, and then anew', () => {
  for (const pace of PACES) {
    test(`F1: all waiters of a failed flight get the same error, and the next request starts a new one; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, wx, backend, expectCalls, expectEvents, expectObservable }) => {
          backend.silentLogin(['-', '50ms #', '50ms B'], rejected);
          const late = theSame('login-timeout');
          const no = { code: 'login-rejected', cause: closed };

          expectObservable(session.login()).inPace('                  15010ms #', {}, late);
          expectObservable(session.login({ mode: 'silent' })).inPace('15010ms #', {}, late);
          expectObservable(session.login({ mode: 'force' })).inPace(' 15010ms #', {}, late);
          expectObservable(request(session)).inPace('                 15010ms #', {}, late);
          expectObservable(session.login(), '20s ^').inPace('         20060ms #', {}, no);
          expectObservable(request(session), '30s ^').inPace('        30080ms (B|)');
          expectCalls(wx.login).times(3);
          expectEvents().inOrder('sfsfsy');
        },
        { pace },
      ));

    test(`F1: a waiter that logs in again in its error handler starts a new flight, the others get their error; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, wx, backend, cold, expectCalls, expectSession, expectObservable }) => {
          backend.silentLogin([cold('50ms #'), '50ms B'], rejected);
          const again = session.login().pipe(catchError(() => session.login()));

          expectObservable(again).inPace('          120ms            (B|)');
          expectObservable(session.login()).inPace('60ms    #', {}, 'login-rejected');
          expectSession(session).inPace('      (ns) 56ms (es) 56ms B', { e: 'anonymous !login-rejected' });
          expectCalls(wx.login).inPace('           x 59ms x');
        },
        { pace },
      ));
  }

  interface Case {
    readonly title: string;
    readonly script?: (scenario: Scenario) => void;
    readonly config?: () => MarblesConfig;
    /** When the login ends, on a platform that takes its time. */
    readonly end: string;
  }
  /** A platform whose `wx.login` does this, and that has nothing else. */
  const logsIn = (result: Observable<unknown>) => (): MarblesConfig => ({
    platform: { ...weapp({}), call: <T>() => result as Observable<T> },
  });
  const thrower = (): never => {
    throw closed;
  };

  const BROKEN: readonly (Case & { readonly code: SessionErrorCode })[] = [
    { title: 'wx.login completes empty', config: logsIn(EMPTY), end: '', code: 'code-unavailable' },
    {
      title: 'wx.login throws',
      config: () => ({ wx: { login: thrower } }),
      end: '',
      code: 'code-unavailable',
    },
    {
      title: 'wx.login gives an empty code',
      script: ({ wx }) => wx.login('10ms e', { e: { errMsg: 'login:ok', code: '' } }),
      end: '10ms',
      code: 'code-unavailable',
    },
    {
      title: 'wx.login gives nothing at all',
      script: ({ wx }) => wx.login('10ms u', { u: undefined }),
      end: '10ms',
      code: 'code-unavailable',
    },
    {
      title: 'the exchange completes empty',
      script: ({ backend }) => backend.silentLogin('50ms |'),
      end: '60ms',
      code: 'backend-invalid',
    },
    {
      title: 'the exchange throws',
      config: () => ({ backend: { silentLogin: thrower, login: thrower } }),
      end: '10ms',
      code: 'login-rejected',
    },
    {
      title: 'the reply is nothing',
      script: ({ backend }) => backend.silentLogin('50ms u', { u: undefined }),
      end: '60ms',
      code: 'backend-invalid',
    },
    {
      title: 'the reply is empty',
      script: ({ backend }) => backend.silentLogin('50ms e', { e: {} }),
      end: '60ms',
      code: 'backend-invalid',
    },
    {
      title: 'the reply has no token',
      script: ({ backend }) => backend.silentLogin('50ms e', { e: { credential: {} } }),
      end: '60ms',
      code: 'backend-invalid',
    },
  ];
  for (const { title, script, config, end, code } of BROKEN)
    for (const pace of PACES)
      test(`F1: a failure like any other: ${title}; with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, expectSession, expectObservable } = scenario;
            script?.(scenario);

            expectObservable(session.login()).inPace(`${end} #`, {}, (error: unknown) =>
              isSessionError(error, code),
            );
            expectSession(session).inOrder('nse', { e: `anonymous !${code}` });
          },
          { ...config?.(), pace },
        ));

  const TWICE: readonly Case[] = [
    { title: 'wx.login answers twice', script: ({ wx }) => wx.login('10ms (ab)'), end: '60ms' },
    { title: 'wx.login succeeds and then fails', script: ({ wx }) => wx.login('10ms (a#)'), end: '60ms' },
    {
      title: 'wx.login goes on after its code',
      config: logsIn(concat(of({ code: 'a' }), NEVER)),
      end: '50ms',
    },
    {
      title: 'the exchange answers twice',
      script: ({ backend }) => backend.silentLogin('50ms (AB)'),
      end: '60ms',
    },
    {
      title: 'the exchange answers and then fails',
      script: ({ backend }) => backend.silentLogin('50ms (A#)', rejected),
      end: '60ms',
    },
    {
      title: 'the exchange never completes',
      script: ({ backend, cold }) => backend.silentLogin(cold('A')),
      end: '10ms',
    },
  ];
  for (const { title, script, config, end } of TWICE)
    for (const pace of PACES)
      test(`F1: the first value counts: ${title}; with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, backend, expectCalls, expectSession, expectObservable } = scenario;
            script?.(scenario);

            expectObservable(session.login()).toBe(pace === 'timed' ? `${end} (A|)` : '(A|)');
            expectCalls(backend.silentLogin).inOrder('a');
            expectSession(session).inOrder('nsA');
          },
          { ...config?.(), pace },
        ));

  const STEPS: readonly (readonly [step: string, script: (scenario: Scenario) => void, end: string])[] = [
    ['an exchange', ({ backend }) => backend.silentLogin('50ms A'), '60ms'],
    [
      'a refresh',
      ({ storage, backend }) => {
        storage.holds('R');
        backend.refresh('50ms A');
      },
      '50ms',
    ],
    [
      'an interactive exchange',
      ({ backend, user }) => {
        backend.silentLogin('50ms p', ticket);
        backend.login('50ms A');
        user.grant('1s');
      },
      '1110ms',
    ],
  ];
  for (const [step, script, end] of STEPS)
    test(`F1: the first value of ${step} counts at once`, () =>
      sessionMarbles(
        (scenario) => {
          script(scenario);

          scenario.expectObservable(scenario.session.login()).toBe(`${end} (A|)`);
        },
        { credentials: over('R') },
      ));

  test('F1: the first value of withoutPrompt counts, its completion is not awaited', () => {
    const quick: AuthMethod = {
      code: 'none',
      withoutPrompt: () => concat(of('first', 'second'), NEVER),
      read: (detail) => detail,
    };
    sessionMarbles(
      ({ session, backend, expectCalls, expectObservable }) => {
        const login = session.login({ mode: 'forceAuth', method: 'quick' });

        expectCalls(backend.login).toBe('x', { x: { authorization: 'first' } });
        expectObservable(login).toBe('50ms (A|)');
      },
      { methods: { quick } },
    );
  });

  for (const [title, withoutPrompt] of [
    ['is empty', () => EMPTY],
    ['fails', () => throwError(() => ({ errMsg: 'request:fail', errno: 600000 }))],
    ['throws', thrower],
  ] as const)
    test(`F1: withoutPrompt that ${title} means that the user is asked`, () => {
      const asking: AuthMethod = { code: 'none', withoutPrompt, read: (detail) => detail };
      sessionMarbles(
        ({ session, user, expectPrompts, expectObservable }) => {
          user.answer('yes', '1s');
          const login = session.login({ mode: 'forceAuth', method: 'asking' });

          expectPrompts().toBe('               a 999ms .');
          expectObservable(login).toBe('1050ms (A|)');
        },
        { methods: { asking } },
      );
    });

  for (const [title, hook, end] of [
    ['nothing', EMPTY, '60ms'],
    ['two values', of(1, 2), '60ms'],
    ['a value long before its end', concat(of(1), timer(500)), '560ms'],
  ] as const)
    test(`F1: of afterLogin completion counts, however much it emits: ${title}`, () =>
      sessionMarbles(
        ({ session, expectObservable }) => expectObservable(session.login()).toBe(`${end} (A|)`),
        { afterLogin: () => hook },
      ));

  test('F1: of backend.logout completion counts', () =>
    sessionMarbles(({ session, storage, backend, expectObservable }) => {
      storage.holds('A');
      backend.logout('50ms n 299ms |', { n: 'noted' });

      expectObservable(defer(() => session.logout()).pipe(ignoreElements())).toBe('350ms |');
    }));
});
