import {
  BehaviorSubject,
  concat,
  EMPTY,
  from,
  interval,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  tap,
  throwError,
} from 'rxjs';
import type { InteropObservable, ObservableInput } from 'rxjs';
import * as here from 'rx-weapp-session';
import type { Credential, HttpResponse, LoginOptions, Session, SessionState } from 'rx-weapp-session';
import {
  at,
  createWorld,
  later,
  PACES,
  record,
  synchronous,
  user,
  virtually,
  wanted,
  watch,
  word,
} from './support/world';
import type { World } from './support/world';

type Operators = Pick<typeof here, 'withLogin' | 'silentOnly' | 'retryOnExpired' | 'whileAuthenticated'>;

/** The operators of another copy of the library, with an rxjs of its own. */
let elsewhere: Operators;
let otherLibrary: typeof here;
beforeAll(() =>
  jest.isolateModulesAsync(async () => {
    elsewhere = await import('rx-weapp-session/operators');
    otherLibrary = await import('rx-weapp-session');
  }),
);

const R = record('R');
const COPIES: readonly { readonly title: string; readonly operators: () => Operators }[] = [
  { title: 'the operators of the same copy', operators: () => here },
  { title: 'the operators entry of another copy', operators: () => elsewhere },
  { title: 'the main entry of another copy', operators: () => otherLibrary },
];
const send = (session: Session) => here.sessionRequest(session, { url: '/orders' });
const refuse = (world: World, ...tokens: string[]) => tokens.forEach((token) => world.refused.add(token));

test('the copies are two', () => {
  expect(elsewhere.withLogin).not.toBe(here.withLogin);
  expect(otherLibrary.createSession).not.toBe(here.createSession);
});

