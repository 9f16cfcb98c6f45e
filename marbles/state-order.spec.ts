import { catchError, defer, filter, ReplaySubject, skip, take } from 'rxjs';
import type { Observable } from 'rxjs';
import { requestWithLogin } from 'rx-weapp-session';
import type { LoginMode, Session, SessionEvent, SessionState } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Letters, Scenario } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { busy, rejected } from './support/props';

const refusal = { e: 'anonymous !login-rejected' };

type Condition = (state: SessionState) => boolean;
const isAnonymous: Condition = (state) => state.status === 'anonymous' && !state.error;
const isFailed: Condition = (state) => state.status === 'anonymous' && !!state.error;
const isSilent: Condition = (state) => state.status === 'authenticating' && state.stage === 'silent';
const isInteractive: Condition = (state) =>
  state.status === 'authenticating' && state.stage === 'interactive';
const isA: Condition = (state) => state.status === 'authenticated' && state.credential.token === 'A';
const isExpired: Condition = (state) => state.status === 'expired';

/** Acts once, inside the handler of the first such state. */
const once = ({ session$ }: Session, when: Condition, act: () => void) =>
  void session$.pipe(filter(when), take(1)).subscribe(act);

const login = (session: Session, mode?: LoginMode) =>
  void session.login({ mode }).subscribe({ error: () => undefined });

/** Watches from this very moment; tells later all that came. */
function kept<T>(source: Observable<T>): Observable<T> {
  const told = new ReplaySubject<T>(9);
  source.subscribe(told);
  return told;
}

const RUNS: readonly {
  readonly title: string;
  readonly script?: (scenario: Scenario) => void;
  readonly react: (session: Session) => void;
  readonly marbles: string;
  readonly letters?: Letters;
  /** The state in the end. */
  readonly end: string;
}[] = [
  {
    title: 'logs out when it is told authenticated',
    react: (session) => once(session, isA, () => void session.logout()),
    marbles: '(ns) 56ms (An)',
    end: 'n',
  },
  {
    title: 'logs out when a login begins',
    react: (session) => once(session, isSilent, () => void session.logout()),
    marbles: '(nsn)',
    end: 'n',
  },
  {
    title: 'logs in again when it is told anonymous after a logout',
    script: ({ app, at }) => at('1s', app.logout),
    react: (session) => once(session, isA, () => once(session, isAnonymous, () => login(session))),
    marbles: '(ns) 56ms A 939ms (ns) 56ms B',
    end: 'B',
  },
  {
    title: 'logs out and in again in one handler',
    react: (session) =>
      once(session, isA, () => {
        session.logout();
        login(session);
      }),
    marbles: '(ns) 56ms (Ans) 55ms B',
    end: 'B',
  },
  {
    title: 'logs out, and another one in again',
    react: (session) => {
      once(session, isA, () => void session.logout());
      session.session$.pipe(skip(2), filter(isAnonymous)).subscribe(() => login(session));
    },
    marbles: '(ns) 56ms (Ans) 55ms B',
    end: 'B',
  },
  {
    title: 'invalidates what it is told, and another one renews it',
    react: (session) => {
      once(session, isExpired, () => login(session));
      once(session, isA, () => void session.invalidate({ token: 'A' }));
    },
    marbles: '(ns) 56ms (Aas) 55ms B',
    end: 'B',
  },
  {
    title: 'tries again when it is told of a failure',
    script: ({ backend }) => backend.silentLogin(['50ms f', '50ms B'], rejected),
    react: (session) => once(session, isFailed, () => login(session)),
    marbles: '(ns) 56ms (es) 56ms B',
    letters: refusal,
    end: 'B',
  },
  {
    title: 'forces a login when it is told authenticated',
    react: (session) => once(session, isA, () => login(session, 'force')),
    marbles: '(ns) 56ms (As) 56ms B',
    end: 'B',
  },
  {
    title: 'logs out while the user is asked',
    script: ({ backend, user }) => {
      backend.silentLogin('50ms p');
      user.grant('1s');
    },
    react: (session) => once(session, isInteractive, () => void session.logout()),
    marbles: '(ns) 56ms (in)',
    end: 'n',
  },
];

