import {
  BehaviorSubject,
  concat,
  defer,
  EMPTY,
  firstValueFrom,
  from,
  interval,
  map,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  take,
  throwError,
  toArray,
} from 'rxjs';
import type { InteropObservable, ObservableInput } from 'rxjs';
import * as here from 'rx-weapp-session';
import type { Credential, LoginOptions, Session, SessionState } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { request, send } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { wired } from './support/wired';

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

const COPIES: readonly { readonly title: string; readonly operators: () => Operators }[] = [
  { title: 'the operators of the same copy', operators: () => here },
  { title: 'the operators entry of another copy', operators: () => elsewhere },
  { title: 'the main entry of another copy', operators: () => otherLibrary },
];

test('the copies are two', () => {
  expect(elsewhere.withLogin).not.toBe(here.withLogin);
  expect(otherLibrary.createSession).not.toBe(here.createSession);
});

for (const { title, operators } of COPIES) {
  describe(title, () => {
    for (const pace of PACES) {
      test(`E2 E3: log in, and again after an expiry, each order; with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, wx, resources, cold, expectCalls, expectRequests, expectObservable }) => {
            const { withLogin, silentOnly, retryOnExpired } = operators();
            resources({ A: cold('20ms x'), B: cold('20ms o') });
            const all = merge(
              send(session).pipe(withLogin(session), retryOnExpired(session)),
              send(session).pipe(retryOnExpired(session), withLogin(session)),
              send(session).pipe(silentOnly(session), retryOnExpired(session)),
              send(session).pipe(retryOnExpired(session), silentOnly(session)),
            );

            expectCalls(wx.login).inPace('x      79ms x');
            expectRequests().inPace('     60ms   (AAAA) 74ms (BBBB)');
            expectObservable(all).inPace('160ms                 (BBBB|)');
          },
          { pace },
        ));
    }

    test('E1: the outcome of a request that carried no credential passes untouched', () =>
      sessionMarbles(({ session, backend, resources, expectRequests, expectObservable }) => {
        const { silentOnly, retryOnExpired } = operators();
        backend.silentLogin('50ms p');
        resources({ n: '20ms x' });
        const attempt = send(session).pipe(silentOnly(session), retryOnExpired(session));

        expectRequests().toBe('         60ms n');
        expectObservable(attempt).toBe('80ms  (x|)');
      }));

    test('E2: a forced login counts as common on a retry', () =>
      sessionMarbles(({ session, storage, backend, resources, user, ...it }) => {
        const { withLogin, retryOnExpired } = operators();
        storage.holds('R');
        backend.login('50ms T');
        resources({ T: '20ms x' });
        user.grant('1s');
        const forced = send(session).pipe(withLogin(session, { mode: 'forceAuth' }));

        it.expectPrompts().toBe('                                        p 999ms .');
        it.expectRequests().toBe('                                       1060ms   T 79ms A');
        it.expectObservable(forced.pipe(retryOnExpired(session))).toBe('1160ms          (A|)');
      }));

    test('E7: what they see to be served counts as successful', () =>
      sessionMarbles(({ session, storage, resources, expectObservable }) => {
        const { withLogin, retryOnExpired } = operators();
        storage.holds('R');
        // each fresh credential is good for one request
        const issued = Array.from('ABCDEFGHIJ');
        const answers = issued.map((letter) => [letter, ['20ms o', '20ms x']] as const);
        resources({ R: '20ms x', ...Object.fromEntries(answers) });
        const attempt = send(session).pipe(withLogin(session), retryOnExpired(session));

        issued.forEach((letter, second) => {
          expectObservable(attempt, `${second}s ^`).toBe(`${second * 1000 + 100}ms (${letter}|)`);
        });
      }));

    test('E9: never replay for another user', () =>
      sessionMarbles(
        ({ session, storage, resources, expectRequests, expectObservable }) => {
          const { withLogin, retryOnExpired } = operators();
          storage.holds('R');
          resources({ R: '20ms x' });
          const attempt = send(session).pipe(withLogin(session), retryOnExpired(session));

          expectRequests().toBe('        R');
          expectObservable(attempt).toBe('80ms #', {}, 'user-changed');
        },
        { credentials: { R: { userId: 'ann' }, A: { userId: 'bob' } } },
      ));

    test('E9: never replay after a logout', () =>
      sessionMarbles(({ session, storage, resources, app, at, expectRequests, expectObservable }) => {
        const { withLogin, retryOnExpired } = operators();
        storage.holds('R');
        resources({ R: '20ms x' });
        const attempt = send(session).pipe(withLogin(session), retryOnExpired(session));
        at('10ms', app.logout);

        expectRequests().toBe('        R');
        expectObservable(attempt).toBe('20ms #', {}, 'logged-out');
      }));

    test('R4: whileAuthenticated follows a session of the first copy', () =>
      sessionMarbles(({ session, storage, app, at, subscribe, expectObservable }) => {
        const { whileAuthenticated } = operators();
        storage.holds('R');
        subscribe(session.login({ mode: 'force' }), '10ms ^');
        at('100ms', app.dispose);

        expectObservable(concat(of('o'), NEVER).pipe(whileAuthenticated(session))).toBe('o 69ms o 29ms |');
      }));

    test('F7: errors are known across copies', () => {
      const error = here.sessionError('logged-out', 'gone');
      const other = otherLibrary.sessionError('logged-out', 'gone');
      expect(otherLibrary.isSessionError(error)).toBe(true);
      expect(here.isSessionError(other, 'logged-out')).toBe(true);
      expect(here.isSessionError(other, 'disposed')).toBe(false);
    });
  });
}

describe('functions of two copies in one pipe', () => {
  for (const pace of PACES) {
    test(`E2: a request and a guard of one, a retry of the other, and the other way round; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, resources, expectRequests, expectObservable }) => {
          storage.holds('R');
          resources({ R: '20ms x', A: '20ms x' });
          const theirs = otherLibrary.sessionRequest(session, { url: '/orders' });
          const first = theirs.pipe(here.withLogin(session), elsewhere.retryOnExpired(session));
          const second = send(session).pipe(elsewhere.withLogin(session), here.retryOnExpired(session));

          expectRequests().inPace('               R 79ms A 979ms B');
          expectObservable(first).inPace('        100ms     #', {}, 'session-expired');
          expectObservable(second, '1s ^').inPace('1080ms          (B|)');
        },
        { pace },
      ));
  }

  for (const [title, guardOf, retryOf] of [
    ['one, a retry of the other', () => here, () => elsewhere],
    ['the other, a retry of this one', () => elsewhere, () => here],
  ] as const) {
    test(`E2: a guard of ${title}: the guard logs in, and asks the user`, () =>
      sessionMarbles(({ session, storage, backend, resources, user, expectPrompts, expectObservable }) => {
        storage.holds('R');
        backend.silentLogin('50ms p');
        resources({ R: '20ms x' });
        user.grant('1s');
        const guarded = send(session).pipe(guardOf().withLogin(session));

        expectPrompts().toBe('                                              80ms p 999ms .');
        expectObservable(guarded.pipe(retryOf().retryOnExpired(session))).toBe('1160ms (A|)');
      }));
  }
});

