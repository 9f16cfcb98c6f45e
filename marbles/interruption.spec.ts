import { defer, EMPTY, NEVER, throwError } from 'rxjs';
import { sessionError } from 'rx-weapp-session';
import type { AuthMethod } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario, Time } from 'rx-weapp-session/marbles';
import { busy, over, ticket } from './support/props';

const cutOff = { errMsg: 'request:fail interrupted', errno: 600003 };
/** In the scripts of this file `#` is a step that the background interrupted. */
const interrupted = { '#': cutOff };
const oneTry: MarblesConfig = { retry: { count: 0 } };

/** Hides the app, and shows it again. */
const absent = ({ at, app }: Scenario, hidden: Time, shown: Time) => {
  at(hidden, app.background);
  at(shown, app.foreground);
};

describe('F6: a step that the background interrupted', () => {
  const FORMS: readonly (readonly [title: string, reason: () => unknown])[] = [
    ['its errMsg', () => cutOff],
    ['its errMsg, without an errno', () => ({ errMsg: 'request:fail interrupted' })],
    [
      'the errMsg of its cause',
      () => sessionError('request-failed', 'wx.request failed', { errMsg: 'request:fail interrupted' }),
    ],
  ];

  for (const pace of PACES)
    for (const [title, reason] of FORMS)
      test(`F6: is taken again at once where the app is shown: by ${title}; ${pace}`, () =>
        sessionMarbles(
          ({ session, wx, backend, expectCalls, expectObservable }) => {
            backend.silentLogin(['50ms #', '50ms A'], { '#': reason() });

            expectCalls(wx.login).toBe(pace === 'timed' ? '   x 59ms x' : '(xx)');
            expectCalls(backend.silentLogin).inPace('           10ms a 59ms b');
            expectObservable(session.login()).inPace('          120ms  (A|)');
          },
          { ...oneTry, pace },
        ));

  test('F6: is taken again when the app is shown, not before', () =>
    sessionMarbles((scenario) => {
      const { session, wx, backend, expectCalls, expectObservable } = scenario;
      backend.silentLogin(['150ms #', '50ms A'], interrupted);
      absent(scenario, '50ms', '1m');

      expectCalls(wx.login).toBe('              x 59999ms x');
      expectObservable(session.login()).toBe('  60060ms     (A|)');
    }, oneTry));

  test('F6: is taken again at once where the app was hidden and is shown already', () =>
    sessionMarbles((scenario) => {
      const { session, wx, backend, expectCalls, expectObservable } = scenario;
      backend.silentLogin(['150ms #', '50ms A'], interrupted);
      absent(scenario, '50ms', '120ms');

      expectCalls(wx.login).toBe('            x 159ms x');
      expectObservable(session.login()).toBe('220ms     (A|)');
    }));

  const noPlugin = () => {
    throw new Error('not in plugins');
  };
  for (const [title, wx] of [
    ['cannot tell', { onAppShow: undefined, onAppHide: undefined }],
    ['cannot tell, and throws', { onAppShow: noPlugin, onAppHide: undefined }],
  ] as const)
    test(`F6: is taken again at once where the platform ${title}`, () =>
      sessionMarbles(
        (scenario) => {
          const { session, backend, expectCalls, expectObservable } = scenario;
          backend.silentLogin(['50ms #', '50ms A'], interrupted);

          expectCalls(scenario.wx.login).toBe('   x 59ms x');
          expectObservable(session.login()).toBe('120ms    (A|)');
        },
        { wx },
      ));

  const STEPS: readonly {
    readonly title: string;
    readonly step: (scenario: Scenario) => Scenario['wx']['login'];
    readonly script: (scenario: Scenario) => void;
    readonly marbles: string;
    readonly prompts?: string;
  }[] = [
    {
      title: 'wx.login',
      step: ({ wx }) => wx.login,
      script: ({ wx }) => wx.login(['10ms #', '10ms a'], interrupted),
      marbles: '70ms (A|)',
    },
    {
      title: 'the silent exchange',
      step: ({ backend }) => backend.silentLogin,
      script: ({ backend }) => backend.silentLogin(['50ms #', '50ms A'], interrupted),
      marbles: '120ms (A|)',
    },
    {
      title: 'refresh',
      step: ({ backend }) => backend.refresh,
      script: ({ storage, backend }) => {
        storage.holds('R');
        backend.refresh(['50ms #', '50ms A'], interrupted);
      },
      marbles: '100ms (A|)',
    },
    {
      title: 'the interactive exchange under a ticket',
      step: ({ backend }) => backend.login,
      script: ({ backend }) => {
        backend.silentLogin('50ms p', ticket);
        backend.login(['50ms #', '50ms A'], interrupted);
      },
      marbles: '1160ms (A|)',
      prompts: '60ms p 999ms .',
    },
    {
      title: 'the interactive exchange of an after-answer method',
      step: ({ backend }) => backend.login,
      script: ({ backend }) => {
        backend.silentLogin('50ms p');
        backend.login(['50ms #', '50ms A'], interrupted);
      },
      marbles: '1180ms (A|)',
      prompts: '60ms p 999ms .',
    },
  ];
  for (const pace of PACES)
    for (const { title, step, script, marbles, prompts = '' } of STEPS)
      test(`F6: any step: ${title}; ${pace}`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, user, expectCalls, expectPrompts, expectEvents, expectObservable } = scenario;
            script(scenario);
            user.grant('1s');

            expectObservable(session.login()).inPace(marbles);
            expectCalls(step(scenario)).times(2);
            expectPrompts().inPace(prompts);
            expectEvents().inOrder(`${title === 'refresh' ? 'x' : ''}s${prompts && 'p'}y`);
          },
          { ...oneTry, credentials: over('R'), pace },
        ));

  test('F6: any step: afterLogin', () => {
    let calls = 0;
    sessionMarbles(
      ({ session, backend, expectCalls, expectObservable }) => {
        expectCalls(backend.silentLogin).toBe(' 10ms a');
        expectObservable(session.login()).toBe('60ms (A|)');
      },
      { afterLogin: () => (calls++ ? EMPTY : throwError(() => cutOff)) },
    );
    expect(calls).toBe(2);
  });

  test('F6 F3: an interactive exchange whose answer came under its code is not taken again', () => {
    const before: AuthMethod = { code: 'before-prompt', read: (detail) => detail };
    sessionMarbles(
      ({ session, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
        backend.login('50ms #', interrupted);
        user.answer('answer', '1s');

        const login = session.login({ mode: 'forceAuth', method: 'before' });
        expectCalls(wx.login).toBe('    x');
        expectPrompts().toBe('          10ms b 999ms .');
        expectCalls(backend.login).toBe('1010ms        a');
        expectObservable(login).toBe('  1060ms        #', {}, 'backend-unreachable');
      },
      { methods: { before } },
    );
  });

  test('F6 L3: backend.logout is called once, interrupted or not', () =>
    sessionMarbles(({ session, storage, backend, expectCalls, expectEvents, expectObservable }) => {
      storage.holds('A');
      backend.logout('50ms #', interrupted);
      const logout = defer(() => session.logout());

      expectObservable(logout).toBe('           50ms (u|)', { u: undefined });
      expectCalls(backend.logout).toBe('         A');
      expectEvents().toBe('                      o 49ms b');
    }));

  test('F6: at most twice in a flight: one step', () =>
    sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
      backend.silentLogin(['50ms #', '50ms #', '50ms A'], interrupted);

      expectCalls(backend.silentLogin).toBe(' 10ms a 59ms b 59ms c');
      expectObservable(session.login()).toBe('180ms               (A|)');
    }));

  test('F6: at most twice in a flight: wx.login', () =>
    sessionMarbles(({ session, wx, expectCalls, expectObservable }) => {
      wx.login.always('10ms #', interrupted);

      expectCalls(wx.login).toBe('            x 9ms x 9ms x');
      expectObservable(session.login()).toBe('30ms                #', {}, 'code-unavailable');
    }));

  for (const [title, config] of [
    ['the third time it is unreachable', oneTry],
    ['no further try is made of it as a network failure either', {}],
  ] as const)
    test(`F6: at most twice in a flight: ${title}`, () =>
      sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
        backend.silentLogin.always('50ms #', interrupted);

        expectCalls(backend.silentLogin).toBe(' 10ms a 59ms b 59ms c');
        expectObservable(session.login()).toBe('180ms              #', {}, 'backend-unreachable');
      }, config));

  test('F6: at most twice in a flight: all its steps together', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectObservable }) => {
      wx.login(['10ms #', '10ms a', '10ms b'], interrupted);
      backend.silentLogin(['50ms #', '50ms p'], { ...ticket, ...interrupted });
      backend.login('50ms #', interrupted);
      user.grant('1s');

      expectCalls(wx.login).toBe('            x 9ms x 59ms x');
      expectCalls(backend.silentLogin).toBe(' 20ms a 59ms      b');
      expectCalls(backend.login).toBe('       1130ms                 t');
      expectObservable(session.login()).toBe('1180ms                 #', {}, 'backend-unreachable');
    }, oneTry));

  test('F6: the next flight has its own two', () =>
    sessionMarbles(({ session, backend, expectObservable }) => {
      backend.silentLogin(['50ms #', '50ms #', '50ms A', '50ms #', '50ms #', '50ms B'], interrupted);

      expectObservable(session.login()).toBe('                        180ms  (A|)');
      expectObservable(session.login({ mode: 'force' }), '2s ^').toBe('2180ms (B|)');
    }, oneTry));

  test('F6 F3: what is interrupted does not use up the tries after a transient failure', () =>
    sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
      backend.silentLogin(['50ms f', '50ms #', '50ms f', '50ms #', '50ms A'], {
        ...interrupted,
        ...busy,
      });

      // The fifth wx.login in a second waits (W3).
      expectCalls(backend.silentLogin).toBe(' 10ms a 59ms b 59ms c 59ms d 819ms e');
      expectObservable(session.login()).toBe('1060ms                            (A|)');
    }));

  test('F6: errno 600003 without the word is an ordinary network failure', () =>
    sessionMarbles(({ session, backend, expectCalls, expectObservable }) => {
      backend.silentLogin('50ms #', { '#': { errMsg: 'request:fail network is cut', errno: 600003 } });

      expectCalls(backend.silentLogin).toBe(' 10ms a');
      expectObservable(session.login()).toBe('60ms #', {}, 'backend-unreachable');
    }, oneTry));

  test('F6: a logout while the step waits for the app to be shown ends it', () =>
    sessionMarbles((scenario) => {
      const { session, wx, backend, app, at, expectCalls, expectSession, expectObservable } = scenario;
      backend.silentLogin('150ms #', interrupted);
      absent(scenario, '50ms', '1m');
      at('30s', app.logout);

      expectCalls(wx.login).toBe('            x');
      expectSession(session).toBe('           (ns) 29996ms n');
      expectObservable(session.login()).toBe('30s #', {}, 'logged-out');
    }));
});

