import { inspect } from 'node:util';
import { EMPTY, throwError } from 'rxjs';
import { createSession, requestWithLogin, weapp, weappStore } from 'rx-weapp-session';
import type {
  AuthPrompt,
  Credential,
  CredentialStore,
  LoginBackend,
  Session,
  SessionConfig,
  SessionEvent,
  StoredSession,
} from 'rx-weapp-session';
import { watched } from './support/watched';

const KEY = 'rx-weapp-session:shop';
const HOUR = 3_600_000;

interface Callbacks {
  readonly success: (result: unknown) => void;
  readonly fail: (result: unknown) => void;
}

/** Not the faked one: Node tells of unhandled rejections when a turn of its own is over. */
const turn = setImmediate;

/** A phone: its storage outlives the sessions on it, which are made anew at each start of the app. */
function createPhone(stored?: unknown) {
  const storage = new Map<string, unknown>(stored === undefined ? [] : [[KEY, stored]]);
  const log: string[] = [];
  const sent: unknown[] = [];
  let codes = 0;
  const wx = {
    login: ({ success }: Callbacks) => {
      log.push('wx.login');
      success({ code: `c${++codes}` });
    },
    request: ({ success, header = {} }: Callbacks & { header?: Record<string, string> }) => {
      log.push('request');
      sent.push(header.Authorization);
      success({ statusCode: 200, data: {}, header: {} });
    },
    getStorageSync: (key: string): unknown => {
      log.push('read');
      return storage.get(key) ?? '';
    },
    setStorageSync: (key: string, value: unknown) => {
      log.push('write');
      storage.set(key, structuredClone(value));
    },
    removeStorageSync: (key: string) => {
      log.push('remove');
      storage.delete(key);
    },
  };
  return { wx, storage, log, sent };
}

interface App {
  readonly session: Session;
  readonly events: SessionEvent[];
  readonly types: () => readonly string[];
}

let tokens = 0;
const backend: LoginBackend = {
  silentLogin: () => [{ credential: { token: `silent${++tokens}` } }],
  login: () => [{ credential: { token: `interactive${++tokens}` } }],
};

function start(wx: object, config: Partial<SessionConfig> = {}): App {
  const session = createSession({
    source: 'shop',
    baseUrl: 'https://api.example.com',
    backend,
    platform: weapp(wx),
    retry: { count: 0 },
    ...config,
  });
  const events: SessionEvent[] = [];
  session.event$.subscribe((event) => events.push(event));
  return { session, events, types: () => events.map(({ type }) => type) };
}

const record = (credential: object = { token: 'old' }, more: object = {}) => ({
  version: 1,
  source: 'shop',
  credential,
  receivedAt: Date.now(),
  ...more,
});
const FORGET = { version: 1, source: 'shop', forget: true };

/** A store that answers when it is told to, and tells what it was asked for. */
function slowStore(content?: unknown) {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  let stored = content;
  const step =
    <A extends readonly unknown[]>(name: string, effect: (...args: A) => unknown) =>
    (...args: A) =>
      new Promise<unknown>((resolve) => {
        asked.push(name);
        waiting.push(() => resolve(effect(...args)));
      });
  const store: CredentialStore = {
    read: step('read', () => stored),
    write: async (written) => void (await step('write', () => (stored = structuredClone(written)))()),
    remove: async () => void (await step('remove', () => (stored = undefined))()),
  };
  return {
    store,
    asked,
    stored: () => stored,
    /** Lets the oldest open step happen. */
    answer: async () => {
      waiting.shift()?.();
      await jest.advanceTimersByTimeAsync(0);
    },
  };
}

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_000_000 });
  tokens = 0;
});
afterEach(() => jest.useRealTimers());

