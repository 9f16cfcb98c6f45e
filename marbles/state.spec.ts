import { catchError, skip, take, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import {
  isSessionError,
  requestWithLogin,
  retryOnExpired,
  sessionError,
  sessionRequest,
  withLogin,
} from 'rx-weapp-session';
import type { Credential, LoginMode, Session, SessionState } from 'rx-weapp-session';
import {
  at,
  createWorld,
  issued,
  later,
  never,
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
import type { Script, World } from './support/world';

const fails = (reason: unknown) => throwError(() => reason);
const rejected = fails(new Error('this account is closed'));

/** Acts once, on the first state of this word. */
const once = (session: Session, when: string, act: () => void): void => {
  let done = false;
  session.session$.subscribe((state) => {
    if (done || word(state) !== when) return;
    done = true;
    act();
  });
};

const go = (session: Session, mode?: LoginMode): void => void watch(session.login({ mode }));

/** All states that are told. */
const statesOf = (session: Session): SessionState[] => {
  const states: SessionState[] = [];
  session.session$.subscribe((state) => states.push(state));
  return states;
};

describe('T2: one order for all', () => {
  const RUNS: readonly {
    readonly title: string;
    readonly script?: Script;
    readonly react: (world: World) => void;
    readonly run: (session: Session) => void;
    readonly order: readonly string[];
  }[] = [
    {
      title: 'logs out when it is told authenticated',
      react: ({ session }) => once(session, 'A', () => void session.logout()),
      run: (session) => go(session),
      order: ['anonymous', 'silent', 'A', 'anonymous'],
    },
    {
      title: 'logs out when a login begins',
      react: ({ session }) => once(session, 'silent', () => void session.logout()),
      run: (session) => go(session),
      order: ['anonymous', 'silent', 'anonymous'],
    },
    {
      title: 'logs in again when it is told anonymous after a logout',
      react: ({ session }) => once(session, 'A', () => once(session, 'anonymous', () => go(session))),
      run: (session) => {
        go(session);
        at(1000, () => void session.logout());
      },
      order: ['anonymous', 'silent', 'A', 'anonymous', 'silent', 'B'],
    },
    {
      title: 'logs out and in again in one handler',
      react: ({ session }) =>
        once(session, 'A', () => {
          session.logout();
          go(session);
        }),
      run: (session) => go(session),
      order: ['anonymous', 'silent', 'A', 'anonymous', 'silent', 'B'],
    },
    {
      title: 'logs out, and another one in again',
      react: ({ session }) => {
        once(session, 'A', () => void session.logout());
        session.session$.pipe(skip(2)).subscribe((state) => {
          if (state.status === 'anonymous') go(session);
        });
      },
      run: (session) => go(session),
      order: ['anonymous', 'silent', 'A', 'anonymous', 'silent', 'B'],
    },
    {
      title: 'invalidates what it is told, and another one renews it',
      react: ({ session }) => {
        once(session, 'expired A', () => go(session));
        once(session, 'A', () => void session.invalidate({ token: 'A' }));
      },
      run: (session) => go(session),
      order: ['anonymous', 'silent', 'A', 'expired A', 'silent', 'B'],
    },
    {
      title: 'tries again when it is told of a failure',
      script: { silentLogin: [rejected, issued('B')] },
      react: ({ session }) => once(session, 'anonymous !login-rejected', () => go(session)),
      run: (session) => go(session),
      order: ['anonymous', 'silent', 'anonymous !login-rejected', 'silent', 'B'],
    },
    {
      title: 'forces a login when it is told authenticated',
      react: ({ session }) => once(session, 'A', () => go(session, 'force')),
      run: (session) => go(session),
      order: ['anonymous', 'silent', 'A', 'silent', 'B'],
    },
    {
      title: 'logs in as soon as it subscribes',
      react: ({ session }) => once(session, 'anonymous', () => go(session)),
      run: () => undefined,
      order: ['anonymous', 'silent', 'A'],
    },
    {
      title: 'logs out while the user is asked',
      script: { silentLogin: [wanted('phoneNumber', 'ticket')] },
      react: ({ session }) => {
        user(session, phone);
        once(session, 'interactive', () => void session.logout());
      },
      run: (session) => go(session),
      order: ['anonymous', 'silent', 'interactive', 'anonymous'],
    },
  ];

  for (const pace of PACES) {
    for (const { title, script, react, run, order } of RUNS) {
      for (const position of ['before', 'between', 'behind'] as const) {
        if (title.includes('as soon as') && position !== 'behind') continue;
        test(
          `T2: all subscribers see one order where one ${title}: it stands ${position} the others; with ${pace.title}`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, ...script });
            const { session } = world;
            if (position === 'before') react(world);
            const first = watch(session.session$);
            if (position === 'between') react(world);
            const second = watch(session.session$);
            if (position === 'behind') react(world);
            run(session);
            flush();
            expect(first.log).toEqual(order);
            expect(second.log).toEqual(order);
            expect(order[order.length - 1]).toBe(word(session.snapshot));
          }),
        );
      }
    }

    test(
      `T2: a subscriber that comes while another one is being told sees the rest of the same order; with ${pace.title}`,
      virtually(({ flush }) => {
        const { session } = createWorld({ pace });
        const before = watch(session.session$);
        const inside: string[][] = [];
        const come = () => inside.push(watch(session.session$).log);
        once(session, 'silent', come);
        once(session, 'A', () => {
          come();
          session.logout();
          come();
          go(session);
          come();
        });
        go(session);
        flush();
        expect(before.log.slice(-1)).toEqual(['B']);
        expect(inside).toHaveLength(4);
        inside.forEach((log) => expect(log).toEqual(before.log.slice(-log.length)));
      }),
    );

    test(
      `T2: the current value on subscribe is the truth, inside a handler too; with ${pace.title}`,
      virtually(({ flush }) => {
        const { session } = createWorld({ pace });
        const seen: string[] = [];
        session.session$.subscribe((state) => {
          if (word(state) !== 'A') return;
          session.logout();
          seen.push(word(session.snapshot), watch(session.session$.pipe(take(1))).log[0]);
        });
        go(session);
        flush();
        expect(seen).toEqual(['anonymous', 'anonymous']);
      }),
    );

    test(
      `T2 L1: a logout inside the handler reaches all waiters; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, login: [later(5, { code: 'code1' })] });
        const { session } = world;
        once(session, 'A', () => void session.logout());
        const logs = [
          watch(session.login()).log,
          watch(requestWithLogin(session, { url: '/orders' })).log,
          watch(requestWithLogin(session, { url: '/orders', loginOptions: { mode: 'silent' } })).log,
        ];
        flush();
        expect(logs).toEqual(Array(3).fill(['!logged-out']));
        expect(world.sent).toEqual([]);
        expect(world.storage.size).toBe(0);
      }),
    );

    for (const [stage, script, mode] of [
      ['silent', {}, 'common'],
      ['interactive', {}, 'forceAuth'],
      ['interactive', { silentLogin: [wanted('phoneNumber', 'ticket')] }, 'common'],
    ] as const) {
      for (const act of ['logout', 'dispose'] as const) {
        test(
          `T2 L1 C3: ${act} in a handler that is told ${stage} ends the login (${mode}) before it asks anybody; with ${pace.title}`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, ...script });
            const { session } = world;
            const { seen } = user(session, phone);
            once(session, stage, () => void session[act]());
            const states = watch(session.session$);
            const { log } = watch(session.login({ mode }));
            flush();
            expect(log).toEqual([act === 'logout' ? '!logged-out' : '!disposed']);
            expect(states.log.slice(-1)).toEqual([act === 'logout' ? 'anonymous' : '|']);
            expect(states.log).not.toContain('A');
            expect(seen).toEqual([]);
            expect(world.count('login') + world.count('storage.write')).toBe(0);
            if (mode === 'common' && stage === 'silent') expect(world.count('wx.login')).toBe(0);
            expect(session.credential).toBeUndefined();
          }),
        );
      }
    }

    const EVENTS: readonly (readonly [string, Script, string])[] = [
      ['login-start', {}, 'logged-out'],
      ['retry', { silentLogin: [status(503), issued('A')] }, 'logged-out'],
      ['login-success', {}, 'logged-out'],
      ['prompt', { silentLogin: [wanted('phoneNumber', 'ticket')] }, 'logged-out'],
      ['login-failure', { silentLogin: [rejected] }, 'login-rejected'],
    ];
    for (const [type, script, code] of EVENTS) {
      test(
        `T2 L1: a logout in the handler of ${type} counts, and what comes late does not; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, ...script });
          const { session } = world;
          session.event$.subscribe((event) => {
            if (event.type === type) session.logout();
          });
          user(session, phone);
          const first = watch(session.session$);
          const { log } = watch(session.login());
          const second = watch(session.session$);
          flush();
          expect(log).toEqual([expect.stringMatching(`^!(logged-out|${code})$`)]);
          expect(word(session.snapshot)).toBe('anonymous');
          expect([first, second].map((it) => it.log.slice(-1))).toEqual([['anonymous'], ['anonymous']]);
          expect(world.storage.size).toBe(0);
        }),
      );
    }

    test(
      `T2 L1: a login in the handler of the logout event is a new flight, and wins; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: record('R') });
        const { session } = world;
        const logs: string[][] = [];
        const states = watch(session.session$);
        session.event$.subscribe(({ type }) => {
          if (type === 'logout') logs.push(watch(session.login()).log);
        });
        session.logout();
        flush();
        expect(logs).toEqual([['A', '|']]);
        expect(word(session.snapshot)).toBe('A');
        expect(states.log.slice(-1)).toEqual(['A']);
        expect(world.storage.get('rx-weapp-session:shop')).toMatchObject({ credential: { token: 'A' } });
      }),
    );

    test(
      `T2 L1: a waiter that logs in again when it is told of the logout starts a new flight, and wins; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, silentLogin: [later(200, issued('A')), issued('B')] });
        const { session } = world;
        const { log } = watch(session.login().pipe(catchError(() => session.login())));
        const other = watch(session.login());
        const states = watch(session.session$);
        at(100, () => void session.logout());
        flush();
        expect(log).toEqual(['B', '|']);
        expect(other.log).toEqual(['!logged-out']);
        expect(states.log.slice(-1)).toEqual(['B']);
        expect(word(session.snapshot)).toBe('B');
        expect(world.storage.get('rx-weapp-session:shop')).toMatchObject({ credential: { token: 'B' } });
      }),
    );

    test(
      `T2: a subscriber that leaves inside its own handler disturbs nobody; with ${pace.title}`,
      virtually(({ flush }) => {
        const { session } = createWorld({ pace });
        const before = watch(session.session$);
        const leaver = watch(session.session$.pipe(take(2)));
        const behind = watch(session.session$);
        go(session);
        flush();
        expect(leaver.log).toEqual(['anonymous', 'silent', '|']);
        expect(before.log).toEqual(['anonymous', 'silent', 'A']);
        expect(behind.log).toEqual(before.log);
      }),
    );
  }
});

