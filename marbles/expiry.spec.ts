import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  forkJoin,
  interval,
  map,
  merge,
  mergeMap,
  of,
  startWith,
  switchMap,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import {
  requestWithLogin,
  retryOnExpired,
  sessionError,
  sessionRequest,
  silentOnly,
  withLogin,
} from 'rx-weapp-session';
import type {
  Credential,
  HttpResponse,
  LoginMode,
  RequestOptions,
  Session,
  SessionConfig,
  SessionError,
} from 'rx-weapp-session';
import {
  asynchronous,
  at,
  close,
  createWorld,
  eventsOf,
  fails,
  issued,
  later,
  microtask,
  offline,
  PACES,
  phone,
  record,
  status,
  user,
  virtually,
  wanted,
  watch,
  word,
} from './support/world';
import type { Script, World } from './support/world';

type Response = Observable<HttpResponse>;
type Operator = MonoTypeOperatorFunction<HttpResponse>;

const URL = '/orders';
const send = (session: Session): Response => sessionRequest(session, { url: URL });
const request = (session: Session): Response => requestWithLogin(session, { url: URL });
const silentRequest = (session: Session): Response =>
  requestWithLogin(session, { url: URL, loginOptions: { mode: 'silent' } });

/** An app's own error for a response that it does not like. */
class Refused extends Error {
  constructor(readonly statusCode: number) {
    super(`HTTP ${statusCode}`);
  }
}
const throwing = map((response: HttpResponse) => {
  if (response.statusCode !== 200) throw new Refused(response.statusCode);
  return response;
});

/** The ways in which an outcome can say "expired". */
const OUTCOMES: readonly { readonly title: string; readonly source: (session: Session) => Response }[] = [
  { title: 'a value', source: send },
  { title: 'an error', source: (session) => send(session).pipe(throwing) },
];

const GUARDS: readonly { readonly title: string; readonly guard: (session: Session) => Operator }[] = [
  { title: 'withLogin', guard: (session) => withLogin(session) },
  { title: 'silentOnly', guard: (session) => silentOnly(session) },
];

interface Retries {
  readonly count?: number;
  readonly mode?: LoginMode;
}
interface Order {
  readonly title: string;
  readonly around: (session: Session, source: Response, retries?: Retries) => Response;
}
/** The orders in which the operators compose. */
const ORDERS: readonly Order[] = [
  ...GUARDS.flatMap(({ title, guard }): Order[] => [
    {
      title: `${title}, retry outside`,
      around: (session, source, retries) => source.pipe(guard(session), retryOnExpired(session, retries)),
    },
    {
      title: `retry inside, ${title} outside`,
      around: (session, source, retries) => source.pipe(retryOnExpired(session, retries), guard(session)),
    },
  ]),
  {
    title: 'a bare source',
    around: (session, source, retries) => source.pipe(retryOnExpired(session, retries)),
  },
];

const R = record('R');
const token = map(({ data }: HttpResponse) => data);
const bearer = ({ header = {} }: RequestOptions) =>
  (header.Authorization ?? '').replace('Bearer ', '') || '-';
const answers = (statusCode: number, { header = {} }: RequestOptions) => ({
  statusCode,
  data: bearer({ url: '', header }),
  header: {},
});
const refusesAll = (options: RequestOptions) => answers(401, options);
/** Refuses some tokens, after a while. */
const refusing =
  (tokens: string, ms = 20) =>
  (options: RequestOptions) =>
    later(ms, answers(tokens.includes(bearer(options)) ? 401 : 200, options));

/** The error that a source ends with. */
function errorOf(source: Observable<unknown>): { error?: SessionError } {
  const end: { error?: SessionError } = {};
  source.subscribe({ error: (error: unknown) => (end.error = error as SessionError) });
  return end;
}

/** The phone is put away: the clock goes on, the timers do not. */
function clockSkips(ms: number): void {
  const tell = asyncScheduler.now.bind(asyncScheduler);
  jest.spyOn(asyncScheduler, 'now').mockImplementation(() => tell() + ms);
}
afterEach(() => jest.restoreAllMocks());