describe('K1: a stored session', () => {
  test('K1: is restored by one synchronous read, at first use, and used without asking anybody', () => {
    const phone = createPhone(record({ token: 'old', userId: 'u1', extra: 7 }));
    const { session } = start(phone.wx);
    expect(phone.log).toEqual([]);
    expect(session.snapshot).toEqual({
      status: 'authenticated',
      origin: 'restored',
      credential: { token: 'old', userId: 'u1', extra: 7 },
    });
    watched(requestWithLogin(session, { url: '/a' }));
    watched(requestWithLogin(session, { url: '/b' }));
    watched(session.session$);
    watched(session.login());
    expect(phone.log).toEqual(['read', 'request', 'request']);
    expect(phone.sent).toEqual(['Bearer old', 'Bearer old']);
  });

  const USES: readonly (readonly [string, (session: Session) => unknown])[] = [
    ['snapshot', (session) => session.snapshot],
    ['credential', (session) => session.credential],
    ['session$', (session) => watched(session.session$)],
    ['login', (session) => watched(session.login())],
    ['verify', (session) => watched(session.verify())],
    ['a request', (session) => watched(requestWithLogin(session, { url: '/a' }))],
    ['invalidate', (session) => session.invalidate({ token: 'other' })],
  ];
  test.each(USES)('K1: %s counts as first use', (_, use) => {
    const phone = createPhone(record());
    const { session } = start(phone.wx);
    use(session);
    expect(phone.log.filter((name) => name === 'read')).toHaveLength(1);
    expect(session.credential).toEqual({ token: 'old' });
  });

  test('K1: the first state that a subscriber sees is the restored one', () => {
    const { session } = start(createPhone(record()).wx);
    expect(watched(session.session$).values).toMatchObject([{ status: 'authenticated', origin: 'restored' }]);
  });

  test('K1 K3: it comes with its guest data', () => {
    const { session } = start(createPhone(record({ token: 'old' }, { guest: { segment: 'vip' } })).wx);
    expect(session.snapshot).toMatchObject({ guest: { segment: 'vip' } });
  });

  test('K1: afterLogin is not run for it', () => {
    const afterLogin = jest.fn(() => []);
    const { session } = start(createPhone(record()).wx, { afterLogin });
    watched(session.login());
    expect(session.credential).toEqual({ token: 'old' });
    expect(afterLogin).not.toHaveBeenCalled();
  });

  test('K1 E5: its end is checked by the clock: past it, the next request logs in first', () => {
    const phone = createPhone(record({ token: 'old', expiresAt: Date.now() - 1 }));
    const { session } = start(phone.wx);
    expect(session.credential).toBeUndefined();
    expect(session.snapshot).toMatchObject({ status: 'expired', previous: { token: 'old' } });
    watched(requestWithLogin(session, { url: '/a' }));
    expect(phone.sent).toEqual(['Bearer silent1']);
  });

  test('K1 E10: what the clock ended stays in the store, where a backend that renews finds it after a restart', async () => {
    const phone = createPhone(record({ token: 'old', expiresAt: Date.now() + 60_000 }));
    const { session } = start(phone.wx);
    watched(session.session$);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(session.snapshot.status).toBe('expired');
    const refresh = jest.fn(() => [{ credential: { token: 'renewed' } }]);
    const next = start(phone.wx, { backend: { silentLogin: () => [], login: () => [], refresh } });
    expect(watched(next.session.login()).values).toEqual([{ token: 'renewed' }]);
    expect(refresh).toHaveBeenCalledWith(expect.objectContaining({ token: 'old' }));
  });

  test('K1 E5: the leeway is at most half of the life since receipt, not since the start of the app', () => {
    const received = Date.now() - 15_000;
    const stored = record({ token: 'old', expiresAt: received + 20_000 }, { receivedAt: received });
    expect(start(createPhone(stored).wx).session.credential).toBeUndefined();
    const young = {
      ...stored,
      receivedAt: Date.now(),
      credential: { token: 'old', expiresAt: Date.now() + 5000 },
    };
    expect(start(createPhone(young).wx).session.credential).toBeDefined();
  });

  test('K1: one that is refused by the backend leaves the record too', () => {
    const phone = createPhone(record());
    const { session } = start(phone.wx);
    expect(session.invalidate({ token: 'other' })).toBe(false);
    expect(phone.storage.has(KEY)).toBe(true);
    expect(session.invalidate({ token: 'old' })).toBe(true);
    expect(phone.storage.has(KEY)).toBe(false);
    expect(start(phone.wx).session.snapshot).toEqual({ status: 'anonymous' });
  });

  test('K1 L3: dispose leaves the record, and so does a logout after it, which errors no more than any other', () => {
    const phone = createPhone(record());
    const { session } = start(phone.wx);
    watched(session.session$);
    session.dispose();
    // Who awaits one value of it is not failed.
    expect(watched(session.logout()).values).toStrictEqual([undefined]);
    expect(phone.storage.get(KEY)).toEqual(record());
    expect(start(phone.wx).session.credential).toEqual({ token: 'old' });
  });
});

describe('K3: the record', () => {
  test('K3: is versioned, names its source, holds credential, time of receipt and guest; written once', () => {
    const phone = createPhone();
    const reply = { credential: { token: 'A', userId: 'u1', expiresAt: Date.now() + HOUR }, guest: { n: 1 } };
    const { session } = start(phone.wx, { backend: { ...backend, silentLogin: () => [reply] } });
    watched(session.login());
    expect(phone.log).toEqual(['read', 'wx.login', 'write']);
    expect(phone.storage.get(KEY)).toEqual({
      version: 1,
      source: 'shop',
      credential: reply.credential,
      receivedAt: Date.now(),
      guest: { n: 1 },
    });
  });

  test('K3: lives under a key of its source', () => {
    const phone = createPhone();
    watched(start(phone.wx, { source: 'club' }).session.login());
    watched(start(phone.wx).session.login());
    expect([...phone.storage.keys()]).toEqual(['rx-weapp-session:club', KEY]);
  });

  test('K3: what was written is what the next start restores', () => {
    const phone = createPhone();
    const reply = { credential: { token: 'A', level: 3 }, guest: ['x'] };
    const config = { backend: { ...backend, silentLogin: () => [reply] } };
    watched(start(phone.wx, config).session.login());
    expect(start(phone.wx, config).session.snapshot).toEqual({
      status: 'authenticated',
      origin: 'restored',
      ...reply,
    });
  });

  test('K3: without a credential nothing is stored, no guest either', () => {
    const phone = createPhone();
    const asks = { authorize: { method: 'phoneNumber', ticket: 't' }, guest: { segment: 'newcomer' } };
    const { session } = start(phone.wx, { backend: { ...backend, silentLogin: () => [asks] } });
    expect(watched(session.login({ mode: 'silent' })).code).toBe('interaction-required');
    expect(session.snapshot).toMatchObject({ status: 'anonymous', guest: { segment: 'newcomer' } });
    expect([...phone.storage.values()]).toEqual([]);
  });

  test('K3: a change of user is one write', () => {
    const phone = createPhone(record({ token: 'old', userId: 'u1' }, { guest: 'of u1' }));
    const reply = { credential: { token: 'new', userId: 'u2' } };
    const { session } = start(phone.wx, { backend: { ...backend, silentLogin: () => [reply] } });
    watched(session.login({ mode: 'force' }));
    expect(phone.log).toEqual(['read', 'wx.login', 'write']);
    expect(phone.storage.get(KEY)).toEqual({ ...record({ token: 'new', userId: 'u2' }) });
  });

  test('K3: store: null stores and reads nothing', () => {
    const phone = createPhone(record());
    const { session } = start(phone.wx, { store: null });
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    watched(session.login());
    watched(session.logout({ forget: true }));
    expect(phone.log).toEqual(['wx.login']);
    expect(session.credential).toBeUndefined();
  });

  test('T3: the record is a copy: who writes into it changes no session', () => {
    let written: StoredSession | undefined;
    const store: CredentialStore = {
      read: () => undefined,
      write: (given) => void (written = given),
      remove: () => undefined,
    };
    const { session } = start(createPhone().wx, { store });
    watched(session.login());
    try {
      Object.assign(written && 'credential' in written ? written.credential : {}, { token: 'forged' });
    } catch {
      // Frozen is as good.
    }
    expect(session.credential).toEqual({ token: 'silent1' });
  });
});

