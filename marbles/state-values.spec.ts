import { defer, of, take } from 'rxjs';
import type { LoginMode, Session, SessionState } from 'rx-weapp-session';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Letters, MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { over, rejected } from './support/props';

/** Usable until 70 s: 30 s are kept for the way to the backend. */
const soonOver = { A: { expiresAt: 100_000 } };

/** Logs in at a time. */
const login = ({ session, subscribe }: Scenario, time: string, mode?: LoginMode) =>
  subscribe(session.login({ mode }), `${time} ^`);

describe('T1: the current value', () => {
  const MOMENTS: readonly {
    readonly title: string;
    readonly script: (scenario: Scenario) => void;
    readonly config?: MarblesConfig;
    readonly when: string;
    readonly letter: string;
  }[] = [
    { title: 'anonymous', script: () => undefined, when: '0ms', letter: 'n' },
    { title: 'silent', script: (it) => login(it, '0ms', 'force'), when: '30ms', letter: 's' },
    {
      title: 'interactive',
      script: (it) => {
        it.backend.silentLogin('50ms p');
        it.user.away();
        login(it, '0ms', 'force');
      },
      config: { until: '1s' },
      when: '500ms',
      letter: 'i',
    },
    { title: 'A', script: (it) => login(it, '0ms', 'force'), when: '100ms', letter: 'A' },
    { title: 'A of an earlier run', script: (it) => it.storage.holds('A'), when: '0ms', letter: 'A' },
    {
      title: 'expired A',
      script: (it) => it.storage.holds('A'),
      config: { credentials: over('A') },
      when: '0ms',
      letter: 'a',
    },
    {
      title: 'anonymous !login-rejected',
      script: (it) => {
        it.backend.silentLogin('50ms f', rejected);
        login(it, '0ms', 'force');
      },
      when: '100ms',
      letter: 'e',
    },
    {
      title: 'A !login-rejected',
      script: (it) => {
        it.storage.holds('A');
        it.backend.silentLogin('50ms f', rejected);
        login(it, '0ms', 'force');
      },
      when: '100ms',
      letter: 'e',
    },
    {
      title: 'expired A !backend-unreachable',
      script: (it) => {
        it.storage.holds('A');
        it.backend.silentLogin.always('50ms #');
        login(it, '0ms', 'force');
      },
      config: { credentials: over('A') },
      when: '300ms',
      letter: 'e',
    },
  ];
  for (const { title, script, config, when, letter } of MOMENTS)
    test(`T1: gives one current value synchronously on subscribe, the same as snapshot: ${title}`, () =>
      sessionMarbles(
        (scenario) => {
          const { session, at, expectSession } = scenario;
          script(scenario);
          at(when, () => {
            const states: SessionState[] = [];
            session.session$.subscribe((state) => states.push(state)).unsubscribe();
            expect(states).toHaveLength(1);
            expect(states[0]).toBe(session.snapshot);
          });

          expectSession(session, `${when} ^ 9ms !`).toBe(`${when} ${letter}`, { e: title });
        },
        { ...config, observe: false },
      ));

  test('T1: the first value may be all that is wanted', () =>
    sessionMarbles(
      ({ session, storage, expectObservable }) => {
        storage.holds('A');

        expectObservable(session.session$.pipe(take(1))).toBe('(A|)');
      },
      { observe: false },
    ));

  test('T1: snapshot is what session$ would tell now, whether it was asked for before or not', () =>
    sessionMarbles(
      ({ session, storage, expectObservable }) => {
        storage.holds('A');
        const snapshot = defer(() => of(session.snapshot));

        expectObservable(snapshot, '0ms     ^').toBe('0ms     (A|)');
        expectObservable(snapshot, '69999ms ^').toBe('69999ms (A|)');
        expectObservable(snapshot, '70s     ^').toBe('70s     (a|)');
      },
      { credentials: soonOver, observe: false },
    ));
});