/** A session as an app's own test makes it up: the public members and nothing else. An outcome x is an expired one. */
function madeUp(...tokens: string[]) {
  const calls: string[] = [];
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
        current = usable ?? { token: tokens.shift() ?? '' };
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
    isExpired: (outcome: unknown) => outcome === 'x',
    verify: () => of(true),
    dispose: () => undefined,
  });
  return { session, calls };
}

describe('a session that a test made up', () => {
  /** Each subscription gets the next of these letters. */
  const outcomes = (letters: string) => {
    const left = Array.from(letters);
    return defer(() => of(left.shift()));
  };
  for (const { title, operators } of COPIES) {
    test(`E2: withLogin and retryOnExpired work on it; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session, calls } = madeUp('A', 'B');
      const attempt = outcomes('xf').pipe(withLogin(session), retryOnExpired(session));
      sessionMarbles(({ expectObservable }) => expectObservable(attempt).toBe('(f|)'));
      expect(calls).toEqual(['login common', 'invalidate A', 'login common']);
    });

    test(`E2: retryOnExpired works on it inside of withLogin; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session, calls } = madeUp('A', 'B');
      const attempt = outcomes('xf').pipe(retryOnExpired(session), withLogin(session));
      sessionMarbles(({ expectObservable }) => expectObservable(attempt).toBe('(f|)'));
      expect(calls).toEqual(['login common', 'invalidate A', 'login silent']);
    });

    test(`E2: used up; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session } = madeUp('A', 'B', 'C');
      const attempt = outcomes('xxxf').pipe(withLogin(session), retryOnExpired(session, { count: 2 }));
      sessionMarbles(({ expectObservable }) => expectObservable(attempt).toBe('#', {}, 'session-expired'));
    });

    test(`M4 E1: silentOnly works on it, anonymously where it must; ${title}`, () => {
      const { silentOnly, retryOnExpired } = operators();
      const { session, calls } = madeUp('A');
      const attempt = outcomes('xx').pipe(silentOnly(session), retryOnExpired(session));
      sessionMarbles(({ expectObservable }) => expectObservable(attempt).toBe('(x|)'));
      expect(calls).toEqual(['login silent', 'invalidate A', 'login silent']);
    });

    test(`F8: a re-login that fails is the outcome; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session } = madeUp('A');
      const attempt = outcomes('xf').pipe(withLogin(session), retryOnExpired(session));
      sessionMarbles(({ expectObservable }) =>
        expectObservable(attempt).toBe('#', {}, 'interaction-required'),
      );
    });

    test(`F8: where the retry logs in, it has the expiry as its cause; ${title}`, () => {
      const { withLogin, retryOnExpired } = operators();
      const { session } = madeUp('A');
      const attempt = outcomes('xf').pipe(retryOnExpired(session), withLogin(session));
      const error = { code: 'interaction-required', cause: { code: 'session-expired', cause: 'x' } };
      sessionMarbles(({ expectObservable }) => expectObservable(attempt).toBe('#', {}, error));
    });
  }
});

