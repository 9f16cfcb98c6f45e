import { catchError, concatMap, defer, delay, EMPTY, filter, map, of, switchMap, take, timer } from 'rxjs';
import {
  createSession,
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  silentOnly,
  weapp,
  withLogin,
} from 'rx-weapp-session';
import type { Credential, CredentialStore, HttpResponse, Session } from 'rx-weapp-session';
import type { MonoTypeOperatorFunction } from 'rxjs';
import {
  at,
  away,
  createWorld,
  issued,
  later,
  never,
  offline,
  PACES,
  phone,
  record,
  refuses,
  status,
  user,
  virtually,
  wanted,
  watch,
  word,
} from './support/world';
import { promised } from './support/promised';
import type { Script, World } from './support/world';

const KEY = 'rx-weapp-session:shop';
const usable = record('Z');
const expired = { ...record('Z', { expiresAt: 1 }), receivedAt: -100000 };
const forgotten = { version: 1, source: 'shop', forget: true };

const types = ({ events }: World) => events.map(({ type }) => type);
const stored = ({ storage }: World) => [...storage.entries()];
const prompted = ({ events }: World) => events.filter(({ type }) => type === 'prompt').length;
const request = (session: Session) => requestWithLogin(session, { url: '/' });

/** Another start of the app, over what the last one left in storage. */
const restart = (world: World, script: Script = {}) =>
  createWorld({ ...script, stored: world.storage.get(KEY) });

/** A store that takes 30 ms for everything. */
function slowStore(held?: unknown) {
  const writes: string[] = [];
  const after30 = <T>(work: () => T) => timer(30).pipe(map(work));
  const api: CredentialStore = {
    read: () => promised(after30(() => held)),
    write: (value) => {
      writes.push('write');
      return promised(after30(() => void (held = value)));
    },
    remove: () => {
      writes.push('remove');
      return promised(after30(() => void (held = undefined)));
    },
  };
  return { api, writes, held: () => held };
}

describe('L1: after logout() returns', () => {
  const BEFORE: readonly (readonly [title: string, script: Script, until: number])[] = [
    ['a usable session', { stored: usable }, 0],
    ['an expired session', { stored: expired }, 0],
    ['a session with an error', { stored: usable, silentLogin: [status(403)] }, 100],
    ['nobody', {}, 0],
    ['an earlier failure', { silentLogin: [status(403)] }, 100],
    ['a guest', { silentLogin: [{ ...wanted('phoneNumber'), guest: { coupons: 3 } }] }, 100],
  ];
  for (const [title, script, until] of BEFORE) {
    test(
      `L1: over ${title}, memory says anonymous and the key is gone, subscribed to or not`,
      virtually(({ flush }) => {
        const world = createWorld(script);
        if (until) watch(world.session.login({ mode: 'forceSilent' }));
        at(until, () => {
          world.session.logout();
          expect(world.session.snapshot).toEqual({ status: 'anonymous' });
          expect(world.session.credential).toBeUndefined();
          expect(stored(world)).toEqual([]);
          expect(watch(world.session.session$).log).toEqual(['anonymous']);
        });
        flush();
        expect(types(world).filter((type) => type === 'logout')).toEqual(['logout']);
        expect(types(world)).not.toContain('storage-failure');
      }),
    );
  }

  test(
    'L1: requests go out without a credential, and subscribers have been told',
    virtually(() => {
      const world = createWorld({ stored: usable });
      const states = watch(world.session.session$);
      world.session.logout();
      expect(states.log).toEqual(['Z', 'anonymous']);
      watch(sessionRequest(world.session, { url: '/' }));
      expect(world.sent).toEqual(['-']);
    }),
  );

  test(
    'L1: storage ends empty, even if a write was under way',
    virtually(({ flush }) => {
      const store = slowStore();
      const world = createWorld({ config: { store: store.api } });
      watch(world.session.login());
      at(100, () => {
        expect(store.writes).toEqual(['write']);
        world.session.logout();
      });
      flush();
      expect(store.writes).toEqual(['write', 'remove']);
      expect(store.held()).toBeUndefined();
    }),
  );

  test(
    'L1 K1: a logout before an asynchronous store has answered keeps its session from coming back',
    virtually(({ flush }) => {
      const store = slowStore(usable);
      const world = createWorld({ config: { store: store.api } });
      const states = watch(world.session.session$);
      at(10, () => void world.session.logout());
      flush();
      expect(states.log).toEqual(['anonymous']);
      expect(store.held()).toBeUndefined();
    }),
  );
});

