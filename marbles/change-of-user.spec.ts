import { filter, take, tap } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { retryOnExpired, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { HttpResponse, Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig } from 'rx-weapp-session/marbles';
import { request } from './support/guarded';

const [li, wang] = [{ userId: 'li' }, { userId: 'wang' }];
/** The session of li, and a login that yields wang. */
const another = { Z: li, A: wang };

const force = (session: Session) => session.login({ mode: 'force' });

/** What is no change of user, though another credential comes. */
const NO_CHANGE: readonly Pick<MarblesConfig, 'title' | 'credentials'>[] = [
  { title: 'the same user', credentials: { Z: li, A: li } },
  { title: 'a user who was not named before', credentials: { A: li } },
  { title: 'a user who is not named', credentials: { Z: li } },
];

/** Every way to guard a request. */
const WAYS: readonly {
  readonly way: string;
  readonly guard: (session: Session) => MonoTypeOperatorFunction<HttpResponse>;
}[] = [
  {
    way: 'withLogin inside',
    guard: (session) => (source) => source.pipe(withLogin(session), retryOnExpired(session)),
  },
  {
    way: 'withLogin outside',
    guard: (session) => (source) => source.pipe(retryOnExpired(session), withLogin(session)),
  },
  {
    way: 'silentOnly inside',
    guard: (session) => (source) => source.pipe(silentOnly(session), retryOnExpired(session)),
  },
  {
    way: 'silentOnly outside',
    guard: (session) => (source) => source.pipe(retryOnExpired(session), silentOnly(session)),
  },
  { way: 'a bare source', guard: (session) => retryOnExpired(session) },
];

describe('E9: a request is not replayed', () => {
  for (const { way, guard } of WAYS) {
    const guarded = (session: Session) => sessionRequest(session, { url: '/' }).pipe(guard(session));

    test(`E9: after a logout: logged-out, and no login; ${way}`, () =>
      sessionMarbles(
        ({ session, storage, wx, resources, app, at, expectSession, expectRequests, expectObservable }) => {
          storage.holds('Z');
          wx.login([]);
          resources({ Z: '20ms x' });
          at('10ms', app.logout);

          expectObservable(guarded(session)).toBe('20ms #', {}, 'logged-out');
          expectRequests().toBe('                  Z');
          expectSession(session).toBe('            Z 9ms n');
        },
      ));

    test(`E9: after a logout and another login, which keeps its credential; ${way}`, () =>
      sessionMarbles(({ session, storage, resources, app, at, subscribe, expectSession, ...it }) => {
        storage.holds('Z');
        resources({ Z: '500ms x' });
        at('10ms', app.logout);
        subscribe(session.login(), '10ms ^');

        it.expectObservable(guarded(session)).toBe('500ms #', {}, 'logged-out');
        it.expectRequests().toBe('                  Z');
        expectSession(session).toBe('               Z 9ms (ns) 56ms A');
        it.expectEvents().toBe('                    10ms  (os) 56ms y');
      }));

    test(`E9: where the logout comes during its re-login: logged-out; ${way}`, () =>
      sessionMarbles(({ session, storage, wx, resources, app, at, expectSession, ...it }) => {
        storage.holds('Z');
        resources({ Z: '20ms x' });
        at('40ms', app.logout);

        it.expectObservable(guarded(session)).toBe('40ms #', {}, 'logged-out');
        it.expectRequests().toBe('                  Z');
        it.expectCalls(wx.login).toBe('             20ms  x');
        expectSession(session).toBe('               Z 19ms (zs) 16ms n');
      }));

    test(`E9 L4: where its re-login brings another user: user-changed; ${way}`, () =>
      sessionMarbles(
        ({ session, storage, resources, expectSession, expectRequests, expectObservable }) => {
          storage.holds('Z');
          resources({ Z: '20ms x' });

          expectObservable(guarded(session)).toBe('80ms       #', {}, 'user-changed');
          expectRequests().toBe('                  Z');
          expectSession(session).toBe('            Z 19ms (zs) 56ms A');
        },
        { credentials: another },
      ));

    test(`E9 L4: where another user logged in while it was on the wire: user-changed; ${way}`, () =>
      sessionMarbles(
        ({ session, storage, wx, resources, subscribe, expectCalls, expectSession, ...it }) => {
          storage.holds('Z');
          resources({ Z: '500ms x' });
          it.expectObservable(guarded(session)).toBe('500ms #', {}, 'user-changed');
          subscribe(force(session));

          it.expectRequests().toBe('     Z');
          expectCalls(wx.login).toBe('   x');
          expectSession(session).toBe('  (Zs) 56ms A');
        },
        { credentials: another },
      ));

    for (const { title, credentials } of NO_CHANGE)
      test(`E9: but for ${title} it is; ${way}`, () =>
        sessionMarbles(
          ({ session, storage, resources, expectRequests, expectEvents, expectObservable }) => {
            storage.holds('Z');
            resources({ Z: '20ms x' });

            expectObservable(guarded(session)).toBe('100ms           (A|)');
            expectRequests().toBe('                  Z      79ms  A');
            expectEvents().toBe('                    20ms (xs) 56ms y');
          },
          { credentials },
        ));
  }

  test('E9: a user who came back after another one does not get the old request either', () =>
    sessionMarbles(
      ({ session, storage, resources, subscribe, expectSession, expectObservable }) => {
        storage.holds('Z');
        resources({ Z: '500ms x' });
        expectObservable(request(session)).toBe('500ms                #', {}, 'user-changed');
        subscribe(force(session), '              ^');
        subscribe(force(session), '              200ms ^');

        expectSession(session).toBe('            (Zs) 56ms A 139ms s 59ms B');
      },
      { credentials: { Z: li, A: wang, B: li } },
    ));

  test('E9: an unnamed credential in between does not hide a change of user', () =>
    sessionMarbles(
      ({ session, storage, resources, expectRequests, expectObservable }) => {
        storage.holds('Z');
        resources({ Z: '20ms x', A: '20ms x' });
        const twice = sessionRequest(session, { url: '/' }).pipe(
          withLogin(session),
          retryOnExpired(session, { count: 2 }),
        );

        // The contract asks about two credentials that both have a user: Z and B are li's and wang's.
        expectObservable(twice).toBe('160ms  #', {}, 'user-changed');
        expectRequests().toBe('       Z 79ms A');
      },
      { credentials: { Z: li, B: wang } },
    ));
});

describe('L4: a change of user', () => {
  /** What an earlier run left of li. */
  const record = (guest: unknown) => ({
    version: 1,
    source: 'shop',
    credential: { token: 'Z', ...li },
    receivedAt: 0,
    guest,
  });

  for (const pace of PACES) {
    test(`L4: nothing of the former user is left when the new state is seen; ${pace}`, () => {
      const now = { token: 'A', ...wang };
      const state = { status: 'authenticated', origin: 'silent', credential: now };
      const seen: unknown[] = [];
      sessionMarbles(
        ({ session, storage, subscribe, expectSession, expectEvents, expectObservable }) => {
          storage.holds(record({ coupons: 3 }));
          const look = () => seen.push(session.snapshot, session.credential);
          subscribe(
            session.session$.pipe(
              filter((it) => it.status === 'authenticated' && it.credential.token === 'A'),
              take(1),
              tap((it) => seen.push(it)),
              tap(look),
            ),
          );

          expectSession(session).inPace('          (Zs) 56ms A', { Z: { guest: { coupons: 3 } } });
          expectObservable(force(session)).inPace('60ms      (A|)');
          expectEvents().inPace('                  s 59ms   (uy)');
        },
        { pace, credentials: another },
      );
      expect(seen).toEqual([state, state, now]);
    });

    test(`L4: the new record overwrites the old in one write; ${pace}`, () =>
      sessionMarbles(
        ({ session, storage, at, subscribe, expectCalls }) => {
          storage.holds(record(3));
          subscribe(force(session));

          expectCalls(storage.write, storage.remove).inPace('60ms A');
          at('1s', () => {
            expect(storage.content()).toMatchObject({ credential: { token: 'A', ...wang } });
            expect(storage.content()).not.toHaveProperty('guest');
          });
        },
        { pace, credentials: another },
      ));
  }

  test('L4 K2: a new record that cannot be written takes the old one with it: the former user does not come back', () =>
    sessionMarbles(
      ({ session, storage, otherSession, at, expectEvents, expectObservable }) => {
        storage.holds(record(3));
        storage.write('#');

        expectObservable(force(session)).toBe('60ms (A|)');
        expectEvents().toBe('s 59ms (uyw)');
        at('1s', () => {
          expect(storage.keys()).toEqual([]);
          expect(otherSession({ source: 'shop' }).snapshot).toEqual({ status: 'anonymous' });
        });
      },
      { credentials: another },
    ));

  test('L4: no prompt is open when the new state is seen', () =>
    sessionMarbles(
      ({ session, storage, user, subscribe, expectSession, expectPrompts, expectObservable }) => {
        storage.holds('Z');
        user.grant('1s');
        let open: unknown;
        subscribe(session.prompt$.pipe(tap((prompt) => (open = prompt))), '^ 2s !');
        const seen = session.session$.pipe(
          filter((it) => it.status === 'authenticated' && it.credential.token === 'A'),
          tap(() => expect(open).toBeNull()),
        );
        subscribe(session.login({ mode: 'forceAuth' }));

        expectPrompts().toBe('          p 999ms    .');
        expectSession(session).toBe('   (Zi) 1056ms A');
        expectObservable(seen).toBe('   1060ms      A');
      },
      { credentials: another },
    ));

  test("L4: a guest that comes with the new user is the new one's", () =>
    sessionMarbles(({ session, storage, backend, subscribe, expectSession }) => {
      storage.holds(record('old'));
      backend.silentLogin('50ms A', { A: { credential: { token: 'A', ...wang }, guest: 'new' } });
      subscribe(force(session));

      expectSession(session).toBe('(Zs) 56ms A', { Z: { guest: 'old' }, A: { guest: 'new' } });
    }));

  for (const { title, credentials } of NO_CHANGE)
    test(`L4: ${title} is no change`, () =>
      sessionMarbles(
        ({ session, storage, subscribe, expectSession, expectEvents }) => {
          storage.holds('Z');
          subscribe(force(session));

          expectSession(session).toBe('(Zs) 56ms A');
          expectEvents().toBe('        s 59ms    y');
        },
        { credentials },
      ));

  test('L4: another user after an expiry is a change too', () =>
    sessionMarbles(
      ({ session, storage, subscribe, expectSession, expectEvents }) => {
        storage.holds('Z');
        subscribe(session.login());

        expectSession(session).toBe('(zs) 56ms  A');
        expectEvents().toBe('        (xs) 56ms (uy)');
      },
      { credentials: { Z: { ...li, expiresAt: -1 }, A: wang } },
    ));

  test('L4: after a logout it is not', () =>
    sessionMarbles(
      ({ session, storage, app, at, subscribe, expectSession, expectEvents }) => {
        storage.holds('Z');
        at(0, app.logout);
        subscribe(session.login());

        expectSession(session).toBe('(Zns) 55ms A');
        expectEvents().toBe('        (os) 56ms  y');
      },
      { credentials: another },
    ));

  test('L4: requests of the former user that are on the wire end as they end', () =>
    sessionMarbles(
      ({ session, storage, resources, at, calls, subscribe, expectSession, expectEvents, ...it }) => {
        storage.holds('Z');
        resources('500ms o');
        resources.at('/refused', '500ms x');
        const refused = sessionRequest(session, { url: '/refused' });

        it.expectObservable(request(session, '/good')).toBe('500ms (Z|)');
        it.expectObservable(refused).toBe('                                    500ms (x|)');
        it.expectObservable(refused.pipe(withLogin(session))).toBe(
          '           500ms #',
          {},
          'session-expired',
        );
        subscribe(force(session));

        it.expectRequests().toBe('                      (ZZZ)');
        expectSession(session).toBe('                   (Zs) 56ms A');
        expectEvents().toBe('                           s 59ms   (uy)');
        at('1s', () => expect(calls.filter(({ result }) => result === 'left')).toEqual([]));
      },
      { credentials: another },
    ));

  test('L1 L4: the same for requests that a logout finds on the wire', () =>
    sessionMarbles(({ session, storage, app, at, calls, expectSession, expectObservable }) => {
      storage.holds('Z');
      at('10ms', app.logout);

      expectObservable(request(session)).toBe('20ms (Z|)');
      expectSession(session).toBe('            Z 9ms n');
      at('1s', () => expect(calls.filter(({ result }) => result === 'left')).toEqual([]));
    }));
});