describe('K2: records that are none of ours', () => {
  const none = [undefined, null, ''];
  test.each(none)('K2: %p is no session, and nothing to speak of', (stored) => {
    const store: CredentialStore = { read: () => stored, write: () => undefined, remove: () => undefined };
    const { session, types } = start(createPhone().wx, { store });
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(types()).toEqual([]);
  });

  const STRANGE: readonly (readonly [string, unknown])[] = [
    ['a text', 'corrupt'],
    ['a number', 7],
    ['true', true],
    ['a list', []],
    ['an empty object', {}],
    ['an older version', { ...record(), version: 0 }],
    ['a newer version', { ...record(), version: 2 }],
    ['no version', { ...record(), version: undefined }],
    ['another source', { ...record(), source: 'club' }],
    ['no credential', { ...record(), credential: undefined }],
    ['a credential of null', { ...record(), credential: null }],
    ['a credential that is a text', { ...record(), credential: 'token' }],
    ['no token', record({})],
    ['an empty token', record({ token: '' })],
    ['a token that is a number', record({ token: 7 })],
    ['an end that is a text', record({ token: 'old', expiresAt: 'tomorrow' })],
    ['an end that is no number', record({ token: 'old', expiresAt: NaN })],
    ['a user that is a number', record({ token: 'old', userId: 7 })],
    ['no time of receipt', { ...record(), receivedAt: undefined }],
    ['a time of receipt that is a text', { ...record(), receivedAt: 'today' }],
    ['a time of receipt that is no time', { ...record(), receivedAt: NaN }],
    ['another library', { token: 'theirs', expires: 1 }],
  ];
  test.each(STRANGE)('K2: %s: no session, an event, no exception; the next login works', (_, stored) => {
    const phone = createPhone(stored);
    const { session, types, events } = start(phone.wx);
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(types()).toEqual(['storage-failure']);
    expect(events[0].error).toMatchObject({
      code: 'config-invalid',
      cause: { message: expect.stringMatching(/ cannot be read$/) as unknown },
    });
    expect(watched(session.login()).values).toEqual([{ token: 'silent1' }]);
    expect(phone.storage.get(KEY)).toMatchObject({ version: 1, credential: { token: 'silent1' } });
  });

  test.each([
    ['another source', { source: 'club' }],
    ['a newer version', { version: 2 }],
    ['no time of receipt', { receivedAt: undefined }],
  ])('K2 T3: the event of a record that is none of ours holds nothing of it: %s', (_, more) => {
    const { session, events } = start(createPhone(record({ token: 'SECRET' }, more)).wx);
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(events[0].error).toMatchObject({ cause: { message: 'record cannot be read' } });
    expect(inspect(events, { depth: null, showHidden: true })).not.toContain('SECRET');
  });

  test.each([
    ['null', null],
    ['a credential', { token: 'old', userId: 'ann' }],
    ['something unreadable', { token: 7, userId: {} }],
  ])('K2 K3 L2: a forget mark is nothing else, though %s stands beside it', (_, credential) => {
    const silentLogin = jest.fn(() => EMPTY);
    const { session, types } = start(createPhone({ ...FORGET, credential, receivedAt: 1 }).wx, {
      backend: { ...backend, silentLogin },
    });
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(types()).toEqual([]);
    expect(watched(session.login({ mode: 'silent' })).code).toBe('interaction-required');
    expect(silentLogin).not.toHaveBeenCalled();
  });

  test('K3 T3: what else a record holds is no part of the session', () => {
    const strange = { flight: { stage: 'silent' }, error: { code: 'x', token: 'SECRET' }, over: true };
    const { session } = start(createPhone(record(undefined, strange)).wx);
    expect(session.snapshot).toEqual({
      status: 'authenticated',
      credential: { token: 'old' },
      origin: 'restored',
    });
  });

  test('K2 L1: a logout empties the key of a record that could not be read', () => {
    const phone = createPhone('corrupt');
    watched(start(phone.wx).session.logout());
    expect(phone.storage.has(KEY)).toBe(false);
  });
});