describe('L1: the waiters of a flight in progress', () => {
  const waiters = (session: Session) =>
    [
      session.login(),
      session.login({ mode: 'silent' }),
      session.login({ mode: 'force' }),
      session.login({ mode: 'forceSilent' }),
      session.login({ mode: 'forceAuth' }),
      request(session),
      requestWithLogin(session, { url: '/', loginOptions: { mode: 'silent' } }),
      sessionRequest(session, { url: '/' }).pipe(withLogin(session)),
      sessionRequest(session, { url: '/' }).pipe(silentOnly(session)),
    ].map((source) => watch<unknown>(source).log);

  const MOMENTS: readonly (readonly [title: string, script: Script, time: number])[] = [
    ['wx.login', {}, 5],
    ['the silent exchange', {}, 30],
    ['a try that is waited for', { silentLogin: [offline], config: { retry: { delay: 5000 } } }, 61],
    ['afterLogin', { config: { afterLogin: () => timer(500) } }, 300],
    ['a refresh', { stored: expired, refresh: [issued('R')] }, 20],
    ['the restore', { config: { store: slowStore(usable).api } }, 10],
  ];
  for (const [title, script, time] of MOMENTS) {
    test(
      `L1: get logged-out during ${title}, silentOnly's too, and the late result changes nothing`,
      virtually(({ flush }) => {
        const world = createWorld(script);
        const { seen } = user(world.session, phone);
        const states = watch(world.session.session$);
        const logs = waiters(world.session);
        let before = 0;
        at(time, () => {
          world.session.logout();
          expect(logs).toEqual(Array(logs.length).fill(['!logged-out']));
          before = states.log.length;
        });
        flush();
        expect(states.log.slice(before - 1)).toEqual(['anonymous']);
        expect(world.session.snapshot).toEqual({ status: 'anonymous' });
        expect(stored(world)).toEqual([]);
        expect(world.sent).toEqual([]);
        expect(seen).toEqual([]);
        expect(types(world)).not.toContain('login-success');
      }),
    );
  }

  for (const [title, script, time] of [
    ['the prompt', {}, 500],
    ['the interactive exchange', {}, 1080],
    ['the code after the answer', {}, 1065],
  ] as const) {
    test(
      `L1: get logged-out during ${title}, and the late result changes nothing`,
      virtually(({ flush }) => {
        const world = createWorld({ silentLogin: [wanted('phoneNumber')], ...script });
        user(world.session, phone);
        const prompts = watch(world.session.prompt$.pipe(map((prompt) => prompt && prompt.method)));
        const logs = [
          world.session.login(),
          world.session.login({ mode: 'force' }),
          world.session.login({ mode: 'forceAuth' }),
          request(world.session),
        ].map((source) => watch<unknown>(source).log);
        at(time, () => {
          world.session.logout();
          expect(logs).toEqual(Array(4).fill(['!logged-out']));
          expect(prompts.log.slice(-1)).toEqual(['null']);
        });
        flush();
        expect(world.session.snapshot).toEqual({ status: 'anonymous' });
        expect(stored(world)).toEqual([]);
        expect(prompts.log).toEqual(['null', 'phoneNumber', 'null']);
        expect(types(world)).not.toContain('login-success');
      }),
    );
  }

  test(
    'L1: a flight that a logout ends is one login-failure, logged-out',
    virtually(({ flush }) => {
      const world = createWorld();
      waiters(world.session);
      at(30, () => void world.session.logout());
      flush();
      expect(
        world.events.filter(({ type }) => /^login-/.test(type)).map(({ type, error }) => error?.code ?? type),
      ).toEqual(['login-start', 'logged-out']);
    }),
  );

  for (const pace of PACES) {
    test(
      `L1: get logged-out where a subscriber that is just being told "authenticated" logs out, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        world.session.session$.subscribe(({ status: state }) => {
          if (state === 'authenticated') world.session.logout();
        });
        const states = watch(world.session.session$);
        const logs = [
          watch(world.session.login()).log,
          ...(pace.title.includes('synchronous') ? [] : [watch(request(world.session)).log]),
        ];
        flush();
        expect(logs).toEqual(Array(logs.length).fill(['!logged-out']));
        expect(states.log.slice(-1)).toEqual(['anonymous']);
        expect(world.session.snapshot).toEqual({ status: 'anonymous' });
        expect(stored(world)).toEqual([]);
        expect(world.sent).toEqual([]);
      }),
    );

    test(
      `L1 T2: the same from a subscriber of event$ that hears of login-success, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        world.session.event$.subscribe(({ type }) => {
          if (type === 'login-success') world.session.logout();
        });
        const states = watch(world.session.session$);
        const login = watch(world.session.login());
        const silent = watch(requestWithLogin(world.session, { url: '/', loginOptions: { mode: 'silent' } }));
        flush();
        expect(login.log).toEqual(['!logged-out']);
        expect(silent.log).toEqual(['!logged-out']);
        expect(states.log.slice(-1)).toEqual(['anonymous']);
        expect(stored(world)).toEqual([]);
        expect(world.sent).toEqual([]);
      }),
    );

    for (const [title, mode] of [
      ['the silent stage', 'common'],
      ['the interactive stage', 'forceAuth'],
    ] as const)
      test(
        `L1: a logout inside a subscriber that is told of ${title}'s start ends it, with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace });
          const { seen } = user(world.session, phone);
          world.session.session$
            .pipe(
              filter((state) => state.status === 'authenticating'),
              take(1),
            )
            .subscribe(() => void world.session.logout());
          const login = watch(world.session.login({ mode }));
          flush();
          expect(login.log).toEqual(['!logged-out']);
          expect(world.session.snapshot).toEqual({ status: 'anonymous' });
          expect(stored(world)).toEqual([]);
          expect(seen).toEqual([]);
        }),
      );

    test(
      `L1: a logout inside a subscriber of prompt$ that is told of the prompt ends it, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        world.session.prompt$.pipe(filter(Boolean), take(1)).subscribe(() => void world.session.logout());
        const prompts = watch(world.session.prompt$.pipe(map((prompt) => prompt && prompt.method)));
        const login = watch(world.session.login({ mode: 'forceAuth' }));
        flush();
        expect(login.log).toEqual(['!logged-out']);
        expect(prompts.log.slice(-1)).toEqual(['null']);
        expect(world.session.snapshot).toEqual({ status: 'anonymous' });
      }),
    );

    test(
      `L1 E9: a logout inside a subscriber that is told of an expiry ends the request, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: usable });
        world.refused.add('Z');
        world.session.session$.subscribe((state) => {
          if (state.status === 'expired') world.session.logout();
        });
        const log = watch(request(world.session)).log;
        flush();
        expect(log).toEqual(['!logged-out']);
        expect(world.sent).toEqual(['Z']);
        expect(world.count('wx.login')).toBe(0);
        expect(stored(world)).toEqual([]);
      }),
    );

    test(
      `L1: who is told of it may log in again at once, and gets a flight of its own, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, silentLogin: [later(10, issued('A'))] });
        const again: string[] = [];
        world.session
          .login()
          .pipe(catchError(() => world.session.login()))
          .subscribe({ next: ({ token }) => again.push(token), error: () => again.push('failed') });
        world.session.logout();
        flush();
        expect(world.count('wx.login')).toBe(2);
        expect(again).toEqual(['A']);
        expect(world.session.credential?.token).toBe('A');
        expect(stored(world)).toEqual([[KEY, expect.objectContaining({ credential: { token: 'A' } })]]);
      }),
    );
  }

  for (const type of ['logout', 'login-failure'] as const)
    test(
      `L1: a login that a subscriber of event$ makes on ${type} is a new flight and wins`,
      virtually(({ flush }) => {
        const world = createWorld();
        const again: string[] = [];
        world.session.event$
          .pipe(
            filter((event) => event.type === type),
            take(1),
            switchMap(() => world.session.login()),
          )
          .subscribe({ next: ({ token }) => again.push(token), error: () => again.push('failed') });
        const login = watch(world.session.login());
        at(30, () => void world.session.logout());
        flush();
        expect(login.log).toEqual(['!logged-out']);
        expect(again).toEqual(['B']);
        expect(word(world.session.snapshot)).toBe('B');
      }),
    );

  test(
    'L1: a login that a subscriber of session$ makes when it is told of the logout is a new flight and wins',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      const again: string[] = [];
      world.session.session$
        .pipe(
          filter((state) => state.status === 'anonymous'),
          take(1),
          switchMap(() => world.session.login()),
        )
        .subscribe({ next: ({ token }) => again.push(token), error: () => again.push('failed') });
      const forced = watch(world.session.login({ mode: 'force' }));
      at(30, () => void world.session.logout());
      flush();
      expect(forced.log).toEqual(['!logged-out']);
      expect(again).toEqual(['B']);
      expect(stored(world)).toEqual([[KEY, expect.objectContaining({ credential: { token: 'B' } })]]);
    }),
  );

  for (const pace of PACES)
    for (const hook of ['afterLogin', 'silentLogin', 'login', 'tips'] as const)
      test(
        `L1: a logout inside ${hook} ends the flight that called it, with ${pace.title}`,
        virtually(({ flush }) => {
          const out = () => void world.session.logout();
          const world: World = createWorld({
            pace,
            silentLogin: hook === 'silentLogin' ? [defer(() => of(out(), issued('A')))] : [],
            interactiveLogin: hook === 'login' ? [defer(() => of(out(), issued('A')))] : [],
            config: {
              ...(hook === 'afterLogin' && { afterLogin: () => of(out()) }),
              ...(hook === 'tips' && { tips: () => void out() }),
            },
          });
          user(world.session, phone);
          const mode = hook === 'silentLogin' || hook === 'afterLogin' ? 'common' : 'forceAuth';
          const login = watch(world.session.login({ mode }));
          flush();
          expect(login.log).toEqual(['!logged-out']);
          expect(world.session.snapshot).toEqual({ status: 'anonymous' });
          expect(stored(world)).toEqual([]);
          expect(watch(world.session.prompt$).log).toEqual(['null']);
        }),
      );

  for (const [title, first, second] of [
    ['the old flight answers first', 0, 200],
    ['the new flight answers first', 200, 0],
  ] as const) {
    test(
      `L1: a new login after it is a new flight and wins, where ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({
          silentLogin: [later(first, issued('old')), later(second, issued('new'))],
        });
        const old = watch(world.session.login());
        let anew: readonly string[] = [];
        at(20, () => {
          world.session.logout();
          anew = watch(world.session.login()).log;
        });
        flush();
        expect(old.log).toEqual(['!logged-out']);
        expect(anew).toEqual(['new', '|']);
        expect(world.count('wx.login')).toBe(2);
        expect(world.session.credential?.token).toBe('new');
        expect(stored(world)).toEqual([[KEY, expect.objectContaining({ credential: { token: 'new' } })]]);
      }),
    );
  }
});

describe('L2: logout({ forget: true })', () => {
  const forgetful = (script: Script = {}) => {
    const world = createWorld({ stored: usable, ...script });
    world.session.logout({ forget: true });
    return world;
  };

  test(
    'L2: leaves the forget mark alone in storage, without anything of the session',
    virtually(() => {
      const world = forgetful({ stored: { ...usable, guest: { coupons: 3 } } });
      expect(stored(world)).toEqual([[KEY, forgotten]]);
      expect(world.session.snapshot).toEqual({ status: 'anonymous' });
    }),
  );

  const STARTS: readonly (readonly [title: string, start: (script: Script) => World])[] = [
    ['in the same run', (script) => forgetful(script)],
    ['after a restart', (script) => restart(forgetful(), script)],
    ['after two restarts', (script) => restart(restart(forgetful()), script)],
    [
      'after a plain logout, which keeps the mark',
      (script) => {
        const world = forgetful(script);
        world.session.logout();
        return world;
      },
    ],
    [
      'after a restart, a plain logout and a restart',
      (script) => {
        const world = restart(forgetful());
        world.session.logout();
        expect(stored(world)).toEqual([[KEY, forgotten]]);
        return restart(world, script);
      },
    ],
  ];
  for (const [title, start] of STARTS) {
    test(
      `L2: silent and forceSilent fail with interaction-required, without wx.login, ${title}`,
      virtually(({ flush }) => {
        const world = start({});
        const { seen } = user(world.session, phone);
        const logs = (['silent', 'forceSilent'] as const).map(
          (mode) => watch(world.session.login({ mode })).log,
        );
        flush();
        expect(logs).toEqual([['!interaction-required'], ['!interaction-required']]);
        expect(world.count('wx.login')).toBe(0);
        expect(seen).toEqual([]);
      }),
    );

    test(
      `L2: silentOnly goes anonymously, ${title}`,
      virtually(({ flush }) => {
        const world = start({});
        const silent = watch(requestWithLogin(world.session, { url: '/', loginOptions: { mode: 'silent' } }));
        flush();
        expect(silent.log).toEqual(['200 -', '|']);
        expect(world.count('wx.login')).toBe(0);
      }),
    );

    for (const mode of ['common', 'force'] as const) {
      test(
        `L2: ${mode} goes to the interactive stage with defaultMethod, ${title}`,
        virtually(({ flush }) => {
          const world = start({ config: { defaultMethod: 'avatarNickname' } });
          const { seen } = user(world.session, { avatarUrl: 'wxfile://a', nickName: 'Li' });
          const login = watch(world.session.login({ mode }));
          flush();
          expect(seen.map(({ method }) => method)).toEqual(['avatarNickname']);
          expect(world.count('silentLogin')).toBe(0);
          expect(login.log).toEqual(['A', '|']);
        }),
      );
    }

    test(
      `L2: until an interactive login succeeds, ${title}`,
      virtually(({ flush }) => {
        const world = start({});
        user(world.session, refuses, phone);
        const logs: (readonly string[])[] = [watch(world.session.login()).log];
        at(5000, () => {
          expect(stored(world)).toEqual([[KEY, forgotten]]);
          logs.push(watch(world.session.login({ mode: 'silent' })).log);
          logs.push(watch(world.session.login()).log);
        });
        at(10000, () => {
          expect(stored(world)).toEqual([[KEY, expect.objectContaining({ credential: { token: 'A' } })]]);
          expect(world.storage.get(KEY)).not.toHaveProperty('forget');
          world.session.logout();
          expect(stored(world)).toEqual([]);
          logs.push(watch(world.session.login({ mode: 'silent' })).log);
        });
        flush();
        expect(logs).toEqual([['!auth-denied'], ['!interaction-required'], ['A', '|'], ['B', '|']]);
        expect(world.count('silentLogin')).toBe(1);
      }),
    );
  }

  test(
    'L2: forceAuth asks as ever, and ends it',
    virtually(({ flush }) => {
      const world = restart(forgetful());
      user(world.session, phone);
      const login = watch(world.session.login({ mode: 'forceAuth' }));
      flush();
      expect(login.log).toEqual(['A', '|']);
      const again = restart(world);
      expect(again.session.credential?.token).toBe('A');
    }),
  );

  test(
    'L2 F5: an interactive login whose afterLogin fails has not succeeded',
    virtually(({ flush }) => {
      const world = forgetful({ config: { afterLogin: () => offline } });
      user(world.session, phone);
      const login = watch(world.session.login());
      flush();
      expect(login.log).toHaveLength(1);
      expect(stored(world)).toEqual([[KEY, forgotten]]);
      expect(watch(world.session.login({ mode: 'silent' })).log).toEqual(['!interaction-required']);
    }),
  );

  test(
    'L2: the mark is set while nobody is logged in as well',
    virtually(({ flush }) => {
      const world = createWorld();
      world.session.logout({ forget: true });
      expect(stored(world)).toEqual([[KEY, forgotten]]);
      const silent = watch(restart(world).session.login({ mode: 'silent' }));
      flush();
      expect(silent.log).toEqual(['!interaction-required']);
    }),
  );

  test(
    'L2: memory alone keeps it where there is no store',
    virtually(({ flush }) => {
      const world = createWorld({ config: { store: null } });
      world.session.logout({ forget: true });
      const silent = watch(world.session.login({ mode: 'silent' }));
      flush();
      expect(silent.log).toEqual(['!interaction-required']);
      expect(stored(world)).toEqual([]);
    }),
  );

  test(
    'L2: a silent login under way does not lift it',
    virtually(({ flush }) => {
      const world = createWorld();
      watch(world.session.login());
      at(30, () => void world.session.logout({ forget: true }));
      flush();
      expect(stored(world)).toEqual([[KEY, forgotten]]);
      expect(watch(world.session.login({ mode: 'silent' })).log).toEqual(['!interaction-required']);
    }),
  );

  test(
    'L2 K1: a plain logout before an asynchronous store has answered keeps a mark that it holds',
    virtually(({ flush }) => {
      const store = slowStore(forgotten);
      const world = createWorld({ config: { store: store.api } });
      watch(world.session.session$);
      at(10, () => void world.session.logout());
      let silent: readonly string[] = [];
      at(1000, () => (silent = watch(world.session.login({ mode: 'silent' })).log));
      flush();
      expect(store.held()).toEqual(forgotten);
      expect(silent).toEqual(['!interaction-required']);
    }),
  );

  test(
    'L2 K1: a silent login waits for an asynchronous store, and finds its mark',
    virtually(({ flush }) => {
      const world = createWorld({ config: { store: slowStore(forgotten).api } });
      const silent = watch(world.session.login({ mode: 'silent' }));
      flush();
      expect(silent.log).toEqual(['!interaction-required']);
      expect(world.count('wx.login')).toBe(0);
    }),
  );

  test(
    'L2 E10: nothing is refreshed',
    virtually(({ flush }) => {
      const world = forgetful({ stored: expired, refresh: [issued('R')] });
      const logs = [
        watch(world.session.login({ mode: 'silent' })).log,
        watch(restart(world, { refresh: [issued('R')] }).session.login({ mode: 'silent' })).log,
      ];
      flush();
      expect(logs).toEqual([['!interaction-required'], ['!interaction-required']]);
      expect(world.count('refresh')).toBe(0);
    }),
  );

  test(
    'L2 T4: a login that it turns away leaves anonymous without an error',
    virtually(({ flush }) => {
      const world = forgetful();
      watch(world.session.login({ mode: 'silent' }));
      flush();
      expect(world.session.snapshot).toEqual({ status: 'anonymous' });
    }),
  );
});

describe('L3: logout', () => {
  for (const [title, script] of [
    ['a usable session', { stored: usable }],
    ['an expired session that could be refreshed', { stored: expired, refresh: [issued('R')] }],
    ['no session', {}],
  ] as const)
    for (const forget of [false, true])
      test(
        `L3: starts no login and no refresh, over ${title}, forget: ${forget}`,
        virtually(({ flush }) => {
          const world = createWorld({ ...script, backendLogout: [undefined] });
          watch(world.session.session$);
          const out = watch(world.session.logout({ forget }));
          flush();
          expect(['wx.login', 'silentLogin', 'login', 'refresh'].map(world.count)).toEqual([0, 0, 0, 0]);
          expect(types(world)).not.toContain('login-start');
          expect(out.log.slice(-1)).toEqual(['|']);
        }),
      );

  test(
    "L3 M2: nor that of a forceAuth that waited for another method's prompt to end",
    virtually(({ flush }) => {
      const ends: ((session: Session) => void)[] = [
        (session) => void session.logout(),
        (session) => session.dispose(),
      ];
      const worlds = ends.map((end) => {
        const world = createWorld();
        user(world.session, away, away);
        watch(world.session.login({ mode: 'forceAuth', method: 'phoneNumber' }));
        watch(world.session.login({ mode: 'forceAuth', method: 'userProfile' }));
        at(500, () => end(world.session));
        return world;
      });
      flush();
      expect(worlds.map((world) => world.count('wx.login'))).toEqual([0, 0]);
      expect(worlds.map(prompted)).toEqual([1, 1]);
    }),
  );

  test(
    'L3: nor that of a forceAuth that waited for a silent stage to end, or of a force caller behind a refresh',
    virtually(({ flush }) => {
      const [silent, refresh] = [createWorld(), createWorld({ stored: expired, refresh: [issued('R')] })];
      user(silent.session, away);
      [silent, refresh].forEach(({ session }) => {
        watch(session.login());
        watch(session.login({ mode: 'forceAuth' }));
        watch(session.login({ mode: 'force' }));
        at(30, () => void session.logout());
      });
      flush();
      expect([silent, refresh].map((world) => world.count('wx.login'))).toEqual([1, 0]);
      expect([silent, refresh].map(prompted)).toEqual([0, 0]);
    }),
  );

  test(
    'L3: completes when storage has settled and the backend has answered: the backend last',
    virtually(({ expectObservable }) => {
      const world = createWorld({
        stored: usable,
        backendLogout: [later(150, undefined)],
      });
      const out = world.session.logout();
      expectObservable(out.pipe(concatMap(() => EMPTY))).toBe('200ms |');
    }),
  );

  test(
    'L3: completes when storage has settled and the backend has answered: storage last',
    virtually(({ expectObservable }) => {
      const store = slowStore(usable);
      const world = createWorld({ config: { store: store.api } });
      const out = world.session.logout();
      // The read of the record, 30 ms, and its removal side by side or one after the other.
      const end = out.pipe(
        concatMap(() => EMPTY),
        delay(0),
      );
      expectObservable(end).toBe('30ms |');
    }),
  );

  test(
    "L3: completes when the backend's time is over, with an event",
    virtually(({ expectObservable, flush }) => {
      const world = createWorld({ stored: usable, backendLogout: [never] });
      expectObservable(world.session.logout().pipe(concatMap(() => EMPTY))).toBe('15s |');
      flush();
      expect(types(world)).toEqual(['logout', 'backend-logout-failure']);
      expect(world.events[1].error?.code).toBe('login-timeout');
    }),
  );

  for (const pace of PACES)
    for (const [title, answer] of [
      ['fails', offline],
      ['refuses', status(500)],
    ] as const)
      test(
        `L3: never errors; a backend that ${title} is an event, with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: usable, backendLogout: [answer] });
          const out = watch(world.session.logout());
          flush();
          expect(out.log.slice(-1)).toEqual(['|']);
          expect(types(world)).toEqual(['logout', 'backend-logout-failure']);
          expect(world.count('backend.logout')).toBe(1);
          expect(world.session.snapshot).toEqual({ status: 'anonymous' });
          expect(stored(world)).toEqual([]);
        }),
      );

  test(
    'L3: a backend.logout that throws is an event',
    virtually(({ flush }) => {
      const base = createWorld();
      const logout = () => {
        throw new Error('oops');
      };
      const world = createWorld({ stored: usable, config: { backend: { ...base.backend, logout } } });
      const out = watch(world.session.logout());
      flush();
      expect(out.log.slice(-1)).toEqual(['|']);
      expect(types(world)).toEqual(['logout', 'backend-logout-failure']);
    }),
  );

  test(
    'L3 K2: a storage that throws is an event, and the Observable completes all the same',
    virtually(({ flush }) => {
      const full = () => {
        throw new Error('full');
      };
      const world = createWorld({ stored: usable, wx: { removeStorageSync: full } });
      const out = watch(world.session.logout());
      flush();
      expect(out.log.slice(-1)).toEqual(['|']);
      expect(types(world)).toContain('storage-failure');
      expect(world.session.snapshot).toEqual({ status: 'anonymous' });
    }),
  );

  for (const [title, session] of [
    ['the current', usable],
    ['the expired', expired],
  ] as const) {
    test(
      `L3: backend.logout is called once, with ${title} credential, however often it is subscribed to`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: session, backendLogout: [undefined] });
        const out = world.session.logout();
        const logs = [watch(out), watch(out)];
        world.session.logout();
        at(1000, () => {
          world.session.logout();
          logs.push(watch(out));
        });
        flush();
        expect(
          world.calls.filter(({ name }) => name === 'backend.logout').map(({ detail }) => detail),
        ).toEqual(['Z']);
        expect(logs.map(({ log }) => log.slice(-1))).toEqual([['|'], ['|'], ['|']]);
      }),
    );
  }

  test(
    'L3: is not called without a credential, nor for a flight that has not landed',
    virtually(({ flush }) => {
      const world = createWorld({ backendLogout: [undefined] });
      world.session.logout();
      watch(world.session.login());
      at(30, () => void world.session.logout());
      flush();
      expect(world.count('backend.logout')).toBe(0);
    }),
  );

  test(
    'L3: takes effect at the call, and goes on where its Observable is unsubscribed',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable, backendLogout: [never] });
      const out = watch(world.session.logout());
      out.stop();
      expect(world.count('backend.logout')).toBe(1);
      flush();
      expect(types(world)).toEqual(['logout', 'backend-logout-failure']);
    }),
  );

  test(
    'F1: of backend.logout completion counts',
    virtually(({ expectObservable }) => {
      const base = createWorld();
      const logout = () => defer(() => of('bye').pipe(concatMap(() => timer(100))));
      const world = createWorld({ stored: usable, config: { backend: { ...base.backend, logout } } });
      expectObservable(world.session.logout().pipe(concatMap(() => EMPTY))).toBe('100ms |');
    }),
  );

  test(
    'L3: a login right after a logout does not wait for the backend',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable, backendLogout: [never] });
      world.session.logout();
      const login = watch(world.session.login());
      at(100, () => expect(login.log).toEqual(['A', '|']));
      flush();
      expect(world.session.credential?.token).toBe('A');
    }),
  );
});

