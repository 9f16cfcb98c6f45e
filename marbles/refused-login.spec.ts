import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { request } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { over, rejected, ticket } from './support/props';

interface Case {
  readonly code: string;
  readonly script: (scenario: Scenario) => void;
  /** When the login ends, in ms. */
  readonly end: number;
}
const REJECTED: Case = {
  code: 'login-rejected',
  script: ({ backend }) => backend.silentLogin('50ms f', rejected),
  end: 60,
};
const UNREACHABLE: Case = {
  code: 'backend-unreachable',
  script: ({ backend }) => backend.silentLogin.always('50ms #'),
  end: 180,
};
const LATE: Case = {
  code: 'login-timeout',
  script: ({ backend }) => backend.silentLogin('-'),
  end: 15_010,
};
const NO_CODE: Case = {
  code: 'code-unavailable',
  script: ({ wx }) => wx.login('10ms #', { '#': { errMsg: 'login:fail' } }),
  end: 10,
};

describe('F4: what a failure does to the credential', () => {
  const FAILURES: readonly Case[] = [
    REJECTED,
    UNREACHABLE,
    {
      code: 'backend-invalid',
      script: ({ backend }) => backend.silentLogin('50ms e', { e: {} }),
      end: 60,
    },
    LATE,
    NO_CODE,
    {
      code: 'auth-denied',
      script: ({ backend, user }) => {
        backend.silentLogin('50ms p');
        user.refuse('1s');
      },
      end: 1060,
    },
  ];
  for (const pace of PACES)
    for (const { code, script, end } of FAILURES)
      test(`F4 M3: a usable credential stays usable: ${code}, with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, storage, wx, at, expectCalls, expectSession, expectObservable } = scenario;
            script(scenario);
            storage.holds('A');
            const before = storage.content();

            expectObservable(session.login({ mode: 'force' })).inPace(`${end}ms #`, {}, code);
            expectSession(session).inOrder(code === 'auth-denied' ? 'Asie' : 'Ase', { e: `A !${code}` });
            expectObservable(request(session), '20s ^').inPace('20020ms (A|)');
            expectCalls(storage.remove).times(0);
            expectCalls(wx.login).times(code === 'backend-unreachable' ? 3 : 1);
            at('30s', () => expect(storage.content()).toEqual(before));
          },
          { pace },
        ));

  const EXPIRED: readonly {
    readonly how: string;
    readonly config?: MarblesConfig;
    readonly expire?: (scenario: Scenario) => void;
    /** What `session$` tells before the login at 10 ms. */
    readonly before: string;
    /** When the record goes, if not when the login is refused. */
    readonly removed?: string;
  }[] = [
    {
      how: 'by the backend',
      expire: ({ session, at }) => at('5ms', () => session.invalidate({ token: 'A' })),
      before: 'A 4ms a 4ms',
      removed: '5ms',
    },
    { how: 'by the clock', config: { credentials: over('A') }, before: 'a 9ms' },
  ];
  for (const { how, config, expire, before, removed } of EXPIRED) {
    test(`F4: a definitive refusal clears a credential that expired ${how}, and its record, once`, () =>
      sessionMarbles((scenario) => {
        const { session, storage, at, expectCalls, expectSession, expectObservable } = scenario;
        storage.holds('A');
        expire?.(scenario);
        REJECTED.script(scenario);

        expectSession(session).toBe(`${before} s 59ms n`, { n: 'anonymous !login-rejected' });
        expectObservable(session.login(), '10ms ^').toBe('70ms #', {}, 'login-rejected');
        expectObservable(session.login(), '10ms ^').toBe('70ms #', {}, 'login-rejected');
        expectCalls(storage.remove).toBe(`${removed ?? '70ms'} x`);
        expectCalls(storage.write).toBe('');
        at('1s', () => expect(storage.keys()).toEqual([]));
      }, config));

    test(`F4: a definitive refusal of the interactive exchange clears a credential that expired ${how}`, () =>
      sessionMarbles((scenario) => {
        const { session, storage, backend, user, at, expectCalls, expectSession, expectObservable } =
          scenario;
        storage.holds('A');
        expire?.(scenario);
        backend.silentLogin('50ms p', ticket);
        backend.login('50ms f', rejected);
        user.grant('1s');

        expectSession(session).toBe(`${before} s 59ms i 1049ms n`, { n: 'anonymous !login-rejected' });
        expectObservable(session.login(), '10ms ^').toBe('1120ms #', {}, 'login-rejected');
        expectCalls(storage.remove).toBe(`${removed ?? '1120ms'} x`);
        at('2s', () => expect(storage.keys()).toEqual([]));
      }, config));

    for (const { code, script, end } of [UNREACHABLE, LATE, NO_CODE])
      test(`F4: a transient failure leaves a credential that expired ${how} as it was: ${code}`, () =>
        sessionMarbles((scenario) => {
          const { session, storage, expectSession, expectObservable } = scenario;
          storage.holds('A');
          expire?.(scenario);
          script(scenario);

          expectSession(session).toBe(`${before} s ${end - 1}ms e`, { e: `expired A !${code}` });
          expectObservable(session.login(), '10ms ^').toBe(`${10 + end}ms #`, {}, code);
        }, config));
  }

  test('F4 E5: a definitive refusal clears a credential that ran out by the clock while it was waited for', () =>
    sessionMarbles(
      (scenario) => {
        const { session, storage, app, at, expectCalls, expectSession, expectEvents, expectObservable } =
          scenario;
        storage.holds('A');
        REJECTED.script(scenario);
        // Timers freeze in the background: nobody has noticed the end when the refusal comes.
        at('30ms', () => app.jump('1h'));

        expectSession(session).toBe('(As) 56ms n', { n: 'anonymous !login-rejected' });
        expectEvents().toBe('        s 59ms (xf)');
        expectObservable(session.login({ mode: 'force' })).toBe('60ms #', {}, 'login-rejected');
        expectCalls(storage.remove).toBe('60ms x');
        at('1s', () => expect(storage.keys()).toEqual([]));
      },
      { credentials: { A: { expiresAt: 3_600_000 } } },
    ));

  for (const [{ code, script, end }, state] of [
    [UNREACHABLE, 'expired A !backend-unreachable'],
    [REJECTED, 'anonymous !login-rejected'],
  ] as const)
    test(`F4 E10: a refresh that is refused does not clear by itself; what the silent stage ends with counts: ${code}`, () =>
      sessionMarbles(
        (scenario) => {
          const { session, storage, backend, expectSession, expectObservable } = scenario;
          storage.holds('A');
          backend.refresh('50ms f', rejected);
          script(scenario);

          expectSession(session).toBe(`(as) ${50 + end - 4}ms e`, { e: state });
          expectObservable(session.login()).toBe(`${50 + end}ms #`, {}, code);
        },
        { credentials: over('A') },
      ));
});