describe('K2: storage that fails', () => {
  const boom = () => {
    throw new Error('storage is broken');
  };
  const rejected = async () => boom();
  const fine = { read: () => undefined, write: () => undefined, remove: () => undefined };

  test.each([
    ['throws', boom],
    ['rejects', rejected],
  ])('K2: a read that %s: anonymous, an event, and a login works', async (_, read) => {
    const { session, types } = start(createPhone().wx, { store: { ...fine, read } });
    watched(session.session$);
    await jest.advanceTimersByTimeAsync(0);
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(types()).toEqual(['storage-failure']);
    expect(watched(session.login()).values).toHaveLength(1);
  });

  test.each([
    ['throws', boom],
    ['rejects', rejected],
  ])(
    'K2: a write that %s, a full storage: the session lives on in memory, with an event',
    async (_, write) => {
      const { session, types } = start(createPhone().wx, { store: { ...fine, write } });
      const login = watched(session.login());
      await jest.advanceTimersByTimeAsync(0);
      expect(login.values).toEqual([{ token: 'silent1' }]);
      expect(session.credential).toEqual({ token: 'silent1' });
      expect(types().filter((type) => type === 'storage-failure')).toHaveLength(1);
      expect(types()).toContain('login-success');
    },
  );

  test.each(['logout', 'dispose'] as const)(
    'K2: a login is told as done before its record is stored: a %s at the failure to store it is told after it',
    (end) => {
      const { session, types } = start(createPhone().wx, { store: { ...fine, write: boom } });
      session.event$.subscribe(({ type }) => {
        if (type === 'storage-failure') session[end]();
      });
      watched(session.login());
      expect(types().slice(0, 3)).toEqual(['login-start', 'login-success', 'storage-failure']);
    },
  );

  test.each([
    ['throws', boom],
    ['rejects', rejected],
  ])('K2 L3: a remove that %s: logout completes and never errors', async (_, remove) => {
    const { session, types } = start(createPhone().wx, { store: { ...fine, read: () => record(), remove } });
    watched(session.session$);
    const logout = watched(session.logout());
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    await jest.advanceTimersByTimeAsync(0);
    expect(logout).toMatchObject({ errors: [], completed: true });
    expect(types()).toContain('storage-failure');
  });

  test('K2: wx without any storage is memory only', () => {
    const phone = createPhone();
    const { session, types } = start({ login: phone.wx.login });
    expect(watched(session.login()).values).toEqual([{ token: 'silent1' }]);
    expect(session.credential).toEqual({ token: 'silent1' });
    expect(types()).toContain('storage-failure');
    expect(watched(session.logout()).completed).toBe(true);
  });

  test('K2: a write after a failed one is tried again', () => {
    const phone = createPhone();
    let full = true;
    const setStorageSync = (key: string, value: unknown) => {
      if (full) throw new Error('exceed max size');
      phone.wx.setStorageSync(key, value);
    };
    const { session } = start({ ...phone.wx, setStorageSync });
    watched(session.login());
    expect(phone.storage.has(KEY)).toBe(false);
    full = false;
    watched(session.login({ mode: 'force' }));
    expect(phone.storage.get(KEY)).toMatchObject({ credential: { token: 'silent2' } });
  });

  test('L1: a failed write of a newer session does not leave the older one to come back after a logout', () => {
    const phone = createPhone(record());
    const full = () => {
      throw new Error('exceed max size');
    };
    const { session } = start({ ...phone.wx, setStorageSync: full });
    watched(session.login({ mode: 'force' }));
    watched(session.logout());
    expect(phone.storage.has(KEY)).toBe(false);
  });

  test('L1: nor does one that an asynchronous store refuses', async () => {
    const { store, answer, stored } = slowStore(record());
    const { session } = start(createPhone().wx, { store: { ...store, write: rejected } });
    watched(session.login({ mode: 'force' }));
    await answer();
    watched(session.logout());
    await answer();
    expect(stored()).toBeUndefined();
  });

  test('L1 K2: a write that rejects, and took effect all the same, is removed', async () => {
    let stored: unknown;
    const store: CredentialStore = {
      read: () => undefined,
      write: (written) => {
        stored = written;
        return rejected();
      },
      remove: () => void (stored = undefined),
    };
    const { session } = start(createPhone().wx, { store });
    watched(session.logout()); // from here on storage is known to be empty
    watched(session.login());
    expect(stored).toMatchObject({ credential: { token: 'silent1' } });
    await jest.advanceTimersByTimeAsync(0);
    expect(stored).toBeUndefined();
  });

  test.each([
    ['throws', boom],
    ['rejects', rejected],
  ])(
    'K2 C3: a store that %s after dispose, when a late write is undone, is no unhandled rejection',
    async (_, remove) => {
      const unhandled = jest.fn();
      process.on('unhandledRejection', unhandled);
      let finish: () => void = () => undefined;
      const write = () => new Promise<void>((resolve) => (finish = resolve));
      const removing = jest.fn(remove);
      const { session } = start(createPhone().wx, { store: { ...fine, write, remove: removing } });
      watched(session.login());
      watched(session.logout());
      session.dispose();
      const before = removing.mock.calls.length;
      finish();
      await new Promise(turn);
      process.off('unhandledRejection', unhandled);
      expect([before, removing.mock.calls.length]).toEqual([0, 1]);
      expect(unhandled).not.toHaveBeenCalled();
    },
  );

  test('L1: a record whose write failed though it took effect, and which could not be removed then, goes with the logout', () => {
    const phone = createPhone();
    let broken = false;
    const { session } = start({
      ...phone.wx,
      setStorageSync: (key: string, value: unknown) => {
        phone.wx.setStorageSync(key, value);
        if (broken) boom();
      },
      removeStorageSync: (key: string) => (broken ? boom() : phone.wx.removeStorageSync(key)),
    });
    watched(session.login());
    watched(session.logout());
    broken = true;
    watched(session.login());
    expect(phone.storage.get(KEY)).toMatchObject({ credential: { token: 'silent2' } });
    broken = false;
    watched(session.logout());
    expect(phone.storage.has(KEY)).toBe(false);
  });

  const ofUser = (userId: string) => ({
    backend: { ...backend, silentLogin: () => [{ credential: { token: 'new', userId } }] },
  });

  test('K2 L4: where an asynchronous store refuses the record of the next user, the former one is not left in it', async () => {
    const { store, answer, asked, stored } = slowStore(record({ token: 'old', userId: 'u1' }));
    const { session, types } = start(createPhone().wx, {
      store: { ...store, write: rejected },
      ...ofUser('u2'),
    });
    watched(session.session$);
    await answer();
    watched(session.login({ mode: 'force' }));
    await answer();
    await answer();
    expect(session.credential).toEqual({ token: 'new', userId: 'u2' });
    expect(types()).toContain('storage-failure');
    expect(asked).toEqual(['read', 'remove']);
    expect(stored()).toBeUndefined();
  });

  test('L3: a logout that the backend fails ends when storage has settled all the same', async () => {
    const { store, answer, asked } = slowStore(record({ token: 'old' }));
    const logout = () => throwError(() => new Error('no'));
    const { session, types } = start(createPhone().wx, { store, backend: { ...backend, logout } });
    watched(session.session$);
    await answer();
    const ended = jest.fn();
    session.logout().subscribe({ complete: ended });
    await jest.advanceTimersByTimeAsync(0);
    expect(types()).toContain('backend-logout-failure');
    expect(asked).toEqual(['read', 'remove']);
    expect(ended).not.toHaveBeenCalled();
    await answer();
    expect(ended).toHaveBeenCalledTimes(1);
  });

  test('K2 F2: where what could not be overwritten is removed too late, the next record is stored once more', async () => {
    const { store, answer, asked, stored } = slowStore(record({ token: 'old' }));
    let refusals = 1;
    const write = (written: StoredSession) => (refusals-- > 0 ? rejected() : store.write(written));
    const { session } = start(createPhone().wx, { store: { ...store, write } });
    watched(session.session$);
    await answer();
    watched(session.login({ mode: 'force' })); // refused: the old record is to be removed
    await jest.advanceTimersByTimeAsync(0);
    watched(session.login({ mode: 'force' }));
    await jest.advanceTimersByTimeAsync(15_000); // the removal is given up, and the second record written
    expect(asked).toEqual(['read', 'remove', 'write']);
    await answer();
    await answer();
    await answer();
    expect(asked).toEqual(['read', 'remove', 'write', 'write']);
    expect(stored()).toMatchObject({ credential: { token: 'silent2' } });
  });

  test('K2 F2: a store that does not answer in time is at work still, and is not asked to remove anything', async () => {
    const { store, answer, asked } = slowStore(record({ token: 'old', userId: 'u1' }));
    const { session, types } = start(createPhone().wx, {
      store,
      timeouts: { exchange: 2000 },
      ...ofUser('u2'),
    });
    watched(session.session$);
    await answer();
    watched(session.login({ mode: 'force' }));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(types()).toContain('storage-failure');
    expect(asked).toEqual(['read', 'write']);
  });

  test('T3: a storage event holds no token', async () => {
    const { events, session } = start(createPhone(record({ token: '', secret: 'secret' })).wx);
    watched(session.session$);
    expect(events).toHaveLength(1);
    expect(JSON.stringify(events) + String(events[0].error)).not.toContain('secret');
  });

  test('F2 K2: an asynchronous store that never answers is given up after timeouts.exchange', async () => {
    const never = () => new Promise<never>(() => undefined);
    const store = { read: never, write: never, remove: never };
    const { session, types } = start(createPhone().wx, { store, timeouts: { exchange: 2000 } });
    const login = watched(session.login());
    await jest.advanceTimersByTimeAsync(1999);
    expect(types()).not.toContain('storage-failure');
    await jest.advanceTimersByTimeAsync(1);
    expect(types()).toContain('storage-failure');
    expect(login.values).toEqual([{ token: 'silent1' }]);
    const logout = watched(session.logout());
    await jest.advanceTimersByTimeAsync(4000);
    expect(logout.completed).toBe(true);
  });
});