describe('F6: time limits count foreground time', () => {
  const LIMITS: readonly {
    readonly title: string;
    readonly script: (scenario: Scenario) => void;
    readonly end: number;
    readonly config?: MarblesConfig;
  }[] = [
    { title: 'wx.login', script: ({ wx }) => wx.login('-'), end: 10_000 },
    { title: 'the silent exchange', script: ({ backend }) => backend.silentLogin('-'), end: 15_010 },
    {
      title: 'refresh',
      script: ({ storage, backend }) => {
        storage.holds('R');
        backend.refresh('-');
      },
      end: 15_000,
      config: { credentials: over('R') },
    },
    {
      title: 'afterLogin',
      script: () => undefined,
      end: 15_060,
      config: { afterLogin: () => NEVER },
    },
    {
      title: 'the interactive exchange',
      script: ({ backend, user }) => {
        backend.silentLogin('50ms p', ticket);
        backend.login('-');
        user.grant('1s');
      },
      end: 16_060,
    },
    {
      title: 'the prompt',
      script: ({ backend, user }) => {
        backend.silentLogin('50ms p', ticket);
        user.away();
      },
      end: 20_060,
      config: { timeouts: { prompt: 20_000 } },
    },
  ];
  const ABSENCES: readonly (readonly (readonly [hidden: number, shown: number])[])[] = [
    [],
    [[5000, 300_000]],
    [
      [2000, 3000],
      [4000, 4500],
      [6000, 100_000],
    ],
  ];
  for (const { title, script, end, config } of LIMITS)
    for (const absences of ABSENCES)
      test(`F6 F2: ${title} is given up ${end} ms after the start, ${absences.length} absences not counted`, () =>
        sessionMarbles((scenario) => {
          script(scenario);
          absences.forEach(([hidden, shown]) => absent(scenario, hidden, shown));
          const missed = absences.reduce((sum, [hidden, shown]) => sum + shown - hidden, 0);

          const { session, expectObservable } = scenario;
          expectObservable(session.login()).toBe(`${end + missed}ms #`, {}, 'login-timeout');
        }, config));

  test('F6 F2: an answer that comes after a long absence is in time', () =>
    sessionMarbles((scenario) => {
      const { session, backend, expectObservable } = scenario;
      backend.silentLogin('100050ms A');
      absent(scenario, '1s', '99s');

      expectObservable(session.login()).toBe('100060ms (A|)');
    }));

  test('F6 F2: a clock that is set forward while the app is shown uses up no limit', () =>
    sessionMarbles((scenario) => {
      const { session, backend, app, at, expectObservable } = scenario;
      backend.silentLogin('9s A');
      at('1s', () => app.jump('1h'));
      absent(scenario, '2s', '3s');

      expectObservable(session.login()).toBe('9010ms (A|)');
    }));

  test('F6 F2: a limit does not end while the app stays hidden', () =>
    sessionMarbles(
      ({ session, wx, app, at, expectSession, expectObservable }) => {
        wx.login('-');
        at('1s', app.background);

        expectObservable(session.login()).toBe('');
        expectSession(session).toBe('(ns)');
      },
      { until: '1h' },
    ));

  test('F6 F2: a step that starts while the app is hidden has its whole limit when the app is shown', () =>
    sessionMarbles((scenario) => {
      const { session, backend, expectObservable } = scenario;
      backend.silentLogin('-');
      absent(scenario, '5ms', '50s');

      expectObservable(session.login()).toBe('65s #', {}, 'login-timeout');
    }));

  test('F6 F2: withoutPrompt has its whole limit of foreground time before the user is asked', () => {
    const silent: AuthMethod = { code: 'none', withoutPrompt: () => NEVER, read: (detail) => detail };
    sessionMarbles(
      (scenario) => {
        const { session, user, expectPrompts, expectObservable } = scenario;
        user.answer('yes', '1s');
        absent(scenario, '5s', '300s');

        expectPrompts().toBe('310s s 999ms .', { s: 'silent' });
        expectObservable(session.login({ mode: 'forceAuth', method: 'silent' })).toBe('311050ms (A|)');
      },
      { methods: { silent } },
    );
  });

  test('F6 F2: the end of a logout waits for foreground time too', () =>
    sessionMarbles((scenario) => {
      const { session, storage, backend, expectEvents, expectObservable } = scenario;
      storage.holds('A');
      backend.logout('-');
      absent(scenario, '1s', '100s');

      const logout = defer(() => session.logout());
      expectObservable(logout).toBe('  114s    (u|)', { u: undefined });
      expectEvents().toBe('           o 113999ms b', { b: 'backend-logout-failure !login-timeout' });
    }));

  test('F6 F2: showing and hiding twice over changes nothing', () =>
    sessionMarbles(({ session, wx, app, perform, expectObservable }) => {
      wx.login('-');
      // prettier-ignore
      perform('                               1s f 999ms f 999ms b 999ms b 45999ms f 999ms f', {
        b: app.background,
        f: app.foreground,
      });

      expectObservable(session.login()).toBe('57s #', {}, 'login-timeout');
    }));
});

test('F6: a retry that was waiting goes on after an absence', () =>
  sessionMarbles(
    (scenario) => {
      const { session, backend, expectObservable } = scenario;
      backend.silentLogin(['50ms #', '50ms A']);
      absent(scenario, '100ms', '300ms');

      expectObservable(session.login()).toBe('620ms (A|)');
    },
    { retry: { count: 1, delay: 1000 }, random: 0.5 },
  ));
