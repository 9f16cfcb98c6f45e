import {
  defer,
  EMPTY,
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  ReplaySubject,
  take,
  tap,
  timer,
} from 'rxjs';
import type { ObservableInput } from 'rxjs';
import { requestWithLogin, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { LoginMode, Session, SessionError, SessionState } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { request, silentRequest } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { ticket } from './support/props';

const ten = <T>(source: () => Observable<T>) => merge(...Array.from({ length: 10 }, source));

/** How the waiters of a login leave it. */
const LEAVING: readonly {
  readonly title: string;
  readonly leave: <T>(source: Observable<T>) => Observable<T>;
}[] = [
  { title: 'stay to the end', leave: (source) => source },
  { title: 'take(1)', leave: (source) => source.pipe(take(1)) },
  {
    title: 'firstValueFrom',
    leave: (source) =>
      new Observable((subscriber) => {
        void firstValueFrom(source).catch(() => undefined);
        subscriber.complete();
      }),
  },
];

const no = new Error('no');

for (const pace of PACES) {
  describe(`with ${PLATFORMS[pace]}`, () => {
    for (const { title, leave } of LEAVING) {
      test(`S1 S2: ten requests at once make one wx.login, one exchange and ten requests; waiters ${title}`, () =>
        sessionMarbles(
          ({ session, wx, backend, subscribe, expectCalls, expectSession, expectRequests }) => {
            subscribe(ten(() => leave(request(session))));

            expectCalls(wx.login).inPace('            x');
            expectCalls(backend.silentLogin).inPace(' 10ms a');
            expectSession(session).inPace('          (ns)   56ms A');
            expectRequests().inPace('                60ms   (AAAAAAAAAA)');
          },
          { pace },
        ));

      test(`S1 S2: so they do where the user is asked; waiters ${title}`, () =>
        sessionMarbles(
          ({ session, wx, backend, user, subscribe, expectCalls, expectPrompts, expectRequests }) => {
            backend.silentLogin('50ms p', ticket);
            user.grant('1s');
            subscribe(ten(() => leave(request(session))));

            expectCalls(wx.login).inPace('           x');
            expectCalls(backend.silentLogin).inPace('10ms a');
            expectPrompts().inPace('                60ms p 999ms .');
            expectCalls(backend.login).inPace('      1060ms         t');
            expectRequests().inPace('               1110ms         (AAAAAAAAAA)');
          },
          { pace },
        ));

      test(`S1 S2: so do logins, which are cold, give one value and complete; waiters ${title}`, () =>
        sessionMarbles(
          ({ session, expectCalls, expectObservable }) => {
            const logins = Array.from({ length: 10 }, () => leave(session.login()));
            // storage is read, then wx.login, silentLogin, and storage is written
            expectCalls().inPace('                      1s (xx) 6ms a 49ms A');
            logins.forEach((login) =>
              expectObservable(login, '                1s ^').inPace(
                title === 'firstValueFrom' ? '         1s |' : '1060ms         (A|)',
              ),
            );
          },
          { pace, observe: false },
        ));
    }

    test('S1: whoever comes while a login is in progress joins it', () =>
      sessionMarbles(
        ({ session, wx, backend, cold, expectCalls, expectRequests, expectObservable }) => {
          backend.silentLogin(cold('200ms A'));

          expectCalls(wx.login).inPace('                     x');
          expectCalls(backend.silentLogin).inPace('          10ms a');
          expectObservable(request(session), '     ^').inPace('230ms (A|)');
          expectObservable(request(session), '5ms   ^').inPace('230ms (A|)');
          expectObservable(request(session), '11ms  ^').inPace('230ms (A|)');
          expectObservable(request(session), '100ms ^').inPace('230ms (A|)');
          expectObservable(request(session), '199ms ^').inPace('230ms (A|)');
          expectRequests().inPace('                          210ms (AAAAA)');
        },
        { pace },
      ));

    test('S1: whoever comes while afterLogin runs joins it, and nobody goes before it is done', () =>
      sessionMarbles(
        ({ session, wx, at, expectCalls, expectRequests, expectObservable }) => {
          expectCalls(wx.login).inPace('                     x');
          expectObservable(request(session), '     ^').inPace('1080ms (A|)');
          expectObservable(request(session), '500ms ^').inPace('1080ms (A|)');
          expectObservable(request(session), '900ms ^').inPace('1080ms (A|)');
          const done = pace === 'timed' ? 1060 : 1000;
          expectRequests().toBe(`                           ${done}ms (AAA)`);
          at('950ms', () => expect(session.credential).toBeUndefined());
        },
        { pace, afterLogin: () => timer(1000) },
      ));

    test('S1: a request that is made by the first one that is served needs no other login', () =>
      sessionMarbles(
        ({ session, wx, expectCalls, expectRequests, expectObservable }) => {
          const first = request(session).pipe(mergeMap(() => request(session)));

          expectCalls(wx.login).inPace('                               x');
          expectRequests().inPace('                                    60ms (AA) 16ms A');
          expectObservable(merge(first, request(session))).inPace('    80ms A 19ms (A|)');
        },
        { pace },
      ));

    for (const status of ['authenticated', 'authenticating'] as const) {
      test(`S1: a request that is made as soon as session$ says "${status}" needs no other login`, () =>
        sessionMarbles(
          ({ session, wx, backend, expectCalls, expectRequests, expectObservable }) => {
            const isTold = (state: SessionState) => state.status === status;
            const react = session.session$.pipe(
              mergeMap((state) => (isTold(state) ? request(session) : EMPTY)),
            );

            expectObservable(react).inPace('           80ms A');
            expectObservable(request(session)).inPace(' 80ms (A|)');
            expectCalls(wx.login).inPace('              x');
            expectCalls(backend.silentLogin).inPace('   10ms a');
            expectRequests().inPace('                   60ms (AA)');
          },
          { pace },
        ));
    }

    test('S1 F1: a flight that fails takes nobody down who comes later', () =>
      sessionMarbles(
        ({ session, wx, backend, cold, expectCalls, expectRequests, expectObservable }) => {
          backend.silentLogin([cold('10ms #', {}, no), '50ms B']);

          expectCalls(wx.login).inPace('              x 999ms x');
          for (let waiter = 0; waiter < 3; waiter++) {
            expectObservable(request(session)).inPace('20ms #', {}, 'login-rejected');
            expectObservable(request(session), '1s ^').inPace('1080ms  (B|)');
          }
          expectRequests().inPace('                   1060ms  (BBB)');
        },
        { pace },
      ));

    for (const [title, call] of [
      ['requestWithLogin', request],
      ['a silent requestWithLogin', silentRequest],
      ['withLogin', (session: Session) => of('sent').pipe(withLogin(session))],
      ['silentOnly', (session: Session) => of('sent').pipe(silentOnly(session))],
      ['login', (session: Session) => session.login()],
      ['a silent login', (session: Session) => session.login({ mode: 'silent' })],
    ] as const) {
      test(`S3: with a usable credential ${title} goes on in the same tick, without wx.login, wx.checkSession or storage`, () =>
        sessionMarbles(
          ({ session, storage, at, calls, expectCalls, expectSession }) => {
            storage.holds('R');
            at('1s', () => {
              const before = calls.length;
              const values: unknown[] = [];
              (call(session) as Observable<unknown>).subscribe((value) => values.push(value));
              expect(values.length + calls.length - before).toBeGreaterThan(0);
            });

            // The one that there is reads storage, at the start.
            expectCalls().toBe('        x');
            expectSession(session).toBe('R');
          },
          { pace },
        ));
    }

    test('S3: the first use restores by one read, and still goes out in the same tick', () =>
      sessionMarbles(
        ({ session, storage, at, calls, expectCalls, expectRequests }) => {
          storage.holds('R');
          at('1s', () => {
            request(session).subscribe();
            expect(calls.map(({ name }) => name)).toEqual(['storage.read', 'request']);
          });

          expectCalls().toBe('    1s x');
          expectRequests().toBe(' 1s R');
        },
        { pace, observe: false },
      ));

    for (const mode of ['common', 'silent'] as const) {
      const asked = (session: Session) =>
        requestWithLogin(session, { url: '/orders', loginOptions: { mode } });

      for (const force of ['force', 'forceSilent'] as const) {
        test(`S3: a ${mode} caller joins the silent stage of a ${force} caller`, () =>
          sessionMarbles(
            ({ session, storage, wx, backend, cold, expectCalls, expectSession, expectRequests, ...it }) => {
              storage.holds('R');
              backend.silentLogin(cold('100ms A'));

              it.expectObservable(session.login({ mode: force })).inPace('110ms (A|)');
              it.expectObservable(asked(session)).inPace('                130ms (A|)');
              expectCalls(wx.login).inPace('                              x');
              expectSession(session).inPace('                             (Rs) 106ms A');
              expectRequests().inPace('                                   110ms       A');
            },
            { pace },
          ));

        test(`S3 M3: a ${mode} caller goes on with the usable credential, if the silent stage of a ${force} caller fails`, () =>
          sessionMarbles(
            ({ session, storage, wx, backend, cold, expectCalls, expectSession, expectRequests, ...it }) => {
              storage.holds('R');
              backend.silentLogin(cold('100ms #', {}, no));

              it.expectObservable(session.login({ mode: force })).inPace('110ms #', {}, 'login-rejected');
              it.expectObservable(asked(session)).inPace('                130ms (R|)');
              expectCalls(wx.login).inPace('                              x');
              expectSession(session).inPace('                             (Rs) 106ms e', {
                e: 'R !login-rejected',
              });
              expectRequests().inPace('                                   110ms       R');
            },
            { pace },
          ));
      }

      test(`S3: a ${mode} caller uses the usable credential at once while a prompt is open over it`, () =>
        sessionMarbles(
          ({ session, storage, wx, user, app, at, subscribe, expectCalls, expectPrompts, ...it }) => {
            storage.holds('R');
            user.away();
            subscribe(session.login({ mode: 'forceAuth' }));
            at('1s', app.dispose);

            expectPrompts().toBe('                    p 999ms (.|)');
            it.expectObservable(asked(session), '500ms ^').inPace('520ms (R|)');
            it.expectRequests().toBe('                500ms R');
            expectCalls(wx.login).times(0);
          },
          { pace },
        ));
    }
  });
}

test('S1: the time line of a cold request', () =>
  sessionMarbles(({ session, expectSession, expectObservable }) => {
    expectSession(session).toBe('             (ns) 56ms A');
    expectObservable(request(session)).toBe(' 80ms (A|)');
  }));

test('S1: the time line of one who comes late', () =>
  sessionMarbles(({ session, expectObservable }) => {
    expectObservable(request(session), '      ^').toBe(' 80ms (A|)');
    expectObservable(request(session), ' 30ms ^').toBe(' 80ms (A|)');
    expectObservable(request(session), ' 59ms ^').toBe(' 80ms (A|)');
    expectObservable(request(session), '100ms ^').toBe('120ms (A|)');
  }));

describe('S4: a request from inside the login', () => {
  type Ask = (session: Session) => Observable<unknown>;

  /** The functions of the app's that are called during a login, by the mode that leads to them and when they begin. */
  const PLACES: readonly { readonly place: string; readonly mode: LoginMode; readonly begins: number }[] = [
    { place: 'silentLogin', mode: 'common', begins: 10 },
    { place: 'login', mode: 'forceAuth', begins: 1010 },
    { place: 'afterLogin', mode: 'common', begins: 60 },
  ];
  const guarded: Ask = (session) => sessionRequest(session, { url: '/inside' }).pipe(withLogin(session));
  const quietly: Ask = (session) => sessionRequest(session, { url: '/inside' }).pipe(silentOnly(session));

  /** A scenario with some work in one of these places; what it emits is the reply. */
  function inside(
    place: string,
    work: (session: Session) => Observable<unknown>,
    run: (scenario: Scenario) => void,
    config: MarblesConfig,
  ): void {
    let hook: () => ObservableInput<unknown> = () => EMPTY;
    sessionMarbles(
      (scenario) => {
        const { session, backend, user } = scenario;
        const worked = defer(() => work(session));
        if (place === 'silentLogin') backend.silentLogin(worked);
        if (place === 'login') backend.login(worked);
        if (place === 'afterLogin') hook = () => worked;
        user.grant('1s');
        run(scenario);
      },
      { ...config, afterLogin: () => hook() },
    );
  }

  for (const pace of PACES)
    test(`S4: a login after a logout is from inside as well; with ${PLATFORMS[pace]}`, () => {
      const inner = new ReplaySubject<unknown>(9);
      inside(
        'silentLogin',
        (session) => {
          session.logout();
          session.login().subscribe(inner);
          return of('A');
        },
        ({ session, storage, wx, backend, expectObservable, expectCalls }) => {
          storage.holds('R');
          backend.logout('5ms |');
          expectObservable(inner).inOrder('#', {}, 'reentrant-login');
          expectObservable(session.login({ mode: 'forceSilent' })).inOrder('#', {}, 'logged-out');
          expectCalls(wx.login).times(1);
          expectCalls(backend.logout).times(1);
        },
        { pace },
      );
    });

  for (const { place, mode, begins } of PLACES) {
    for (const pace of PACES) {
      for (const [call, ask, marbles, sent] of [
        ['withLogin', guarded, '#', ''],
        ['silentOnly', quietly, 'n|', 'n'],
        ['requestWithLogin', request, '#', ''],
        ['a silent requestWithLogin', silentRequest, 'n|', 'n'],
        ['login', (session: Session) => session.login(), '#', ''],
      ] as const) {
        test(`S4: subscribed synchronously inside ${place}: ${call}; with ${PLATFORMS[pace]}`, () => {
          const inner = new ReplaySubject<unknown>(9);
          const work = (session: Session) => {
            ask(session).subscribe(inner);
            return of('A');
          };
          inside(
            place,
            work,
            ({ session, wx, expectObservable, expectRequests, expectCalls }) => {
              expectObservable(inner).inOrder(marbles, {}, 'reentrant-login');
              expectObservable(session.login({ mode })).inOrder('A|');
              expectRequests().inOrder(sent);
              expectCalls(wx.login).times(1);
            },
            { pace },
          );
        });
      }

      for (const [call, ask, marbles] of [
        ['withLogin', guarded, '#'],
        ['silentOnly', quietly, 'A|'],
      ] as const) {
        test(`S4: returned from ${place} it never deadlocks: ${call}; with ${PLATFORMS[pace]}`, () =>
          inside(
            place,
            (session) => ask(session).pipe(map(() => 'A')),
            ({ session, wx, expectObservable, expectCalls }) => {
              const isStopped = ({ code }: SessionError) => /^(reentrant-login|login-timeout)$/.test(code);
              expectObservable(session.login({ mode })).inOrder(marbles, { '#': isStopped });
              expectCalls(wx.login).times(1);
            },
            { pace, until: '20s' },
          ));
      }

      for (const [call, ask] of [
        ['withLogin', guarded],
        ['silentOnly', quietly],
      ] as const) {
        // A silent caller does not wait for an interactive stage at all (M1).
        const waits = !(call === 'silentOnly' && mode === 'forceAuth');
        test(`S4: subscribed later from inside ${place}, ${waits ? "the step's time limit ends both" : 'it goes anonymously'}: ${call}; with ${PLATFORMS[pace]}`, () => {
          const inner = new ReplaySubject<unknown>(9);
          const work = (session: Session) =>
            timer(1).pipe(
              mergeMap(() => ask(session)),
              tap({ next: (value) => inner.next(value), error: (error: unknown) => inner.error(error) }),
              map(() => 'A'),
            );
          inside(
            place,
            work,
            ({ session, wx, expectObservable, expectCalls }) => {
              const started = pace === 'timed' ? begins : Math.floor(begins / 1000) * 1000;
              const [login, others] = [
                expectObservable(session.login({ mode })),
                // the same from elsewhere, at the same time: it waits for the same flight
                expectObservable(request(session)),
              ];
              if (waits) {
                login.toBe(`  ${started + 15_000}ms #`, {}, 'login-timeout');
                others.toBe(` ${started + 15_000}ms #`, {}, 'login-timeout');
                // It is a part of the step, so it is left with it.
                if (call === 'withLogin') expectObservable(inner).toBe('');
              } else {
                login.inPace('                1031ms (A|)');
                others.inPace('               1051ms (A|)');
                expectObservable(inner).inPace('1031ms n');
              }
              expectCalls(wx.login).times(1);
            },
            { pace },
          );
        });
      }
    }
  }

  test('S4: afterLogin asks with `send` instead, under the new credential', () =>
    sessionMarbles(
      ({ session, expectRequests, expectObservable }) => {
        expectRequests('/me').toBe('             60ms A');
        expectRequests('/orders').toBe('         80ms         A');
        expectObservable(request(session)).toBe('100ms           (A|)');
      },
      { afterLogin: (_, send) => send({ url: '/me' }).pipe(ignoreElements()) },
    ));

  test('S4: a session may ask another one from inside its login', () =>
    sessionMarbles(({ session, otherSession, backend, expectRequests, expectSession, expectObservable }) => {
      const reply = () => of({ credential: { token: 'A' } });
      const other = otherSession({ source: 'other', backend: { silentLogin: reply, login: reply } });
      backend.silentLogin(request(other).pipe(map(() => 'N')));

      expectSession(session).toBe('            (ns) 36ms  N');
      expectSession(other).toBe('              n 9ms s 9ms A');
      expectRequests().toBe('                  20ms  A 19ms N');
      expectObservable(request(session)).toBe('60ms            (N|)');
    }));
});

describe('S5: two sources', () => {
  for (const pace of PACES) {
    test(`S5: have flights, credentials and records of their own; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session: shop, otherSession, storage, wx, backend, expectCalls, expectRequests, ...it }) => {
          const club = otherSession({ source: 'club' });

          it.expectObservable(merge(request(shop), request(shop))).inPace('80ms (AA|)');
          it.expectObservable(merge(request(club), request(club))).inPace('80ms (BB|)');
          expectCalls(wx.login).inPace('                                   (xx)');
          expectCalls(backend.silentLogin).inPace('                        10ms (ab)', {
            a: { source: 'shop' },
            b: { source: 'club' },
          });
          expectRequests().inPace('                                        60ms (AABB)');
          it.at('1s', () =>
            expect([...storage.keys()].sort()).toEqual(['rx-weapp-session:club', 'rx-weapp-session:shop']),
          );
        },
        { pace },
      ));

    test(`S5: fail, expire, log out and are disposed of by themselves; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session: shop, otherSession, backend, app, at, cold, expectSession, expectObservable }) => {
          const club = otherSession({ source: 'club' });
          backend.silentLogin(['50ms A', '50ms B', cold('50ms #', {}, no)]);
          const events: unknown[] = [];

          expectSession(shop).inPace(
            '                              (ns) 56ms A 939ms s 59ms e 939ms f 999ms n 999ms |',
            {
              e: 'A !login-rejected',
              f: 'expired A !login-rejected',
            },
          );
          expectSession(club).inPace('                              (ns) 56ms B');
          expectObservable(merge(request(shop), request(club))).inPace('80ms (AB|)');
          at('500ms', () => club.event$.subscribe((event) => events.push(event)));
          expectObservable(shop.login({ mode: 'force' }), '1s ^').inPace('1060ms #', {}, 'login-rejected');
          at('2s', app.expire);
          at('2s', () => shop.invalidate({ token: 'B' }));
          at('3s', app.logout);
          at('4s', app.dispose);
          at('4500ms', () => expect(events).toEqual([]));
          expectObservable(request(club), '5s ^').inPace('5020ms (B|)');
        },
        { pace },
      ));
  }

  test("S5: a stuck or an asking login of one does not hold up the other's", () =>
    sessionMarbles(({ session: club, otherSession, backend, user, app, at, ...it }) => {
      const shop = otherSession({ source: 'stuck' });
      backend.silentLogin(['-', '50ms p']);
      user.away();
      it.subscribe(request(shop));
      it.subscribe(request(club));
      at('1s', app.dispose);
      at('1s', () => shop.dispose());

      it.expectSession(shop).toBe('s 999ms (n|)');
      it.expectSession(club).toBe('(ns) 56ms i 939ms (n|)');
      it.expectPrompts().toBe('    60ms p 939ms (.|)');
      it.expectObservable(shop.prompt$).toBe('o 999ms |', { o: null });
    }));

  test('S5: a request of one that is guarded by the other too is retried for each on its own', () =>
    sessionMarbles(({ session: shop, otherSession, storage, resources, ...it }) => {
      const club = otherSession({ source: 'club' });
      storage.holds('R');
      resources({ R: '20ms x' });

      it.expectSession(club).toBe(' (ns) 56ms A');
      it.expectSession(shop).toBe(' R    79ms  (rs) 56ms B');
      it.expectRequests().toBe('    60ms R 79ms B');
      it.expectObservable(request(shop).pipe(withLogin(club))).toBe('160ms (B|)');
    }));

  for (const pace of PACES)
    test(`S5 R5: each asks for its own session_key; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session: shop, otherSession, wx, storage, expectCalls, expectObservable }) => {
          const club = otherSession({ source: 'club' });
          storage.holds('R');
          storage.holds('Q', 'club');
          wx.checkSession(['200ms x', '200ms #']);

          expectCalls(wx.checkSession).inPace('     x 999ms x');
          expectObservable(shop.verify()).inPace('     200ms  (y|)', { y: true });
          expectObservable(club.verify(), '1s ^').inPace('1200ms (n|)', { n: false });
          expectObservable(shop.verify(), '2s ^').inPace('2s     (y|)', { y: true });
        },
        { pace },
      ));

  for (const pace of ['timed', 'microtask'] as const) {
    test(`S5 W3: they share what the platform allows: four wx.login in a second; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session: shop, otherSession, wx, perform, expectCalls }) => {
          const club = otherSession({ source: 'club' });
          const force = (session: Session) => () => void session.login({ mode: 'force' }).subscribe();

          // prettier-ignore
          perform('                    s 99ms c 99ms s 99ms c 99ms s 99ms c', { s: force(shop), c: force(club) });
          expectCalls(wx.login).toBe('x 99ms x 99ms x 99ms x 699ms x 99ms x');
        },
        { pace },
      ));
  }
});
