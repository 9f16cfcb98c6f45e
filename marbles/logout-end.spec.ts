import { catchError, defer, ignoreElements, of, tap } from 'rxjs';
import type { Session } from 'rx-weapp-session';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { over, phone, recordOf } from './support/props';
import { idleUi, numbering } from './support/shown';
import { slowStore } from './support/slow-store';

/** Logs out when it is subscribed to; all that counts of what that tells is its end. */
const logout = (session: Session, forget = false) =>
  defer(() => session.logout({ forget })).pipe(ignoreElements());

describe('L3: a logout starts no login', () => {
  const OVER: readonly {
    readonly title: string;
    readonly config?: MarblesConfig;
    readonly script: (scenario: Scenario) => void;
  }[] = [
    { title: 'a usable session', script: ({ storage }) => storage.holds('Z') },
    {
      title: 'an expired session that could be refreshed',
      config: { credentials: over('Z') },
      script: ({ storage }) => storage.holds('Z'),
    },
    { title: 'no session', script: () => undefined },
  ];
  for (const { title, config, script } of OVER)
    for (const forget of [false, true])
      test(`L3: starts no login and no refresh, over ${title}, forget: ${forget}`, () =>
        sessionMarbles((scenario) => {
          const { session, wx, backend, expectEvents, expectCalls, expectObservable } = scenario;
          script(scenario);
          backend.refresh('50ms R');
          backend.logout('50ms |');
          const end = title === 'no session' ? 0 : 50;

          expectObservable(logout(session, forget)).toBe(`${end}ms |`);
          expectCalls(wx.login, backend.silentLogin, backend.login, backend.refresh).toBe('');
          expectEvents().inOrder(config ? 'xo' : 'o');
        }, config));

  for (const [end, code] of [
    ['logout', 'logged-out'],
    ['dispose', 'disposed'],
  ] as const)
    test(`L3 M2: nor that of a forceAuth that waited for another method's prompt to end: ${end}`, () =>
      sessionMarbles(({ session, wx, user, app, at, expectCalls, expectPrompts, expectObservable }) => {
        user.away().away();
        at('500ms', app[end]);

        const asked = (method: string) => session.login({ mode: 'forceAuth', method });
        expectObservable(asked('phoneNumber')).toBe('500ms #', {}, code);
        expectObservable(asked('userProfile')).toBe('500ms #', {}, code);
        expectCalls(wx.login).toBe('');
        expectPrompts().toBe(`             p 499ms ${end === 'logout' ? '.' : '(.|)'}`);
      }));

  for (const { title, codes, config } of [
    { title: 'a silent stage', codes: 1, config: {} },
    { title: 'a refresh', codes: 0, config: { credentials: over('Z') } },
  ])
    test(`L3: nor that of a forceAuth that waited for ${title} to end, nor of a force caller behind it`, () =>
      sessionMarbles(({ session, storage, wx, backend, user, app, at, ...it }) => {
        if (!codes) {
          storage.holds('Z');
          backend.refresh('50ms R');
        }
        user.away();
        at('30ms', app.logout);

        it.expectObservable(session.login()).toBe('                     30ms #', {}, 'logged-out');
        it.expectObservable(session.login({ mode: 'forceAuth' })).toBe('30ms #', {}, 'logged-out');
        it.expectObservable(session.login({ mode: 'force' })).toBe('    30ms #', {}, 'logged-out');
        it.expectCalls(wx.login).times(codes);
        it.expectPrompts().toBe('');
      }, config));
});

describe('L3: the Observable of a logout', () => {
  test('L3: completes when storage has settled and the backend has answered: the backend last', () =>
    sessionMarbles(({ session, storage, backend, expectCalls, expectObservable }) => {
      storage.holds('Z');
      backend.logout('200ms |');

      expectCalls(storage.remove).toBe('     x');
      expectCalls(backend.logout).toBe('     Z');
      expectObservable(logout(session)).toBe('200ms |');
    }));

  test('L3: completes when storage has settled and the backend has answered: storage last', () => {
    const store = slowStore(recordOf('Z'));
    sessionMarbles(
      ({ session, expectObservable }) => {
        expectObservable(store.calls$).toBe('    (rd)');
        expectObservable(logout(session)).toBe('30ms |');
      },
      { store },
    );
  });

  test("L3: completes when the backend's time is over, with an event", () =>
    sessionMarbles(({ session, storage, backend, expectEvents, expectObservable }) => {
      storage.holds('Z');
      backend.logout('-');

      expectObservable(logout(session)).toBe('15s |');
      expectEvents().toBe('               o 14999ms b', { b: 'backend-logout-failure !login-timeout' });
    }));

  for (const pace of PACES)
    for (const { title, answer } of [
      { title: 'fails', answer: '50ms #' },
      { title: 'refuses', answer: '50ms f' },
    ])
      test(`L3: never errors; a backend that ${title} is an event; ${pace}`, () =>
        sessionMarbles(
          ({ session, storage, backend, at, expectCalls, expectSession, expectEvents, expectObservable }) => {
            storage.holds('Z');
            backend.logout(answer, { f: failure({ statusCode: 500, header: {}, data: {} }) });

            expectObservable(logout(session)).inPace('50ms |');
            expectEvents().inPace('                  o 49ms b');
            expectCalls(backend.logout).inPace('      Z');
            expectSession(session).inPace('           (Zn)');
            at('1s', () => expect(storage.keys()).toEqual([]));
            at('1s', () => expect(session.snapshot).toEqual({ status: 'anonymous' }));
          },
          { pace },
        ));

  test('L3: a backend.logout that throws is an event', () => {
    const reply = () => of({ credential: { token: 'A' } });
    const oops = () => {
      throw new Error('oops');
    };
    sessionMarbles(
      ({ session, storage, expectEvents, expectObservable }) => {
        storage.holds('Z');

        expectObservable(logout(session)).toBe('|');
        expectEvents().toBe('               (ob)');
      },
      { backend: { silentLogin: reply, login: reply, logout: oops } },
    );
  });

  test('L3 K2: a storage that throws is an event, and the Observable completes all the same', () =>
    sessionMarbles(({ session, storage, expectSession, expectEvents, expectObservable }) => {
      storage.holds('Z');
      storage.remove('#');

      expectObservable(logout(session)).toBe('|');
      expectSession(session).toBe('           (Zn)');
      expectEvents().toBe('                    (wo)');
    }));
});