/** Every way to guard a request. */
const WAYS: readonly (readonly [
  title: string,
  guard: (session: Session) => MonoTypeOperatorFunction<HttpResponse>,
])[] = [
  ['withLogin inside', (session) => (source) => source.pipe(withLogin(session), retryOnExpired(session))],
  ['withLogin outside', (session) => (source) => source.pipe(retryOnExpired(session), withLogin(session))],
  ['silentOnly inside', (session) => (source) => source.pipe(silentOnly(session), retryOnExpired(session))],
  ['silentOnly outside', (session) => (source) => source.pipe(retryOnExpired(session), silentOnly(session))],
  ['a bare source', (session) => retryOnExpired(session)],
];
const guarded = (session: Session, [, guard]: (typeof WAYS)[number]) =>
  watch(sessionRequest(session, { url: '/' }).pipe(guard(session))).log;

describe('E9: a request is not replayed', () => {
  for (const way of WAYS) {
    test(
      `E9: after a logout: logged-out, and no login; ${way[0]}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: usable });
        world.refused.add('Z');
        const log = guarded(world.session, way);
        at(10, () => void world.session.logout());
        flush();
        expect(log).toEqual(['!logged-out']);
        expect(world.sent).toEqual(['Z']);
        expect(world.count('wx.login')).toBe(0);
        expect(world.session.snapshot).toEqual({ status: 'anonymous' });
      }),
    );

    test(
      `E9: after a logout and another login, which keeps its credential; ${way[0]}`,
      virtually(({ flush }) => {
        const world = createWorld({
          stored: usable,
          respond: () => later(500, of({ statusCode: 401, data: 'no', header: {} })),
        });
        const log = guarded(world.session, way);
        at(10, () => {
          world.session.logout();
          watch(world.session.login());
        });
        flush();
        expect(log).toEqual(['!logged-out']);
        expect(world.sent).toEqual(['Z']);
        expect(world.session.credential?.token).toBe('A');
        expect(types(world)).not.toContain('expired');
      }),
    );

    test(
      `E9: where the logout comes during its re-login: logged-out; ${way[0]}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: usable });
        world.refused.add('Z');
        const log = guarded(world.session, way);
        at(40, () => {
          expect(world.count('wx.login')).toBe(1);
          world.session.logout();
        });
        flush();
        expect(log).toEqual(['!logged-out']);
        expect(world.sent).toEqual(['Z']);
      }),
    );

    test(
      `E9 L4: where its re-login brings another user: user-changed; ${way[0]}`,
      virtually(({ flush }) => {
        const world = createWorld({
          stored: record('Z', { userId: 'li' }),
          silentLogin: [issued('A', { userId: 'wang' })],
        });
        world.refused.add('Z');
        const log = guarded(world.session, way);
        flush();
        expect(log).toEqual(['!user-changed']);
        expect(world.sent).toEqual(['Z']);
        expect(world.session.credential?.token).toBe('A');
      }),
    );

    test(
      `E9 L4: where another user logged in while it was on the wire: user-changed; ${way[0]}`,
      virtually(({ flush }) => {
        const world = createWorld({
          stored: record('Z', { userId: 'li' }),
          silentLogin: [issued('A', { userId: 'wang' })],
          respond: () => later(500, of({ statusCode: 401, data: 'no', header: {} })),
        });
        const log = guarded(world.session, way);
        watch(world.session.login({ mode: 'force' }));
        flush();
        expect(log).toEqual(['!user-changed']);
        expect(world.sent).toEqual(['Z']);
        expect(world.session.credential?.token).toBe('A');
        expect(world.count('wx.login')).toBe(1);
      }),
    );

    for (const [title, before, after] of [
      ['the same user', { userId: 'li' }, { userId: 'li' }],
      ['a user who was not named before', {}, { userId: 'li' }],
      ['a user who is not named', { userId: 'li' }, {}],
    ] as const)
      test(
        `E9: but for ${title} it is; ${way[0]}`,
        virtually(({ flush }) => {
          const world = createWorld({
            stored: record('Z', before),
            silentLogin: [issued('A', after)],
          });
          world.refused.add('Z');
          const log = guarded(world.session, way);
          flush();
          expect(log).toEqual(['200 A', '|']);
          expect(types(world)).not.toContain('user-changed');
        }),
      );
  }

  test(
    'E9: a user who came back after another one does not get the old request either',
    virtually(({ flush }) => {
      const world = createWorld({
        stored: record('Z', { userId: 'li' }),
        silentLogin: [issued('A', { userId: 'wang' }), issued('B', { userId: 'li' })],
        respond: () => later(500, of({ statusCode: 401, data: 'no', header: {} })),
      });
      const log = watch(request(world.session)).log;
      watch(world.session.login({ mode: 'force' }));
      at(200, () => watch(world.session.login({ mode: 'force' })));
      flush();
      expect(log).toEqual(['!user-changed']);
      expect(world.session.credential?.token).toBe('B');
    }),
  );

  test(
    'E9: an unnamed credential in between does not hide a change of user',
    virtually(({ flush }) => {
      const world = createWorld({
        stored: record('Z', { userId: 'li' }),
        silentLogin: [issued('A'), issued('B', { userId: 'wang' })],
      });
      ['Z', 'A'].forEach((token) => world.refused.add(token));
      const log = watch(
        sessionRequest(world.session, { url: '/' }).pipe(
          withLogin(world.session),
          retryOnExpired(world.session, { count: 2 }),
        ),
      ).log;
      flush();
      // The contract asks about two credentials that both have a user: Z and B are li's and wang's.
      expect(log).toEqual(['!user-changed']);
      expect(world.sent).toEqual(['Z', 'A']);
    }),
  );
});

