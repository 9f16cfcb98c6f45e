import { catchError, defer, filter, map, of, switchMap, take, tap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { LoginMode, Session, SessionEvent, SessionState } from 'rx-weapp-session';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Letters, MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { request, silentRequest } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { over, recordOf } from './support/props';
import { slowStore } from './support/slow-store';

/** Logs out each time a stream gives what is asked for, inside its handler. */
const logoutOn = <T>(session: Session, stream: Observable<T>, wanted: (value: T) => boolean) =>
  stream.pipe(
    filter(wanted),
    tap(() => void session.logout()),
  );
const isState = (status: SessionState['status']) => (state: SessionState) => state.status === status;
const isEvent = (type: SessionEvent['type']) => (event: SessionEvent) => event.type === type;

describe('L1: after logout() returns', () => {
  const BEFORE: readonly {
    readonly title: string;
    readonly config?: MarblesConfig;
    readonly script: (scenario: Scenario) => void;
    readonly marbles: string;
    readonly letters?: Letters;
    readonly events: string;
  }[] = [
    {
      title: 'a usable session',
      script: ({ storage }) => storage.holds('Z'),
      marbles: 'Z 99ms n',
      events: 'o',
    },
    {
      title: 'an expired session',
      config: { credentials: over('Z') },
      script: ({ storage }) => storage.holds('Z'),
      marbles: 'z 99ms n',
      events: 'xo',
    },
    {
      title: 'a session with an error',
      script: ({ session, storage, backend, subscribe }) => {
        storage.holds('Z');
        backend.silentLogin('50ms f', { f: failure({ statusCode: 403 }) });
        subscribe(session.login({ mode: 'forceSilent' }));
      },
      marbles: '(Zs) 56ms e 39ms n',
      letters: { e: 'Z !login-rejected' },
      events: 'sfo',
    },
    { title: 'nobody', script: () => undefined, marbles: 'n', events: 'o' },
    {
      title: 'an earlier failure',
      script: ({ session, backend, subscribe }) => {
        backend.silentLogin('50ms f', { f: failure({ statusCode: 403 }) });
        subscribe(session.login({ mode: 'forceSilent' }));
      },
      marbles: '(ns) 56ms e 39ms n',
      letters: { e: 'anonymous !login-rejected' },
      events: 'sfo',
    },
    {
      title: 'a guest',
      script: ({ session, backend, subscribe }) => {
        const guest = { coupons: 3 };
        backend.silentLogin('50ms p', { p: { authorize: { method: 'phoneNumber' }, guest } });
        subscribe(session.login({ mode: 'forceSilent' }));
      },
      marbles: '(ns) 56ms (gh) 36ms n',
      letters: {
        g: { status: 'authenticating', guest: { coupons: 3 } },
        h: { status: 'anonymous', guest: { coupons: 3 } },
      },
      events: 'so',
    },
  ];
  for (const { title, config, script, marbles, letters, events } of BEFORE)
    for (const observe of [true, false])
      test(`L1: over ${title}, memory says anonymous and the key is gone, ${observe ? '' : 'not '}subscribed to`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, storage, app, at, expectSession, expectEvents } = scenario;
            script(scenario);
            at('100ms', () => {
              app.logout();
              expect(session.snapshot).toEqual({ status: 'anonymous' });
              expect(session.credential).toBeUndefined();
              expect(storage.keys()).toEqual([]);
            });

            if (observe) expectSession(session).toBe(marbles, letters);
            expectSession(session, '100ms ^').toBe('100ms n');
            expectEvents().inOrder(events);
          },
          { ...config, observe },
        ));

  test('L1: requests go out without a credential, and subscribers have been told', () =>
    sessionMarbles(({ session, storage, app, at, subscribe, expectSession, expectRequests }) => {
      storage.holds('Z');
      let told = '';
      subscribe(session.session$.pipe(tap(({ status }) => (told = status))), '^ 9ms !');
      at('5ms', () => {
        app.logout();
        expect(told).toBe('anonymous');
        sessionRequest(session, { url: '/' }).subscribe();
      });

      expectSession(session).toBe('Z 4ms n');
      expectRequests().toBe('      5ms n');
    }));

  test('L1: storage ends empty, even if a write was under way', () => {
    const store = slowStore();
    sessionMarbles(
      ({ session, app, at, subscribe, expectSession, expectObservable }) => {
        subscribe(session.login());
        at('100ms', app.logout);

        expectSession(session).toBe('        n 29ms s 59ms A 9ms n');
        expectObservable(store.calls$).toBe('r        89ms w 29ms   d');
        at('200ms', () => expect(store.held()).toBeUndefined());
      },
      { store },
    );
  });

  test('L1 K1: a logout before an asynchronous store has answered keeps its session from coming back', () => {
    const store = slowStore(recordOf('Z'));
    sessionMarbles(
      ({ session, app, at, expectSession }) => {
        at('10ms', app.logout);

        expectSession(session).toBe('n');
        at('200ms', () => expect(store.held()).toBeUndefined());
      },
      { store },
    );
  });
});