describe('L3: backend.logout', () => {
  for (const { title, config } of [
    { title: 'the current', config: {} },
    { title: 'the expired', config: { credentials: over('Z') } },
  ])
    test(`L3: is called once, with ${title} credential, however often it is subscribed to`, () =>
      sessionMarbles(({ session, storage, backend, at, expectCalls, expectObservable }) => {
        storage.holds('Z');
        backend.logout('50ms |');
        const out = session.logout().pipe(ignoreElements());
        session.logout();
        at('1s', () => void session.logout());

        expectObservable(out).toBe('      50ms |');
        expectObservable(out).toBe('      50ms |');
        expectObservable(out, '1s ^').toBe('1s |');
        expectCalls(backend.logout).toBe('Z');
      }, config));

  test('L3: is not called without a credential, nor for a flight that has not landed', () =>
    sessionMarbles(({ session, backend, app, at, expectObservable }) => {
      backend.logout([]);
      session.logout();
      at('30ms', app.logout);

      expectObservable(session.login()).toBe('30ms #', {}, 'logged-out');
    }));

  test('L3: takes effect at the call, and goes on where its Observable is unsubscribed', () =>
    sessionMarbles(({ session, storage, backend, expectCalls, expectEvents, expectObservable }) => {
      storage.holds('Z');
      backend.logout('-');

      expectObservable(logout(session), '5ms ^ !').toBe('');
      expectCalls(backend.logout).toBe('5ms Z');
      expectEvents().toBe('             5ms o 14999ms b');
    }));

  test('F1 L3: of the backend’s logout its completion counts, not its first value', () =>
    sessionMarbles(({ session, storage, backend, cold, expectObservable }) => {
      storage.holds('Z');
      backend.logout(cold('a 99ms |'));

      expectObservable(logout(session)).toBe('100ms |');
    }));

  test('L3: a login right after a logout does not wait for it', () =>
    sessionMarbles(({ session, storage, backend, expectSession, expectObservable }) => {
      storage.holds('Z');
      backend.logout('-');
      session.logout();

      expectObservable(session.login()).toBe('60ms      (A|)');
      expectSession(session).toBe('           (ns) 56ms A');
    }));
});

test('L1 C3: a logout whose removal waits for a slow write is carried out, though the session is disposed meanwhile', () => {
  const store = slowStore();
  sessionMarbles(
    ({ session, app, perform, subscribe, expectSession, expectObservable }) => {
      subscribe(session.login());
      perform('                                 100ms o 9ms d', { o: app.logout, d: app.dispose });

      expectSession(session).toBe('            n 29ms s 59ms A 9ms n 9ms |');
      expectObservable(store.calls$).toBe('    r 89ms w 29ms d');
    },
    { store },
  );
  expect(store.held()).toBeUndefined();
});

test('P1 L1: a caller that logs in again as soon as it hears of the logout gets a prompt when the old one is gone', () =>
  sessionMarbles(({ session, app, perform, expectObservable }) => {
    const again = session
      .login({ mode: 'forceAuth' })
      .pipe(catchError(() => session.login({ mode: 'forceAuth' })));
    perform('                                     1s    o  999ms o', { o: app.logout });

    expectObservable(numbering()(session)).toBe('(.1) 996ms (.2) 996ms .');
    expectObservable(again).toBe('               2s #', {}, 'logged-out');
  }));

test('P2 L1: an answer that is given by a caller who is just told of the logout does nothing', () =>
  sessionMarbles(({ session, wx, backend, app, at, expectCalls, expectObservable }) => {
    const seen = idleUi(session);
    const answering = session.login({ mode: 'forceAuth' }).pipe(tap({ error: () => seen[0].answer(phone) }));
    at('1s', app.logout);

    expectObservable(answering).toBe('1s #', {}, 'logged-out');
    expectCalls(wx.login, backend.silentLogin, backend.login).toBe('');
  }));