for (const { title, operators } of COPIES) {
  describe(title, () => {
    for (const pace of PACES) {
      test(
        `E2 E3: log in, and again after an expiry, each order; with ${pace.title}`,
        virtually(({ flush }) => {
          const { withLogin, silentOnly, retryOnExpired } = operators();
          const world = createWorld({
            pace,
            respond: ({ header }) =>
              later(20, {
                statusCode: header?.Authorization === 'Bearer A' ? 401 : 200,
                data: header?.Authorization,
                header: {},
              }),
          });
          const { session } = world;
          const logs = [
            send(session).pipe(withLogin(session), retryOnExpired(session)),
            send(session).pipe(retryOnExpired(session), withLogin(session)),
            send(session).pipe(silentOnly(session), retryOnExpired(session)),
            send(session).pipe(retryOnExpired(session), silentOnly(session)),
          ].map((source) => watch(source).log);
          flush();
          expect(logs).toEqual(Array(4).fill(['200 Bearer B', '|']));
          expect(world.sent).toEqual(['A', 'A', 'A', 'A', 'B', 'B', 'B', 'B']);
          expect(world.count('wx.login')).toBe(2);
        }),
      );
    }

    test(
      'E1: the outcome of a request that carried no credential passes untouched',
      virtually(({ flush }) => {
        const { silentOnly, retryOnExpired } = operators();
        const world = createWorld({ silentLogin: [wanted('phoneNumber')] });
        const { session } = world;
        refuse(world, '-');
        const { log } = watch(send(session).pipe(silentOnly(session), retryOnExpired(session)));
        flush();
        expect(log).toEqual(['401', '|']);
        expect(world.sent).toEqual(['-']);
      }),
    );

    test(
      'E2: a forced login counts as common on a retry',
      virtually(({ flush }) => {
        const { withLogin, retryOnExpired } = operators();
        const world = createWorld({ stored: R, interactiveLogin: [{ credential: { token: 'T' } }] });
        const { session } = world;
        const { seen } = user(session, { code: 'phone-code', errMsg: 'getPhoneNumber:ok' });
        refuse(world, 'T');
        const { log } = watch(
          send(session).pipe(withLogin(session, { mode: 'forceAuth' }), retryOnExpired(session)),
        );
        flush();
        expect(log).toEqual(['200 A', '|']);
        expect(seen).toHaveLength(1);
      }),
    );

    test(
      'E7: what they see to be served counts as successful',
      virtually(({ flush }) => {
        const { withLogin, retryOnExpired } = operators();
        const world = createWorld({ stored: R });
        const { session } = world;
        const served: number[] = [];
        for (let second = 0; second < 10; second++) {
          at(second * 1000, () => {
            if (session.credential) refuse(world, session.credential.token);
            send(session)
              .pipe(withLogin(session), retryOnExpired(session))
              .subscribe(({ statusCode }) => served.push(statusCode));
          });
        }
        flush();
        expect(served).toEqual(Array(10).fill(200));
      }),
    );

    test(
      'E9: never replay for another user, or after a logout',
      virtually(({ flush }) => {
        const { withLogin, retryOnExpired } = operators();
        const world = createWorld({
          stored: record('R', { userId: 'ann' }),
          silentLogin: [{ credential: { token: 'A', userId: 'bob' } }],
        });
        const left = createWorld({ stored: R });
        refuse(world, 'R');
        refuse(left, 'R');
        const changed = watch(
          send(world.session).pipe(withLogin(world.session), retryOnExpired(world.session)),
        );
        const gone = watch(send(left.session).pipe(withLogin(left.session), retryOnExpired(left.session)));
        at(10, () => void left.session.logout());
        flush();
        expect([changed.log, gone.log]).toEqual([['!user-changed'], ['!logged-out']]);
      }),
    );

    test(
      'R4: whileAuthenticated follows a session of the first copy',
      virtually(({ flush }) => {
        const { whileAuthenticated } = operators();
        const { session } = createWorld({ stored: R });
        const { log } = watch(concat(of('open'), NEVER).pipe(whileAuthenticated(session)));
        at(10, () => session.login({ mode: 'force' }).subscribe());
        at(100, () => session.dispose());
        flush();
        expect(log).toEqual(['open', 'open', '|']);
      }),
    );

    test('errors are known across copies', () => {
      const error = here.sessionError('logged-out', 'gone');
      const other = otherLibrary.sessionError('logged-out', 'gone');
      expect([otherLibrary.isSessionError(error), here.isSessionError(other, 'logged-out')]).toEqual([
        true,
        true,
      ]);
      expect(here.isSessionError(other, 'disposed')).toBe(false);
    });
  });
}

