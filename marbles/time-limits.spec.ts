import { catchError, concat, defer, EMPTY, ignoreElements, map, NEVER, of, timer } from 'rxjs';
import { requestWithLogin } from 'rx-weapp-session';
import { failure, promised, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { request } from './support/guarded';
import { busy, over, recordOf, ticket } from './support/props';
import { numbering } from './support/shown';

describe('F2: time limits', () => {
  const STEPS: readonly {
    readonly title: string;
    readonly step: (scenario: Scenario) => Scenario['wx']['login'];
    /** The step never answers, and the next time it does. */
    readonly script?: (scenario: Scenario) => void;
    readonly config?: () => MarblesConfig;
    /** When the step begins, in ms. */
    readonly from: number;
    readonly limit: 'code' | 'exchange';
    /** How long a login takes that gets its answers, in ms. */
    readonly took: number;
  }[] = [
    {
      title: 'wx.login',
      step: ({ wx }) => wx.login,
      script: ({ wx, backend }) => {
        wx.login(['-', '10ms b']);
        backend.silentLogin('50ms B');
      },
      from: 0,
      limit: 'code',
      took: 60,
    },
    {
      title: 'the silent exchange',
      step: ({ backend }) => backend.silentLogin,
      script: ({ backend }) => backend.silentLogin(['-', '50ms B']),
      from: 10,
      limit: 'exchange',
      took: 60,
    },
    {
      title: 'refresh',
      step: ({ backend }) => backend.refresh,
      script: ({ storage, backend }) => {
        storage.holds('R');
        backend.refresh(['-', '50ms B']);
      },
      from: 0,
      limit: 'exchange',
      took: 50,
    },
    {
      title: 'the interactive exchange',
      step: ({ backend }) => backend.login,
      script: ({ backend, user }) => {
        backend.silentLogin.always('50ms p', ticket);
        backend.login(['-', '50ms B']);
        user.grant('1s').grant('1s');
      },
      from: 1060,
      limit: 'exchange',
      took: 1110,
    },
    {
      title: 'afterLogin',
      step: ({ backend }) => backend.silentLogin,
      config: () => {
        let runs = 0;
        return { afterLogin: () => (runs++ ? EMPTY : concat(of('busy'), NEVER)) };
      },
      from: 60,
      limit: 'exchange',
      took: 60,
    },
  ];
  for (const { title, step, script, config, from, limit, took } of STEPS)
    for (const [timeouts, ms] of [
      [undefined, limit === 'code' ? 10_000 : 15_000],
      [{ [limit]: 700 }, 700],
    ] as const)
      test(`F2: ${title} may take ${ms} ms: login-timeout, not tried again, and the slot is free`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, wx, backend, expectCalls, expectObservable } = scenario;
            script?.(scenario);
            const end = from + ms;
            const next = end + 1;

            expectObservable(session.login()).toBe(`${end}ms #`, {}, 'login-timeout');
            expectObservable(session.login(), `${next}ms ^`).toBe(`${next + took}ms (B|)`);
            expectCalls(step(scenario)).times(2);
            expectCalls(wx.login, backend.refresh).times(2);
          },
          { ...config?.(), timeouts, credentials: over('R') },
        ));

  const LATE: readonly {
    readonly title: string;
    readonly script?: (scenario: Scenario) => void;
    readonly config?: MarblesConfig;
    /** When the limit is reached, in ms. */
    readonly end: number;
  }[] = [
    { title: 'wx.login', script: ({ wx }) => wx.login('20s a'), end: 10_000 },
    {
      title: 'the silent exchange',
      script: ({ backend }) => backend.silentLogin('20s A'),
      end: 15_010,
    },
    {
      title: 'a refusal',
      script: ({ backend }) => backend.silentLogin('20s f', { f: failure({ statusCode: 403 }) }),
      end: 15_010,
    },
    { title: 'afterLogin', config: { afterLogin: () => timer(20_000) }, end: 15_060 },
  ];
  for (const { title, script, config, end } of LATE)
    test(`F2: a late answer has no effect: ${title}`, () =>
      sessionMarbles((scenario) => {
        const { session, storage, expectCalls, expectSession, expectObservable } = scenario;
        script?.(scenario);

        expectObservable(session.login()).toBe(`${end}ms #`, {}, 'login-timeout');
        expectSession(session).toBe(`(ns) ${end - 4}ms e`, { e: 'anonymous !login-timeout' });
        expectCalls(storage.write).toBe('');
      }, config));

  test('F2: a late answer does not disturb the login that came after it', () =>
    sessionMarbles(({ session, backend, expectSession, expectObservable }) => {
      // The first would answer at 15160 ms.
      backend.silentLogin(['15150ms L', '350ms B']);
      const again = session.login().pipe(catchError(() => session.login()));

      expectSession(session).toBe('(ns) 15006ms (es) 356ms B', { e: 'anonymous !login-timeout' });
      expectObservable(again).toBe('15370ms                  (B|)');
    }));

  test('F2: each exchange attempt has the whole limit', () =>
    sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
      backend.silentLogin(['14s f', '14s f', '14s A'], busy);

      expectCalls(backend.silentLogin).toBe('  10ms a 14009ms b 14009ms c');
      expectObservable(session.login()).toBe('42030ms                 (A|)');
    }));

  test('F2: a time limit that ends a retry is not retried either', () =>
    sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
      backend.silentLogin(['50ms f', '-'], busy);

      expectCalls(backend.silentLogin).toBe('  10ms a 59ms b');
      expectObservable(session.login()).toBe('15070ms       #', {}, 'login-timeout');
    }));

  test('F2: a store that never answers holds up the first request no longer than an exchange', () => {
    const late = recordOf('L');
    const store = {
      read: () => promised(timer(20_000).pipe(map(() => late))),
      write: () => undefined,
      remove: () => undefined,
    };
    sessionMarbles(
      ({ session, wx, expectCalls, expectSession, expectEvents, expectObservable }) => {
        expectCalls(wx.login).toBe('             15s   x');
        expectEvents().toBe('                    15s   (ws) 56ms y');
        expectSession(session).toBe('            n 14999ms s 59ms A');
        expectObservable(request(session)).toBe('15080ms              (A|)');
      },
      { store },
    );
  });

  test('F2: a store that never finishes writing holds up the end of a logout no longer than an exchange each time', () => {
    const store = {
      read: () => recordOf('A'),
      write: () => undefined,
      remove: () => promised(NEVER),
    };
    sessionMarbles(
      ({ session, expectEvents, expectObservable }) => {
        const logout = defer(() => session.logout()).pipe(ignoreElements());

        expectObservable(logout).toBe('15s |');
        expectEvents().toBe('   o 14999ms w');
      },
      { store },
    );
  });

  test('F2: backend.logout may take timeouts.exchange', () =>
    sessionMarbles(({ session, storage, backend, expectCalls, expectEvents, expectObservable }) => {
      storage.holds('A');
      backend.logout('50ms n', { n: 1 });
      const logout = defer(() => session.logout()).pipe(ignoreElements());

      expectObservable(logout).toBe('    15s |');
      expectCalls(backend.logout).toBe('  A');
      expectEvents().toBe('o 14999ms b', { b: 'backend-logout-failure !login-timeout' });
    }));
});