describe('sources of every kind', () => {
  const GUARDS: readonly {
    readonly title: string;
    readonly guard: <T>(session: Session) => (source: Observable<T>) => Observable<T>;
    /** How long it takes where nobody is logged in yet. */
    readonly wait: string;
  }[] = [
    { title: 'withLogin', guard: (session) => here.withLogin(session), wait: '60ms' },
    { title: 'silentOnly', guard: (session) => here.silentOnly(session), wait: '60ms' },
    { title: 'retryOnExpired', guard: (session) => here.retryOnExpired(session), wait: '' },
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
  const broken = throwError(() => 'broken');
  const KINDS: readonly {
    readonly title: string;
    readonly make: () => ObservableInput<string>;
    readonly marbles: string;
  }[] = [
    { title: 'of one value', make: () => of('x'), marbles: '(x|)' },
    { title: 'of many values', make: () => of('x', 'y', 'z'), marbles: '(xyz|)' },
    { title: 'of none', make: () => EMPTY, marbles: '|' },
    { title: 'of values and an error', make: () => concat(of('x'), broken), marbles: '(x#)' },
    { title: 'an array', make: () => ['x', 'y'], marbles: '(xy|)' },
    { title: 'an iterable', make: () => new Set(['x', 'y']), marbles: '(xy|)' },
    { title: "another library's", make: () => foreign, marbles: '(x|)' },
  ];

  for (const { title, guard, wait } of GUARDS) {
    for (const { title: kind, make, marbles } of KINDS) {
      test(`${title}: a source ${kind} passes as it is`, () =>
        sessionMarbles(({ session, expectObservable }) => {
          const guarded = from(make()).pipe(guard(session));
          expectObservable(guarded).toBe(`${wait} ${marbles}`, {}, 'broken');
        }));

      test(`${title}: a source ${kind} that comes without from passes as it is too`, () =>
        sessionMarbles(({ session, expectObservable }) => {
          const guarded = guard<string>(session)(make() as Observable<string>);
          expectObservable(guarded).toBe(`${wait} ${marbles}`, {}, 'broken');
        }));
    }

    test(`${title}: a promise`, async () => {
      const reply = () => of({ credential: { token: 'A' } });
      const session = here.createSession({
        source: 'shop',
        store: null,
        platform: here.weapp({
          login: ({ success }: { success(result: object): void }) => success({ code: 'a' }),
        }),
        backend: { silentLogin: reply, login: reply },
      });
      const guarded = from(Promise.resolve('x')).pipe(guard(session));
      expect(await firstValueFrom(guarded.pipe(toArray()))).toEqual(['x']);
      session.dispose();
    });

    test(`${title}: the time line of a long source`, () =>
      sessionMarbles(({ session, storage, cold, hot, expectObservable }) => {
        storage.holds('R');
        const { wire, onWire } = wired(cold('                     -a-b-c-|'));
        const two = hot('                                         -a-b-c-|').pipe(guard(session), take(2));

        expectObservable(onWire.pipe(guard(session))).toBe('      -a-b-c-|');
        expectObservable(wire).toBe('                             S------s');
        expectObservable(two).toBe('                              -a-(b|)');
      }));

    test(`${title}: unsubscribing and take(1) end the source, once`, () =>
      sessionMarbles(({ session, storage, cold, expectObservable }) => {
        storage.holds('R');
        const left = wired(cold('                                 -a-b-c-'));
        const taken = wired(cold('                                -a-b-c-'));

        expectObservable(left.onWire.pipe(guard(session)), '      ^---!').toBe('-a-b');
        expectObservable(left.wire).toBe('                        S---s');
        expectObservable(taken.onWire.pipe(guard(session), take(1))).toBe('-(a|)');
        expectObservable(taken.wire).toBe('                       Ss');
      }));

    test(`${title}: take(1) ends a source that emits synchronously and for ever`, () => {
      let emitted = 0;
      const endless = new Observable<number>((subscriber) => {
        while (!subscriber.closed && emitted < 1000) subscriber.next(++emitted);
      });
      sessionMarbles(({ session, storage, expectObservable }) => {
        storage.holds('R');
        expectObservable(endless.pipe(guard(session), take(1))).toBe('(1|)');
      });
      expect(emitted).toBe(1);
    });

    test(`${title}: is lazy, and each subscription is one of its own`, () =>
      sessionMarbles(({ session, storage, calls, expectObservable }) => {
        storage.holds('R');
        let subscriptions = 0;
        const source = new Observable<number>((subscriber) => subscriber.next(++subscriptions));
        const guarded = source.pipe(guard(session));
        expect([subscriptions, calls.length]).toEqual([0, 0]);

        expectObservable(guarded).toBe('1');
        expectObservable(guarded).toBe('2');
      }));
  }

  test('C1: who leaves while the login is in progress never has the source subscribed', () =>
    sessionMarbles(({ session, cold, expectObservable }) => {
      const { wire, onWire } = wired(cold('a|'));
      const guarded = onWire.pipe(here.withLogin(session), here.retryOnExpired(session));

      expectObservable(guarded, '^ 30ms !').toBe('');
      expectObservable(wire).toBe('');
    }));

  test('C1: who leaves during a re-login is not subscribed again', () =>
    sessionMarbles(({ session, storage, resources, expectRequests, expectSession, expectObservable }) => {
      storage.holds('R');
      resources({ R: '20ms x' });
      const guarded = send(session).pipe(here.withLogin(session), here.retryOnExpired(session));
      const bare = send(session).pipe(here.retryOnExpired(session));

      expectObservable(merge(guarded, bare, request(session)), '^ 39ms !').toBe('');
      expectRequests().toBe('        (RRR)');
      expectSession(session).toBe('   R     19ms (rs) 56ms A');
    }));

  test('E2: what a long source told before it expired was told; it goes on under the new credential', () =>
    sessionMarbles(({ session, storage, cold, expectObservable }) => {
      storage.holds('R');
      const values = {
        x: { statusCode: 401 },
        a: { statusCode: 200, data: 'a' },
        b: { statusCode: 200, data: 'b' },
      };
      const rounds = [cold('   -a-x', values), cold('-b|', values)];
      const source = defer((): Observable<{ statusCode: number }> => rounds.shift() ?? EMPTY);
      const guarded = source.pipe(here.withLogin(session), here.retryOnExpired(session));

      // refused at 3 ms, logged in at 63 ms
      expectObservable(guarded).toBe('-a 62ms b|', values);
    }));

  test('E2: the former source is unsubscribed before it is subscribed again', () =>
    sessionMarbles(({ session, storage, hot, expectObservable }) => {
      storage.holds('R');
      const { wire, onWire } = wired(hot('          --x', { x: { statusCode: 401 } }));
      const guarded = onWire.pipe(here.withLogin(session), here.retryOnExpired(session));

      expectObservable(guarded, '                   ^             99ms !').toBe('');
      expectObservable(wire).toBe('                 S-s 59ms S 37ms   s');
    }));

  test('F7: a projection that throws behind an operator is its own error, and no expiry', () =>
    sessionMarbles(({ session, storage, expectSession, expectObservable }) => {
      storage.holds('R');
      const slip = { statusCode: 401 };
      const projected = send(session).pipe(
        here.withLogin(session),
        here.retryOnExpired(session),
        map(() => {
          throw slip as unknown as Error;
        }),
      );

      expectObservable(projected).toBe('20ms #', {}, (error: unknown) => error === slip);
      expectSession(session).toBe('     R');
    }));

  test('S1: a guarded request as the inner source of an operator of rxjs', () =>
    sessionMarbles(({ session, wx, expectCalls, expectObservable }) => {
      const polled = interval(37).pipe(
        take(3),
        mergeMap(() => request(session)),
      );

      expectCalls(wx.login).toBe('   37ms x');
      expectObservable(polled).toBe('117ms  (AA) 10ms (A|)');
    }));
});