describe('functions of two copies in one pipe', () => {
  for (const pace of PACES) {
    test(
      `a request and a guard of one, a retry of the other, and the other way round; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: R });
        const { session } = world;
        refuse(world, 'R', 'A');
        const request = (library: typeof here) => library.sessionRequest(session, { url: '/orders' });
        const first = watch(
          request(otherLibrary).pipe(here.withLogin(session), elsewhere.retryOnExpired(session)),
        );
        flush();
        expect(first.log).toEqual(['!session-expired']);
        const second = watch(request(here).pipe(elsewhere.withLogin(session), here.retryOnExpired(session)));
        flush();
        expect(second.log).toEqual(['200 B', '|']);
        expect(world.sent).toEqual(['R', 'A', 'B']);
      }),
    );
  }
});

/** A session as an app's own test makes it up: the public members and nothing else. */
function madeUp(...tokens: string[]) {
  const calls: string[] = [];
  const credential = (token: string): Credential => ({ token });
  let current: Credential | undefined;
  const state$ = new BehaviorSubject<SessionState>({ status: 'anonymous' });
  const session: Session = Object.freeze({
    source: 'made-up',
    session$: state$,
    get snapshot() {
      return state$.value;
    },
    get credential() {
      return current;
    },
    prompt$: of(null),
    event$: NEVER,
    login: ({ mode = 'common' }: LoginOptions = {}) =>
      new Observable<Credential>((subscriber) => {
        const usable = mode.startsWith('force') ? undefined : current;
        calls.push(usable ? 'usable' : `login ${mode}`);
        if (!usable && !tokens.length) {
          subscriber.error(here.sessionError('interaction-required', 'nobody there'));
          return;
        }
        current = usable ?? credential(tokens.shift() ?? '');
        subscriber.next(current);
        subscriber.complete();
      }),
    logout: () => of(undefined),
    invalidate: ({ token }: Credential) => {
      calls.push(`invalidate ${token}`);
      const hit = current?.token === token;
      if (hit) current = undefined;
      return hit;
    },
    isExpired: (outcome: unknown) => outcome === 'expired',
    verify: () => of(true),
    dispose: () => undefined,
  });
  return { session, calls };
}

describe('a session that a test made up', () => {
  const outcomes = (...list: readonly string[]) => {
    let index = 0;
    return new Observable<string>((subscriber) => {
      subscriber.next(list[index++]);
      subscriber.complete();
    });
  };
  for (const { title, operators } of COPIES) {
    test(`E2: withLogin and retryOnExpired work on it; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session, calls } = madeUp('A', 'B');
      const { log } = watch(outcomes('expired', 'fine').pipe(withLogin(session), retryOnExpired(session)));
      expect(log).toEqual(['fine', '|']);
      expect(calls).toEqual(['login common', 'invalidate A', 'login common']);
    });

    test(`E2: retryOnExpired works on it inside of withLogin; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session, calls } = madeUp('A', 'B');
      const { log } = watch(outcomes('expired', 'fine').pipe(retryOnExpired(session), withLogin(session)));
      expect(log).toEqual(['fine', '|']);
      expect(calls).toEqual(['login common', 'invalidate A', 'login silent']);
    });

    test(`E2: used up; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session } = madeUp('A', 'B', 'C');
      const source = outcomes('expired', 'expired', 'expired', 'fine');
      const { log } = watch(source.pipe(withLogin(session), retryOnExpired(session, { count: 2 })));
      expect(log).toEqual(['!session-expired']);
    });

    test(`M4 E1: silentOnly works on it, anonymously where it must; ${title}`, () => {
      const { silentOnly, retryOnExpired } = operators();
      const { session, calls } = madeUp('A');
      const source = outcomes('expired', 'expired').pipe(silentOnly(session), retryOnExpired(session));
      expect(watch(source).log).toEqual(['expired', '|']);
      expect(calls).toEqual(['login silent', 'invalidate A', 'login silent']);
    });

    test(`F8: a re-login that fails is the outcome, with the expiry as its cause; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session } = madeUp('A');
      let end: unknown;
      outcomes('expired', 'fine')
        .pipe(withLogin(session), retryOnExpired(session))
        .subscribe({ error: (error: unknown) => (end = error) });
      expect(end).toMatchObject({ code: 'interaction-required' });
    });
  }
});

describe('sources of every kind', () => {
  const GUARDS: readonly {
    readonly title: string;
    readonly guard: <T>(session: Session) => (source: Observable<T>) => Observable<T>;
  }[] = [
    { title: 'withLogin', guard: (session) => here.withLogin(session) },
    { title: 'silentOnly', guard: (session) => here.silentOnly(session) },
    { title: 'retryOnExpired', guard: (session) => here.retryOnExpired(session) },
  ];
  /** An Observable as another library makes it. */
  const foreign = {
    subscribe: (observer: { next(value: string): void; complete(): void }) => {
      observer.next('x');
      observer.complete();
      return { unsubscribe: () => undefined };
    },
    [Symbol.observable || '@@observable']: () => foreign,
  } as unknown as InteropObservable<string>;
  const KINDS: readonly {
    readonly title: string;
    readonly make: () => ObservableInput<string>;
    readonly log: readonly string[];
  }[] = [
    { title: 'of one value', make: () => of('x'), log: ['x', '|'] },
    { title: 'of many values', make: () => of('x', 'y', 'z'), log: ['x', 'y', 'z', '|'] },
    { title: 'of none', make: () => EMPTY, log: ['|'] },
    {
      title: 'of values and an error',
      make: () =>
        concat(
          of('x'),
          throwError(() => 'broken'),
        ),
      log: ['x', '!broken'],
    },
    { title: 'an array', make: () => ['x', 'y'], log: ['x', 'y', '|'] },
    { title: 'an iterable', make: () => new Set(['x', 'y']), log: ['x', 'y', '|'] },
    { title: "another library's", make: () => foreign, log: ['x', '|'] },
  ];

  for (const { title, guard } of GUARDS) {
    for (const { title: kind, make, log } of KINDS) {
      test(
        `${title}: a source ${kind} passes as it is`,
        virtually(({ flush }) => {
          const { session } = createWorld();
          const { log: seen } = watch(from(make()).pipe(guard(session)));
          flush();
          expect(seen).toEqual(log);
        }),
      );

      test(
        `${title}: a source ${kind} that comes without from passes as it is too`,
        virtually(({ flush }) => {
          const { session } = createWorld();
          const { log: seen } = watch(guard<string>(session)(make() as Observable<string>));
          flush();
          expect(seen).toEqual(log);
        }),
      );
    }

    test(`${title}: a promise`, async () => {
      const world = createWorld({ pace: synchronous });
      const values: string[] = [];
      await new Promise<void>((resolve) =>
        from(Promise.resolve('x'))
          .pipe(guard(world.session))
          .subscribe({ next: (value) => values.push(value), complete: resolve }),
      );
      expect(values).toEqual(['x']);
    });

    test(
      `${title}: the time line of a long source`,
      virtually(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const { session } = createWorld({ stored: R });
        const source = cold('  -a-b-c-|');
        const subscribed = '   ^------!';
        expectObservable(source.pipe(guard(session))).toBe('-a-b-c-|');
        expectSubscriptions(source.subscriptions).toBe(subscribed);
        expectObservable(hot(' -a-b-c-|').pipe(guard(session), take(2))).toBe('-a-(b|)');
      }),
    );

    test(
      `${title}: unsubscribing and take(1) end the source, once`,
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const { session } = createWorld({ stored: R });
        const [left, taken] = [cold('-a-b-c-'), cold('-a-b-c-')];
        expectObservable(left.pipe(guard(session)), '   ^---!').toBe('-a-b-');
        expectSubscriptions(left.subscriptions).toBe('      ^---!');
        expectObservable(taken.pipe(guard(session), take(1))).toBe('-(a|)');
        expectSubscriptions(taken.subscriptions).toBe('      ^!');
      }),
    );

    test(
      `${title}: take(1) ends a source that emits synchronously and for ever`,
      virtually(() => {
        const { session } = createWorld({ stored: R });
        let emitted = 0;
        const endless = new Observable<number>((subscriber) => {
          while (!subscriber.closed && emitted < 1000) subscriber.next(++emitted);
        });
        expect(watch(endless.pipe(guard(session), take(1))).log).toEqual(['1', '|']);
        expect(emitted).toBe(1);
      }),
    );

    test(
      `${title}: is lazy, and each subscription is one of its own`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: R });
        let subscriptions = 0;
        const source = new Observable<number>((subscriber) => subscriber.next(++subscriptions));
        const guarded = source.pipe(guard(world.session));
        expect([subscriptions, world.calls.length]).toEqual([0, 0]);
        const logs = [1, 2].map(() => watch(guarded).log);
        flush();
        expect(logs).toEqual([['1'], ['2']]);
      }),
    );
  }

  test(
    'C1: who leaves while the login is in progress never has the source subscribed',
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const { session } = createWorld();
      const source = cold('a|');
      expectObservable(source.pipe(here.withLogin(session), here.retryOnExpired(session)), '^ 30ms !').toBe(
        '',
      );
      expectSubscriptions(source.subscriptions).toBe([]);
    }),
  );

  test(
    'C1: who leaves during a re-login is not subscribed again',
    virtually(({ flush }) => {
      const world = createWorld({ stored: R });
      refuse(world, 'R');
      const { session } = world;
      const logs = [
        watch(send(session).pipe(here.withLogin(session), here.retryOnExpired(session))),
        watch(send(session).pipe(here.retryOnExpired(session))),
        watch(here.requestWithLogin(session, { url: '/orders' })),
      ];
      at(40, () => logs.forEach(({ stop }) => stop()));
      flush();
      expect(world.sent).toEqual(['R', 'R', 'R']);
      expect(logs.map(({ log }) => log)).toEqual([[], [], []]);
      expect(word(session.snapshot)).toBe('A');
    }),
  );

  test(
    'E2: what a long source told before it expired was told; it goes on under the new credential',
    virtually(({ cold, expectObservable }) => {
      const { session } = createWorld({ stored: R });
      const values = {
        x: { statusCode: 401 },
        a: { statusCode: 200, data: 'a' },
        b: { statusCode: 200, data: 'b' },
      };
      const rounds = [cold('-a-x', values), cold('-b|', values)];
      const source = new Observable<{ statusCode: number }>((subscriber) =>
        rounds.shift()?.subscribe(subscriber),
      );
      // refused at 3 ms, logged in at 63 ms
      expectObservable(source.pipe(here.withLogin(session), here.retryOnExpired(session))).toBe(
        '-a 62ms b|',
        values,
      );
    }),
  );

  test(
    'E2: the former source is unsubscribed before it is subscribed again',
    virtually(({ flush }) => {
      const { session } = createWorld({ stored: R });
      const log: string[] = [];
      const updates = new Subject<HttpResponse>();
      let round = 0;
      const source = new Observable<HttpResponse>((subscriber) => {
        const number = ++round;
        log.push(`subscribe ${number}`);
        updates.subscribe(subscriber);
        return () => log.push(`unsubscribe ${number}`);
      });
      const stop = watch(source.pipe(here.withLogin(session), here.retryOnExpired(session))).stop;
      updates.next({ statusCode: 401, data: '', header: {} });
      flush();
      expect(log).toEqual(['subscribe 1', 'unsubscribe 1', 'subscribe 2']);
      stop();
      expect(log).toEqual(['subscribe 1', 'unsubscribe 1', 'subscribe 2', 'unsubscribe 2']);
      expect(updates.observed).toBe(false);
    }),
  );

  test(
    'F7: a projection that throws behind an operator is its own error, and no expiry',
    virtually(({ flush }) => {
      const world = createWorld({ stored: R });
      const broken = { statusCode: 401 };
      const seen: unknown[] = [];
      send(world.session)
        .pipe(
          here.withLogin(world.session),
          here.retryOnExpired(world.session),
          map(() => {
            throw broken as unknown as Error;
          }),
        )
        .subscribe({ error: (error: unknown) => seen.push(error) });
      flush();
      expect(seen).toEqual([broken]);
      expect(word(world.session.snapshot)).toBe('R');
    }),
  );

  test(
    'a guarded request as the inner source of an operator of rxjs',
    virtually(({ flush }) => {
      const world = createWorld();
      const { session } = world;
      const one = here.requestWithLogin<string>(session, { url: '/orders' });
      const { log } = watch(
        interval(37).pipe(
          take(3),
          mergeMap(() => one),
          map(({ data }) => data),
          tap((data) => expect(data).toBe('A')),
        ),
      );
      flush();
      expect(log).toEqual(['A', 'A', 'A', '|']);
      expect(world.count('wx.login')).toBe(1);
    }),
  );
});