describe('L4: a change of user', () => {
  const li = record('Z', { userId: 'li' });
  const wang = issued('A', { userId: 'wang' });

  for (const pace of PACES) {
    test(
      `L4: nothing of the former user is left when the new state is seen, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({
          pace,
          stored: { ...li, guest: { coupons: 3 } },
          silentLogin: [wang],
        });
        const seen: unknown[] = [];
        world.session.session$.subscribe((state) => {
          if (state.status !== 'authenticated' || state.credential.token === 'Z') return;
          seen.push(state, world.session.snapshot, world.session.credential);
        });
        expect(world.session.snapshot).toHaveProperty('guest');
        watch(world.session.login({ mode: 'force' }));
        flush();
        const state = {
          status: 'authenticated',
          origin: 'silent',
          credential: { token: 'A', userId: 'wang' },
        };
        expect(seen).toEqual([state, state, state.credential]);
        expect(types(world)).toContain('user-changed');
      }),
    );

    test(
      `L4: the new record overwrites the old in one write, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: { ...li, guest: 3 }, silentLogin: [wang] });
        watch(world.session.login({ mode: 'force' }));
        flush();
        expect(world.calls.filter(({ name }) => /storage\.(write|remove)/.test(name))).toHaveLength(1);
        expect(world.count('storage.write')).toBe(1);
        expect(world.storage.get(KEY)).toMatchObject({ credential: { token: 'A', userId: 'wang' } });
        expect(world.storage.get(KEY)).not.toHaveProperty('guest');
      }),
    );
  }

  test(
    'L4: no prompt is open when the new state is seen',
    virtually(({ flush }) => {
      const world = createWorld({ stored: li, interactiveLogin: [wang] });
      user(world.session, phone);
      const prompts = watch(world.session.prompt$.pipe(map((prompt) => prompt && prompt.method)));
      const open: unknown[] = [];
      world.session.session$.subscribe((state) => {
        if (word(state) === 'A') open.push(prompts.log.slice(-1)[0]);
      });
      watch(world.session.login({ mode: 'forceAuth' }));
      flush();
      expect(open).toEqual(['null']);
    }),
  );

  test(
    "L4: a guest that comes with the new user is the new one's",
    virtually(({ flush }) => {
      const world = createWorld({
        stored: { ...li, guest: 'old' },
        silentLogin: [{ ...wang, guest: 'new' }],
      });
      watch(world.session.login({ mode: 'force' }));
      flush();
      expect(world.session.snapshot).toMatchObject({ guest: 'new' });
    }),
  );

  for (const [title, before, after] of [
    ['the same user', { userId: 'li' }, { userId: 'li' }],
    ['a user who was not named before', {}, { userId: 'li' }],
    ['a user who is not named', { userId: 'li' }, {}],
  ] as const) {
    test(
      `L4: ${title} is no change`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: record('Z', before), silentLogin: [issued('A', after)] });
        watch(world.session.login({ mode: 'force' }));
        flush();
        expect(world.session.credential?.token).toBe('A');
        expect(types(world)).not.toContain('user-changed');
      }),
    );
  }

  test(
    'L4: another user after an expiry is a change too, after a logout it is not',
    virtually(({ flush }) => {
      const worlds = [
        createWorld({
          stored: { ...expired, credential: { ...expired.credential, userId: 'li' } },
          silentLogin: [wang],
        }),
        createWorld({ stored: li, silentLogin: [wang] }),
      ];
      worlds[1].session.logout();
      worlds.forEach(({ session }) => watch(session.login()));
      flush();
      expect(worlds.map((world) => types(world).includes('user-changed'))).toEqual([true, false]);
    }),
  );

  test(
    'L4: requests of the former user that are on the wire end as they end',
    virtually(({ flush }) => {
      const world = createWorld({
        stored: li,
        silentLogin: [wang],
        respond: ({ url, header }) =>
          later(
            500,
            of({ statusCode: /refused/.test(url) ? 401 : 200, data: header?.Authorization, header: {} }),
          ),
      });
      const { session } = world;
      const logs = [
        watch(requestWithLogin(session, { url: '/good' })),
        watch(sessionRequest(session, { url: '/refused' })),
        watch(sessionRequest(session, { url: '/refused' }).pipe(withLogin(session))),
      ].map(({ log }) => log);
      watch(session.login({ mode: 'force' }));
      flush();
      expect(logs).toEqual([['200 Bearer Z', '|'], ['401', '|'], ['!session-expired']]);
      expect(world.count('abort')).toBe(0);
      expect(word(session.snapshot)).toBe('A');
      expect(types(world)).not.toContain('expired');
    }),
  );

  test(
    'L1 L4: the same for requests that a logout finds on the wire',
    virtually(({ flush }) => {
      const world = createWorld({ stored: li });
      const log = watch(request(world.session)).log;
      at(10, () => void world.session.logout());
      flush();
      expect(log).toEqual(['200 Z', '|']);
      expect(world.count('abort')).toBe(0);
    }),
  );
});

test(
  "L1 S5: a logout is one session's own: another source goes on",
  virtually(({ flush }) => {
    const world = createWorld({ stored: usable });
    const other = createSession<Credential>({
      source: 'club',
      baseUrl: 'https://api.example.com',
      backend: world.backend,
      platform: weapp(world.wx),
    });
    const login = watch(other.login());
    at(30, () => void world.session.logout());
    flush();
    expect(login.log).toEqual(['A', '|']);
    expect([...world.storage.keys()]).toEqual(['rx-weapp-session:club']);
  }),
);