describe('K1: an asynchronous store', () => {
  test('K1 E5: what it held past its end is told as expired, and never as good', async () => {
    const { store, answer } = slowStore(record({ token: 'old', expiresAt: Date.now() }));
    const { session } = start(createPhone().wx, { store });
    const states = watched(session.session$);
    const events = watched(session.event$);
    await answer();
    expect(states.values).toMatchObject([
      { status: 'anonymous' },
      { status: 'expired', previous: { token: 'old' } },
    ]);
    expect(events.values.map(({ type }) => type)).toEqual(['expired']);
  });

  test('K1: until it answers the state is anonymous and requests wait for it', async () => {
    const { store, answer, asked } = slowStore(record());
    const phone = createPhone();
    const { session } = start(phone.wx, { store });
    const states = watched(session.session$);
    const response = watched(requestWithLogin(session, { url: '/a' }));
    await jest.advanceTimersByTimeAsync(100);
    expect(states.values).toEqual([{ status: 'anonymous' }]);
    expect(response.values).toEqual([]);
    expect(phone.log).toEqual([]);
    await answer();
    expect(states.values.slice(1)).toMatchObject([{ status: 'authenticated', origin: 'restored' }]);
    expect(phone.sent).toEqual(['Bearer old']);
    expect(phone.log).toEqual(['request']);
    expect(asked).toEqual(['read']);
  });

  test('K1: with nothing in it a login takes place, once, and its record is written', async () => {
    const { store, answer, stored } = slowStore();
    const phone = createPhone();
    const { session } = start(phone.wx, { store });
    const responses = [1, 2, 3].map(() => watched(requestWithLogin(session, { url: '/a' })));
    await answer();
    expect(responses.map(({ values }) => values.length)).toEqual([1, 1, 1]);
    expect(phone.log.filter((name) => name === 'wx.login')).toHaveLength(1);
    await answer();
    expect(stored()).toMatchObject({ version: 1, credential: { token: 'silent1' } });
  });

  test.each(['common', 'silent', 'force', 'forceSilent'] as const)(
    'K1: a login in mode %s during the read: a forced one wins over what was stored, another takes it',
    async (mode) => {
      const { store, answer, stored } = slowStore(record());
      const { session } = start(createPhone().wx, { store });
      const login = watched(session.login({ mode }));
      await answer();
      await answer();
      const token = mode.startsWith('force') ? 'silent1' : 'old';
      expect(login.values).toEqual([{ token }]);
      expect(session.credential).toEqual({ token });
      expect(stored()).toMatchObject({ credential: { token } });
    },
  );

  test('R5 K1: a login that verifies, during the read, verifies what was stored', async () => {
    const { store, answer } = slowStore(record());
    const phone = createPhone();
    const { session } = start(phone.wx, { store });
    const login = watched(session.login({ verify: true }));
    await answer();
    expect(phone.log).toContain('wx.login'); // there is no checkSession: the answer is no
    expect(login.values).toEqual([{ token: 'silent1' }]);
  });

  test('K1: no prompt is shown before it answered', async () => {
    const { store, answer } = slowStore(record());
    const phone = createPhone();
    const asks = { authorize: { method: 'phoneNumber', ticket: 't' } };
    const { session } = start(phone.wx, { store, backend: { ...backend, silentLogin: () => [asks] } });
    const prompts = watched(session.prompt$);
    watched(session.login());
    watched(session.login({ mode: 'forceAuth' }));
    await jest.advanceTimersByTimeAsync(1000);
    expect(prompts.values).toEqual([null]);
    await answer();
    expect(prompts.values.slice(1)).toMatchObject([{ method: 'phoneNumber' }]);
  });

  test('L1: a logout during the read: what is read later does not come back', async () => {
    const { store, answer, stored } = slowStore(record());
    const { session } = start(createPhone().wx, { store });
    const states = watched(session.session$);
    const logout = watched(session.logout());
    await answer();
    await answer();
    expect(states.values).toEqual([{ status: 'anonymous' }]);
    expect(session.credential).toBeUndefined();
    expect(logout.completed).toBe(true);
    expect(stored()).toBeUndefined();
  });

  test('L1: who waited for the read when the logout came gets logged-out', async () => {
    const { store, answer } = slowStore(record());
    const { session } = start(createPhone().wx, { store });
    const login = watched(session.login());
    const silent = watched(requestWithLogin(session, { url: '/a', loginOptions: { mode: 'silent' } }));
    watched(session.logout());
    expect([login.code, silent.code]).toEqual(['logged-out', 'logged-out']);
    await answer();
    expect(session.credential).toBeUndefined();
  });

  test('C3: a session that was disposed during the read restores nothing', async () => {
    const { store, answer } = slowStore(record());
    const { session } = start(createPhone().wx, { store });
    const login = watched(session.login());
    session.dispose();
    expect(login.code).toBe('disposed');
    await answer();
    expect(session.credential).toBeUndefined();
  });
});