describe('E1: what a guard does with an outcome', () => {
  for (const { title, guard } of GUARDS) {
    for (const outcome of OUTCOMES) {
      for (const pace of PACES) {
        test(
          `E1: ${title} turns ${outcome.title} that says "expired" into session-expired, its cause the outcome; with ${pace.title}`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, stored: R });
            world.refused.add('R');
            const { session } = world;
            const seen: unknown[] = [];
            const see = (it: unknown) => void seen.push(it);
            const source = outcome.source(session).pipe(tap<HttpResponse>({ next: see, error: see }));
            const values: unknown[] = [];
            const end = errorOf(
              source.pipe(
                guard(session),
                tap((value) => values.push(value)),
              ),
            );
            flush();
            expect(end.error?.code).toBe('session-expired');
            expect(end.error?.cause).toBe(seen[0]);
            expect(values).toEqual([]);
            expect(word(session.snapshot)).toBe('expired R');
            expect(world.count('wx.login')).toBe(0);
          }),
        );
      }

      test(
        `E1: ${title} invalidates the credential that its request was subscribed under, for all; ${outcome.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ stored: R });
          world.refused.add('R');
          const { session } = world;
          const states = watch(session.session$);
          const end = errorOf(outcome.source(session).pipe(guard(session)));
          flush();
          expect(end.error).toMatchObject({ code: 'session-expired', cause: { statusCode: 401 } });
          expect(states.log).toEqual(['R', 'expired R']);
          expect(session.credential).toBeUndefined();
          expect(world.storage.size).toBe(0);
          expect(eventsOf(world, 'expired')).toHaveLength(1);
        }),
      );

      test(
        `E1: ${title} invalidates that credential and no other: a newer one stays; ${outcome.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ stored: R, respond: refusing('R', 500) });
          const { session } = world;
          const end = errorOf(outcome.source(session).pipe(guard(session)));
          at(100, () => session.login({ mode: 'force' }).subscribe());
          flush();
          expect(end.error).toMatchObject({ code: 'session-expired' });
          expect(word(session.snapshot)).toBe('A');
          expect(eventsOf(world, 'expired')).toHaveLength(0);
        }),
      );
    }
  }

  test(
    'E1: of a guarded source of the app that tells nothing of credentials, the one it was subscribed under counts',
    virtually(({ flush }) => {
      const { session } = createWorld({ stored: R });
      const own = timer(500).pipe(map(() => ({ statusCode: 401 })));
      const first = errorOf(own.pipe(withLogin(session)));
      at(100, () => session.login({ mode: 'force' }).subscribe());
      at(600, () => expect(word(session.snapshot)).toBe('A'));
      const second = { error: undefined as SessionError | undefined };
      at(700, () => Object.assign(second, errorOf(own.pipe(withLogin(session)))));
      flush();
      expect(first.error).toMatchObject({ code: 'session-expired' });
      expect(word(session.snapshot)).toBe('expired A');
    }),
  );

  test(
    'E1: each value of a long source is an outcome',
    virtually(({ cold, expectObservable }) => {
      const { session } = createWorld({ stored: R });
      const values = { a: { statusCode: 200 }, b: { statusCode: 500 }, x: { statusCode: 401 } };
      const code = catchError((error: unknown) => of((error as SessionError).code));
      // prettier-ignore
      expectObservable(cold('-a-b-x-a|', values).pipe(withLogin(session), code)).toBe('-a-b-(y|)', {
        ...values, y: 'session-expired',
      });
    }),
  );

  const nobody = { silentLogin: [wanted('phoneNumber')] };
  const UNTOUCHED: readonly {
    readonly title: string;
    readonly script: Script;
    readonly url?: string;
    readonly operators: (session: Session) => Operator;
  }[] = [
    { title: 'silentOnly', script: nobody, operators: (session) => silentOnly(session) },
    { title: 'retryOnExpired', script: nobody, operators: (session) => retryOnExpired(session) },
    {
      title: 'silentOnly, retry outside',
      script: nobody,
      operators: (session) => (source) => source.pipe(silentOnly(session), retryOnExpired(session)),
    },
    {
      title: 'retry inside, silentOnly outside',
      script: nobody,
      operators: (session) => (source) => source.pipe(retryOnExpired(session), silentOnly(session)),
    },
    ...ORDERS.map(({ title, around }) => ({
      title: `${title}, to an untrusted origin`,
      script: { stored: R },
      url: 'https://elsewhere.example.net/ads',
      operators: (session: Session) => (source: Response) => around(session, source),
    })),
  ];
  for (const { title, script, url = URL, operators } of UNTOUCHED) {
    for (const pace of PACES) {
      test(
        `E1 R1: the outcome of an attempt that carried no credential passes untouched: ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, ...script, respond: refusesAll });
          const { session } = world;
          const before: HttpResponse[] = [];
          const after: HttpResponse[] = [];
          sessionRequest(session, { url })
            .pipe(
              tap((response) => before.push(response)),
              operators(session),
            )
            .subscribe((response) => after.push(response));
          flush();
          expect(world.sent).toEqual(['-']);
          expect(after).toHaveLength(1);
          expect(after[0]).toBe(before[0]);
          expect(eventsOf(world, 'expired')).toHaveLength(0);
          expect(word(session.snapshot)).toBe(script === nobody ? 'anonymous' : 'R');
        }),
      );
    }
  }

  test(
    'E1: an anonymous attempt stays one, where somebody logs in while it is on the wire',
    virtually(({ flush }) => {
      const world = createWorld({
        silentLogin: [offline, offline, offline, issued('A')],
        respond: refusing('-', 500),
      });
      const { log } = watch(silentRequest(world.session));
      at(300, () => world.session.login().subscribe());
      flush();
      expect(log).toEqual(['401', '|']);
      expect(world.sent).toEqual(['-']);
      expect(word(world.session.snapshot)).toBe('A');
    }),
  );

  for (const { title, around } of ORDERS) {
    test(
      `E1: a request that goes out later than its guard counts under the credential that it carried; ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: R, respond: refusing('A') });
        const { session } = world;
        const { log } = watch(around(session, timer(200).pipe(switchMap(() => send(session)))));
        at(100, () => session.login({ mode: 'force' }).subscribe());
        flush();
        expect(log).toEqual(['200 B', '|']);
        expect(world.sent).toEqual(['A', 'B']);
        expect(eventsOf(world, 'expired')).toHaveLength(1);
      }),
    );
  }

  test(
    'E1: what a source of the app brings anonymously passes, though there was a session when it was asked for',
    virtually(({ flush }) => {
      const rejected = rejectedBy(new Error('no'));
      const world = createWorld({ stored: R, silentLogin: [rejected] });
      const { session } = world;
      const own = defer(() => of({ statusCode: session.credential ? 200 : 401 }));
      watch(session.login({ mode: 'force' }));
      const { log } = watch(own.pipe(silentOnly(session), retryOnExpired(session)));
      at(30, () => session.invalidate({ token: 'R' }));
      flush();
      expect(word(session.snapshot)).toBe('anonymous !login-rejected');
      expect(log).toEqual(['401', '|']);
      expect(world.count('wx.login')).toBe(1);
    }),
  );

  for (const { title, around } of ORDERS) {
    test(
      `E1: a SessionError from inside passes untouched, and isExpired is not asked; ${title}`,
      virtually(({ flush }) => {
        const isExpired = jest.fn(() => true);
        const world = createWorld({ stored: R, config: { isExpired } });
        const failure = sessionError('request-failed', 'no network', { statusCode: 401 });
        const end = errorOf(
          around(
            world.session,
            throwError(() => failure),
          ),
        );
        flush();
        expect(end.error).toBe(failure);
        expect(isExpired).not.toHaveBeenCalled();
        expect(world.count('wx.login')).toBe(0);
        expect(word(world.session.snapshot)).toBe('R');
      }),
    );
  }
});

