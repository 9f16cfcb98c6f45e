import { EMPTY, map, throwError } from 'rxjs';
import { sessionError } from 'rx-weapp-session';
import type { LoginMode, SessionError, SessionState } from 'rx-weapp-session';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { busy, over, rejected } from './support/props';

const refusal = { e: 'anonymous !login-rejected' };

const errorOf = (state: SessionState) => (state as { readonly error?: SessionError }).error;

interface Start {
  readonly title: string;
  readonly config?: MarblesConfig;
  readonly script: (scenario: Scenario) => void;
  /** The state, by its letter. */
  readonly was: string;
}
const STARTS: readonly Start[] = [
  { title: 'anonymous', script: () => undefined, was: 'n' },
  {
    title: 'restored',
    script: ({ storage }) =>
      storage.holds({
        version: 1,
        source: 'shop',
        credential: { token: 'R', userId: 'u1' },
        receivedAt: 0,
        guest: { tier: 1 },
      }),
    was: 'R',
  },
  {
    title: 'expired',
    config: { credentials: over('R') },
    script: ({ storage }) => storage.holds('R'),
    was: 'r',
  },
];

describe('T4: after a failed login the state is what it was, with the error', () => {
  const FAILURES: readonly {
    readonly code: string;
    readonly mode: LoginMode;
    readonly script?: (scenario: Scenario) => void;
    readonly config?: MarblesConfig;
    readonly end: string;
  }[] = [
    {
      code: 'backend-unreachable',
      mode: 'force',
      script: ({ backend }) => backend.silentLogin.always('50ms #'),
      end: '180ms',
    },
    {
      code: 'backend-unreachable',
      mode: 'forceSilent',
      script: ({ backend }) => backend.silentLogin.always('50ms f', busy),
      end: '180ms',
    },
    {
      code: 'backend-invalid',
      mode: 'force',
      script: ({ backend }) => backend.silentLogin('50ms x', { x: {} }),
      end: '60ms',
    },
    {
      code: 'login-timeout',
      mode: 'force',
      script: ({ backend }) => backend.silentLogin('-'),
      end: '15010ms',
    },
    {
      code: 'code-unavailable',
      mode: 'force',
      script: ({ wx }) => wx.login('10ms #'),
      end: '10ms',
    },
    { code: 'auth-denied', mode: 'forceAuth', script: ({ user }) => void user.refuse('1s'), end: '1s' },
    {
      code: 'auth-denied',
      mode: 'force',
      script: ({ backend, user }) => {
        backend.silentLogin('50ms p');
        user.refuse('1s');
      },
      end: '1060ms',
    },
    {
      code: 'backend-unreachable',
      mode: 'force',
      config: { afterLogin: () => throwError(() => ({ errMsg: 'request:fail', errno: 600000 })) },
      end: '60ms',
    },
  ];

  for (const pace of PACES)
    for (const start of STARTS)
      for (const { code, mode, script, config, end } of FAILURES)
        test(`T4: the state is what it was (${start.title}), with the error: ${code} of ${mode}, with ${PLATFORMS[pace]}`, () =>
          sessionMarbles(
            (scenario) => {
              const { session, at, expectObservable } = scenario;
              start.script(scenario);
              script?.(scenario);
              const states: SessionState[] = [];
              at('0ms', () => session.session$.subscribe((state) => states.push(state)));

              expectObservable(session.login({ mode })).inPace(`${end} #`, {}, code);
              at('1m', () => {
                const was = { ...states[0], error: expect.objectContaining({ code }) as unknown };
                expect(session.snapshot).toEqual(was);
                expect(states[states.length - 1]).toBe(session.snapshot);
              });
              scenario.expectSession(session, '1m ^ 9ms !').toBe('1m e', {
                e: { n: `anonymous !${code}`, R: `R !${code}`, r: `expired R !${code}` }[start.was],
              });
            },
            { ...start.config, ...config, pace },
          ));

  test('T4: the error is the one that the waiters got', () =>
    sessionMarbles(({ session, backend, expectObservable }) => {
      backend.silentLogin('50ms f', rejected);
      const isTold = (error: SessionError) => error === errorOf(session.snapshot);

      expectObservable(session.login()).toBe('60ms #', { '#': isTold });
    }));

  test('T4: authenticating shows the credential from before, and a failure leaves its origin', () =>
    sessionMarbles(({ session, storage, backend, subscribe, expectSession }) => {
      storage.holds('A');
      backend.silentLogin(['50ms B', '50ms #', '50ms #', '50ms #']);
      subscribe(session.login({ mode: 'force' }));
      subscribe(session.login({ mode: 'force' }), '1s ^');

      expectSession(session).toBe('(as) 56ms b 939ms t 179ms e', {
        a: { status: 'authenticated', credential: { token: 'A' }, origin: 'restored' },
        s: { status: 'authenticating', stage: 'silent', previous: { token: 'A' } },
        b: { status: 'authenticated', credential: { token: 'B' }, origin: 'silent' },
        t: { status: 'authenticating', stage: 'silent', previous: { token: 'B' } },
        e: {
          status: 'authenticated',
          credential: { token: 'B' },
          origin: 'silent',
          error: { code: 'backend-unreachable' },
        },
      });
    }));

  test('T4 F4: the exception: a definitive refusal of an expired credential', () =>
    sessionMarbles(({ session, storage, backend, subscribe, at, expectSession }) => {
      storage.holds({
        version: 1,
        source: 'shop',
        credential: { token: 'R', expiresAt: -1 },
        receivedAt: 0,
        guest: { tier: 1 },
      });
      backend.silentLogin('50ms f', rejected);
      subscribe(session.login());
      at('1s', () => expect(JSON.stringify(session.snapshot)).not.toContain('"R"'));

      expectSession(session).toBe('(rs) 56ms e', refusal);
    }));
});