describe('T3: states are immutable, and nothing tells a secret', () => {
  test(
    'T3: a state, its credential and its previous credential cannot be changed',
    virtually(({ flush }) => {
      const { session } = createWorld({ stored: record('A', { userId: 'u1' }), silentLogin: [issued('B')] });
      const states = statesOf(session);
      go(session, 'force');
      at(100, () => void session.invalidate({ token: 'B' }));
      flush();
      expect(states.map(word)).toEqual(['A', 'silent', 'B', 'expired B']);
      states.forEach((state) => {
        const held =
          (state as { credential?: Credential }).credential ?? (state as { previous: Credential }).previous;
        expect(Reflect.set(state, 'status', 'authenticated')).toBe(false);
        expect(Reflect.set(state, 'more', 1)).toBe(false);
        expect(Reflect.set(held, 'token', 'X')).toBe(false);
        expect(Reflect.deleteProperty(held, 'token')).toBe(false);
      });
      expect(states.map(word)).toEqual(['A', 'silent', 'B', 'expired B']);
    }),
  );

  test(
    'T3: what the backend or the store does to its own objects later changes no state',
    virtually(({ flush }) => {
      const credential = { token: 'A', userId: 'u1' };
      const kept = { ...record('R'), credential: { token: 'R' } };
      const store = { read: () => kept, write: () => undefined, remove: () => undefined };
      const { session } = createWorld({ silentLogin: [{ credential }], config: { store } });
      const states = statesOf(session);
      kept.credential.token = 'X';
      expect(word(session.snapshot)).toBe('R');
      go(session, 'force');
      flush();
      credential.token = 'X';
      expect(states.map(word)).toEqual(['R', 'silent', 'A']);
      expect(session.credential?.token).toBe('A');
    }),
  );

  for (const pace of PACES) {
    test(
      `T3: a state that was told does not change afterwards; with ${pace.title}`,
      virtually(({ flush }) => {
        const { session } = createWorld({ pace, silentLogin: [issued('A'), rejected] });
        const states: SessionState[] = [];
        const then: string[] = [];
        session.session$.subscribe((state) => {
          states.push(state);
          then.push(JSON.stringify(state));
        });
        go(session);
        flush();
        go(session, 'force');
        flush();
        session.logout();
        flush();
        expect(states).toHaveLength(6);
        expect(states.map((state) => JSON.stringify(state))).toEqual(then);
      }),
    );
  }

  test(
    'T3: events are immutable',
    virtually(({ flush }) => {
      const world = createWorld();
      go(world.session);
      flush();
      expect(world.events.length).toBeGreaterThan(0);
      world.events.forEach((event) => expect(Reflect.set(event, 'type', 'logout')).toBe(false));
    }),
  );

  // Every value that only credentials and requests may hold carries this mark.
  const SECRET = 'S3CRET';
  const code = (n: number) => ({ errMsg: 'login:ok', code: `${SECRET}-code-${n}` });
  const blab = {
    statusCode: 403,
    data: { token: `${SECRET}-token`, session_key: `${SECRET}-key`, code: `${SECRET}-code` },
    header: { 'Set-Cookie': `${SECRET}-cookie` },
    errMsg: `request:fail ${SECRET}-code`,
  };
  const blabbing = Object.assign(new Error(`the code ${SECRET}-code is bad`), {
    session_key: `${SECRET}-key`,
  });
  const token = `${SECRET}-token`;

  const LEAKS: readonly (readonly [string, Script, (world: World) => Observable<unknown>])[] = [
    ['a login', {}, ({ session }) => session.login()],
    ['a refused login', { silentLogin: [fails(blab)] }, ({ session }) => session.login()],
    ['a login that throws', { silentLogin: [fails(blabbing)] }, ({ session }) => session.login()],
    [
      'an unreachable backend',
      { silentLogin: [fails({ ...blab, statusCode: 503 })] },
      ({ session }) => session.login(),
    ],
    [
      'a busy backend',
      { silentLogin: [fails({ ...blab, statusCode: 429, header: { 'Retry-After': '99' } })] },
      ({ session }) => session.login(),
    ],
    [
      'a network failure',
      { silentLogin: [fails({ errMsg: blab.errMsg })] },
      ({ session }) => session.login(),
    ],
    [
      'a used code',
      { login: [code(1)], silentLogin: [fails({ errcode: 40163 })] },
      ({ session }) => session.login(),
    ],
    [
      'a reply that cannot be read',
      { silentLogin: [{ credential: { token: '', key: token } }] },
      ({ session }) => session.login(),
    ],
    [
      'a credential with a bad end',
      { silentLogin: [{ credential: { token, expiresAt: token } }] },
      ({ session }) => session.login(),
    ],
    [
      'a bad ticket',
      { silentLogin: [{ authorize: { method: 'phoneNumber', ticket: [`${SECRET}-ticket`] } }] },
      ({ session }) => session.login(),
    ],
    [
      'an unknown method',
      { silentLogin: [wanted('fax', `${SECRET}-ticket`)] },
      ({ session }) => session.login(),
    ],
    [
      'a wx.login without a code',
      { login: [{ errMsg: `login:ok ${SECRET}`, code: 0 }] },
      ({ session }) => session.login(),
    ],
    [
      'a wx.login that fails',
      { login: [fails({ errMsg: `login:fail ${SECRET}-code` })] },
      ({ session }) => session.login(),
    ],
    ['a login that takes too long', { silentLogin: [never] }, ({ session }) => session.login()],
    [
      'a ticket, refused by the user',
      { silentLogin: [wanted('phoneNumber', `${SECRET}-ticket`)] },
      ({ session }) => {
        user(session, { ...refuses, code: `${SECRET}-phone`, encryptedData: SECRET, iv: SECRET });
        return session.login();
      },
    ],
    [
      'a ticket, refused by the backend',
      { silentLogin: [wanted('phoneNumber', `${SECRET}-ticket`)], interactiveLogin: [fails(blab)] },
      ({ session }) => {
        user(session, { ...phone, code: `${SECRET}-phone` });
        return session.login();
      },
    ],
    [
      'a ticket that nobody answers',
      { silentLogin: [wanted('phoneNumber', `${SECRET}-ticket`)] },
      ({ session }) => session.login(),
    ],
    [
      'an answer that cannot be read',
      { silentLogin: [wanted('phoneNumber', `${SECRET}-ticket`)] },
      ({ session }) => {
        user(session, { session_key: SECRET, errMsg: 'getPhoneNumber:ok' });
        return session.login();
      },
    ],
    [
      'afterLogin that fails',
      { config: { afterLogin: () => fails(blab) } },
      ({ session }) => session.login(),
    ],
    [
      'afterLogin that throws',
      { config: { afterLogin: () => fails(blabbing) } },
      ({ session }) => session.login(),
    ],
    [
      'an expired credential',
      { stored: record(token), silentLogin: [fails(blab)], respond: () => ({ ...blab, statusCode: 401 }) },
      ({ session }) =>
        sessionRequest(session, { url: '/orders' }).pipe(withLogin(session), retryOnExpired(session)),
    ],
    [
      'an expired credential, used up',
      { stored: record(token), respond: () => ({ ...blab, statusCode: 401 }) },
      ({ session }) =>
        sessionRequest(session, { url: '/orders' }).pipe(withLogin(session), retryOnExpired(session)),
    ],
    [
      'a request that fails',
      { stored: record(token), respond: () => fails(blab) },
      ({ session }) => requestWithLogin(session, { url: `/orders?token=${token}` }),
    ],
    [
      'a url of an untrusted origin',
      { stored: record(token) },
      ({ session }) => requestWithLogin(session, { url: `https://evil.example/?token=${token}` }),
    ],
    [
      'a relative url without a baseUrl',
      { stored: record(token), config: { baseUrl: undefined, trustedOrigins: ['https://api.example.com'] } },
      ({ session }) => sessionRequest(session, { url: `/orders?token=${token}` }),
    ],
    [
      'attach that throws',
      {
        stored: record(token),
        config: {
          attach: (_, it) => {
            throw new Error(it.token);
          },
        },
      },
      ({ session }) => sessionRequest(session, { url: '/orders' }),
    ],
    [
      'attach that moves the request',
      {
        stored: record(token),
        config: { attach: (options, it) => ({ ...options, url: `https://evil.example/?token=${it.token}` }) },
      },
      ({ session }) => sessionRequest(session, { url: '/orders' }),
    ],
    [
      'isExpired that throws',
      {
        stored: record(token),
        config: {
          isExpired: () => {
            throw blabbing;
          },
        },
      },
      ({ session }) => requestWithLogin(session, { url: '/orders' }),
    ],
    [
      'a store that fails',
      {
        config: {
          store: {
            read: () => {
              throw blabbing;
            },
            write: ({ credential }: { credential?: Credential }) => {
              throw new Error(String(credential?.token));
            },
            remove: () => Promise.reject(blabbing),
          } as never,
        },
      },
      ({ session }) => session.login(),
    ],
    [
      'a record that cannot be read',
      { stored: { version: 7, credential: { token } } },
      ({ session }) => session.login(),
    ],
    [
      'a backend.logout that fails',
      { stored: record(token), backendLogout: [fails(blab)] },
      ({ session }) => session.logout(),
    ],
    [
      'a refresh that fails',
      { stored: record(token, { expiresAt: -1 }), refresh: [fails(blab)], silentLogin: [fails(blab)] },
      ({ session }) => session.login(),
    ],
    [
      'a change of user',
      { stored: record(token, { userId: 'u1' }), silentLogin: [issued(`${token}2`, { userId: 'u2' })] },
      ({ session }) => session.login({ mode: 'force' }),
    ],
    [
      'a login that is logged out',
      { stored: record(token) },
      ({ session }) => {
        at(30, () => void session.logout());
        return session.login({ mode: 'force' });
      },
    ],
    [
      'a login that is disposed',
      { stored: record(token) },
      ({ session }) => {
        at(30, () => session.dispose());
        return session.login({ mode: 'force' });
      },
    ],
    ['an unknown mode', {}, ({ session }) => session.login({ mode: 'loud' as LoginMode })],
  ];

  for (const [title, script, run] of LEAKS) {
    test(
      `T3: no state, event, error message or JSON of an error holds a secret: ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({
          login: [code(1), code(2), code(3), code(4)],
          silentLogin: [issued(token)],
          interactiveLogin: [issued(token)],
          ...script,
        });
        const { session } = world;
        const states = statesOf(session);
        const errors: unknown[] = [];
        run(world).subscribe({ error: (error: unknown) => errors.push(error) });
        flush();

        const inStates = states.map((state) => (state as { error?: unknown }).error);
        const inEvents = world.events.map(({ error }) => error);
        const told = [...errors, ...inStates, ...inEvents].filter((error) => isSessionError(error));
        const texts = [
          ...states.map((state) => JSON.stringify({ ...state, credential: undefined, previous: undefined })),
          ...world.events.map((event) => JSON.stringify(event)),
          ...told.map((error) => JSON.stringify(error)),
          ...told.map((error) => JSON.stringify({ ...error })),
          ...told.map(({ message }) => message),
          ...told.map((error) => String(error)),
        ];
        expect(errors.filter((error) => !isSessionError(error))).toEqual([]);
        expect(texts.length).toBeGreaterThan(1);
        expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
        told.forEach((error) => expect(Object.keys(error)).not.toContain('cause'));
      }),
    );
  }

  test('T3: cause is there, and not enumerable', () => {
    const cause = { token: SECRET };
    const error = sessionError('login-rejected', 'no', cause);
    const names: string[] = [];
    for (const name in error) names.push(name);
    expect(error.cause).toBe(cause);
    expect(Object.prototype.propertyIsEnumerable.call(error, 'cause')).toBe(false);
    expect(names).not.toContain('cause');
    expect(JSON.stringify({ error, list: [error] })).not.toContain(SECRET);
  });
});