describe('E2: the retry', () => {
  for (const { title, around } of ORDERS) {
    for (const outcome of OUTCOMES) {
      for (const pace of PACES) {
        test(
          `E2: subscribed again once, under the new credential: ${title}; ${outcome.title}; with ${pace.title}`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, stored: R });
            world.refused.add('R');
            const { log } = watch(around(world.session, outcome.source(world.session)));
            flush();
            expect(log).toEqual(['200 A', '|']);
            expect(world.sent).toEqual(['R', 'A']);
            expect(world.count('wx.login')).toBe(1);
          }),
        );

        test(
          `E2: used up, the last outcome is session-expired: ${title}; ${outcome.title}; with ${pace.title}`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, stored: R, respond: refusesAll });
            const values: unknown[] = [];
            const source = outcome.source(world.session);
            const end = errorOf(around(world.session, source).pipe(tap((value) => values.push(value))));
            flush();
            expect(values).toEqual([]);
            expect(end.error).toMatchObject({ code: 'session-expired', cause: { statusCode: 401 } });
            expect(world.sent).toEqual(['R', 'A']);
            expect(word(world.session.snapshot)).toBe('expired A');
          }),
        );
      }
    }

    for (const count of [0, 1, 2, 4]) {
      test(
        `E2: at most ${count} times of count ${count}: ${title}`,
        virtually(({ flush }) => {
          const world = createWorld({ stored: R, respond: refusesAll });
          const end = errorOf(around(world.session, send(world.session), { count }));
          flush();
          expect(end.error).toMatchObject({ code: 'session-expired', cause: { data: 'RABCD'[count] } });
          expect(world.sent).toEqual(['R', 'A', 'B', 'C', 'D'].slice(0, count + 1));
          expect(world.count('wx.login')).toBe(count);
        }),
      );
    }

    test(
      `E2: no more often than needed: ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: R, respond: refusing('RA') });
        const { log } = watch(around(world.session, send(world.session), { count: 9 }));
        flush();
        expect(log).toEqual(['200 B', '|']);
        expect(world.sent).toEqual(['R', 'A', 'B']);
      }),
    );

    test(
      `E2: each subscription has its own retries: ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: R, respond: refusing('RB') });
        const shared = around(world.session, send(world.session));
        const first = watch(shared);
        flush();
        world.refused.add('A');
        world.session.login({ mode: 'force' }).subscribe();
        flush();
        const second = watch(shared);
        flush();
        expect(first.log).toEqual(['200 A', '|']);
        expect(second.log).toEqual(['200 C', '|']);
      }),
    );
  }

  test(
    'E2: the time line: guard first, retry outside',
    virtually(({ expectObservable }) => {
      const world = createWorld({ stored: R });
      world.refused.add('R');
      // 20 ms to be refused, 60 ms to log in, 20 ms to be served
      expectObservable(
        send(world.session).pipe(withLogin(world.session), retryOnExpired(world.session), token),
      ).toBe('100ms (A|)');
      expectObservable(world.session.session$.pipe(map(word))).toBe('R 19ms (xs) 56ms A', {
        R: 'R',
        x: 'expired R',
        s: 'silent',
        A: 'A',
      });
    }),
  );

  const MODES: readonly { readonly mode: LoginMode; readonly asks: boolean }[] = [
    { mode: 'common', asks: true },
    { mode: 'force', asks: true },
    { mode: 'silent', asks: false },
    { mode: 'forceSilent', asks: false },
  ];
  for (const { mode, asks } of MODES) {
    test(
      `E2 F8: a guard in mode ${mode} logs in in its own mode: the user ${asks ? 'is asked' : 'is not asked'}`,
      virtually(({ flush }) => {
        const forced = mode.startsWith('force');
        const silentLogin = forced ? [issued('R'), wanted('phoneNumber')] : [wanted('phoneNumber')];
        const world = createWorld({ ...(!forced && { stored: R }), silentLogin });
        const { session } = world;
        world.refused.add('R');
        const { seen } = user(session, phone);
        const source = send(session).pipe(withLogin(session, { mode }), retryOnExpired(session));
        const log = watch(source);
        const end = errorOf(source);
        flush();
        expect(seen).toHaveLength(asks ? 1 : 0);
        expect(log.log).toEqual(asks ? ['200 A', '|'] : ['!interaction-required']);
        if (!asks)
          expect(end.error?.cause).toMatchObject({ code: 'session-expired', cause: { statusCode: 401 } });
      }),
    );

    test(
      `E2 F8: above a bare source it logs in by its own mode ${mode}: the user ${asks ? 'is asked' : 'is not asked'}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: R, silentLogin: [wanted('phoneNumber')] });
        const { session } = world;
        world.refused.add('R');
        const { seen } = user(session, phone);
        const source = send(session).pipe(retryOnExpired(session, { mode }));
        const { log } = watch(source);
        flush();
        expect(seen).toHaveLength(asks ? 1 : 0);
        expect(log).toEqual(asks ? ['200 A', '|'] : ['!interaction-required']);
      }),
    );
  }

  test(
    "E2: above a bare source the default is silent; forceAuth goes to the user's tap at once",
    virtually(({ flush }) => {
      const script: Script = { stored: R, silentLogin: [wanted('phoneNumber')] };
      const [quiet, asking] = [createWorld(script), createWorld(script)];
      quiet.refused.add('R');
      asking.refused.add('R');
      const [unasked, asked] = [user(quiet.session, phone), user(asking.session, phone)];
      const first = watch(send(quiet.session).pipe(retryOnExpired(quiet.session)));
      const second = watch(send(asking.session).pipe(retryOnExpired(asking.session, { mode: 'forceAuth' })));
      flush();
      expect([first.log, unasked.seen.length]).toEqual([['!interaction-required'], 0]);
      expect([second.log, asked.seen.length]).toEqual([['200 A', '|'], 1]);
      expect(asking.count('silentLogin')).toBe(0);
    }),
  );

  for (const mode of ['force', 'forceSilent', 'forceAuth'] as const) {
    const count = { force: [2, 0], forceSilent: [2, 0], forceAuth: [2, 1] }[mode];
    const GAPS: readonly { readonly title: string; readonly guarded: (session: Session) => Response }[] = [
      {
        title: 'right inside',
        guarded: (session) => send(session).pipe(withLogin(session, { mode })),
      },
      {
        title: 'that is the second of two',
        guarded: (session) => {
          const guarded = send(session).pipe(withLogin(session, { mode }));
          return forkJoin([guarded, guarded]).pipe(map(([, response]) => response));
        },
      },
    ];
    for (const { title, guarded } of GAPS) {
      test(
        `E2 E4: a guard in mode ${mode} ${title} uses a newer credential on a retry`,
        virtually(({ flush }) => {
          const world = createWorld({
            interactiveLogin: [issued('A')],
            silentLogin: mode === 'forceAuth' ? [issued('B')] : [issued('A'), issued('B'), issued('C')],
            respond: refusing('A', 500),
          });
          const { session } = world;
          const { seen } = user(session, phone);
          const { log } = watch(guarded(session).pipe(retryOnExpired(session)));
          at(1300, () => session.login({ mode: 'force' }).subscribe());
          if (mode !== 'forceAuth') at(200, () => session.login({ mode: 'force' }).subscribe());
          flush();
          expect(log.slice(-1)).toEqual(['|']);
          expect(log[0]).toMatch(/^200 [BC]$/);
          expect(seen).toHaveLength(count[1]);
          // one of its own, and those that the app asked for
          expect(world.count('wx.login')).toBe(mode === 'forceAuth' ? 2 : 3);
        }),
      );
    }
  }

  test(
    'E2 E9: a guard that is subscribed a moment later than the source does not replay after a logout either',
    virtually(({ flush }) => {
      const world = createWorld({ stored: R, respond: refusing('R') });
      const { session } = world;
      const guarded = timer(50).pipe(switchMap(() => send(session).pipe(withLogin(session))));
      const { log } = watch(guarded.pipe(retryOnExpired(session)));
      // refused at 70 ms, subscribed again at 120 ms
      at(100, () => void session.logout());
      flush();
      expect(log).toEqual(['!logged-out']);
      expect(world.sent).toEqual(['R']);
      expect(world.count('wx.login')).toBe(0);
    }),
  );
});

describe('E3: many requests, one re-login', () => {
  for (const { title, around } of ORDERS) {
    for (const pace of PACES) {
      test(
        `E3: five requests of one credential expire: one re-login, each retried once; ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: R, respond: refusing('R') });
          const { session } = world;
          const logs = [1, 2, 3, 4, 5].map(() => watch(around(session, send(session))).log);
          flush();
          expect(logs).toEqual(Array(5).fill(['200 A', '|']));
          expect(world.count('wx.login')).toBe(1);
          expect(world.sent).toEqual(['R', 'R', 'R', 'R', 'R', 'A', 'A', 'A', 'A', 'A']);
          expect(eventsOf(world, 'expired')).toHaveLength(1);
          expect(eventsOf(world, 'login-success')).toHaveLength(1);
        }),
      );
    }
  }

  test(
    'E3: requests of different kinds share the re-login too',
    virtually(({ flush }) => {
      const world = createWorld({ stored: R, respond: refusing('R') });
      const { session } = world;
      const modes = ['common', 'silent', 'common'] as const;
      const logs = [
        ...modes.map(
          (mode) => watch(send(session).pipe(withLogin(session, { mode }), retryOnExpired(session))).log,
        ),
        ...ORDERS.map(({ around }) => watch(around(session, send(session))).log),
      ];
      flush();
      expect(logs).toEqual(Array(logs.length).fill(['200 A', '|']));
      expect(world.count('wx.login')).toBe(1);
    }),
  );
});