test('R2: a timeout of 0 is WeChat’s own default, not an instant failure', () =>
  sessionMarbles(({ session, expectObservable }) => {
    expectObservable(requestWithLogin(session, { url: '/a', timeout: 0 })).toBe('80ms (A|)');
  }));

test('P1 F2: a caller that asks again as soon as a prompt is over its limit gets one when the old one is gone', () =>
  sessionMarbles(
    ({ session, expectObservable }) => {
      const again = session
        .login({ mode: 'forceAuth' })
        .pipe(catchError(() => session.login({ mode: 'forceAuth' })));

      expectObservable(numbering()(session)).toBe('(.1) 996ms (.2) 996ms .');
      expectObservable(again).toBe('               2s                   #', {}, 'login-timeout');
    },
    { timeouts: { prompt: 1000 } },
  ));

test('F2: a clock that is set back while the app is shown makes no time limit longer', () =>
  sessionMarbles(({ session, wx, app, perform, expectObservable }) => {
    wx.login('-');
    const earlier = () => app.jump(-3_600_000);
    perform('                               1s j 999ms b 999ms f', {
      j: earlier,
      b: app.background,
      f: app.foreground,
    });

    // The clock tells nothing of the 2 s before it was hidden: the whole limit runs again.
    expectObservable(session.login()).toBe('13s #', {}, 'login-timeout');
  }));
