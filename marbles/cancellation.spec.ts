import { concat, EMPTY, map, merge, NEVER, Observable, of, skip, take, timer } from 'rxjs';
import {
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  silentOnly,
  whileAuthenticated,
  withLogin,
} from 'rx-weapp-session';
import type { AuthPrompt, LoginOptions, Session } from 'rx-weapp-session';
import {
  asynchronous,
  at,
  away,
  createWorld,
  issued,
  later,
  never,
  PACES,
  phone,
  record,
  user,
  virtually,
  wanted,
  watch,
  word,
} from './support/world';
import type { Script } from './support/world';

const request = (session: Session, url = '/orders') => requestWithLogin(session, { url });

/** How long wx.login takes in these cases, so that there is a flight to leave on every pace. */
const slow = { login: [later(10, { errMsg: 'login:ok', code: 'code1' })] };

describe('C1: one waiter leaves', () => {
  for (const pace of PACES) {
    test(
      `C1: the others are served, its own request is never sent; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, ...slow });
        const { session } = world;
        const first = watch(request(session, '/first'));
        const second = watch(request(session, '/second'));
        const third = watch(session.login());
        at(5, first.stop);
        flush();
        expect(first.log).toEqual([]);
        expect(second.log).toEqual(['200 A', '|']);
        expect(third.log).toEqual(['A', '|']);
        const urls = world.calls.filter(({ name }) => name === 'wx.request').map(({ detail }) => detail);
        expect(urls).toEqual(['https://api.example.com/second']);
        expect(world.count('wx.login')).toBe(1);
        expect(world.count('abort')).toBe(0);
      }),
    );

    test(
      `C1: the first, the last or the middle one: the rest is served; with ${pace.title}`,
      virtually(({ flush }) => {
        [0, 1, 2].forEach((leaver) => {
          const world = createWorld({ pace, ...slow });
          const waiters = [0, 1, 2].map(() => watch(request(world.session)));
          at(5, waiters[leaver].stop);
          flush();
          expect(waiters.map(({ log }) => log.length > 0)).toEqual([0, 1, 2].map((it) => it !== leaver));
          expect(world.sent).toEqual(['A', 'A']);
        });
      }),
    );

    test(
      `C1: a waiter that leaves in the very moment the other one is told; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, ...slow });
        const { session } = world;
        const waiters: { stop(): void; log: string[] }[] = [];
        session.login().subscribe(() => waiters.forEach(({ stop }) => stop()));
        waiters.push(watch(request(session)));
        flush();
        expect(waiters[0].log).toEqual([]);
        expect(world.sent).toEqual([]);
        expect(word(session.snapshot)).toBe('A');
      }),
    );

    test(
      `C1: one of two who wait for the user; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        const { session } = world;
        const { seen } = user(session, phone);
        const first = watch(session.login({ mode: 'forceAuth' }));
        const second = watch(session.login({ mode: 'forceAuth' }));
        at(500, first.stop);
        flush();
        expect(first.log).toEqual([]);
        expect(second.log).toEqual(['A', '|']);
        expect(seen).toHaveLength(1);
      }),
    );
  }

  test(
    'C1: the one whose options opened the stage may leave as well',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber', 'ticket')] });
      const { session } = world;
      const { seen } = user(session, phone);
      const opener = watch(session.login());
      const other = watch(session.login());
      at(30, opener.stop);
      flush();
      expect(opener.log).toEqual([]);
      expect(other.log).toEqual(['A', '|']);
      expect(seen).toHaveLength(1);
    }),
  );

  test(
    'C1: unsubscribing while an asynchronous store is read sends nothing, and logs nobody in',
    virtually(({ flush }) => {
      const store = {
        read: () => new Promise(() => undefined),
        write: () => undefined,
        remove: () => undefined,
      };
      const world = createWorld({ config: { store } });
      const first = watch(request(world.session));
      at(5, first.stop);
      flush();
      expect(world.sent).toEqual([]);
      expect(world.count('wx.login')).toBe(0);
    }),
  );

  test(
    'C1: a request in flight: the platform task is aborted once, and only its own',
    virtually(({ flush }) => {
      const world = createWorld({ stored: record('A') });
      const { session } = world;
      const first = watch(request(session, '/first'));
      const second = watch(request(session, '/second'));
      at(10, first.stop);
      at(12, first.stop);
      flush();
      expect(world.calls.filter(({ name }) => name === 'abort')).toEqual([
        { at: 10, name: 'abort', detail: 'https://api.example.com/first' },
      ]);
      expect(first.log).toEqual([]);
      expect(second.log).toEqual(['200 A', '|']);
    }),
  );

  const ENDS: readonly (readonly [string, Script])[] = [
    ['answered', {}],
    ['refused', { respond: () => ({ statusCode: 500, data: '', header: {} }) }],
    [
      'failed',
      {
        respond: () =>
          later(
            0,
            EMPTY.pipe(() => new Observable((it) => it.error({ errMsg: 'request:fail' }))),
          ),
      },
    ],
  ];
  for (const pace of PACES) {
    for (const [title, script] of ENDS) {
      test(
        `C1: a request that was ${title} is not aborted afterwards; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: record('A'), ...script });
          const all = watch(request(world.session));
          const one = watch(request(world.session).pipe(take(1)));
          flush();
          all.stop();
          one.stop();
          expect(all.log.length).toBeGreaterThan(0);
          expect(one.log.length).toBeGreaterThan(0);
          expect(world.count('abort')).toBe(0);
        }),
      );
    }
  }

  for (const [title, guard] of [
    ['withLogin', (session: Session) => withLogin<unknown>(session)],
    ['silentOnly', (session: Session) => silentOnly<unknown>(session)],
  ] as const) {
    test(
      `C1: ${title} and retryOnExpired pass the unsubscription on, during the retry too`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: record('A') });
        world.refused.add('A');
        const { session } = world;
        const { log, stop } = watch(
          sessionRequest(session, { url: '/orders' }).pipe(guard(session), retryOnExpired(session)),
        );
        at(90, stop);
        flush();
        expect(world.sent).toEqual(['A', 'A']);
        expect(log).toEqual([]);
      }),
    );
  }
});