describe('L1 K3: writes are serialised', () => {
  test('L1: a logout while the write is under way ends with an empty storage', async () => {
    const { store, answer, asked, stored } = slowStore();
    const { session } = start(createPhone().wx, { store });
    watched(session.login());
    await answer();
    expect(session.credential).toEqual({ token: 'silent1' });
    const logout = watched(session.logout());
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(asked).toEqual(['read', 'write']);
    await answer();
    expect(stored()).toBeDefined();
    expect(logout.completed).toBe(false);
    await answer();
    expect(asked).toEqual(['read', 'write', 'remove']);
    expect(stored()).toBeUndefined();
    expect(logout.completed).toBe(true);
  });

  test('L1: login, logout, login again in a row ends with the last one stored', async () => {
    const { store, answer, asked, stored } = slowStore();
    const { session } = start(createPhone().wx, { store });
    watched(session.login());
    await answer();
    watched(session.logout());
    watched(session.login());
    for (let step = 0; step < 4; step++) await answer();
    // What was never begun is not worth a write: the newest record overwrites the old one.
    expect(asked).toEqual(['read', 'write', 'write']);
    expect(stored()).toMatchObject({ credential: { token: 'silent2' } });
  });

  test('E3 L1: ten thousand requests that expire at once leave a slow store alive', async () => {
    const { store, answer, asked, stored } = slowStore();
    const { session } = start(createPhone().wx, { store });
    watched(session.login());
    await answer();
    await answer();
    const { credential } = session;
    for (let each = 0; each < 10_000; each++) session.invalidate(credential as Credential);
    const logouts = Array.from({ length: 10_000 }, () => watched(session.logout()));
    for (let step = 0; step < 3; step++) await answer();
    expect(logouts.every(({ completed }) => completed)).toBe(true);
    expect(asked).toEqual(['read', 'write', 'remove']);
    watched(session.login());
    await answer();
    expect(stored()).toMatchObject({ credential: { token: 'silent2' } });
  }, 30_000);

  test('L1: a store that takes too long for the write cannot bring the session back after the logout', async () => {
    let late: (() => void) | undefined;
    let stored: unknown;
    const store: CredentialStore = {
      read: () => undefined,
      write: (written) =>
        new Promise((resolve) => {
          late = () => {
            stored = written;
            resolve();
          };
        }),
      remove: () => void (stored = undefined),
    };
    const { session } = start(createPhone().wx, { store, timeouts: { exchange: 1000 } });
    watched(session.login());
    const logout = watched(session.logout());
    await jest.advanceTimersByTimeAsync(500);
    late?.();
    await jest.advanceTimersByTimeAsync(1000);
    expect(stored).toBeUndefined();
    expect(logout.completed).toBe(true);
  });

  test('L1 F2: not even a write that comes after its time limit brings the session back', async () => {
    let stored: unknown;
    const store: CredentialStore = {
      read: () => undefined,
      write: (written) =>
        new Promise((resolve) => {
          setTimeout(() => {
            stored = written;
            resolve();
          }, 3000);
        }),
      remove: () => void (stored = undefined),
    };
    const { session } = start(createPhone().wx, { store, timeouts: { exchange: 1000 } });
    watched(session.login());
    await jest.advanceTimersByTimeAsync(500);
    const logout = watched(session.logout());
    await jest.advanceTimersByTimeAsync(10_000);
    expect(logout.completed).toBe(true);
    expect(stored).toBeUndefined();
  });

  test('K3 F2: a write that comes after its time limit, and is still what is to be stored, is not repeated', async () => {
    const write = jest.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 3000)));
    const store: CredentialStore = { read: () => undefined, write, remove: () => undefined };
    const { session } = start(createPhone().wx, { store, timeouts: { exchange: 1000 } });
    watched(session.login());
    await jest.advanceTimersByTimeAsync(10_000);
    expect(write).toHaveBeenCalledTimes(1);
  });

  test('L1: logout takes effect at the call, subscribed or not', () => {
    const phone = createPhone(record());
    const { session } = start(phone.wx);
    expect(session.credential).toBeDefined();
    session.logout();
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(phone.storage.has(KEY)).toBe(false);
  });

  test('L1: a logout before anything else empties the storage as well', () => {
    const phone = createPhone(record());
    const { session } = start(phone.wx);
    session.logout();
    expect(phone.storage.has(KEY)).toBe(false);
    expect(session.credential).toBeUndefined();
  });
});

