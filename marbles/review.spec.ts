import { map, throwError, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import {
  isSessionError,
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  withLogin,
} from 'rx-weapp-session';
import type { CredentialStore, StoredSession } from 'rx-weapp-session';
import { promised } from './support/promised';
import {
  at,
  away,
  createWorld,
  fails,
  issued,
  later,
  phone,
  PACES,
  record,
  synchronous,
  user,
  virtually,
  wanted,
  watch,
  word,
} from './support/world';

// Each was a defect that a cold review found; each failed before it was mended.

for (const pace of PACES) {
  test(
    `E7: held back, a retried request ends at once however many retries it has left, with ${pace.title}`,
    virtually(({ flush }) => {
      const world = createWorld({
        pace,
        stored: record('R'),
        respond: () => ({ statusCode: 401, header: {} }),
      });
      const { session, events } = world;
      const endless = sessionRequest(session, { url: '/a' }).pipe(
        withLogin(session),
        retryOnExpired(session, { count: Infinity }),
      );
      const { log } = watch(endless);
      flush();
      expect(log).toEqual(['!session-expired']);
      expect(events.filter(({ type }) => type === 'login-loop')).toHaveLength(1);
    }),
  );
}

/** A store whose writes take a second of virtual time. */
function slowStore(): { readonly store: CredentialStore; readonly log: string[] } {
  const log: string[] = [];
  const slowly = (name: string) => promised(timer(1000).pipe(map(() => void log.push(name))));
  const store = {
    read: () => undefined,
    write: (_: StoredSession) => slowly('write'),
    remove: () => slowly('remove'),
  };
  return { log, store };
}

test(
  'L1 C3: a logout whose removal waits for a slow write is carried out, though the session is disposed meanwhile',
  virtually(({ flush }) => {
    const { store, log } = slowStore();
    const { session } = createWorld({ pace: synchronous, config: { store } });
    session.login().subscribe();
    at(100, () => void session.logout());
    at(200, () => session.dispose());
    flush();
    expect(log).toEqual(['write', 'remove']);
  }),
);

test(
  'C3: a session that was disposed before its first use touches nothing afterwards',
  virtually(({ flush }) => {
    const world = createWorld({ stored: record('R') });
    world.session.dispose();
    expect(world.session.credential).toBeUndefined();
    expect(word(world.session.snapshot)).toBe('anonymous');
    watch(world.session.session$);
    flush();
    expect(world.calls).toEqual([]);
  }),
);

test(
  'C3 T4: dispose during a login leaves no state that says it goes on',
  virtually(({ flush }) => {
    const { session } = createWorld();
    const { log } = watch(session.session$);
    watch(session.login());
    at(5, () => session.dispose());
    flush();
    expect(log).toEqual(['anonymous', 'silent', 'anonymous', '|']);
  }),
);

test(
  'M2 P9: forceAuth with a method that nobody knows is the caller’s fault, also where it waited for a silent stage',
  virtually(({ flush }) => {
    const { session } = createWorld({ silentLogin: [wanted('phoneNumber', 't')] });
    watch(session.login({ mode: 'silent' }));
    const { log } = watch(session.login({ mode: 'forceAuth', method: 'nonsense' }));
    flush();
    expect(log).toEqual(['!config-invalid']);
  }),
);

test(
  'F4 F5: afterLogin throwing is no refusal of the backend: what was expired stays so',
  virtually(({ flush }) => {
    const afterLogin = (): Observable<never> => {
      throw new TypeError('a slip');
    };
    const world = createWorld({ stored: record('R'), config: { afterLogin } });
    const { session } = world;
    session.invalidate({ token: 'R' });
    const { log } = watch(session.login());
    flush();
    expect(log).toEqual(['!login-rejected']);
    expect(word(session.snapshot)).toBe('expired R !login-rejected');
  }),
);

test(
  'R5 S1: three callers that verify a bad session_key log in once, on a platform that answers at once',
  virtually(({ flush }) => {
    const world = createWorld({
      pace: synchronous,
      stored: record('R'),
      checkSession: [later(200, fails('checkSession:fail'))],
    });
    const logs = [1, 2, 3].map(() => watch(world.session.login({ verify: true })).log);
    flush();
    expect(logs).toEqual(Array(3).fill(['A', '|']));
    expect(world.count('wx.login')).toBe(1);
  }),
);

test(
  'R5: verify is false where a logout came first',
  virtually(({ flush }) => {
    const { session } = createWorld({ stored: record('R') });
    const { log } = watch(session.verify());
    at(100, () => void session.logout());
    flush();
    expect(log).toEqual(['false', '|']);
  }),
);

test(
  'F3: a refused code is not made good by sending the same ticket again',
  virtually(({ flush }) => {
    const world = createWorld({
      silentLogin: [wanted('phoneNumber', 'ticket')],
      interactiveLogin: [throwError(() => ({ errcode: 40163 })), issued('B')],
    });
    user(world.session, phone);
    const { log } = watch(world.session.login());
    flush();
    expect(log).toEqual(['!login-rejected']);
    expect(world.count('login')).toBe(1);
  }),
);

test(
  'C2: an interactive login that everybody left has an end in event$ too',
  virtually(({ flush }) => {
    const { session, events } = createWorld({ silentLogin: [wanted('phoneNumber')] });
    user(session, away);
    const waiter = watch(session.login());
    at(500, () => waiter.stop());
    flush();
    const types = events.map(({ type }) => type);
    expect(types).toEqual(['login-start', 'prompt', 'login-failure']);
    expect(isSessionError(events[2].error, 'auth-cancelled')).toBe(true);
    expect(word(session.snapshot)).toBe('anonymous');
  }),
);

test(
  'K1: a bare request waits for an asynchronous store, and carries what it held',
  virtually(({ flush }) => {
    const store: CredentialStore = {
      read: () => promised(later(300, record('R'))),
      write: () => undefined,
      remove: () => undefined,
    };
    const world = createWorld({ config: { store } });
    watch(sessionRequest(world.session, { url: '/a' }));
    flush();
    expect(world.sent).toEqual(['R']);
  }),
);

test(
  'R2: a timeout of 0 is WeChat’s own default, not an instant failure',
  virtually(({ flush }) => {
    const { session } = createWorld();
    const { log } = watch(requestWithLogin(session, { url: '/a', timeout: 0 }));
    flush();
    expect(log).toEqual(['200 A', '|']);
  }),
);

test(
  'T3: a state is immutable all the way down',
  virtually(({ flush }) => {
    const guest: Record<string, unknown> = { tags: ['new'] };
    guest.self = guest;
    const credential = { token: 'A', roles: ['buyer'] };
    const { session } = createWorld({ silentLogin: [{ credential, guest }] });
    watch(session.login());
    flush();
    const state = session.snapshot as unknown as { credential: typeof credential; guest: { tags: string[] } };
    expect(() => state.credential.roles.push('admin')).toThrow(TypeError);
    expect(() => state.guest.tags.push('old')).toThrow(TypeError);
    expect(Object.isFrozen(credential)).toBe(false);
  }),
);
