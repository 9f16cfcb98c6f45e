import { of, tap } from 'rxjs';
import { isSessionError, sessionError } from 'rx-weapp-session';
import type { Credential, SessionEvent, SessionState } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { rejected } from './support/props';
import { idleUi } from './support/shown';

const credentialOf = (state: SessionState): Credential =>
  (state as { credential?: Credential }).credential ?? (state as { previous: Credential }).previous;

describe('T3: what was told is immutable', () => {
  test('T3: a state, its credential and its previous credential cannot be changed', () =>
    sessionMarbles(
      ({ session, storage, backend, subscribe, app, at, expectSession, expectObservable }) => {
        storage.holds('A');
        backend.silentLogin('50ms B');
        const tamper = (state: SessionState) => {
          const held = credentialOf(state);
          expect(Reflect.set(state, 'status', 'authenticated')).toBe(false);
          expect(Reflect.set(state, 'more', 1)).toBe(false);
          expect(Reflect.set(held, 'token', 'X')).toBe(false);
          expect(Reflect.deleteProperty(held, 'token')).toBe(false);
        };
        const states: SessionState[] = [];
        subscribe(session.session$.pipe(tap((state) => states.push(state))), '^ 1s !');
        subscribe(session.login({ mode: 'force' }));
        at('100ms', app.expire);
        at('500ms', () => {
          expect(states).toHaveLength(4);
          states.forEach(tamper);
        });

        // written down as they are when all is over
        expectSession(session).toBe('                (As) 56ms B 39ms b');
        expectObservable(session.session$, '600ms ^ 9ms !').toBe('600ms           b');
      },
      { credentials: { A: { userId: 'u1' } } },
    ));

  test('T3 K1: a restored credential and guest cannot be changed either, however deep', () => {
    const credential = { token: 'A', roles: ['buyer'] };
    const guest = { cart: { items: ['tea'] } };
    sessionMarbles(({ session, storage, at, expectSession }) => {
      storage.holds({ version: 1, source: 'shop', receivedAt: 0, credential, guest });
      at('10ms', () => {
        const state = session.snapshot as { readonly credential?: typeof credential };
        const told = session.snapshot.guest as typeof guest;
        expect(Reflect.set(state.credential?.roles ?? [], 0, 'admin')).toBe(false);
        expect(Reflect.set(told.cart, 'items', [])).toBe(false);
        expect(Reflect.set(told.cart.items, 0, 'gold')).toBe(false);
      });

      expectSession(session).toBe('A', { A: { credential, guest } });
    });
  });

  test('T3: what the backend or the store does to its own objects later changes no state', () => {
    const credential = { token: 'A', userId: 'u1' };
    const kept = { version: 1, source: 'shop', receivedAt: 0, credential: { token: 'R' } };
    const store = { read: () => kept, write: () => undefined, remove: () => undefined };
    sessionMarbles(
      ({ session, backend, subscribe, at, expectSession }) => {
        backend.silentLogin('50ms c', { c: { credential } });
        at('0ms', () => {
          kept.credential.token = 'X';
          expect(session.credential?.token).toBe('R');
        });
        subscribe(session.login({ mode: 'force' }));
        at('100ms', () => {
          credential.token = 'X';
          expect(session.credential?.token).toBe('A');
        });

        const token = (name: string) => (state: SessionState) => credentialOf(state).token === name;
        expectSession(session).toBe('(Rs) 56ms a', { R: token('R'), a: token('A') });
      },
      { store },
    );
  });

  test('T3: what the backend froze at the top only is immutable all the way down', () => {
    const reply = {
      credential: Object.freeze({ token: 'A', roles: Object.freeze({ names: ['owner'] }) }),
      guest: Object.freeze({ coupons: [{ worth: 5 }] }),
    };
    sessionMarbles(({ session, backend, subscribe, at }) => {
      backend.silentLogin('50ms A', { A: reply });
      subscribe(session.login());
      at('100ms', () => {
        const { credential, guest } = session.snapshot as unknown as typeof reply;
        expect(Reflect.set(credential.roles.names, 0, 'nobody')).toBe(false);
        expect(Reflect.set(guest.coupons, 0, {})).toBe(false);
        expect(Reflect.set(guest.coupons[0], 'worth', 500)).toBe(false);
      });
    });
  });

  test('T3: what refers to itself is immutable all the way down too', () => {
    const guest: { readonly coupons: number[]; self?: unknown } = { coupons: [5] };
    guest.self = guest;
    sessionMarbles(
      ({ session, backend, at, expectObservable }) => {
        backend.silentLogin('50ms A', { A: { credential: { token: 'A' }, guest } });

        expectObservable(session.login()).toBe('60ms (A|)');
        at('100ms', () => {
          const told = session.snapshot.guest as typeof guest;
          expect(told.self).toBe(told);
          expect(Reflect.set(told.coupons, 0, 500)).toBe(false);
        });
      },
      { store: null },
    );
  });

  for (const pace of PACES)
    test(`T3: a state that was told does not change afterwards; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, backend, app, at, subscribe, expectSession }) => {
          backend.silentLogin(['50ms A', '50ms f'], rejected);
          const states: SessionState[] = [];
          const then: string[] = [];
          at('0ms', () =>
            session.session$.subscribe((state) => {
              states.push(state);
              then.push(JSON.stringify(state));
            }),
          );
          subscribe(session.login());
          subscribe(session.login({ mode: 'force' }), '1s ^');
          at('2s', app.logout);

          expectSession(session).inPace('(ns) 56ms A 939ms s 59ms e 939ms n', { e: 'A !login-rejected' });
          at('3s', () => {
            expect(states).toHaveLength(6);
            expect(states.map((state) => JSON.stringify(state))).toEqual(then);
          });
        },
        { pace },
      ));

  test('T3: events are immutable', () =>
    sessionMarbles(({ session, subscribe, at, expectEvents }) => {
      const events: SessionEvent[] = [];
      at('0ms', () => session.event$.subscribe((event) => events.push(event)));
      subscribe(session.login());
      at('1s', () => {
        expect(events).toHaveLength(2);
        events.forEach((event) => expect(Reflect.set(event, 'type', 'logout')).toBe(false));
      });

      expectEvents().toBe('s 59ms y');
    }));

  test('T3 P1: a prompt, which all UIs share, cannot be changed by one of them', () =>
    sessionMarbles(({ session, user, subscribe, at, expectPrompts }) => {
      user.grant('1s');
      subscribe(session.login({ mode: 'forceAuth' }));
      at('500ms', () => {
        const [prompt] = idleUi(session);
        expect(Reflect.set(prompt, 'answer', () => undefined)).toBe(false);
        expect(Reflect.set(prompt, 'method', 'avatarNickname')).toBe(false);
        expect(Reflect.set(prompt.tips, 'title', 'Win a prize')).toBe(false);
      });

      expectPrompts().toBe('p 999ms .');
    }));

  test('T3: nobody who is told of an error can change its code for the others', () =>
    sessionMarbles(({ session, backend, at, expectEvents, expectSession, expectObservable }) => {
      backend.silentLogin('50ms f', rejected);
      const changed: boolean[] = [];
      const tamper = (error: unknown) => {
        if (isSessionError(error))
          changed.push(Reflect.set(error, 'code', 'disposed'), Reflect.deleteProperty(error, 'code'));
      };
      session.event$.subscribe(({ error }) => tamper(error));
      at('0ms', () => session.session$.subscribe((state) => tamper('error' in state && state.error)));

      expectObservable(session.login()).toBe('60ms #', {}, 'login-rejected');
      expectSession(session).toBe('(ns) 56ms e', { e: 'anonymous !login-rejected' });
      expectEvents().toBe('s 59ms f', { f: 'login-failure !login-rejected' });
      at('1s', () => expect(changed).toEqual([false, false, false, false]));
    }));

  test('T3: an error in a log shows its code, and nothing else', () =>
    expect(JSON.stringify(sessionError('login-rejected', 'no', { token: 'S3CRET' }))).toBe(
      '{"code":"login-rejected"}',
    ));

  test('T3: cause is there, and not enumerable', () => {
    const cause = { token: 'S3CRET' };
    const error = sessionError('login-rejected', 'no', cause);
    const names: string[] = [];
    for (const name in error) names.push(name);
    expect(error.cause).toBe(cause);
    expect(Object.prototype.propertyIsEnumerable.call(error, 'cause')).toBe(false);
    expect(names).not.toContain('cause');
    expect(JSON.stringify({ error, list: [error] })).not.toContain('S3CRET');
  });
});

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