describe('L2: the forget mark', () => {
  const user = (session: Session) => {
    const prompts: AuthPrompt[] = [];
    session.prompt$.subscribe((prompt) => {
      if (!prompt) return;
      prompts.push(prompt);
      prompt.answer({ errMsg: 'getPhoneNumber:ok', code: 'p' });
    });
    return prompts;
  };

  test('L2 K3: is all that the record holds', () => {
    const phone = createPhone(record());
    const { session } = start(phone.wx);
    session.logout({ forget: true });
    expect(phone.storage.get(KEY)).toEqual(FORGET);
  });

  test('L2: silent logins fail without wx.login, also after a restart', () => {
    const phone = createPhone(FORGET);
    const { session } = start(phone.wx);
    expect(session.snapshot).toEqual({ status: 'anonymous' });
    expect(watched(session.login({ mode: 'silent' })).code).toBe('interaction-required');
    expect(watched(session.login({ mode: 'forceSilent' })).code).toBe('interaction-required');
    watched(requestWithLogin(session, { url: '/a', loginOptions: { mode: 'silent' } }));
    expect(phone.sent).toEqual([undefined]);
    expect(phone.log).not.toContain('wx.login');
  });

  test.each(['common', 'force'] as const)(
    'L2: a %s login goes to the interactive stage, and the mark goes with its success',
    (mode) => {
      const phone = createPhone(FORGET);
      const { session } = start(phone.wx);
      const prompts = user(session);
      expect(watched(session.login({ mode })).values).toEqual([{ token: 'interactive1' }]);
      expect(prompts).toMatchObject([{ method: 'phoneNumber' }]);
      expect(phone.storage.get(KEY)).toMatchObject({ credential: { token: 'interactive1' } });
      expect(phone.storage.get(KEY)).not.toHaveProperty('forget');
      session.logout();
      expect(phone.storage.has(KEY)).toBe(false);
      expect(watched(start(phone.wx).session.login({ mode: 'silent' })).values).toHaveLength(1);
    },
  );

  test('L1 L2: a plain logout keeps a mark, in this run and after a restart', () => {
    const phone = createPhone(record());
    const { session } = start(phone.wx);
    session.logout({ forget: true });
    session.logout();
    expect(phone.storage.get(KEY)).toEqual(FORGET);
    start(phone.wx).session.logout();
    expect(phone.storage.get(KEY)).toEqual(FORGET);
  });

  test('L1 L2: a plain logout during the read of an asynchronous store keeps the mark too', async () => {
    const { store, answer, stored } = slowStore(FORGET);
    const phone = createPhone();
    const { session } = start(phone.wx, { store });
    watched(session.session$);
    const logout = watched(session.logout());
    for (let step = 0; step < 4; step++) await answer();
    expect(logout.completed).toBe(true);
    expect(stored()).toEqual(FORGET);
    expect(watched(session.login({ mode: 'silent' })).code).toBe('interaction-required');
  });

  test('L2: an asynchronous store: silent logins wait for it, then fail without wx.login', async () => {
    const { store, answer } = slowStore(FORGET);
    const phone = createPhone();
    const login = watched(start(phone.wx, { store }).session.login({ mode: 'silent' }));
    await answer();
    expect(login.code).toBe('interaction-required');
    expect(phone.log).not.toContain('wx.login');
  });

  test('L2: options that cannot be read are those of a plain logout', () => {
    const phone = createPhone(record());
    const { session } = start(phone.wx);
    const options = Object.defineProperty({}, 'forget', {
      get: () => {
        throw new Error('oops');
      },
    });
    session.logout(options);
    expect(phone.storage.has(KEY)).toBe(false);
    expect(watched(session.login({ mode: 'silent' })).values).toHaveLength(1);
  });

  test('L2: a failed interactive login leaves the mark', () => {
    const phone = createPhone(FORGET);
    const { session } = start(phone.wx);
    session.prompt$.subscribe((prompt) => prompt?.answer({ errMsg: 'getPhoneNumber:fail user deny' }));
    expect(watched(session.login()).code).toBe('auth-denied');
    expect(phone.storage.get(KEY)).toEqual(FORGET);
    expect(watched(session.login({ mode: 'silent' })).code).toBe('interaction-required');
  });
});