describe('E4: the late expiry of an old credential', () => {
  for (const { title, around } of ORDERS) {
    for (const pace of PACES) {
      for (const [when, ms] of [
        ['while a newer one is current', 500],
        ['while a re-login is in progress', 40],
      ] as const) {
        test(
          `E4: ${when}: no second login, retried under the new one; ${title}; with ${pace.title}`,
          virtually(({ flush }) => {
            let requests = 0;
            const respond = (options: RequestOptions) =>
              later(bearer(options) === 'R' && ++requests === 2 ? ms : 10, refusing('R', 0)(options));
            const world = createWorld({ pace, stored: R, respond });
            const { session } = world;
            const states = watch(session.session$);
            const early = watch(around(session, send(session)));
            const late = watch(around(session, send(session)));
            flush();
            expect(early.log).toEqual(['200 A', '|']);
            expect(late.log).toEqual(['200 A', '|']);
            expect(world.sent).toEqual(['R', 'R', 'A', 'A']);
            expect(world.count('wx.login')).toBe(1);
            expect(states.log).toEqual(['R', 'expired R', 'silent', 'A']);
            expect(
              (world.storage.get('rx-weapp-session:shop') as { credential: Credential }).credential,
            ).toEqual({
              token: 'A',
            });
          }),
        );
      }
    }
  }

  for (const mode of ['common', 'silent', 'force', 'forceSilent', 'forceAuth'] as const) {
    test(
      `E4: a bare source that logs in by mode ${mode} takes the newer one too`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: R, respond: refusing('R', 500) });
        const { session } = world;
        const { log } = watch(send(session).pipe(retryOnExpired(session, { mode })));
        at(100, () => session.login({ mode: 'force' }).subscribe());
        flush();
        expect(log).toEqual(['200 A', '|']);
        expect(world.count('wx.login')).toBe(1);
      }),
    );
  }

  test(
    'E4: invalidate compares by token, and tells whether it was the current one',
    virtually(() => {
      const { session } = createWorld({ stored: R });
      const results = ['X', 'R', 'R'].map((token) => session.invalidate({ token, userId: 'whoever' }));
      expect(results).toEqual([false, true, false]);
      expect(word(session.snapshot)).toBe('expired R');
    }),
  );
});

describe('E5: an end that is known', () => {
  const lives = (ms: number, token = 'R') => record(token, { expiresAt: ms });

  for (const [title, life, expiryLeeway, last] of [
    ['the default leeway of 30 seconds', 100_000, undefined, 70_000],
    ['a leeway of its own', 100_000, 1000, 99_000],
    ['no leeway', 100_000, 0, 100_000],
    ['a leeway of more than half of the life', 10_000, undefined, 5000],
    ['a life that is shorter than the leeway', 1000, 30_000, 500],
  ] as const) {
    for (const [when, ms, wasted] of [
      ['before', last - 1, ['R']],
      ['past', last + 1, ['A']],
    ] as const) {
      test(
        `E5: with ${title}, ${when} it`,
        virtually(({ flush }) => {
          const world = createWorld({ stored: lives(life), config: { expiryLeeway } });
          at(ms, () => request(world.session).subscribe());
          flush();
          expect(world.sent).toEqual(wasted);
        }),
      );
    }
  }

  for (const { title, around } of ORDERS.filter(({ title }) => title !== 'a bare source')) {
    for (const pace of PACES) {
      test(
        `E5: the next request logs in first, nothing is wasted; ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: lives(-1) });
          const logs = [1, 2, 3].map(() => watch(around(world.session, send(world.session))).log);
          flush();
          expect(logs).toEqual(Array(3).fill(['200 A', '|']));
          expect(world.sent).toEqual(['A', 'A', 'A']);
          expect(world.count('wx.login')).toBe(1);
        }),
      );
    }
  }

  test(
    'E5: by timer all subscribers are told, at its time',
    virtually(({ expectObservable, flush }) => {
      const world = createWorld({ stored: lives(100_000) });
      const { session } = world;
      const states = { R: 'R', x: 'expired R' };
      expectObservable(session.session$.pipe(map(word))).toBe('R 69999ms x', states);
      expectObservable(session.session$.pipe(map(word))).toBe('R 69999ms x', states);
      flush();
      expect(eventsOf(world, 'expired')).toHaveLength(1);
      expect(world.count('wx.login')).toBe(0);
    }),
  );

  const NOTICES: readonly { readonly title: string; readonly notice: (world: World) => unknown }[] = [
    { title: 'the app is shown', notice: ({ show }) => show() },
    { title: 'it would be used', notice: ({ session }) => session.credential },
    { title: 'a request would use it', notice: ({ session }) => send(session).subscribe() },
    { title: 'snapshot is read', notice: ({ session }) => session.snapshot },
    { title: 'somebody subscribes', notice: ({ session }) => session.session$.subscribe() },
  ];
  for (const { title, notice } of NOTICES) {
    test(
      `E5: timers freeze in the background; the wall clock is noticed when ${title}`,
      virtually(() => {
        const world = createWorld({ stored: lives(100_000) });
        const [one, other] = [watch(world.session.session$), watch(world.session.session$)];
        clockSkips(70_001);
        expect(one.log).toEqual(['R']);
        notice(world);
        expect(one.log).toEqual(['R', 'expired R']);
        expect(other.log).toEqual(['R', 'expired R']);
        expect(eventsOf(world, 'expired')).toHaveLength(1);
        expect(world.sent.filter((sent) => sent === 'R')).toEqual([]);
      }),
    );
  }

  test(
    'E5: a request notices it too, and logs in first',
    virtually(({ flush }) => {
      const world = createWorld({ stored: lives(100_000) });
      const states = watch(world.session.session$);
      clockSkips(70_001);
      const { log } = watch(request(world.session));
      flush();
      expect(log).toEqual(['200 A', '|']);
      expect(states.log).toEqual(['R', 'expired R', 'silent', 'A']);
    }),
  );

  test(
    'E5: what reads as expired is told as expired: a late subscriber and snapshot agree',
    virtually(() => {
      const { session } = createWorld({ stored: lives(100_000) });
      expect(word(session.snapshot)).toBe('R');
      clockSkips(70_001);
      expect(watch(session.session$).log).toEqual(['expired R']);
      expect(word(session.snapshot)).toBe('expired R');
      expect(session.credential).toBeUndefined();
    }),
  );

  test(
    'E5: a life of years sets off no timer, and is noticed all the same',
    virtually(({ flush }) => {
      const days = 24 * 3_600_000;
      const world = createWorld({ stored: lives(400 * days) });
      const states = watch(world.session.session$);
      at(399 * days, () => expect(word(world.session.snapshot)).toBe('R'));
      at(400 * days, () => expect(word(world.session.snapshot)).toBe('expired R'));
      flush();
      expect(states.log).toEqual(['R', 'expired R']);
    }),
  );

  test(
    'E5: its end passes while a request is on the wire: the request ends as it ends',
    virtually(({ flush }) => {
      const respond = (options: RequestOptions) => later(2000, answers(200, options));
      const world = createWorld({ stored: lives(1000), respond });
      const { log } = watch(request(world.session));
      flush();
      expect(log).toEqual(['200 R', '|']);
      expect(world.count('wx.login')).toBe(0);
    }),
  );

  for (const { title, around } of ORDERS) {
    test(
      `E5 E4: its end passes while a request is on the wire that is then refused: retried under the new one; ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: lives(1000), respond: refusing('R', 2000) });
        const { log } = watch(around(world.session, send(world.session)));
        flush();
        expect(log).toEqual(['200 A', '|']);
        expect(world.sent).toEqual(['R', 'A']);
        expect(eventsOf(world, 'expired')).toHaveLength(1);
      }),
    );
  }

  for (const pace of PACES) {
    test(
      `E5: a life shorter than the leeway does not loop: one login for its half; with ${pace.title}`,
      virtually(({ flush }) => {
        const issue = defer(() => of(issued('S', { expiresAt: asyncScheduler.now() + 10_000 })));
        const world = createWorld({ pace, silentLogin: [issue] });
        for (const ms of [0, 1000, 2000, 3000, 4000]) at(ms, () => request(world.session).subscribe());
        flush();
        expect(world.sent).toEqual(['S', 'S', 'S', 'S', 'S']);
        expect(world.count('wx.login')).toBe(1);
        request(world.session).subscribe();
        flush();
        expect(world.count('wx.login')).toBe(2);
      }),
    );

    test(
      `E5: one that is past its end on arrival serves its flight's waiter, and the next request logs in; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({
          pace,
          silentLogin: [issued('D', { expiresAt: -5000 }), issued('A')],
        });
        const first = watch(request(world.session));
        flush();
        expect(first.log).toEqual(['200 D', '|']);
        expect(word(world.session.snapshot)).toBe('expired D');
        const second = watch(request(world.session));
        flush();
        expect(second.log).toEqual(['200 A', '|']);
        expect(world.count('wx.login')).toBe(2);
      }),
    );
  }

  for (const pace of [asynchronous, microtask]) {
    test(
      `E5: one that is past its end on arrival serves all of its flight's waiters; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, silentLogin: [issued('D', { expiresAt: -5000 })] });
        const { session } = world;
        const logs = [
          watch(request(session)).log,
          watch(silentRequest(session)).log,
          watch(send(session).pipe(withLogin(session, { mode: 'force' }))).log,
        ];
        const credential = watch(session.login());
        flush();
        expect(logs).toEqual(Array(3).fill(['200 D', '|']));
        expect(credential.log).toEqual(['D', '|']);
        expect(world.count('wx.login')).toBe(1);
      }),
    );
  }

  test(
    "E5: one that is past its end on arrival serves an interactive flight's waiters",
    virtually(({ flush }) => {
      const world = createWorld({
        interactiveLogin: [issued('D', { expiresAt: -1 })],
        silentLogin: [wanted('phoneNumber')],
      });
      user(world.session, phone);
      const logs = [watch(request(world.session)).log, watch(request(world.session)).log];
      flush();
      expect(logs).toEqual(Array(2).fill(['200 D', '|']));
      expect(word(world.session.snapshot)).toBe('expired D');
    }),
  );

  test(
    'E5: one that is past its end on arrival serves a retry above a bare source',
    virtually(({ flush }) => {
      const world = createWorld({
        stored: R,
        silentLogin: [issued('D', { expiresAt: -1 })],
        respond: refusing('R'),
      });
      const { log } = watch(send(world.session).pipe(retryOnExpired(world.session)));
      flush();
      expect(log).toEqual(['200 D', '|']);
      expect(world.sent).toEqual(['R', 'D']);
    }),
  );
});