describe('T4: the next authenticating clears the error', () => {
  for (const pace of PACES) {
    test(`T4: the next authenticating clears the error; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, backend, user, subscribe, expectSession, expectObservable }) => {
          backend.silentLogin(['50ms f', '50ms p'], rejected);
          user.grant('1s');
          const marked = session.session$.pipe(map((state) => ('error' in state ? 'e' : '.')));

          expectObservable(marked).inPace('      (..) 56ms e 939ms . 59ms . 1059ms .');
          expectSession(session).inPace('        (ns) 56ms e 939ms s 59ms i 1059ms A', refusal);
          subscribe(session.login());
          subscribe(session.login(), '1s ^');
        },
        { pace },
      ));

    test(`T4: interaction-required after an error: the authenticating in between cleared it; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, backend, subscribe, expectSession, expectObservable }) => {
          backend.silentLogin(['50ms f', '50ms p'], rejected);
          subscribe(session.login());

          expectSession(session).inPace('(ns) 56ms e 939ms s 59ms n', refusal);
          expectObservable(session.login({ mode: 'silent' }), '1s ^').inPace(
            '1060ms #',
            {},
            'interaction-required',
          );
        },
        { pace },
      ));
  }
});

describe('T4: interaction-required sets no error', () => {
  for (const pace of PACES)
    for (const { title, config, script, was } of STARTS)
      for (const mode of ['silent', 'forceSilent'] as const)
        test(`T4: interaction-required sets no error (${title}): ${mode}, with ${PLATFORMS[pace]}`, () =>
          sessionMarbles(
            (scenario) => {
              const { session, backend, at, expectSession, expectObservable, expectEvents } = scenario;
              script(scenario);
              backend.silentLogin('50ms p');
              let before: SessionState | undefined;
              at('0ms', () => (before = session.snapshot));
              at('1s', () => expect(session.snapshot).toEqual(before));
              const attempt = session.login({ mode });

              const usable = was === 'R' && mode === 'silent';
              expectSession(session).inPace(usable ? 'R' : `(${was}s) 56ms ${was}`);
              expectEvents().inOrder(`${was === 'r' ? 'x' : ''}${usable ? '' : 's'}`);
              if (usable) expectObservable(attempt).inPace('(R|)');
              else expectObservable(attempt).inPace('60ms #', {}, 'interaction-required');
            },
            { ...config, pace },
          ));

  test('T4: interaction-required sets no error where the backend itself says it either', () =>
    sessionMarbles(({ session, storage, backend, expectSession, expectEvents, expectObservable }) => {
      storage.holds('A');
      backend.silentLogin('50ms i', { i: failure(sessionError('interaction-required', 'ask the user')) });

      expectObservable(session.login({ mode: 'forceSilent' })).toBe('60ms #', {}, 'interaction-required');
      expectSession(session).toBe('(As) 56ms A');
      expectEvents().toBe('        s');
    }));

  test('T4: a silent caller that finds the user being asked sets no error either', () =>
    sessionMarbles(({ session, user, subscribe, expectSession, expectObservable }) => {
      user.grant('1s');
      subscribe(session.login({ mode: 'forceAuth' }));

      expectObservable(session.login({ mode: 'silent' }), '500ms ^').toBe(
        '                     500ms #',
        {},
        'interaction-required',
      );
      expectSession(session).toBe('(ni) 1056ms A');
    }));

  test('T4: a failure before any flight changes no state', () =>
    sessionMarbles(
      ({ session, wx, expectSession, expectCalls, expectObservable }) => {
        expectObservable(session.login({ mode: 'loud' as LoginMode })).toBe('#', {}, 'config-invalid');
        expectSession(session).toBe('n');
        expectCalls(wx.login).times(0);
      },
      { afterLogin: () => EMPTY },
    ));
});