describe('weappStore', () => {
  test('K1: keeps a record under its key, synchronously', () => {
    const phone = createPhone();
    const store = weappStore({ key: 'mine', platform: weapp(phone.wx) });
    const mine: StoredSession = { version: 1, source: 'shop', credential: { token: 'A' }, receivedAt: 1 };
    expect(store.write(mine)).toBeUndefined();
    expect(phone.storage.get('mine')).toEqual(mine);
    expect(store.read()).toEqual(mine);
    expect(store.remove()).toBeUndefined();
    expect([...phone.storage]).toEqual([]);
  });

  const encrypted = () => {
    const storage = new Map<string, unknown>();
    const asked: object[] = [];
    const later = (work: () => void) => void setTimeout(work, 5);
    const wx = {
      ...createPhone().wx,
      getStorageSync: undefined,
      setStorageSync: undefined,
      removeStorageSync: undefined,
      getStorage: ({ key, encrypt, success, fail }: Callbacks & { key: string; encrypt?: boolean }) => {
        asked.push({ name: 'getStorage', encrypt });
        later(() =>
          storage.has(key)
            ? success({ data: storage.get(key), errMsg: 'getStorage:ok' })
            : fail({ errMsg: 'getStorage:fail data not found' }),
        );
      },
      setStorage: ({
        key,
        encrypt,
        data,
        success,
      }: Callbacks & { key: string; encrypt?: boolean; data: unknown }) => {
        asked.push({ name: 'setStorage', encrypt });
        later(() => {
          storage.set(key, structuredClone(data));
          success({ errMsg: 'setStorage:ok' });
        });
      },
      removeStorage: ({ key, success }: Callbacks & { key: string }) => {
        asked.push({ name: 'removeStorage' });
        later(() => {
          storage.delete(key);
          success({ errMsg: 'removeStorage:ok' });
        });
      },
    };
    return { wx, storage, asked, store: weappStore({ key: 'mine', encrypt: true, platform: weapp(wx) }) };
  };

  test('K1: encrypted, it is asynchronous, and asks wx to encrypt and to decrypt', async () => {
    const { wx, store, storage, asked } = encrypted();
    const { session, types } = start(wx, { store });
    const login = watched(session.login());
    await jest.advanceTimersByTimeAsync(20);
    expect(login.values).toEqual([{ token: 'silent1' }]);
    expect(storage.get('mine')).toMatchObject({ credential: { token: 'silent1' } });
    expect(asked).toEqual([
      { name: 'getStorage', encrypt: true },
      { name: 'setStorage', encrypt: true },
    ]);
    expect(types()).not.toContain('storage-failure'); // nothing stored yet is no failure

    const next = start(wx, { store });
    watched(next.session.session$);
    await jest.advanceTimersByTimeAsync(20);
    expect(next.session.snapshot).toMatchObject({ origin: 'restored', credential: { token: 'silent1' } });

    const logout = watched(next.session.logout());
    await jest.advanceTimersByTimeAsync(20);
    expect(logout.completed).toBe(true);
    expect([...storage]).toEqual([]);
  });

  test('K2: encrypted, a failing wx is memory only, with an event', async () => {
    const fail = (callbacks: Callbacks) => callbacks.fail({ errMsg: 'fail encrypt is not supported' });
    const wx = { ...encrypted().wx, getStorage: fail, setStorage: fail };
    const store = weappStore({ key: 'mine', encrypt: true, platform: weapp(wx) });
    const { session, types } = start(wx, { store });
    const login = watched(session.login());
    await jest.advanceTimersByTimeAsync(0);
    expect(login.values).toHaveLength(1);
    expect(types().filter((type) => type === 'storage-failure')).toHaveLength(2);
  });
});

test('K1: a typed credential keeps all its fields through the record', () => {
  interface Mine extends Credential {
    readonly roles: readonly string[];
  }
  const phone = createPhone(record({ token: 'old', roles: ['admin'] }));
  const typed: LoginBackend<Mine> = { silentLogin: () => [], login: () => [] };
  const session = createSession<Mine>({
    source: 'shop',
    backend: typed,
    platform: weapp(phone.wx),
  });
  expect(session.credential?.roles).toEqual(['admin']);
});