describe('C2: the last waiter leaves', () => {
  const STEPS: readonly (readonly [string, Script, number])[] = [
    ['wx.login', {}, 5],
    ['the exchange', {}, 30],
    ['a retry', { silentLogin: [new Observable((it) => it.error({ statusCode: 503 })), issued('A')] }, 65],
    ['afterLogin', { config: { afterLogin: () => timer(100) } }, 100],
    ['refresh', { stored: record('R', { expiresAt: -1 }), refresh: [issued('A')] }, 30],
  ];

  for (const [title, script, leaveAt] of STEPS) {
    test(
      `C2: a silent stage finishes and is kept: left during ${title}`,
      virtually(({ flush }) => {
        const world = createWorld(script);
        const { session } = world;
        const waiters = [watch(request(session)), watch(session.login({ mode: 'silent' }))];
        at(leaveAt, () => waiters.forEach(({ stop }) => stop()));
        flush();
        expect(waiters.map(({ log }) => log)).toEqual([[], []]);
        expect(word(session.snapshot)).toBe('A');
        expect(world.count('storage.write')).toBe(1);
        expect(world.sent).toEqual([]);
        expect(world.events.map(({ type }) => type)).toContain('login-success');

        const logins = world.count('wx.login');
        const next = watch(request(session));
        flush();
        expect(next.log).toEqual(['200 A', '|']);
        expect(world.count('wx.login')).toBe(logins);
      }),
    );
  }

  test(
    'C2: a silent stage that nobody waits for any more can be joined',
    virtually(({ flush }) => {
      const world = createWorld();
      const first = watch(request(world.session));
      at(5, first.stop);
      const later: string[][] = [];
      at(30, () => later.push(watch(request(world.session)).log));
      flush();
      expect(later).toEqual([['200 A', '|']]);
      expect(world.count('wx.login')).toBe(1);
    }),
  );

  test(
    'C2: a silent stage that nobody waits for any more opens no prompt',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber', 'ticket')] });
      const { seen } = user(world.session, phone);
      const states = watch(world.session.session$);
      const { stop } = watch(request(world.session));
      at(30, stop);
      flush();
      expect(seen).toEqual([]);
      expect(states.log).toEqual(['anonymous', 'silent', 'anonymous']);
    }),
  );

  for (const [title, script] of [
    ['anonymous', {}],
    ['A', { stored: record('A') }],
    ['expired A', { stored: record('A', { expiresAt: -1 }) }],
  ] as const) {
    test(
      `C2: an interactive stage is withdrawn: prompt$ goes to null, the state to what it was: ${title}`,
      virtually(({ flush }) => {
        const world = createWorld(script);
        const { session } = world;
        const prompts = watch(session.prompt$.pipe(map((prompt) => prompt && prompt.method)));
        const states = watch(session.session$);
        const { stop } = watch(session.login({ mode: 'forceAuth' }));
        at(500, stop);
        flush();
        expect(prompts.log).toEqual(['null', 'phoneNumber', 'null']);
        expect(states.log).toEqual([title, 'interactive', title]);
        expect(world.events.map(({ type }) => type)).not.toContain('login-success');
      }),
    );
  }

  for (const [title, leave] of [
    [
      'unsubscribe',
      (source: Observable<unknown>, ms: number) => {
        const { stop } = watch(source);
        at(ms, stop);
      },
    ],
    [
      'takeUntil',
      (source: Observable<unknown>, ms: number) => {
        const { stop } = watch(merge(source, NEVER));
        at(ms, stop);
      },
    ],
  ] as const) {
    test(
      `C2: the answer to a withdrawn prompt does nothing; by ${title}`,
      virtually(({ flush }) => {
        const world = createWorld();
        const { session } = world;
        const seen: AuthPrompt[] = [];
        session.prompt$.subscribe((prompt) => prompt && seen.push(prompt));
        leave(session.login({ mode: 'forceAuth' }), 500);
        at(1000, () => seen[0].answer(phone));
        flush();
        expect(seen).toHaveLength(1);
        expect(world.count('login')).toBe(0);
        expect(word(session.snapshot)).toBe('anonymous');
      }),
    );
  }

  test(
    'C2: an interactive stage is withdrawn during its exchange as well; the late reply changes nothing',
    virtually(({ flush }) => {
      const world = createWorld({ interactiveLogin: [later(500, issued('LATE'))] });
      user(world.session, phone);
      const states = watch(world.session.session$);
      const { stop } = watch(world.session.login({ mode: 'forceAuth' }));
      at(1200, stop);
      flush();
      expect(world.count('login')).toBe(1);
      expect(states.log).toEqual(['anonymous', 'interactive', 'anonymous']);
      expect(world.count('storage.write')).toBe(0);
    }),
  );

  test(
    'C2: it takes the last one: the prompt stays while one waits',
    virtually(({ flush }) => {
      const world = createWorld();
      const { session } = world;
      const prompts = watch(session.prompt$.pipe(map(Boolean)));
      const waiters = [500, 800].map((ms) => {
        const { stop } = watch(session.login({ mode: 'forceAuth' }));
        at(ms, stop);
      });
      at(700, () => expect(prompts.log).toEqual(['false', 'true']));
      flush();
      expect(waiters).toHaveLength(2);
      expect(prompts.log).toEqual(['false', 'true', 'false']);
    }),
  );

  test(
    'C2: after a withdrawal the next login opens a prompt of its own',
    virtually(({ flush }) => {
      const world = createWorld();
      const { seen } = user(world.session, away, phone);
      const { stop } = watch(world.session.login({ mode: 'forceAuth' }));
      at(500, stop);
      flush();
      const { log } = watch(world.session.login({ mode: 'forceAuth' }));
      flush();
      expect(log).toEqual(['A', '|']);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(2);
    }),
  );

  for (const pace of PACES) {
    test(
      `C2: silent and then interactive, left in the second stage; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, silentLogin: [wanted('phoneNumber', 'ticket')] });
        const { session } = world;
        const { seen } = user(session, away, phone);
        const { stop } = watch(request(session));
        at(500, stop);
        flush();
        expect(seen).toHaveLength(1);
        expect(word(session.snapshot)).toBe('anonymous');
        const next = watch(request(session));
        flush();
        expect(next.log).toEqual(['200 A', '|']);
      }),
    );
  }
});

describe('C3: dispose', () => {
  const WAITERS: readonly (readonly [string, (session: Session) => Observable<unknown>])[] = [
    ['login', (session) => session.login()],
    ['a silent login', (session) => session.login({ mode: 'silent' })],
    ['a forced login', (session) => session.login({ mode: 'force' })],
    ['a forceAuth login', (session) => session.login({ mode: 'forceAuth' })],
    ['requestWithLogin', (session) => request(session)],
    ['withLogin', (session) => of('sent').pipe(withLogin(session))],
    ['silentOnly', (session) => of('sent').pipe(silentOnly(session))],
  ];

  for (const pace of PACES) {
    test(
      `C3: waiters get disposed; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, silentLogin: [later(100, issued('A'))] });
        const logs = WAITERS.map(([, wait]) => watch(wait(world.session)).log);
        at(50, () => world.session.dispose());
        flush();
        expect(logs).toEqual(WAITERS.map(() => ['!disposed']));
        expect(world.sent).toEqual([]);
        expect(world.count('storage.write')).toBe(0);
      }),
    );

    test(
      `C3: who waits for the user gets disposed, and the prompt is gone; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        const { seen } = user(world.session, phone);
        const { log } = watch(world.session.login({ mode: 'forceAuth' }));
        at(500, () => world.session.dispose());
        flush();
        expect(seen).toHaveLength(1);
        expect(log).toEqual(['!disposed']);
        expect(world.count('login')).toBe(0);
      }),
    );

    for (const [title, wait] of WAITERS) {
      test(
        `C3: later calls get disposed: ${title}, with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: record('A') });
          watch(world.session.login());
          flush();
          const before = wait(world.session);
          world.session.dispose();
          const calls = world.calls.length;
          const logs = [before, wait(world.session)].map((source) => watch(source).log);
          flush();
          expect(logs).toEqual([['!disposed'], ['!disposed']]);
          expect(world.calls).toHaveLength(calls);
        }),
      );
    }
  }

  test(
    'C3: verify and sessionRequest get disposed; there is no credential, and nothing to invalidate',
    virtually(({ flush }) => {
      const world = createWorld({ stored: record('A') });
      const { session } = world;
      const waiting = watch(session.verify());
      at(50, () => {
        session.dispose();
        expect(session.credential).toBeUndefined();
        expect(session.invalidate({ token: 'A' })).toBe(false);
      });
      flush();
      const late = [watch(session.verify()).log, watch(sessionRequest(session, { url: '/orders' })).log];
      flush();
      expect([waiting.log, ...late]).toEqual([['!disposed'], ['!disposed'], ['!disposed']]);
      expect(world.sent).toEqual([]);
    }),
  );

  test(
    'C3: who waits for an asynchronous store gets disposed',
    virtually(({ flush }) => {
      const store = {
        read: () => new Promise(() => undefined),
        write: () => undefined,
        remove: () => undefined,
      };
      const { session } = createWorld({ config: { store } });
      const { log } = watch(request(session));
      at(50, () => session.dispose());
      flush();
      expect(log).toEqual(['!disposed']);
    }),
  );

  test(
    'C3: who waits for the turn of a wx.login gets disposed',
    virtually(({ flush }) => {
      const world = createWorld({
        silentLogin: [new Observable((it) => it.error({ statusCode: 503 }))],
        config: { retry: { count: 9, delay: 0 } },
      });
      const { log } = watch(world.session.login());
      at(500, () => world.session.dispose());
      flush();
      expect(log).toEqual(['!disposed']);
      expect(world.count('wx.login')).toBe(4);
    }),
  );

  test(
    'C3 L3: a logout in progress ends, and a later one does nothing',
    virtually(({ flush }) => {
      const world = createWorld({ stored: record('A'), backendLogout: [never] });
      const logout = watch(world.session.logout());
      at(50, () => world.session.dispose());
      flush();
      expect(logout.log.slice(-1)).toEqual(['|']);
      world.session.logout();
      flush();
      expect(world.count('backend.logout')).toBe(1);
      expect(world.count('storage.remove')).toBe(1);
    }),
  );

  for (const [title, wait] of [
    ['before its first use', 0],
    ['with a session', 100],
    ['during a silent stage', 30],
  ] as const) {
    test(
      `C3: session$, prompt$ and event$ complete: ${title}`,
      virtually(({ flush }) => {
        const { session } = createWorld();
        if (wait) watch(session.login());
        const streams = [session.session$, session.prompt$, session.event$];
        const before = streams.map((stream: Observable<unknown>) => watch(stream.pipe(skip(99))).log);
        at(wait, () => session.dispose());
        flush();
        const after = streams.map((stream: Observable<unknown>) => watch(stream.pipe(skip(99))).log);
        expect([...before, ...after]).toEqual(Array(6).fill(['|']));
      }),
    );
  }

  test(
    'C3: an open prompt does not outlive the session',
    virtually(({ flush }) => {
      const { session } = createWorld();
      const prompts = watch(session.prompt$.pipe(map(Boolean)));
      watch(session.login({ mode: 'forceAuth' }));
      at(100, () => session.dispose());
      flush();
      const late = watch(session.prompt$.pipe(map(Boolean)));
      expect(prompts.log.filter((it) => it !== 'false')).toEqual(['true', '|']);
      expect(late.log).not.toContain('true');
    }),
  );

  test(
    'C3: whileAuthenticated completes, its source is unsubscribed',
    virtually(({ flush }) => {
      const { session } = createWorld({ stored: record('A') });
      let open = false;
      const socket = new Observable<string>((it) => {
        open = true;
        it.next('message');
        return () => (open = false);
      });
      const { log } = watch(socket.pipe(whileAuthenticated(session)));
      expect(open).toBe(true);
      at(50, () => session.dispose());
      flush();
      expect(log).toEqual(['message', '|']);
      expect(open).toBe(false);
    }),
  );

  test(
    'C3: the late answer of wx.login or of the backend changes nothing, and no exchange is begun',
    virtually(({ flush }) => {
      [5, 30].forEach((ms) => {
        const world = createWorld();
        watch(world.session.login());
        at(ms, () => world.session.dispose());
        flush();
        expect(world.count('silentLogin')).toBe(ms > 10 ? 1 : 0);
        expect(world.count('storage.write')).toBe(0);
        expect(world.session.credential).toBeUndefined();
      });
    }),
  );

  for (const pace of PACES) {
    test(
      `C3: the stored record stays, during a flight too; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: record('A'), ...slow });
        watch(world.session.login({ mode: 'force' }));
        at(5, () => world.session.dispose());
        flush();
        expect(world.storage.get('rx-weapp-session:shop')).toEqual(record('A'));
      }),
    );
  }

  for (const pace of PACES) {
    test(
      `C3: a subscriber may dispose in its own handler, twice; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        const { session } = world;
        const before = watch(session.session$);
        session.session$.subscribe((state) => {
          if (state.status !== 'authenticated') return;
          session.dispose();
          session.dispose();
        });
        const after = watch(session.session$);
        const { log } = watch(request(session));
        flush();
        expect(before.log.slice(-1)).toEqual(['|']);
        expect(after.log.slice(-1)).toEqual(['|']);
        expect(log).toEqual(['!disposed']);
        expect(world.sent).toEqual([]);
      }),
    );
  }

  test(
    'C3: listeners are gone',
    virtually(({ flush }) => {
      const listeners = new Map<string, unknown>();
      const on = (name: string) => (listener: unknown) => void listeners.set(name, listener);
      const off = (name: string) => (listener: unknown) => {
        expect(listener).toBe(listeners.get(name));
        listeners.delete(name);
      };
      const world = createWorld({
        wx: {
          onAppShow: on('show'),
          offAppShow: off('show'),
          onAppHide: on('hide'),
          offAppHide: off('hide'),
        },
      });
      watch(world.session.login());
      flush();
      expect(listeners.size).toBe(2);
      world.session.dispose();
      expect(listeners.size).toBe(0);
    }),
  );

  test(
    'C3: a listener that cannot be taken back does nothing',
    virtually(({ flush }) => {
      const listeners: (() => void)[] = [];
      const on = (listener: () => void) => void listeners.push(listener);
      const world = createWorld({
        stored: record('A', { expiresAt: 60_000 }),
        wx: { onAppShow: on, offAppShow: undefined, onAppHide: on, offAppHide: undefined },
      });
      watch(world.session.session$);
      flush();
      world.session.dispose();
      const calls = world.calls.length;
      listeners.forEach((listener) => listener());
      flush();
      expect(listeners).toHaveLength(2);
      expect(world.calls).toHaveLength(calls);
    }),
  );
});