describe('T1: repeats no equal value', () => {
  const guest = () => ({ tier: 1, tags: ['new'] });
  const known = { guest: guest() };
  const invalidate = (session: Session) => void session.invalidate({ token: 'A' });

  const RUNS: readonly {
    readonly title: string;
    readonly script: (scenario: Scenario) => void;
    readonly config?: MarblesConfig;
    readonly marbles: string;
    readonly letters?: Letters;
  }[] = [
    {
      title: 'logging out of nothing',
      script: ({ app, perform }) => perform('(oo)', { o: app.logout }),
      marbles: 'n',
    },
    {
      title: 'invalidating twice',
      script: ({ session, storage, perform }) => {
        storage.holds('A');
        perform('(xx)', { x: () => invalidate(session) });
      },
      marbles: '(Aa)',
    },
    {
      title: 'invalidating during a flight',
      script: (it) => {
        it.storage.holds('A');
        login(it, '0ms', 'force');
        it.at('30ms', () => invalidate(it.session));
      },
      marbles: '(As) 56ms B',
    },
    {
      title: 'coming back again and again after the end',
      script: ({ session, storage, app, perform }) => {
        storage.holds('A');
        const look = () => void (app.foreground(), session.snapshot);
        perform('1ms l 49998ms l 29999ms l 9999ms l', { l: look });
      },
      config: { credentials: soonOver },
      marbles: 'A 69999ms a',
    },
    {
      title: 'failing twice',
      script: (it) => {
        it.backend.silentLogin.always('50ms f', rejected);
        login(it, '0ms');
        login(it, '100ms');
      },
      marbles: '(ns) 56ms e 39ms s 59ms e',
      letters: { e: 'anonymous !login-rejected' },
    },
    {
      title: 'two silent logins that may not ask',
      script: (it) => {
        it.backend.silentLogin.always('50ms p');
        login(it, '0ms', 'silent');
        login(it, '100ms', 'silent');
      },
      marbles: '(ns) 56ms n 39ms s 59ms n',
    },
    {
      title: 'a backend that says the same of a guest at each step',
      script: (it) => {
        it.backend.silentLogin('50ms q', { q: { authorize: { method: 'phoneNumber' }, ...known } });
        it.backend.login(['50ms q', '50ms A'], {
          q: { authorize: { method: 'avatarNickname' }, guest: guest() },
          A: { credential: { token: 'A' }, guest: guest() },
        });
        it.user.grant('1s').grant('1s');
        login(it, '0ms');
      },
      marbles: '(ns) 56ms (gi) 2116ms A',
      letters: { g: { stage: 'silent', ...known } },
    },
  ];
  for (const pace of PACES)
    for (const { title, script, config, marbles, letters } of RUNS)
      test(`T1: repeats no equal value: ${title}, with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          (scenario) => {
            script(scenario);
            scenario.expectSession(scenario.session).inPace(marbles, letters);
          },
          { ...config, pace },
        ));
});

for (const pace of PACES)
  test(`T1: never errors, whatever fails; completes on dispose; with ${PLATFORMS[pace]}`, () =>
    sessionMarbles(
      (scenario) => {
        const { session, backend, app, at, expectSession } = scenario;
        backend.silentLogin(['50ms f', '50ms #', '50ms #', '50ms #', '50ms u', '-', '50ms A'], {
          ...rejected,
          u: failure(undefined),
        });
        ['0s', '1s', '2s', '3s', '100s'].forEach((time) => login(scenario, time, 'force'));
        at('101s', app.dispose);

        expectSession(session).inPace(
          '(ns) 56ms r 939ms s 179ms u 819ms s 59ms r 939ms s 15009ms t 81989ms s 59ms A 939ms |',
          {
            r: 'anonymous !login-rejected',
            u: 'anonymous !backend-unreachable',
            t: 'anonymous !login-timeout',
          },
        );
      },
      { pace },
    ));
