import { map, merge, of, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { requestWithLogin, retryOnExpired, sessionRequest, withLogin } from 'rx-weapp-session';
import type { CredentialStore } from 'rx-weapp-session';
import { failure, PACES, promised, sessionMarbles } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { recordOf, ticket } from './support/props';

// Each was a defect that a cold review found; each failed before it was mended.

for (const pace of PACES) {
  test(`E7: held back, a retried request ends at once however many retries it has left, with ${PLATFORMS[pace]}`, () =>
    sessionMarbles(
      ({ session, storage, resources, expectEvents, expectObservable }) => {
        storage.holds('R');
        resources('20ms x');
        const endless = sessionRequest(session, { url: '/a' }).pipe(
          withLogin(session),
          retryOnExpired(session, { count: Infinity }),
        );

        expectEvents().inOrder('            xs y xs y xs y xs y xs y x l');
        expectObservable(endless).inPace('  1100ms #', {}, 'session-expired');
      },
      { pace },
    ));
}

/** A store whose writes take a second of virtual time. */
function slowStore(): { readonly store: CredentialStore; readonly log: string[] } {
  const log: string[] = [];
  const slowly = (name: string) => promised(timer(1000).pipe(map(() => void log.push(name))));
  const store = {
    read: () => undefined,
    write: () => slowly('write'),
    remove: () => slowly('remove'),
  };
  return { log, store };
}

test('L1 C3: a logout whose removal waits for a slow write is carried out, though the session is disposed meanwhile', () => {
  const { store, log } = slowStore();
  sessionMarbles(
    ({ session, app, perform, subscribe, expectSession }) => {
      subscribe(session.login());
      perform('                      100ms o     99ms d', { o: app.logout, d: app.dispose });

      expectSession(session).toBe('(nsA) 95ms n 99ms |');
    },
    { store, pace: 'synchronous' },
  );
  expect(log).toEqual(['write', 'remove']);
});

test('C3: a session that was disposed before its first use touches nothing afterwards', () =>
  sessionMarbles(
    ({ session, storage, app, at, expectCalls, expectRequests, expectSession }) => {
      storage.holds('R');
      at('10ms', app.dispose);
      at('20ms', () => expect(session.credential).toBeUndefined());
      at('20ms', () => expect(session.snapshot).toEqual({ status: 'anonymous' }));

      expectSession(session, '30ms ^').toBe('30ms (n|)');
      expectCalls().toBe('');
      expectRequests().toBe('');
    },
    { observe: false },
  ));

test('C3 T4: dispose during a login leaves no state that says it goes on', () =>
  sessionMarbles(({ session, app, at, expectSession, expectObservable }) => {
    at('5ms', app.dispose);

    expectSession(session).toBe('            (ns)-(n|)');
    expectObservable(session.login()).toBe('-----#', {}, 'disposed');
  }));

test('M2 P9: forceAuth with a method that nobody knows is the caller’s fault, also where it waited for a silent stage', () =>
  sessionMarbles(({ session, backend, expectObservable }) => {
    backend.silentLogin('50ms p', ticket);
    const nonsense = session.login({ mode: 'forceAuth', method: 'nonsense' });

    expectObservable(session.login({ mode: 'silent' })).toBe('60ms #', {}, 'interaction-required');
    expectObservable(nonsense).toBe('                          60ms #', {}, 'config-invalid');
  }));

test('F4 F5: afterLogin throwing is no refusal of the backend: what was expired stays so', () =>
  sessionMarbles(
    ({ session, storage, app, at, expectSession, expectObservable }) => {
      storage.holds('R');
      at('10ms', app.expire);

      expectSession(session).toBe('                  R 9ms r  9ms s 59ms e', {
        e: 'expired R !login-rejected',
      });
      expectObservable(session.login(), '20ms ^').toBe('80ms         #', {}, 'login-rejected');
    },
    {
      afterLogin: (): Observable<never> => {
        throw new TypeError('a slip');
      },
    },
  ));

test('R5 S1: three callers that verify a bad session_key log in once, on a platform that answers at once', () =>
  sessionMarbles(
    ({ session, storage, wx, cold, expectCalls, expectObservable }) => {
      storage.holds('R');
      wx.checkSession(cold('200ms #'));
      const three = Array.from({ length: 3 }, () => session.login({ verify: true }));

      expectCalls(wx.login).toBe('             200ms x');
      expectObservable(merge(...three)).toBe(' 200ms (AAA|)');
    },
    { pace: 'synchronous' },
  ));

test('R5: verify is false where a logout came first', () =>
  sessionMarbles(({ session, storage, app, at, expectObservable }) => {
    storage.holds('R');
    at('100ms', app.logout);

    expectObservable(session.verify()).toBe('200ms (f|)', { f: false });
  }));

test('F3: a refused code is not made good by sending the same ticket again', () =>
  sessionMarbles(({ session, backend, user, expectCalls, expectObservable }) => {
    backend.silentLogin('50ms p', ticket);
    backend.login(['50ms b', '50ms B'], { b: failure({ errcode: 40163 }) });
    user.grant('1s');

    expectCalls(backend.login).toBe('         1060ms t');
    expectObservable(session.login()).toBe('  1110ms        #', {}, 'login-rejected');
  }));

test('C2: an interactive login that everybody left has an end in event$ too', () =>
  sessionMarbles(({ session, backend, user, subscribe, ...it }) => {
    backend.silentLogin('50ms p');
    user.away();
    subscribe(session.login(), '         ^          499ms !');

    it.expectSession(session).toBe('     (ns) 56ms i 439ms n');
    it.expectPrompts().toBe('            60ms   p 439ms .');
    it.expectEvents().toBe('             s 59ms p 439ms f', {
      f: { type: 'login-failure', error: { code: 'auth-cancelled' } },
    });
  }));

test('K1: a bare request waits for an asynchronous store, and carries what it held', () => {
  const record = recordOf('R');
  const store: CredentialStore = {
    read: () => promised(timer(300).pipe(map(() => record))),
    write: () => undefined,
    remove: () => undefined,
  };
  sessionMarbles(
    ({ session, expectRequests, expectObservable }) => {
      expectRequests().toBe('                                             300ms R');
      expectObservable(sessionRequest(session, { url: '/a' })).toBe('  320ms (R|)');
    },
    { store },
  );
});

test('R2: a timeout of 0 is WeChat’s own default, not an instant failure', () =>
  sessionMarbles(({ session, expectObservable }) => {
    expectObservable(requestWithLogin(session, { url: '/a', timeout: 0 })).toBe('80ms (A|)');
  }));

test('T3: a state is immutable all the way down', () =>
  sessionMarbles(({ session, backend, at, expectObservable }) => {
    const guest: Record<string, unknown> = { tags: ['new'] };
    guest.self = guest;
    const credential = { token: 'A', roles: ['buyer'] };
    backend.silentLogin(of({ credential, guest }));

    expectObservable(session.login()).toBe('10ms (A|)');
    at('1s', () => {
      const state = session.snapshot as unknown as {
        credential: typeof credential;
        guest: { tags: string[] };
      };
      expect(() => state.credential.roles.push('admin')).toThrow(TypeError);
      expect(() => state.guest.tags.push('old')).toThrow(TypeError);
      expect(Object.isFrozen(credential)).toBe(false);
    });
  }));
