import {
  EMPTY,
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';
import {
  createSession,
  requestWithLogin,
  sessionRequest,
  silentOnly,
  weapp,
  withLogin,
} from 'rx-weapp-session';
import type { LoginMode, LoginReply, Session, SessionConfig, SessionError } from 'rx-weapp-session';
import {
  asynchronous,
  at,
  away,
  createWorld,
  issued,
  later,
  microtask,
  never,
  PACES,
  phone,
  record,
  synchronous,
  user,
  virtually,
  wanted,
  watch,
  word,
} from './support/world';
import type { Script, World } from './support/world';

const request = (session: Session) => requestWithLogin(session, { url: '/orders' });
const silentRequest = (session: Session) =>
  requestWithLogin(session, { url: '/orders', loginOptions: { mode: 'silent' } });

const LEAVING: readonly {
  readonly title: string;
  readonly leave: (source: Observable<unknown>) => Observable<unknown>;
}[] = [
  { title: 'stay to the end', leave: (source) => source },
  { title: 'take(1)', leave: (source) => source.pipe(take(1)) },
  {
    title: 'firstValueFrom',
    leave: (source) =>
      new Observable(
        (subscriber) =>
          void firstValueFrom(source).then(
            () => subscriber.complete(),
            () => subscriber.complete(),
          ),
      ),
  },
];

const R = record('R');
const rejected = throwError(() => new Error('no'));
const logins = ({ calls }: World) => calls.filter(({ name }) => /login/i.test(name)).map(({ name }) => name);

for (const pace of PACES) {
  describe(`with ${pace.title}`, () => {
    for (const { title, leave } of LEAVING) {
      test(
        `S1 S2: ten requests at once make one wx.login, one exchange and ten requests; waiters ${title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace });
          merge(...Array.from({ length: 10 }, () => leave(request(world.session)))).subscribe();
          flush();
          expect(world.count('wx.login')).toBe(1);
          expect(world.count('silentLogin')).toBe(1);
          expect(world.sent).toEqual(Array(10).fill('A'));
        }),
      );

      test(
        `S1 S2: so they do where the user is asked; waiters ${title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, silentLogin: [wanted('phoneNumber', 'ticket')] });
          const { seen } = user(world.session, phone);
          merge(...Array.from({ length: 10 }, () => leave(request(world.session)))).subscribe();
          flush();
          expect(logins(world)).toEqual(['wx.login', 'silentLogin', 'login']);
          expect(seen).toHaveLength(1);
          expect(world.sent).toEqual(Array(10).fill('A'));
        }),
      );

      test(
        `S1 S2: so do logins, which are cold, give one value and complete; waiters ${title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace });
          const all = Array.from({ length: 10 }, () => world.session.login());
          flush();
          expect(world.calls).toEqual([]);
          const logs = all.map((login) => watch(leave(login.pipe(map(({ token }) => token)))).log);
          flush();
          expect(logins(world)).toEqual(['wx.login', 'silentLogin']);
          if (title !== 'firstValueFrom') expect(logs).toEqual(Array(10).fill(['A', '|']));
        }),
      );
    }

    test(
      'S1: whoever comes while a login is in progress joins it',
      virtually(({ flush }) => {
        const steps = later(200, issued('A'));
        const world = createWorld({ pace, silentLogin: [steps] });
        const logs = [0, 5, 11, 100, 199].map((ms) => {
          const log: string[] = [];
          at(ms, () => request(world.session).subscribe(({ data }) => log.push(String(data))));
          return log;
        });
        flush();
        expect(logs).toEqual(Array(5).fill(['A']));
        expect(logins(world)).toEqual(['wx.login', 'silentLogin']);
        expect(world.sent).toEqual(Array(5).fill('A'));
      }),
    );

    test(
      'S1: whoever comes while afterLogin runs joins it, and nobody goes before it is done',
      virtually(({ flush }) => {
        const world = createWorld({ pace, config: { afterLogin: () => timer(1000) } });
        const logs = [0, 500, 900].map((ms) => {
          const log: unknown[] = [];
          at(ms, () => request(world.session).subscribe(({ data }) => log.push(data)));
          return log;
        });
        at(950, () => expect(world.sent).toEqual([]));
        flush();
        expect(logs).toEqual(Array(3).fill(['A']));
        expect(world.count('wx.login')).toBe(1);
      }),
    );

    test(
      'S1: a request that is made by the first one that is served needs no other login',
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        const first = request(world.session).pipe(mergeMap(() => request(world.session)));
        const { log } = watch(merge(first, request(world.session)));
        flush();
        expect(log).toEqual(['200 A', '200 A', '|']);
        expect(world.count('wx.login')).toBe(1);
      }),
    );

    test(
      'S1: a request that is made as soon as session$ says "authenticated" needs no other login',
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        const { session } = world;
        const log: unknown[] = [];
        session.session$
          .pipe(mergeMap(({ status }) => (status === 'authenticated' ? request(session) : EMPTY)))
          .subscribe(({ data }) => log.push(data));
        request(session).subscribe(({ data }) => log.push(data));
        flush();
        expect(log).toEqual(['A', 'A']);
        expect(world.count('wx.login')).toBe(1);
      }),
    );

    test(
      'S1: a request that is made as soon as session$ says "authenticating" joins that login',
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        const { session } = world;
        const log: unknown[] = [];
        session.session$
          .pipe(mergeMap(({ status }) => (status === 'authenticating' ? request(session) : EMPTY)))
          .subscribe(({ data }) => log.push(data));
        request(session).subscribe(({ data }) => log.push(data));
        flush();
        expect(log).toEqual(['A', 'A']);
        expect(logins(world)).toEqual(['wx.login', 'silentLogin']);
      }),
    );

    test(
      'S1 F1: a flight that fails takes nobody down who comes later',
      virtually(({ flush }) => {
        const world = createWorld({ pace, silentLogin: [later(10, rejected), issued('B')] });
        const logs = [1, 2, 3].map(() => watch(request(world.session)).log);
        flush();
        expect(logs).toEqual(Array(3).fill(['!login-rejected']));
        const next = [1, 2, 3].map(() => watch(request(world.session)).log);
        flush();
        expect(next).toEqual(Array(3).fill(['200 B', '|']));
        expect(world.count('wx.login')).toBe(2);
        expect(world.sent).toEqual(['B', 'B', 'B']);
      }),
    );

    for (const [title, call] of [
      ['requestWithLogin', request],
      ['a silent requestWithLogin', silentRequest],
      ['a forkful of withLogin', (session: Session) => of('sent').pipe(withLogin(session))],
      ['silentOnly', (session: Session) => of('sent').pipe(silentOnly(session))],
      ['login', (session: Session) => session.login()],
      ['a silent login', (session: Session) => session.login({ mode: 'silent' })],
    ] as const) {
      test(
        `S3: with a usable credential ${title} goes on in the same tick, without wx.login, wx.checkSession or storage`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: R });
          expect(word(world.session.snapshot)).toBe('R');
          world.calls.length = 0;
          const { log } = watch<unknown>(call(world.session));
          const inTick = [...log, ...world.sent];
          flush();
          expect(inTick.length).toBeGreaterThan(0);
          expect(world.calls.map(({ name }) => name).filter((name) => name !== 'wx.request')).toEqual([]);
        }),
      );
    }

    test(
      'S3: the first use restores by one read, and still goes out in the same tick',
      virtually(() => {
        const world = createWorld({ pace, stored: R });
        request(world.session).subscribe();
        expect(world.sent).toEqual(['R']);
        expect(world.calls.map(({ name }) => name)).toEqual(['storage.read', 'wx.request']);
      }),
    );

    for (const mode of ['common', 'silent'] as const) {
      for (const force of ['force', 'forceSilent'] as const) {
        test(
          `S3: a ${mode} caller joins the silent stage of a ${force} caller`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, stored: R, silentLogin: [later(100, issued('A'))] });
            const forced = watch(world.session.login({ mode: force }));
            const joined = watch(requestWithLogin(world.session, { url: '/orders', loginOptions: { mode } }));
            flush();
            expect([forced.log, joined.log]).toEqual([
              ['A', '|'],
              ['200 A', '|'],
            ]);
            expect(world.sent).toEqual(['A']);
            expect(world.count('wx.login')).toBe(1);
          }),
        );

        test(
          `S3 M3: a ${mode} caller goes on with the usable credential, if the silent stage of a ${force} caller fails`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, stored: R, silentLogin: [later(100, rejected)] });
            const forced = watch(world.session.login({ mode: force }));
            const joined = watch(requestWithLogin(world.session, { url: '/orders', loginOptions: { mode } }));
            flush();
            expect([forced.log, joined.log]).toEqual([['!login-rejected'], ['200 R', '|']]);
            expect(world.count('wx.login')).toBe(1);
            expect(word(world.session.snapshot)).toBe('R !login-rejected');
          }),
        );
      }

      test(
        `S3: a ${mode} caller uses the usable credential at once while a prompt is open over it`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: R });
          user(world.session, away);
          watch(world.session.login({ mode: 'forceAuth' }));
          at(500, () => {
            requestWithLogin(world.session, { url: '/orders', loginOptions: { mode } }).subscribe();
            expect(world.sent).toEqual(['R']);
            world.session.dispose();
          });
          flush();
          expect(world.count('wx.login')).toBe(0);
        }),
      );
    }
  });
}

test(
  'S1: the time line of a cold request',
  virtually(({ expectObservable }) => {
    const { session } = createWorld();
    expectObservable(session.session$.pipe(map(word))).toBe('(ns) 56ms A', {
      n: 'anonymous',
      s: 'silent',
      A: 'A',
    });
    expectObservable(request(session).pipe(map(({ data }) => data))).toBe('80ms (A|)');
  }),
);

test(
  'S1: the time line of one who comes late',
  virtually(({ cold, expectObservable }) => {
    const { session } = createWorld();
    const served = (start: string) =>
      cold(start).pipe(
        mergeMap(() => request(session)),
        map(({ data }) => data),
      );
    expectObservable(served('a|            ')).toBe('80ms A|'.replace('A|', '(A|)'));
    expectObservable(served('30ms (a|)     ')).toBe('80ms (A|)');
    expectObservable(served('59ms (a|)     ')).toBe('80ms (A|)');
    expectObservable(served('100ms (a|)    ')).toBe('120ms (A|)');
  }),
);

describe('S4: a request from inside the login', () => {
  type Inside = (session: () => Session) => Partial<Script> & { readonly config: Partial<SessionConfig> };
  type Ask = (session: Session) => Observable<unknown>;

  /** The functions of the app's that are called during a login, each asking for something first. */
  const PLACES: readonly {
    readonly title: string;
    readonly mode: LoginMode;
    readonly inside: (work: (session: () => Session) => Observable<unknown>) => Inside;
  }[] = [
    {
      title: 'silentLogin',
      mode: 'common',
      inside: (work) => (session) => ({
        config: {
          backend: {
            silentLogin: () => work(session) as Observable<LoginReply>,
            login: () => EMPTY,
          },
        },
      }),
    },
    {
      title: 'login',
      mode: 'forceAuth',
      inside: (work) => (session) => ({
        config: {
          backend: {
            silentLogin: () => EMPTY,
            login: () => work(session) as Observable<LoginReply>,
          },
        },
      }),
    },
    {
      title: 'afterLogin',
      mode: 'common',
      inside: (work) => (session) => ({ config: { afterLogin: () => work(session) } }),
    },
  ];
  const guarded: Ask = (session) => sessionRequest(session, { url: '/inside' }).pipe(withLogin(session));
  const quietly: Ask = (session) => sessionRequest(session, { url: '/inside' }).pipe(silentOnly(session));

  /** A world whose session is used from inside its own login. */
  function worldWith(inside: Inside, script: Script = {}): World {
    const { config, ...more } = inside(() => world.session);
    const world: World = createWorld({ ...script, ...more, config });
    return world;
  }

  for (const { title, mode, inside } of PLACES) {
    for (const pace of PACES) {
      for (const [call, ask, expected, sent] of [
        ['withLogin', guarded, ['!reentrant-login'], []],
        ['silentOnly', quietly, ['200 -', '|'], ['-']],
        ['requestWithLogin', request, ['!reentrant-login'], []],
        ['a silent requestWithLogin', silentRequest, ['200 -', '|'], ['-']],
        ['login', (session: Session) => session.login(), ['!reentrant-login'], []],
      ] as const) {
        test(
          `S4: subscribed synchronously inside ${title}: ${call}; with ${pace.title}`,
          virtually(({ flush }) => {
            let log: readonly string[] = [];
            const world = worldWith(
              inside((session) => {
                log = watch<unknown>(ask(session())).log;
                return of(issued('A'));
              }),
              { pace },
            );
            user(world.session, phone);
            const outer = watch(world.session.login({ mode }));
            flush();
            expect(log).toEqual(expected);
            expect(world.sent).toEqual(sent);
            expect(outer.log).toEqual(['A', '|']);
            expect(world.count('wx.login')).toBe(1);
          }),
        );
      }

      for (const [call, ask] of [
        ['withLogin', guarded],
        ['silentOnly', quietly],
      ] as const) {
        test(
          `S4: returned from ${title} it never deadlocks: ${call}; with ${pace.title}`,
          virtually(({ flush }) => {
            const world = worldWith(
              inside((session) => ask(session()).pipe(map(() => issued('A')))),
              { pace },
            );
            user(world.session, phone);
            const outer = watch(world.session.login({ mode }).pipe(map(({ token }) => token)));
            at(20_000, () => expect(outer.log).not.toEqual([]));
            flush();
            if (call === 'silentOnly') expect(outer.log).toEqual(['A', '|']);
            else expect(outer.log[0]).toMatch(/^!(reentrant-login|login-timeout)$/);
            expect(world.count('wx.login')).toBe(1);
          }),
        );

        // A silent caller does not wait for an interactive stage at all (M1).
        const waits = !(call === 'silentOnly' && mode === 'forceAuth');
        test(
          `S4: subscribed later from inside ${title}, ${waits ? "the step's time limit ends both" : 'it goes anonymously'}: ${call}; with ${pace.title}`,
          virtually(({ flush }) => {
            const inner: string[] = [];
            const world = worldWith(
              inside((session) =>
                timer(1).pipe(
                  mergeMap(() => ask(session())),
                  tap({
                    next: () => inner.push('served'),
                    error: (error: unknown) => inner.push((error as SessionError).code),
                  }),
                  map(() => issued('A')),
                ),
              ),
              { pace },
            );
            // the same from elsewhere, at the same time: it waits for the same flight
            user(world.session, phone);
            const outer = watch(world.session.login({ mode }));
            const others = watch(request(world.session));
            const before: unknown[] = [];
            at((mode === 'forceAuth' ? 1000 : 0) + 14_900, () => before.push(...outer.log));
            flush();
            expect(before).toEqual(waits ? [] : ['A', '|']);
            expect(outer.log).toEqual(waits ? ['!login-timeout'] : ['A', '|']);
            expect(others.log).toEqual(waits ? ['!login-timeout'] : ['200 A', '|']);
            if (call === 'withLogin') expect(inner).not.toContain('served');
            if (!waits) expect(inner).toEqual(['served']);
            expect(world.count('wx.login')).toBe(1);
          }),
        );
      }
    }
  }

  test(
    'S4: afterLogin asks with `send` instead, under the new credential',
    virtually(({ flush }) => {
      const world = createWorld({
        config: { afterLogin: (_, send) => send({ url: '/me' }).pipe(ignoreElements()) },
      });
      const { log } = watch(request(world.session));
      flush();
      expect(log).toEqual(['200 A', '|']);
      expect(world.sent).toEqual(['A', 'A']);
    }),
  );

  test(
    'S4: a session may ask another one from inside its login',
    virtually(({ flush }) => {
      const other = createWorld({ pace: synchronous });
      const world = worldWith((session) => ({
        config: {
          backend: {
            silentLogin: () =>
              request(other.session).pipe(
                tap(() => expect(session().snapshot.status).toBe('authenticating')),
                map(() => issued('N')),
              ),
            login: () => EMPTY,
          },
        },
      }));
      const { log } = watch(request(world.session));
      flush();
      expect(log).toEqual(['200 N', '|']);
      expect(other.sent).toEqual(['A']);
    }),
  );
});

describe('S5: two sources', () => {
  const neighbours = (script: Script = {}) => {
    const world = createWorld(script);
    const other = createSession({
      source: 'club',
      baseUrl: 'https://api.example.com',
      backend: world.backend,
      platform: weapp(world.wx),
      retry: { count: 2, delay: 0 },
      ...script.config,
    });
    return { world, shop: world.session, club: other };
  };

  for (const pace of PACES) {
    test(
      `S5: have flights, credentials and records of their own; with ${pace.title}`,
      virtually(({ flush }) => {
        const { world, shop, club } = neighbours({ pace });
        const logs = [shop, club, shop, club].map((session) => watch(request(session)).log);
        flush();
        expect(logs).toEqual([
          ['200 A', '|'],
          ['200 B', '|'],
          ['200 A', '|'],
          ['200 B', '|'],
        ]);
        expect(world.count('wx.login')).toBe(2);
        expect([...world.storage.keys()].sort()).toEqual(['rx-weapp-session:club', 'rx-weapp-session:shop']);
        const sources = world.calls.filter(({ name }) => name === 'silentLogin').map(({ detail }) => detail);
        expect(sources).toMatchObject([{ source: 'shop' }, { source: 'club' }]);
      }),
    );

    test(
      `S5: fail, expire, log out and are disposed of by themselves; with ${pace.title}`,
      virtually(({ flush }) => {
        const { shop, club } = neighbours({ pace, silentLogin: [issued('A'), issued('B'), rejected] });
        merge(request(shop), request(club)).subscribe();
        flush();
        const states = watch(club.session$);
        const events: unknown[] = [];
        club.event$.subscribe((event) => events.push(event));
        const failure = watch(shop.login({ mode: 'force' }));
        flush();
        shop.invalidate({ token: 'A' });
        shop.invalidate({ token: 'B' });
        shop.logout();
        shop.dispose();
        flush();
        expect(failure.log).toEqual(['!login-rejected']);
        expect(states.log).toEqual(['B']);
        expect(events).toEqual([]);
        const { log } = watch(request(club));
        flush();
        expect(log).toEqual(['200 B', '|']);
      }),
    );
  }

  test(
    "S5: a stuck or an asking login of one does not hold up the other's",
    virtually(({ flush }) => {
      const { shop, club } = neighbours({ silentLogin: [never, wanted('phoneNumber'), issued('C')] });
      watch(request(shop));
      const [prompts, others] = [
        watch(club.prompt$.pipe(map((prompt) => prompt?.method))),
        watch(shop.prompt$),
      ];
      watch(request(club));
      at(100, () => {
        expect(prompts.log).toEqual(['undefined', 'phoneNumber']);
        expect(others.log).toEqual(['null']);
        [shop, club].forEach((session) => session.dispose());
      });
      flush();
    }),
  );

  test(
    'S5: a request of one that is guarded by the other too is retried for each on its own',
    virtually(({ flush }) => {
      const { world, shop, club } = neighbours({ stored: R });
      world.refused.add('R');
      const { log } = watch(request(shop).pipe(withLogin(club)));
      flush();
      expect(log).toEqual(['200 B', '|']);
      expect(word(club.snapshot)).toBe('A');
    }),
  );

  for (const pace of [asynchronous, microtask]) {
    test(
      `S5 W3: they share what the platform allows: four wx.login in a second; with ${pace.title}`,
      virtually(({ flush }) => {
        const { world, shop, club } = neighbours({ pace });
        [0, 100, 200, 300, 400, 500].forEach((ms, index) =>
          at(ms, () => (index % 2 ? club : shop).login({ mode: 'force' }).subscribe()),
        );
        flush();
        const times = world.calls.filter(({ name }) => name === 'wx.login').map((call) => call.at);
        expect(times).toHaveLength(6);
        expect(times[3]).toBeLessThan(400);
        expect(times[4]).toBeGreaterThanOrEqual(1000);
      }),
    );
  }
});