describe('E6: other failures', () => {
  for (const { title, around } of ORDERS) {
    for (const statusCode of [400, 403, 404, 500, 503]) {
      for (const outcome of OUTCOMES) {
        test(
          `E6: ${statusCode} as ${outcome.title} passes untouched, once; ${title}`,
          virtually(({ flush }) => {
            const world = createWorld({ stored: R, respond: (options) => answers(statusCode, options) });
            const { session } = world;
            const seen: unknown[] = [];
            const got: unknown[] = [];
            const all = (list: unknown[]) => ({
              next: (it: unknown) => void list.push(it),
              error: (it: unknown) => void list.push(it),
            });
            around(session, outcome.source(session).pipe(tap<HttpResponse>(all(seen)))).subscribe(all(got));
            flush();
            expect(got).toHaveLength(1);
            expect(got[0]).toBe(seen[0]);
            expect(world.sent).toEqual(['R']);
            expect(world.events).toEqual([]);
            expect(word(session.snapshot)).toBe('R');
          }),
        );
      }
    }

    for (const pace of PACES) {
      test(
        `E6: a failure of the network passes untouched, once; ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: R, respond: () => fails('request:fail', 600001) });
          const end = errorOf(around(world.session, send(world.session), { count: 3 }));
          flush();
          expect(end.error).toMatchObject({ code: 'request-failed', cause: { errno: 600001 } });
          expect(world.sent).toEqual(['R']);
          expect(world.count('wx.login')).toBe(0);
          expect(word(world.session.snapshot)).toBe('R');
        }),
      );
    }

    for (const outcome of OUTCOMES) {
      test(
        `E6: an isExpired that throws counts as "not expired", with an event; ${outcome.title}; ${title}`,
        virtually(({ flush }) => {
          const broken = new Error('no such field');
          const isExpired = () => {
            throw broken;
          };
          const world = createWorld({ stored: R, config: { isExpired }, respond: refusesAll });
          const { log } = watch(around(world.session, outcome.source(world.session)));
          flush();
          expect(log).toEqual(outcome.title === 'a value' ? ['401', '|'] : ['!Error: HTTP 401']);
          expect(world.sent).toEqual(['R']);
          expect(word(world.session.snapshot)).toBe('R');
          expect(eventsOf(world, 'hook-failure')[0].error?.cause).toBe(broken);
        }),
      );
    }

    test(
      `E6: config.isExpired decides, on values and on errors; ${title}`,
      virtually(({ flush }) => {
        const isExpired = (outcome: unknown) =>
          (outcome as HttpResponse<{ errno?: number }>).data?.errno === 1001;
        const respond = (options: RequestOptions) => ({
          statusCode: 200,
          data: bearer(options) === 'R' ? { errno: 1001 } : bearer(options),
          header: {},
        });
        const world = createWorld({ stored: R, config: { isExpired }, respond });
        const { log } = watch(around(world.session, send(world.session)));
        flush();
        expect(log).toEqual(['200 A', '|']);
        expect(world.session.isExpired({ statusCode: 401 })).toBe(false);
      }),
    );
  }

  test(
    'E6: by default 401 alone says "expired"',
    virtually(() => {
      const { session } = createWorld();
      const outcomes = [{ statusCode: 401 }, { statusCode: 403 }, { data: 401 }, 401, '401', null, undefined];
      expect(outcomes.map((outcome) => session.isExpired(outcome))).toEqual([
        true,
        ...Array<boolean>(6).fill(false),
      ]);
    }),
  );
});

/** Times of the flights that started. */
const flights = (world: World) => eventsOf(world, 'login-start').map((event) => event.at);
/** The most flights in any half minute. */
const worst = (times: readonly number[]) =>
  Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 30_000).length));
/** Makes the request every so often, for two minutes. */
const drive = (attempt: Observable<unknown>, every = 100) =>
  interval(every)
    .pipe(
      take(120_000 / every),
      mergeMap(() => attempt.pipe(catchError(() => EMPTY))),
    )
    .subscribe();

describe('E7: a backend that refuses every fresh credential', () => {
  const fresh = () => {
    let issuedTokens = 0;
    return [defer(() => of(issued(`T${issuedTokens++}`)))];
  };
  const hostile = (more: Script = {}) =>
    createWorld({ stored: R, silentLogin: fresh(), respond: refusesAll, ...more });
  const rejected = throwError(() => new Error('no'));

  /** Uses up what a half minute allows. */
  const exhausted = (world: World) =>
    watch(send(world.session).pipe(withLogin(world.session), retryOnExpired(world.session, { count: 99 })));

  const CALLERS: readonly {
    readonly title: string;
    readonly calls: (session: Session) => Observable<unknown>;
  }[] = [
    { title: 'requests', calls: request },
    { title: 'silent requests', calls: silentRequest },
    ...ORDERS.slice(0, 4).map(({ title, around }) => ({
      title: `many retries, ${title}`,
      calls: (session: Session) => around(session, send(session), { count: 99 }),
    })),
    {
      title: 'bare retries in mode force',
      calls: (session) =>
        send(session).pipe(withLogin(session), retryOnExpired(session, { count: 9, mode: 'force' })),
    },
    {
      title: 'logins, and invalidate',
      calls: (session) => session.login().pipe(tap((credential) => session.invalidate(credential))),
    },
    {
      title: 'forced logins after an expiry',
      calls: (session) =>
        session
          .login({ mode: session.credential ? 'common' : 'force' })
          .pipe(tap((credential) => session.invalidate(credential))),
    },
    {
      title: 'a page that shows "loading" first',
      calls: (session) =>
        send(session).pipe(
          startWith({ statusCode: 0, data: 'loading', header: {} }),
          withLogin(session),
          retryOnExpired(session),
        ),
    },
  ];
  for (const { title, calls } of CALLERS) {
    for (const pace of PACES) {
      test(
        `E7: at most 5 flights in any half minute, whatever the callers do: ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = hostile({ pace });
          drive(
            defer(() => calls(world.session)),
            500,
          );
          flush();
          const times = flights(world);
          expect(worst(times)).toBeLessThanOrEqual(5);
          // but it does go on: it may have been mended
          expect(times.length).toBeGreaterThanOrEqual(15);
        }),
      );
    }
  }

  for (const [title, silentLogin] of [
    [
      'a refusal clears the session in between',
      () => [1, 2, 3, 4, 5, 6].flatMap((n) => [rejected, issued(`T${n}`)]),
    ],
    ['every login is refused', () => [rejected]],
    [
      'logins fail for a while',
      () => [1, 2, 3, 4, 5, 6].flatMap((n) => [offline, offline, offline, issued(`T${n}`)]),
    ],
    ['the backend asks for the user', () => [wanted('phoneNumber')]],
  ] as const) {
    for (const pace of PACES) {
      test(
        `E7: they count on where ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = hostile({ pace, silentLogin: silentLogin() });
          drive(silentRequest(world.session), 500);
          flush();
          expect(worst(flights(world))).toBe(5);
        }),
      );
    }
  }

  for (const pace of PACES) {
    test(
      `E7: its requests end as E2, and held back a retried request ends with session-expired; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = hostile({ pace });
        const end = errorOf(
          send(world.session).pipe(withLogin(world.session), retryOnExpired(world.session, { count: 99 })),
        );
        flush();
        expect(end.error).toMatchObject({ code: 'session-expired', cause: { statusCode: 401, data: 'T4' } });
        expect(world.sent).toEqual(['R', 'T0', 'T1', 'T2', 'T3', 'T4']);
      }),
    );

    test(
      `E7: held back, a caller gets login-loop at once; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = hostile({ pace });
        const { session } = world;
        exhausted(world);
        flush();
        const before = world.calls.length;
        const logs = [
          watch(session.login()).log,
          watch(session.login({ mode: 'silent' })).log,
          watch(session.login({ mode: 'force' })).log,
          watch(request(session)).log,
        ];
        expect(logs).toEqual(Array(4).fill(['!login-loop']));
        expect(world.calls).toHaveLength(before);
        expect(eventsOf(world, 'login-loop').length).toBeGreaterThan(0);
        expect(word(session.snapshot)).toMatch(/^expired T4/);
      }),
    );
  }

  test(
    'E7: a half minute after the first of them the next may start',
    virtually(({ flush }) => {
      const world = hostile();
      exhausted(world);
      const [first] = [flights(world)[0] ?? 20];
      const counts: number[] = [];
      at(first + 29_990, () => {
        request(world.session).subscribe({ error: () => undefined });
        counts.push(flights(world).length);
      });
      at(first + 30_010, () => {
        request(world.session).subscribe({ error: () => undefined });
        counts.push(flights(world).length);
      });
      flush();
      expect(counts).toEqual([5, 6]);
    }),
  );

  test(
    'E7: a clock that is set back holds nobody back for longer',
    virtually(({ flush }) => {
      const world = hostile();
      exhausted(world);
      at(1000, () => clockSkips(-3_600_000));
      at(32_000, () => request(world.session).subscribe({ error: () => undefined }));
      flush();
      expect(flights(world).length).toBeGreaterThan(5);
    }),
  );

  for (const [title, statusCode] of [
    ['served', 200],
    ['answered with 403', 403],
    ['answered with 500', 500],
  ] as const) {
    for (const { title: order, around } of ORDERS) {
      test(
        `E7: a request that is ${title} in between counts as successful; ${order}`,
        virtually(({ flush }) => {
          // each credential is good for one request
          const used = new Set<string>();
          const respond = (options: RequestOptions) => {
            const good = !used.has(bearer(options));
            used.add(bearer(options));
            return answers(good ? statusCode : 401, options);
          };
          const world = hostile({ respond });
          const logs = Array.from({ length: 12 }, () => [] as string[]);
          logs.forEach((log, index) =>
            at(index * 1000, () =>
              around(world.session, send(world.session)).subscribe(({ statusCode }) =>
                log.push(String(statusCode)),
              ),
            ),
          );
          flush();
          expect(logs).toEqual(Array(12).fill([String(statusCode)]));
          expect(flights(world)).toHaveLength(11);
        }),
      );
    }
  }

  test(
    'E7: a success of an older credential is none of that credential',
    virtually(({ flush }) => {
      let slow = 0;
      const respond = (options: RequestOptions) =>
        bearer(options) === 'R'
          ? later(++slow * 500, answers(200, options))
          : later(700, answers(401, options));
      const world = hostile({ respond });
      const { session } = world;
      const old = merge(...Array.from({ length: 40 }, () => request(session)));
      const { log } = watch(old);
      session.invalidate({ token: 'R' });
      drive(request(session));
      flush();
      expect(log.filter((line) => line === '200 R')).toHaveLength(40);
      expect(worst(flights(world))).toBe(5);
    }),
  );

  test(
    'E7: an anonymous success is none either',
    virtually(({ flush }) => {
      const respond = (options: RequestOptions) => answers(bearer(options) === '-' ? 200 : 401, options);
      const world = hostile({ respond });
      drive(
        merge(
          silentRequest(world.session),
          sessionRequest(world.session, { url: 'https://ads.example.net/' }),
        ),
      );
      flush();
      expect(worst(flights(world))).toBe(5);
    }),
  );

  test(
    'E7: a logout lets logins start again, and the count too',
    virtually(({ flush }) => {
      const world = hostile();
      const { session } = world;
      exhausted(world);
      flush();
      session.logout();
      const { log } = watch(session.login());
      flush();
      expect(log).toEqual(['T5', '|']);
      exhausted(world);
      flush();
      expect(flights(world)).toHaveLength(5 + 1 + 5);
    }),
  );

  test(
    "E7: a user's tap is not held back, and lets the count start again",
    virtually(({ flush }) => {
      const world = hostile({ interactiveLogin: [issued('TAP')] });
      const { session } = world;
      user(session, phone);
      exhausted(world);
      flush();
      const { log } = watch(session.login({ mode: 'forceAuth' }));
      flush();
      expect(log).toEqual(['TAP', '|']);
      exhausted(world);
      flush();
      expect(flights(world)).toHaveLength(5 + 1 + 5);
    }),
  );

  test(
    'E7: a prompt that the user closes is no tap that lets the rest start again',
    virtually(({ flush }) => {
      const world = hostile();
      user(world.session, close);
      exhausted(world);
      flush();
      const closed = watch(world.session.login({ mode: 'forceAuth' }));
      flush();
      expect(closed.log).toEqual(['!auth-cancelled']);
    }),
  );

  test(
    'E7: ten taps in ten seconds are ten flights',
    virtually(({ flush }) => {
      const world = hostile({ interactiveLogin: fresh() });
      user(world.session, ...Array<unknown>(10).fill(phone));
      const taps = Array.from({ length: 10 }, () => world.session.login({ mode: 'forceAuth' }));
      const { log } = watch(
        of(...taps).pipe(
          map((tapped) => tapped.pipe(tap((credential) => world.session.invalidate(credential)))),
          // one after the other
          (source) => source.pipe(mergeMap((it) => it, 1)),
        ),
      );
      flush();
      expect(log).toEqual([...Array.from({ length: 10 }, (_, index) => `T${index}`), '|']);
    }),
  );

  test(
    'E7: expiry by the clock is not held back',
    virtually(({ flush }) => {
      const issue = defer(() => of(issued('S', { expiresAt: asyncScheduler.now() + 2000 })));
      const world = createWorld({ silentLogin: [issue] });
      const { session } = world;
      const logs = Array.from({ length: 20 }, () => [] as string[]);
      logs.forEach((log, index) =>
        at(index * 1200, () => session.login().subscribe(({ token }) => log.push(token))),
      );
      flush();
      expect(logs).toEqual(Array(20).fill(['S']));
      expect(world.count('wx.login')).toBe(20);
    }),
  );

  for (const [title, life] of [
    ['ended on arrival', -1000],
    ['ended while the request was on the wire', 30],
  ] as const) {
    test(
      `E7: what the backend refused counts, though the credential had ${title} by the clock`,
      virtually(({ flush }) => {
        const issue = defer(() => of(issued('S', { expiresAt: asyncScheduler.now() + life })));
        const world = hostile({ silentLogin: [issue] });
        const { log } = exhausted(world);
        flush();
        expect(log).toEqual(['!session-expired']);
        expect(worst(flights(world))).toBeLessThanOrEqual(6);
      }),
    );
  }

  test(
    'E7 E10: renewals by refresh count as well',
    virtually(({ flush }) => {
      const world = hostile({ refresh: fresh() });
      drive(request(world.session), 500);
      flush();
      expect(world.count('wx.login')).toBe(0);
      expect(worst(flights(world))).toBe(5);
    }),
  );

  test(
    "E7 S5: another source's logins are not held back",
    virtually(({ flush }) => {
      const [world, other] = [hostile(), createWorld({ stored: R })];
      exhausted(world);
      flush();
      other.refused.add('R');
      const { log } = watch(request(other.session));
      flush();
      expect(log).toEqual(['200 A', '|']);
    }),
  );
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

describe('E8: the retried request', () => {
  type Attach = NonNullable<SessionConfig['attach']>;
  const PLACES: readonly {
    readonly title: string;
    readonly attach?: Attach;
    readonly found: (options: RequestOptions) => unknown;
  }[] = [
    { title: 'the default header', found: ({ header }) => header?.Authorization },
    {
      title: 'a header',
      attach: (options, { token }) => ({ ...options, header: { ...options.header, 'X-Token': token } }),
      found: ({ header }) => header?.['X-Token'],
    },
    {
      title: 'a cookie',
      attach: (options, { token }) => ({
        ...options,
        header: { ...options.header, Cookie: `${options.header?.Cookie ?? ''}; sid=${token}` },
      }),
      found: ({ header }) => header?.Cookie,
    },
    {
      title: 'the body',
      attach: (options, { token }) => ({ ...options, data: { ...(options.data as object), token } }),
      found: ({ data }) => (data as { token: string }).token,
    },
    {
      title: 'the query',
      attach: (options, { token }) => ({ ...options, url: `${options.url}?sid=${token}` }),
      found: ({ url }) => url,
    },
    {
      title: 'a header, written into its argument',
      attach: (options, { token }) => {
        options.header = options.header ?? {};
        options.header['X-Token'] = (options.header['X-Token'] ?? '') + token;
        return options;
      },
      found: ({ header }) => header?.['X-Token'],
    },
    {
      title: 'the body, written into its argument',
      attach: (options, { token }) => {
        const data = options.data as { token?: string };
        data.token = (data.token ?? '') + token;
        options.url += '?with=body';
        return options;
      },
      found: ({ data, url }) => `${(data as { token: string }).token} ${url}`,
    },
  ];
  for (const { title, attach, found } of PLACES) {
    for (const { title: order, around } of ORDERS) {
      test(
        `E8: is built anew from the new credential: ${title}; ${order}`,
        virtually(({ flush }) => {
          const seen: RequestOptions[] = [];
          const respond = (options: RequestOptions) => ({
            statusCode: seen.push(options) === 1 ? 401 : 200,
            data: 'ok',
            header: {},
          });
          const options = deepFreeze({
            url: '/orders',
            method: 'POST' as const,
            header: { Cookie: 'lang=zh', 'X-Shop': '7' },
            data: { id: 7, nested: { deep: true } },
          });
          const before = JSON.stringify(options);
          const world = createWorld({ stored: R, respond, config: { ...(attach && { attach }) } });
          const { log } = watch(around(world.session, sessionRequest(world.session, options)));
          flush();
          expect(log).toEqual(['200 ok', '|']);
          const [first, second] = seen.map(found).map(String);
          expect(first).toContain('R');
          expect(second).toBe(first.replace('R', 'A'));
          expect(seen[1]).toMatchObject({ method: 'POST', header: { 'X-Shop': '7' }, data: { id: 7 } });
          expect(JSON.stringify(options)).toBe(before);
        }),
      );
    }

    test(
      `E8: the caller's options are never changed: ${title}`,
      virtually(({ flush }) => {
        const options = {
          url: '/orders',
          header: { Cookie: 'lang=zh' },
          data: { id: 7 },
          loginOptions: { mode: 'common' as const },
        };
        const parts = [options.header, options.data, options.loginOptions];
        const before = JSON.stringify(options);
        const world = createWorld({ stored: R, config: { ...(attach && { attach }) } });
        requestWithLogin(world.session, options).subscribe();
        requestWithLogin(world.session, deepFreeze({ ...options })).subscribe();
        flush();
        expect(world.count('wx.request')).toBe(2);
        expect(JSON.stringify(options)).toBe(before);
        expect([options.header, options.data, options.loginOptions]).toEqual(parts);
      }),
    );
  }
});