describe('L1: the waiters of a flight in progress', () => {
  const silently = (session: Session): readonly Observable<unknown>[] => [
    session.login(),
    session.login({ mode: 'silent' }),
    session.login({ mode: 'force' }),
    session.login({ mode: 'forceSilent' }),
    session.login({ mode: 'forceAuth' }),
    request(session),
    silentRequest(session),
    sessionRequest(session, { url: '/' }).pipe(withLogin(session)),
    sessionRequest(session, { url: '/' }).pipe(silentOnly(session)),
  ];
  const interactively = (session: Session): readonly Observable<unknown>[] => [
    session.login(),
    session.login({ mode: 'force' }),
    session.login({ mode: 'forceAuth' }),
    request(session),
  ];

  /** Logs out at a time, and has all these waiters told before that returns. */
  function logoutUnder(
    waiters: readonly Observable<unknown>[],
    ms: number,
    { app, at, storage, expectObservable, expectRequests }: Scenario,
  ) {
    let told = 0;
    waiters.forEach((waiter) =>
      expectObservable(waiter.pipe(tap({ error: () => told++ }))).toBe(`${ms}ms #`, {}, 'logged-out'),
    );
    at(ms, () => {
      app.logout();
      expect(told).toBe(waiters.length);
    });
    expectRequests().toBe('');
    at('20s', () => expect(storage.keys()).toEqual([]));
  }

  const MOMENTS: readonly {
    readonly title: string;
    readonly ms: number;
    readonly marbles: string;
    readonly events: string;
    readonly config?: MarblesConfig;
    readonly script?: (scenario: Scenario) => void;
  }[] = [
    { title: 'wx.login', ms: 5, marbles: '(ns) 1ms n', events: 'sfo' },
    { title: 'the silent exchange', ms: 30, marbles: '(ns) 26ms n', events: 'sfo' },
    {
      title: 'a try that is waited for',
      ms: 61,
      marbles: '(ns) 57ms n',
      events: 'srfo',
      config: { retry: { delay: 5000 }, random: 0.5 },
      script: ({ backend }) => backend.silentLogin('50ms #'),
    },
    {
      title: 'afterLogin',
      ms: 300,
      marbles: '(ns) 296ms n',
      events: 'sfo',
      config: { afterLogin: () => timer(500) },
    },
    {
      title: 'a refresh',
      ms: 20,
      marbles: '(zs) 16ms n',
      events: 'xsfo',
      config: { credentials: over('Z') },
      script: ({ storage, backend }) => {
        storage.holds('Z');
        backend.refresh('50ms R');
      },
    },
  ];
  for (const { title, ms, marbles, events, config, script } of MOMENTS)
    test(`L1: get logged-out during ${title}, silentOnly's too, and the late result changes nothing`, () =>
      sessionMarbles((scenario) => {
        const { session, user, expectSession, expectPrompts, expectEvents } = scenario;
        script?.(scenario);
        user.grant('1s');

        logoutUnder(silently(session), ms, scenario);
        expectSession(session).toBe(marbles);
        expectPrompts().toBe('');
        expectEvents().inOrder(events, { f: 'login-failure !logged-out' });
      }, config));

  test("L1: get logged-out during the restore, silentOnly's too, and the late result changes nothing", () => {
    const store = slowStore(recordOf('Z'));
    sessionMarbles(
      (scenario) => {
        const { session, user, at, expectSession, expectPrompts, expectEvents } = scenario;
        user.grant('1s');

        logoutUnder(silently(session), 10, scenario);
        expectSession(session).toBe('n');
        expectPrompts().toBe('');
        expectEvents().toBe('10ms o');
        at('20s', () => expect(store.held()).toBeUndefined());
      },
      { store },
    );
  });

  for (const { title, ms, marbles, prompts } of [
    { title: 'the prompt', ms: 500, marbles: '(ns) 56ms i 439ms n', prompts: '60ms p 439ms .' },
    {
      title: 'the interactive exchange',
      ms: 1080,
      marbles: '(ns) 56ms i 1019ms n',
      prompts: '60ms p 999ms .',
    },
    {
      title: 'the code after the answer',
      ms: 1065,
      marbles: '(ns) 56ms i 1004ms n',
      prompts: '60ms p 999ms .',
    },
  ])
    test(`L1: get logged-out during ${title}, and the late result changes nothing`, () =>
      sessionMarbles((scenario) => {
        const { session, backend, user, expectSession, expectPrompts, expectEvents, expectObservable } =
          scenario;
        backend.silentLogin('50ms p');
        user.grant('1s');

        logoutUnder(interactively(session), ms, scenario);
        expectObservable(session.prompt$, `${ms}ms ^`).toBe(`${ms}ms o`, { o: null });
        expectSession(session).toBe(marbles);
        expectPrompts().toBe(prompts);
        expectEvents().inOrder('spfo', { f: 'login-failure !logged-out' });
      }));

  test('L1: a flight that a logout ends is one login-failure, logged-out', () =>
    sessionMarbles(({ session, app, at, subscribe, expectEvents }) => {
      silently(session).forEach((waiter) => subscribe(waiter));
      at('30ms', app.logout);

      expectEvents().toBe('s 29ms (fo)', { f: 'login-failure !logged-out' });
    }));

  for (const pace of PACES) {
    test(`L1: get logged-out where a subscriber that is just being told "authenticated" logs out; ${pace}`, () =>
      sessionMarbles(
        ({ session, storage, at, subscribe, expectSession, expectRequests, expectObservable }) => {
          subscribe(logoutOn(session, session.session$, isState('authenticated')), '^ 1s !');

          expectSession(session).inPace('                (ns) 56ms (An)');
          expectObservable(session.session$).inPace('     (ns) 56ms (An)');
          expectObservable(session.login()).inPace('      60ms      #', {}, 'logged-out');
          if (pace !== 'synchronous') expectObservable(request(session)).inPace('60ms #', {}, 'logged-out');
          expectRequests().toBe('');
          at('1s', () => expect(storage.keys()).toEqual([]));
          at('1s', () => expect(session.snapshot).toEqual({ status: 'anonymous' }));
        },
        { pace },
      ));

    test(`L1 T2: the same from a subscriber of event$ that hears of login-success; ${pace}`, () =>
      sessionMarbles(
        ({ session, storage, at, subscribe, expectSession, expectRequests, expectObservable }) => {
          subscribe(logoutOn(session, session.event$, isEvent('login-success')), '^ 1s !');

          // There the second one comes when the first one's flight is over.
          const second = pace === 'synchronous' ? 'sBn' : '';
          expectSession(session).inPace(`              (ns) 56ms (An)${second}`);
          expectObservable(session.login()).inPace('    60ms      #', {}, 'logged-out');
          expectObservable(silentRequest(session)).inPace('60ms   #', {}, 'logged-out');
          expectRequests().toBe('');
          at('1s', () => expect(storage.keys()).toEqual([]));
        },
        { pace },
      ));

    for (const { title, mode, marbles } of [
      { title: 'the silent stage', mode: 'common', marbles: '(nsn)' },
      { title: 'the interactive stage', mode: 'forceAuth', marbles: '(nin)' },
    ] as const)
      test(`L1: a logout inside a subscriber that is told of ${title}'s start ends it; ${pace}`, () =>
        sessionMarbles(
          ({ session, storage, user, at, subscribe, expectSession, expectPrompts, expectObservable }) => {
            user.grant('1s');
            subscribe(logoutOn(session, session.session$, isState('authenticating')).pipe(take(1)));

            expectSession(session).toBe(marbles);
            expectPrompts().toBe('');
            expectObservable(session.login({ mode })).toBe('#', {}, 'logged-out');
            at('2s', () => expect(storage.keys()).toEqual([]));
          },
          { pace },
        ));

    test(`L1: a logout inside a subscriber of prompt$ that is told of the prompt ends it; ${pace}`, () =>
      sessionMarbles(
        ({ session, user, subscribe, expectSession, expectPrompts, expectObservable }) => {
          user.away();
          subscribe(logoutOn(session, session.prompt$, Boolean).pipe(take(1)));
          const late = session.prompt$.pipe(map((prompt) => (prompt ? 'p' : '.')));

          expectSession(session).toBe('                               (nin)');
          expectPrompts().toBe('                                      (p.)');
          // Whoever is told later never sees a prompt that is taken back already.
          expectObservable(late).toBe('.');
          expectObservable(session.login({ mode: 'forceAuth' })).toBe('#', {}, 'logged-out');
        },
        { pace },
      ));

    test(`L1 E9: a logout inside a subscriber that is told of an expiry ends the request; ${pace}`, () =>
      sessionMarbles(
        ({ session, storage, resources, wx, at, subscribe, expectSession, expectRequests, ...it }) => {
          storage.holds('Z');
          resources({ Z: '20ms x' });
          wx.login([]);
          subscribe(logoutOn(session, session.session$, isState('expired')).pipe(take(1)));

          it.expectObservable(request(session)).inPace('20ms #', {}, 'logged-out');
          expectSession(session).inPace('               Z 19ms (zn)');
          expectRequests().inPace('                      Z');
          at('1s', () => expect(storage.keys()).toEqual([]));
        },
        { pace },
      ));

    test(`L1: who is told of it may log in again at once, and gets a flight of its own; ${pace}`, () =>
      sessionMarbles(
        ({ session, storage, wx, backend, app, at, cold, expectCalls, expectSession, expectObservable }) => {
          backend.silentLogin.always(cold('10ms A'));
          const again = session.login().pipe(catchError(() => session.login()));

          expectObservable(again).inPace('  20ms  (A|)');
          at(0, app.logout);
          expectSession(session).inPace('  (nsns) 14ms A');
          expectCalls(wx.login).inPace('   (xx)');
          expectCalls(storage.write).inPace('20ms A');
          at('1s', () => expect(storage.content()).toMatchObject({ credential: { token: 'A' } }));
        },
        { pace },
      ));
  }

  for (const type of ['logout', 'login-failure'] as const)
    test(`L1: a login that a subscriber of event$ makes on ${type} is a new flight and wins`, () =>
      sessionMarbles(({ session, backend, app, at, expectSession, expectObservable }) => {
        backend.silentLogin(['50ms A', '50ms B']);
        const again = session.event$.pipe(
          filter(isEvent(type)),
          take(1),
          switchMap(() => session.login()),
        );
        at('30ms', app.logout);

        expectObservable(session.login()).toBe('30ms      #', {}, 'logged-out');
        expectObservable(again).toBe('          90ms           (B|)');
        expectSession(session).toBe('           (ns) 26ms (ns) 56ms B');
      }));

  test('L1: a login that a subscriber of session$ makes when it is told of the logout is a new flight and wins', () =>
    sessionMarbles(({ session, storage, backend, app, at, expectSession, expectObservable }) => {
      storage.holds('Z');
      backend.silentLogin(['50ms A', '50ms B']);
      const again = session.session$.pipe(
        filter(isState('anonymous')),
        take(1),
        switchMap(() => session.login()),
      );
      at('30ms', app.logout);

      expectObservable(session.login({ mode: 'force' })).toBe('30ms #', {}, 'logged-out');
      expectObservable(again).toBe('                           90ms           (B|)');
      expectSession(session).toBe('                            (Zs) 26ms (ns) 56ms B');
      at('1s', () => expect(storage.content()).toMatchObject({ credential: { token: 'B' } }));
    }));

  const HOOKS: readonly { readonly hook: string; readonly mode: LoginMode }[] = [
    { hook: 'afterLogin', mode: 'common' },
    { hook: 'silentLogin', mode: 'common' },
    { hook: 'login', mode: 'forceAuth' },
    { hook: 'tips', mode: 'forceAuth' },
  ];
  for (const pace of PACES)
    for (const { hook, mode } of HOOKS)
      test(`L1: a logout inside ${hook} ends the flight that called it; ${pace}`, () => {
        let logout = (): void => undefined;
        const reply = defer(() => {
          logout();
          return of('A');
        });
        sessionMarbles(
          ({ session, storage, backend, user, app, at, expectPrompts, expectSession, expectObservable }) => {
            logout = app.logout;
            if (hook === 'silentLogin') backend.silentLogin(reply);
            if (hook === 'login') backend.login(reply);
            user.grant('1s');

            const states = mode === 'common' ? 'nsn' : 'nin';
            expectObservable(session.login({ mode })).inOrder('#', {}, 'logged-out');
            expectSession(session).inOrder(states);
            expectPrompts().inOrder(hook === 'login' ? 'p.' : '');
            at('5s', () => expect(storage.keys()).toEqual([]));
            at('5s', () => expect(session.snapshot).toEqual({ status: 'anonymous' }));
            expectObservable(session.prompt$, '5s ^').toBe('5s o', { o: null });
          },
          {
            pace,
            afterLogin: () => of(hook === 'afterLogin' && logout()),
            tips: () => {
              if (hook === 'tips') logout();
              return undefined;
            },
          },
        );
      });

  for (const { title, replies, marbles } of [
    { title: 'the old flight answers first', replies: ['50ms A', '250ms B'], marbles: '280ms' },
    { title: 'the new flight answers first', replies: ['250ms A', '50ms B'], marbles: '80ms' },
  ])
    test(`L1: a new login after it is a new flight and wins, where ${title}`, () =>
      sessionMarbles(({ session, storage, wx, backend, app, at, expectCalls, expectObservable }) => {
        backend.silentLogin(replies);
        at('20ms', app.logout);

        expectObservable(session.login()).toBe('        20ms #', {}, 'logged-out');
        expectObservable(session.login(), '20ms ^').toBe(`${marbles} (B|)`);
        expectCalls(wx.login).toBe('                    x 19ms x');
        expectCalls(storage.write).toBe(`${marbles}     B`);
        at('1s', () => expect(session.credential?.token).toBe('B'));
        at('1s', () => expect(storage.content()).toMatchObject({ credential: { token: 'B' } }));
      }));
});

for (const pace of PACES)
  test(`L1: a login whose own first look at the store lets somebody log out ends with that; with ${PLATFORMS[pace]}`, () =>
    sessionMarbles(
      ({ session, storage, expectObservable, expectCalls, wx }) => {
        storage.holds('R');
        session.event$.subscribe(({ type }) => {
          if (type === 'expired') session.logout();
        });

        expectObservable(session.login(), '5ms ^').toBe('5ms #', {}, 'logged-out');
        expectObservable(session.login(), '1s ^').inOrder('(A|)');
        expectCalls(wx.login).times(1);
      },
      { pace, observe: false, credentials: { R: { expiresAt: 1 } }, expiryLeeway: 0 },
    ));

test("L1 S5: a logout is one session's own: another source goes on", () =>
  sessionMarbles(({ session, otherSession, storage, app, at, expectSession, expectObservable }) => {
    const club = otherSession({ source: 'club' });
    storage.holds('Z');
    at('30ms', app.logout);

    expectSession(session).toBe('        Z 29ms n');
    expectObservable(club.login()).toBe('60ms       (A|)');
    at('1s', () => expect(storage.keys()).toEqual(['rx-weapp-session:club']));
  }));