for (const pace of PACES) {
  describe(`T2: one order for all, with ${PLATFORMS[pace]}`, () => {
    for (const { title, script, react, marbles, letters, end } of RUNS)
      for (const [place, position] of ['before', 'between', 'behind'].entries())
        test(`T2: all subscribers see one order where one ${title}: it stands ${position} the others`, () =>
          sessionMarbles(
            (scenario) => {
              const { session, at, subscribe, expectSession } = scenario;
              script?.(scenario);
              for (const step of [0, 1, 2]) {
                if (step === place) at('0ms', () => react(session));
                if (step < 2) expectSession(session, '^').inPace(marbles, letters);
              }
              subscribe(session.login());

              expectSession(session, '5s ^').toBe(`5s ${end}`);
            },
            { pace, observe: false },
          ));

    test('T2: all subscribers see one order where one logs in as soon as it subscribes: it stands behind the others', () =>
      sessionMarbles(
        ({ session, at, expectSession }) => {
          expectSession(session, '^').inPace('(ns) 56ms A');
          expectSession(session, '^').inPace('(ns) 56ms A');
          at('0ms', () => once(session, isAnonymous, () => login(session)));

          expectSession(session, '5s ^').toBe('5s A');
        },
        { pace, observe: false },
      ));

    test('T2: a subscriber that comes while another one is being told sees the rest of the same order', () =>
      sessionMarbles(
        ({ session, at, subscribe, expectSession, expectObservable }) => {
          const inside: Observable<SessionState>[] = [];
          const come = () => void inside.push(kept(session.session$));
          at('0ms', () => {
            once(session, isSilent, come);
            once(session, isA, () => {
              come();
              session.logout();
              come();
              login(session);
              come();
            });
          });
          subscribe(session.login());

          expectSession(session).inPace('(ns) 56ms (Ans) 55ms B');
          // A synchronous login is over when login() returns.
          const last = pace === 'synchronous' ? 'B' : '(sB)';
          ['(sAnsB)', '(AnsB)', '(nsB)', last].forEach((rest, index) =>
            expectObservable(
              defer(() => inside[index]),
              '1s ^',
            ).toBe(`1s ${rest}`),
          );
        },
        { pace },
      ));

    test('T2: the current value on subscribe is the truth, inside a handler too', () =>
      sessionMarbles(
        ({ session, at, subscribe }) => {
          const seen: SessionState[] = [];
          at('0ms', () =>
            once(session, isA, () => {
              session.logout();
              seen.push(session.snapshot);
              session.session$.pipe(take(1)).subscribe((state) => seen.push(state));
            }),
          );
          subscribe(session.login());

          at('1s', () => expect(seen).toEqual([{ status: 'anonymous' }, { status: 'anonymous' }]));
        },
        { pace },
      ));

    test('T2 L1: a logout inside the handler reaches all waiters', () =>
      sessionMarbles(
        ({ session, wx, storage, at, cold, expectRequests, expectObservable }) => {
          // its own time on each pace, so that all of them wait
          wx.login(cold('5ms a'));
          at('0ms', () => once(session, isA, () => void session.logout()));
          const url = '/orders';

          [
            session.login(),
            requestWithLogin(session, { url }),
            requestWithLogin(session, { url, loginOptions: { mode: 'silent' } }),
          ].forEach((waiter) => expectObservable(waiter).inPace('55ms #', {}, 'logged-out'));
          expectRequests().toBe('');
          at('1s', () => expect(storage.keys()).toEqual([]));
        },
        { pace },
      ));

    const STAGES: readonly {
      readonly stage: string;
      readonly is: Condition;
      readonly asks?: boolean;
      readonly mode: LoginMode;
      readonly start: string;
      readonly end: string;
      readonly codes: number;
    }[] = [
      { stage: 'silent', is: isSilent, mode: 'common', start: '', end: 'ns', codes: 0 },
      { stage: 'interactive', is: isInteractive, mode: 'forceAuth', start: '', end: 'ni', codes: 0 },
      {
        stage: 'interactive',
        is: isInteractive,
        asks: true,
        mode: 'common',
        start: '(ns) 56ms ',
        end: 'i',
        codes: 1,
      },
    ];
    for (const { stage, is, asks, mode, start, end, codes } of STAGES)
      for (const act of ['logout', 'dispose'] as const)
        test(`T2 L1 C3: ${act} in a handler that is told ${stage} ends the login (${mode}) before it asks anybody`, () =>
          sessionMarbles(
            ({ session, wx, backend, storage, user, at, ...it }) => {
              if (asks) backend.silentLogin('50ms p');
              user.grant('1s');
              at('0ms', () => once(session, is, () => void session[act]()));
              const [over, code] = act === 'logout' ? ['n', 'logged-out'] : ['n|', 'disposed'];
              const when = asks ? '60ms ' : '';

              it.expectObservable(session.login({ mode })).inPace(`${when}#`, {}, code);
              it.expectSession(session).inPace(`${start}(${end}${over})`);
              it.expectPrompts().inPace(act === 'logout' ? '' : `${when}|`);
              it.expectCalls(backend.login, storage.write).times(0);
              it.expectCalls(wx.login).times(codes);
              at('5s', () => expect(session.credential).toBeUndefined());
            },
            { pace },
          ));

    const EVENTS: readonly {
      readonly type: SessionEvent['type'];
      readonly script?: (scenario: Scenario) => void;
      readonly marbles: string;
      readonly end?: string;
    }[] = [
      { type: 'login-start', marbles: '(nsn)', end: '#' },
      {
        type: 'retry',
        script: ({ backend }) => backend.silentLogin(['50ms f', '50ms A'], busy),
        marbles: '(ns) 56ms n',
      },
      { type: 'login-success', marbles: '(ns) 56ms (An)' },
      {
        type: 'prompt',
        script: ({ backend }) => backend.silentLogin('50ms p'),
        marbles: '(ns) 56ms (in)',
      },
      {
        type: 'login-failure',
        script: ({ backend }) => backend.silentLogin('50ms f', rejected),
        marbles: '(ns) 56ms (en)',
      },
    ];
    for (const { type, script, marbles, end = '60ms #' } of EVENTS)
      test(`T2 L1: a logout in the handler of ${type} counts, and what comes late does not`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, storage, user, at, expectPrompts, expectSession, expectObservable } = scenario;
            script?.(scenario);
            user.grant('1s');
            at('0ms', () =>
              session.event$
                .pipe(filter((event) => event.type === type))
                .subscribe(() => void session.logout()),
            );

            expectSession(session).inPace(marbles, refusal);
            expectObservable(session.login()).inPace(end, {}, 'logged-out');
            expectSession(session, '5s ^').toBe('5s n');
            expectPrompts().inOrder('');
            at('5s', () => expect(storage.keys()).toEqual([]));
          },
          { pace },
        ));

    test('T2 L1: a login in the handler of the logout event is a new flight, and wins', () =>
      sessionMarbles(
        ({ session, storage, app, at, expectSession, expectObservable }) => {
          storage.holds('R');
          const logins: Observable<unknown>[] = [];
          at('0ms', () => {
            session.event$
              .pipe(filter(({ type }) => type === 'logout'))
              .subscribe(() => logins.push(kept(session.login())));
            app.logout();
          });

          expectSession(session).inPace('(Rns) 55ms A');
          expectObservable(
            defer(() => logins[0]),
            '1s ^',
          ).toBe('1s (A|)');
          at('1s', () => {
            expect(logins).toHaveLength(1);
            expect(storage.content()).toMatchObject({ credential: { token: 'A' } });
          });
        },
        { pace },
      ));

    test('T2 L1: a waiter that logs in again when it is told of the logout starts a new flight, and wins', () =>
      sessionMarbles(
        ({ session, backend, storage, app, at, cold, expectSession, expectObservable }) => {
          backend.silentLogin([cold('200ms A'), '50ms B']);
          at('100ms', app.logout);

          expectSession(session).inPace('         (ns) 96ms (ns) 56ms B');
          expectObservable(session.login().pipe(catchError(() => session.login()))).inPace('160ms (B|)');
          expectObservable(session.login()).toBe('100ms #', {}, 'logged-out');
          at('1s', () => expect(storage.content()).toMatchObject({ credential: { token: 'B' } }));
        },
        { pace },
      ));

    test('T2: a subscriber that leaves inside its own handler disturbs nobody', () =>
      sessionMarbles(
        ({ session, subscribe, expectSession, expectObservable }) => {
          expectSession(session).inPace('                         (ns) 56ms A');
          expectObservable(session.session$.pipe(take(2))).inPace('(ns|)');
          expectSession(session, '^').inPace('                    (ns) 56ms A');
          subscribe(session.login());
        },
        { pace },
      ));
  });
}