describe('E10: renewal by refresh', () => {
  const ended = record('R', { expiresAt: -1 });
  const renewed = issued('N');
  const CALLS: readonly {
    readonly title: string;
    readonly call: (session: Session) => Observable<unknown>;
  }[] = [
    { title: 'a common login', call: (session) => session.login() },
    { title: 'a silent login', call: (session) => session.login({ mode: 'silent' }) },
    { title: 'a request', call: request },
    { title: 'a silent request', call: silentRequest },
  ];

  for (const { title, call } of CALLS) {
    for (const pace of PACES) {
      test(
        `E10: ${title} has an expired credential renewed first, without wx.login; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: ended, refresh: [renewed] });
          const states = watch(world.session.session$);
          const { log } = watch(call(world.session));
          flush();
          expect(log).toEqual([expect.stringMatching(/^(200 )?N$/), '|']);
          expect(world.calls.filter(({ name }) => /login|refresh/i.test(name))).toMatchObject([
            { name: 'refresh', detail: 'R' },
          ]);
          expect(states.log).toEqual(['expired R', 'silent', 'N']);
          expect(world.session.snapshot).toMatchObject({ origin: 'silent' });
          expect(world.storage.get('rx-weapp-session:shop')).toMatchObject({ credential: { token: 'N' } });
        }),
      );

      for (const [reply, refuse] of [
        ['a throw', rejectedBy(new Error('revoked'))],
        ['400', status(400)],
        ['401', status(401)],
        ['403', status(403)],
        ['login-rejected', rejectedBy(sessionError('login-rejected', 'revoked'))],
      ] as const) {
        test(
          `E10: ${title}: a definitive no (${reply}) goes on to the silent stage in the same flight; with ${pace.title}`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, stored: ended, refresh: [refuse] });
            const states = watch(world.session.session$);
            const { log } = watch(call(world.session));
            flush();
            expect(log).toEqual([expect.stringMatching(/^(200 )?A$/), '|']);
            expect([world.count('refresh'), world.count('wx.login')]).toEqual([1, 1]);
            expect(states.log).toEqual(['expired R', 'silent', 'A']);
            const types = world.events.map(({ type }) => type);
            expect(types).toEqual(['expired', 'login-start', 'login-success']);
          }),
        );
      }
    }
  }

  for (const { title, around } of ORDERS) {
    for (const pace of PACES) {
      test(
        `E10: what the backend refused is renewed too, once for all; ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: R, refresh: [renewed], respond: refusing('R') });
          const { session } = world;
          const logs = [1, 2, 3].map(() => watch(around(session, send(session))).log);
          flush();
          expect(logs).toEqual(Array(3).fill(['200 N', '|']));
          expect([world.count('refresh'), world.count('wx.login')]).toEqual([1, 0]);
        }),
      );
    }
  }

  const TRANSIENT = [
    ['network', offline],
    ['503', status(503)],
    ['429', status(429, { 'Retry-After': '1' })],
    ['WeChat busy', rejectedBy({ errcode: -1 })],
  ] as const;
  for (const [title, failure] of TRANSIENT) {
    for (const pace of PACES) {
      test(
        `E10: a transient failure is tried again, as an exchange's is: ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: ended, refresh: [failure, failure, renewed] });
          const { log } = watch(request(world.session));
          flush();
          expect(log).toEqual(['200 N', '|']);
          expect([world.count('refresh'), world.count('wx.login')]).toEqual([3, 0]);
          expect(eventsOf(world, 'retry')).toHaveLength(2);
        }),
      );

      test(
        `E10 F4: transient failures to the end leave it expired, and take no code: ${title}; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: ended, refresh: [failure] });
          const { log } = watch(request(world.session));
          flush();
          expect(log).toEqual(['!backend-unreachable']);
          expect([world.count('refresh'), world.count('wx.login')]).toEqual([3, 0]);
          expect(word(world.session.snapshot)).toBe('expired R !backend-unreachable');
          expect(eventsOf(world, 'login-failure')).toHaveLength(1);
        }),
      );
    }
  }

  test(
    'E10: the next request after transient failures renews again',
    virtually(({ flush }) => {
      const world = createWorld({ stored: ended, refresh: [offline, offline, offline, renewed] });
      watch(request(world.session));
      flush();
      const { log } = watch(request(world.session));
      flush();
      expect(log).toEqual(['200 N', '|']);
    }),
  );

  for (const pace of PACES) {
    test(
      `E10: its reply may ask for the user: a common caller goes on, with its ticket; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: ended, refresh: [wanted('phoneNumber', 'ticket')] });
        const { seen } = user(world.session, phone);
        const { log } = watch(request(world.session));
        flush();
        expect(seen).toHaveLength(1);
        expect(log).toEqual(['200 A', '|']);
        expect(world.calls.find(({ name }) => name === 'login')).toMatchObject({
          detail: { ticket: 'ticket' },
        });
        expect(world.count('wx.login')).toBe(0);
      }),
    );

    test(
      `E10: its reply may ask for the user: a silent caller gets interaction-required; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: ended, refresh: [wanted('phoneNumber')] });
        const { seen } = user(world.session, phone);
        const { log } = watch(world.session.login({ mode: 'silent' }));
        flush();
        expect(seen).toEqual([]);
        expect(log).toEqual(['!interaction-required']);
        expect([world.count('refresh'), world.count('wx.login')]).toEqual([1, 0]);
      }),
    );

    test(
      `E10: its reply is read like silentLogin's: guest, afterLogin, and what cannot be read; with ${pace.title}`,
      virtually(({ flush }) => {
        const afterLogin = jest.fn(() => EMPTY);
        const guest = { tier: 1 };
        const good = createWorld({
          pace,
          stored: ended,
          refresh: [{ ...renewed, guest }],
          config: { afterLogin },
        });
        const bad = createWorld({ pace, stored: ended, refresh: [{ credential: { token: '' } }] });
        const log = watch(good.session.login()).log;
        const failure = watch(bad.session.login()).log;
        flush();
        expect(log).toEqual(['N', '|']);
        expect(good.session.snapshot).toMatchObject({ status: 'authenticated', guest });
        expect(afterLogin).toHaveBeenCalledTimes(1);
        expect(failure).toEqual(['!backend-invalid']);
      }),
    );
  }

  for (const mode of ['force', 'forceSilent', 'forceAuth'] as const) {
    for (const pace of PACES) {
      test(
        `E10: mode ${mode} skips it; with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: ended, refresh: [renewed] });
          user(world.session, phone);
          const { log } = watch(world.session.login({ mode }));
          flush();
          expect(log).toEqual(['A', '|']);
          expect([world.count('refresh'), world.count('wx.login')]).toEqual([0, 1]);
        }),
      );
    }
  }

  for (const [title, script] of [
    ['usable', { stored: R }],
    ['missing', {}],
  ] as const) {
    test(
      `E10: a credential that is ${title} is not renewed`,
      virtually(({ flush }) => {
        const world = createWorld({ ...script, refresh: [renewed] });
        watch(request(world.session));
        flush();
        expect(world.count('refresh')).toBe(0);
      }),
    );
  }

  test(
    'E10: what was refused and then cleared is not renewed again',
    virtually(({ flush }) => {
      const no = rejectedBy(new Error('no'));
      const world = createWorld({ stored: ended, refresh: [no], silentLogin: [no, issued('A')] });
      watch(request(world.session));
      flush();
      expect(word(world.session.snapshot)).toBe('anonymous !login-rejected');
      const { log } = watch(request(world.session));
      flush();
      expect(log).toEqual(['200 A', '|']);
      expect(world.count('refresh')).toBe(1);
    }),
  );

  test(
    "E10 R5: WeChat's session_key is untouched: verify asks for it after a renewal",
    virtually(({ flush }) => {
      const world = createWorld({ stored: ended, refresh: [renewed] });
      watch(world.session.login());
      flush();
      watch(world.session.verify());
      flush();
      expect(world.count('wx.checkSession')).toBe(1);
    }),
  );

  test(
    'E10 E5: the time line: the end passes, the next request renews',
    virtually(({ expectObservable, flush }) => {
      const world = createWorld({ stored: record('R', { expiresAt: 100 }), refresh: [renewed] });
      expectObservable(
        timer(200).pipe(
          switchMap(() => request(world.session)),
          token,
        ),
      ).toBe('270ms (N|)');
      flush();
      expect(world.sent).toEqual(['N']);
    }),
  );
});

function rejectedBy(reason: unknown): Observable<never> {
  return throwError(() => reason);
}

test(
  'E2: what follows a retry that completes empty is no retry: its mode counts',
  virtually(({ flush }) => {
    const { session, count, sent } = createWorld({ stored: R, respond: refusing('R', 100) });
    const guarded = send(session).pipe(withLogin(session));
    let subscriptions = 0;
    const source = defer(() => (subscriptions++ ? EMPTY : guarded));
    const fresh = send(session).pipe(withLogin(session, { mode: 'force' }));
    concat(source.pipe(retryOnExpired(session)), fresh).subscribe();
    session.login({ mode: 'force' }).subscribe();
    flush();
    expect(count('wx.login')).toBe(2);
    expect(sent).toEqual(['R', 'B']);
  }),
);