describe('C3: timers are gone', () => {
  beforeEach(() => void jest.useFakeTimers({ now: 0 }));
  afterEach(() => void jest.useRealTimers());

  const login = (options?: LoginOptions) => (session: Session) => session.login(options);
  const quiet = { ...asynchronous, after: <T>(_: number, answer: Observable<T>) => answer };
  const CASES: readonly (readonly [string, Script, (session: Session) => Observable<unknown>])[] = [
    ['of a wx.login', { login: [never] }, login()],
    ['of an exchange', { silentLogin: [never] }, login()],
    ['of afterLogin', { config: { afterLogin: () => NEVER } }, login()],
    [
      'of a retry',
      {
        silentLogin: [new Observable((it) => it.error({ statusCode: 429, header: { 'Retry-After': '9' } }))],
      },
      login(),
    ],
    [
      'of the turn of a wx.login',
      {
        silentLogin: [new Observable((it) => it.error({ statusCode: 503 }))],
        config: { retry: { count: 9, delay: 0 } },
      },
      login(),
    ],
    ['of a prompt that nobody sees', {}, login({ mode: 'forceAuth' })],
    [
      'of a prompt with a limit',
      { config: { timeouts: { prompt: 60_000 } } },
      (session) => merge(session.prompt$, session.login({ mode: 'forceAuth' })),
    ],
    [
      'of a code that is kept young',
      { config: { methods: { before: { code: 'before-prompt' as const, read: (it: unknown) => it } } } },
      (session) => merge(session.prompt$, session.login({ mode: 'forceAuth', method: 'before' })),
    ],
    ['of an expiry', { stored: record('A', { expiresAt: 600_000 }) }, (session) => session.session$],
    ['of verify', { stored: record('A'), checkSession: [never] }, (session) => session.verify()],
    ['of a login that verifies', { stored: record('A'), checkSession: [never] }, login({ verify: true })],
    ['of a logout', { stored: record('A'), backendLogout: [never] }, (session) => session.logout()],
    [
      'of an asynchronous store',
      {
        config: {
          store: {
            read: () => new Promise(() => undefined),
            write: () => undefined,
            remove: () => undefined,
          },
        },
      },
      login(),
    ],
  ];

  for (const [title, script, use] of CASES) {
    test(`C3: the timer ${title}`, () => {
      const { session } = createWorld({ pace: quiet, ...script });
      use(session).subscribe({ error: () => undefined });
      jest.advanceTimersByTime(5);
      expect(jest.getTimerCount()).toBeGreaterThan(0);
      session.dispose();
      expect(jest.getTimerCount()).toBe(0);
    });
  }
});

test(
  'C1 C2: a waiter that leaves inside the state that it caused',
  virtually(({ flush }) => {
    const world = createWorld();
    const { session } = world;
    const waiter = new Observable<unknown>((it) => {
      const login = concat(session.login(), NEVER).subscribe(it);
      it.add(
        session.session$.subscribe((state) => {
          if (state.status === 'authenticating') login.unsubscribe();
        }),
      );
    });
    const { log } = watch(waiter);
    flush();
    expect(log).toEqual([]);
    expect(word(session.snapshot)).toBe('A');
  }),
);
