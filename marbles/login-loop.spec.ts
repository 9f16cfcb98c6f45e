import {
  catchError,
  concat,
  defer,
  EMPTY,
  interval,
  map,
  merge,
  mergeMap,
  of,
  startWith,
  take,
  tap,
  timer,
} from 'rxjs';
import type { Observable } from 'rxjs';
import { retryOnExpired, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { Session, SessionError } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { GUARDED_ORDERS, ORDERS, request, send, silentRequest } from './support/guarded';
import { PLATFORMS } from './support/platforms';

/** R lies in storage, and the backend refuses it, as it does every fresh credential. */
function hostile(run: (scenario: Scenario) => void, config?: MarblesConfig): void {
  sessionMarbles((scenario) => {
    scenario.storage.holds('R');
    scenario.resources('20ms x');
    run(scenario);
  }, config);
}

/** Uses up what a half minute allows. */
const exhausting = (session: Session) =>
  send(session).pipe(withLogin(session), retryOnExpired(session, { count: 99 }));

/** The times of `wx.login` when it is used up at once: the fifth in a second has to wait (W3). */
const FIVE = '20ms x 79ms x 79ms x 79ms x 759ms x';

/** A caller that never gives up: it calls every half second, for two minutes. */
const insisting = (call: () => Observable<unknown>) =>
  interval(500).pipe(
    take(240),
    mergeMap(() => defer(call).pipe(catchError(() => EMPTY))),
  );

/** When flights start; written down while the scenario runs. */
function startsOf({ session, now }: Scenario): readonly number[] {
  const starts: number[] = [];
  session.event$.subscribe(({ type }) => {
    if (type === 'login-start') starts.push(now());
  });
  return starts;
}

/** The most flights in any half minute. */
const worst = (starts: readonly number[]) =>
  Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 30_000).length));

/** Endless credentials, from the first call on. */
function fresh() {
  let issued = 0;
  return defer(() => of({ credential: { token: `T${issued++}` } }));
}

const no = { '#': new Error('no') };

describe('E7: a backend that refuses every fresh credential', () => {
  const CALLERS: readonly {
    readonly title: string;
    readonly calls: (session: Session) => Observable<unknown>;
  }[] = [
    { title: 'requests', calls: request },
    { title: 'silent requests', calls: silentRequest },
    ...GUARDED_ORDERS.map(({ title, around }) => ({
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
    {
      title: 'a transport of the app’s own that says "loading" first',
      calls: (session) =>
        timer(20).pipe(
          map(() => ({ statusCode: 401 })),
          startWith('loading'),
          withLogin(session),
          retryOnExpired(session),
        ),
    },
    {
      title: 'requests, and something local that needs a login',
      calls: (session) => concat(of('a dialog').pipe(withLogin(session)), request(session)),
    },
  ];
  for (const { title, calls } of CALLERS) {
    for (const pace of PACES) {
      test(`E7: at most 5 flights in any half minute, whatever the callers do: ${title}; with ${PLATFORMS[pace]}`, () =>
        hostile(
          (scenario) => {
            const { session, at, subscribe } = scenario;
            const starts = startsOf(scenario);
            subscribe(insisting(() => calls(session)));

            at('3m', () => expect(worst(starts)).toBeLessThanOrEqual(5));
            // but it does go on: it may have been mended
            at('3m', () => expect(starts.length).toBeGreaterThanOrEqual(15));
          },
          { pace },
        ));
    }
  }

  const LETTERS = Array.from('ABCDEF');
  const LOGINS: readonly {
    readonly title: string;
    readonly script: (scenario: Scenario) => void;
  }[] = [
    {
      title: 'a refusal clears the session in between',
      script: ({ backend: { silentLogin } }) => {
        silentLogin(
          LETTERS.flatMap((letter) => ['50ms #', `50ms ${letter}`]),
          no,
        );
        silentLogin.always('50ms F');
      },
    },
    {
      title: 'every login is refused',
      script: ({ backend: { silentLogin } }) => silentLogin.always('50ms #', no),
    },
    {
      title: 'logins fail for a while',
      script: ({ backend: { silentLogin } }) => {
        silentLogin(LETTERS.flatMap((letter) => ['50ms #', '50ms #', '50ms #', `50ms ${letter}`]));
        silentLogin.always('50ms F');
      },
    },
    {
      title: 'the backend asks for the user',
      script: ({ backend: { silentLogin } }) => silentLogin.always('50ms p'),
    },
  ];
  for (const { title, script } of LOGINS) {
    for (const pace of PACES) {
      test(`E7: they count on where ${title}; with ${PLATFORMS[pace]}`, () =>
        hostile(
          (scenario) => {
            const { session, at, subscribe } = scenario;
            script(scenario);
            const starts = startsOf(scenario);
            subscribe(insisting(() => silentRequest(session)));

            at('3m', () => expect(worst(starts)).toBe(5));
          },
          { pace },
        ));
    }
  }

  for (const pace of PACES) {
    test(`E7: its requests end as E2, and held back a retried request ends with session-expired; with ${PLATFORMS[pace]}`, () =>
      hostile(
        ({ session, expectRequests, expectObservable }) => {
          const error = { code: 'session-expired', cause: { statusCode: 401, data: 'E' } };

          expectRequests().inPace('                     R 79ms A 79ms B 79ms C 79ms D 759ms E');
          expectObservable(exhausting(session)).inPace('1100ms #', {}, error);
        },
        { pace },
      ));

    test(`E7: held back, a caller gets login-loop at once; with ${PLATFORMS[pace]}`, () =>
      hostile(
        ({ session, calls, at, subscribe, expectObservable, expectEvents, expectSession }) => {
          subscribe(exhausting(session));
          at('2s', () => {
            const before = calls.length;
            const codes: unknown[] = [];
            const callers = [
              session.login(),
              session.login({ mode: 'silent' }),
              session.login({ mode: 'force' }),
              request(session),
            ];
            callers.forEach((call: Observable<unknown>) =>
              call.subscribe({ error: (error: unknown) => codes.push((error as SessionError).code) }),
            );
            expect(codes).toEqual(Array(4).fill('login-loop'));
            expect(calls).toHaveLength(before);
          });

          expectSession(session).inOrder('R rs A as B bs C cs D ds E e');
          expectEvents().inOrder('          xs y xs y xs y xs y xs y x llllll');
          expectObservable(session.login(), '3s ^').toBe('3s #', {}, 'login-loop');
        },
        { pace },
      ));
  }

  test('E7: a half minute after the first of them the next may start', () =>
    hostile(({ session, wx, subscribe, expectCalls, expectObservable }) => {
      const guarded = send(session).pipe(withLogin(session));
      subscribe(exhausting(session));

      expectCalls(wx.login).toBe(`                     ${FIVE} 29009ms x`);
      // the first was at 20 ms
      expectObservable(guarded, '30010ms ^').toBe('30010ms #', {}, 'login-loop');
      expectObservable(guarded, '30030ms ^').toBe('30110ms #', {}, 'session-expired');
    }));

  test('E7: a clock that is set back holds nobody back for longer', () =>
    hostile(({ session, wx, app, at, subscribe, expectCalls, expectObservable }) => {
      const guarded = send(session).pipe(withLogin(session));
      subscribe(exhausting(session));
      at('2s', () => app.jump(-3_600_000));

      expectCalls(wx.login).toBe(`               ${FIVE} 30979ms x`);
      expectObservable(guarded, '32s ^').toBe('  32080ms #', {}, 'session-expired');
    }));

  /** A request each second, and no login is held back: each credential is good for one answer with this status. */
  const eachSecond = (statusCode: number, requestOf: (session: Session) => Observable<unknown>) =>
    hostile((scenario) => {
      const { session, resources, expectObservable } = scenario;
      const starts = startsOf(scenario);
      const once = Array.from('RABCDEFGHIJK', (letter) => [letter, ['20ms b', '20ms x']] as const);
      resources(Object.fromEntries(once), { b: { statusCode } });
      const attempt = requestOf(session);

      expectObservable(attempt).toBe('20ms (b|)', { b: { statusCode } });
      for (let second = 1; second < 12; second++) {
        expectObservable(attempt, `${second}s ^`).toBe(`${second}100ms (b|)`, { b: { statusCode } });
      }
      scenario.at('1m', () => expect(starts).toHaveLength(11));
    });

  for (const [title, statusCode] of [
    ['served', 200],
    ['answered with 403', 403],
    ['answered with 500', 500],
  ] as const) {
    for (const { title: order, around } of ORDERS) {
      test(`E7: a request that is ${title} in between counts as successful; ${order}`, () =>
        eachSecond(statusCode, (session) => around(session, send(session))));
    }
  }

  test('E7: so does one whose response was copied before the guard', () =>
    eachSecond(200, (session) =>
      send(session).pipe(
        map(({ statusCode }) => ({ statusCode })),
        withLogin(session),
        retryOnExpired(session),
      ),
    ));

  test('E7: so does one of a transport of the app’s own, after a logout too', () =>
    hostile((scenario) => {
      const { session, app, at, subscribe } = scenario;
      const starts = startsOf(scenario);
      const served = new Set<unknown>();
      const own = defer(() => {
        const { credential } = session;
        const statusCode = served.has(credential) ? 401 : 200;
        served.add(credential);
        return timer(20).pipe(map(() => ({ statusCode })));
      });
      const each = own.pipe(withLogin(session), retryOnExpired(session));
      at(0, app.logout);
      subscribe(
        interval(1000).pipe(
          take(12),
          mergeMap(() => each),
        ),
      );

      at('1m', () => expect(starts).toHaveLength(12));
    }));

  test('E7: a success of an older credential is none of that credential', () =>
    hostile((scenario) => {
      const { session, resources, app, at, subscribe, expectObservable } = scenario;
      const starts = startsOf(scenario);
      resources('700ms x');
      resources({ R: Array.from({ length: 40 }, (_, index) => `${(index + 1) * 500}ms o`) });
      const forty = merge(...Array.from({ length: 40 }, () => request(session)));

      expectObservable(forty).toBe(`500ms R ${'499ms R '.repeat(38)} 499ms (R|)`);
      at(0, app.expire);
      subscribe(insisting(() => request(session)));
      at('3m', () => expect(worst(starts)).toBe(5));
    }));

  test('E7: an anonymous success is none either', () =>
    hostile((scenario) => {
      const { session, resources, at, subscribe } = scenario;
      const starts = startsOf(scenario);
      resources({ n: '20ms o' });
      const elsewhere = sessionRequest(session, { url: 'https://ads.example.net/' });
      subscribe(insisting(() => merge(silentRequest(session), elsewhere)));

      at('3m', () => expect(worst(starts)).toBe(5));
    }));

  test('E7: a logout lets logins start again, and the count too', () =>
    hostile(({ session, wx, app, at, subscribe, expectCalls, expectObservable }) => {
      subscribe(exhausting(session));
      at('3s', app.logout);
      subscribe(exhausting(session), '5s ^');

      expectCalls(wx.login).toBe(`                 ${FIVE} 1979ms x 1999ms ${FIVE}`);
      expectObservable(session.login(), '3s ^').toBe('3060ms (F|)');
    }));

  test("E7: a user's tap is not held back, and lets the count start again", () =>
    hostile(({ session, wx, user, subscribe, expectCalls, expectPrompts, expectObservable }) => {
      user.grant('1s');
      subscribe(exhausting(session));
      const tap = session.login({ mode: 'forceAuth' });
      subscribe(exhausting(session), '5s ^');

      expectPrompts().toBe('             3s p 999ms .');
      expectCalls(wx.login).toBe(` ${FIVE} 2979ms x 999ms ${FIVE}`);
      expectObservable(tap, '3s ^').toBe('4060ms (F|)');
    }));

  test('E7: what the backend refused while a prompt was open counts as its doing after the answer too', () =>
    hostile(({ session, wx, app, user, at, subscribe, expectCalls, expectObservable }) => {
      user.refuse('1s');
      at('500ms', app.expire);
      const tap = session.login({ mode: 'forceAuth' });
      subscribe(exhausting(session), '5s ^');

      expectCalls(wx.login).toBe('5s x 79ms x 79ms x 79ms x 759ms x');
      expectObservable(tap).toBe('1s #', {}, 'auth-denied');
    }));

  test('E7: a prompt that the user closes is no tap that lets the rest start again', () =>
    hostile(({ session, wx, user, subscribe, expectCalls, expectPrompts, expectObservable }) => {
      user.close('1s');
      subscribe(exhausting(session));
      const tap = session.login({ mode: 'forceAuth' });

      expectPrompts().toBe('             3s p 999ms .');
      expectCalls(wx.login).toBe(FIVE);
      expectObservable(tap, '3s ^').toBe('             4s #', {}, 'auth-cancelled');
      expectObservable(session.login(), '5s ^').toBe(' 5s #', {}, 'login-loop');
    }));

  test('E7: ten taps in ten seconds are ten flights', () =>
    hostile(({ session, user, expectObservable }) => {
      for (let tap = 0; tap < 10; tap++) user.grant('1s');
      const tapped = session
        .login({ mode: 'forceAuth' })
        .pipe(tap((credential) => session.invalidate(credential)));
      const ten = concat(...Array.from({ length: 10 }, () => tapped));

      expectObservable(ten).toBe(
        '1060ms A 1059ms B 1059ms C 1059ms D 1059ms E 1059ms F 1059ms G 1059ms H 1059ms I 1059ms (J|)',
      );
    }));

  for (const [title, stored] of [
    ['', undefined],
    [', after a refusal either', 'R'],
  ] as const) {
    test(`E7: expiry by the clock is not held back${title}`, () =>
      sessionMarbles(({ session, storage, wx, backend, app, at, now, expectCalls, expectObservable }) => {
        if (stored) storage.holds(stored);
        at(0, app.expire);
        backend.silentLogin.always(defer(() => of({ credential: { token: 'D', expiresAt: now() + 2000 } })));

        expectCalls(wx.login).toBe(`x ${'1199ms x '.repeat(19)}`);
        for (let from = 0; from < 20 * 1200; from += 1200) {
          expectObservable(session.login(), `${from}ms ^`).toBe(`${from + 10}ms (D|)`);
        }
      }));
  }

  for (const [title, life] of [
    ['ended on arrival', -1000],
    ['ended while the request was on the wire', 30],
  ] as const) {
    test(`E7: what the backend refused counts, though the credential had ${title} by the clock`, () =>
      hostile((scenario) => {
        const { session, backend, now, at, expectObservable } = scenario;
        const starts = startsOf(scenario);
        backend.silentLogin.always(defer(() => of({ credential: { token: 'D', expiresAt: now() + life } })));

        expectObservable(exhausting(session)).inOrder('#', {}, 'session-expired');
        at('3m', () => expect(worst(starts)).toBe(5));
      }));
  }

  test('E7 E10: renewals by refresh count as well', () =>
    hostile((scenario) => {
      const { session, wx, backend, at, subscribe } = scenario;
      const starts = startsOf(scenario);
      wx.login([]);
      backend.refresh.always(fresh());
      subscribe(insisting(() => request(session)));

      at('3m', () => expect(worst(starts)).toBe(5));
    }));

  test('E7 M4: a login that is held back leaves guards that show nothing to go on anonymously', () =>
    hostile(({ session, resources, subscribe, expectObservable }) => {
      resources({ F: '20ms x', n: '20ms o' });
      subscribe(exhausting(session));

      const anyway = send(session).pipe(silentOnly(session));
      expectObservable(session.login({ mode: 'silent' }), '2s ^').toBe('2s #', {}, 'login-loop');
      expectObservable(anyway, '2s ^').toBe('                   2020ms (n|)');
      expectObservable(silentRequest(session), '2s ^').toBe('          2020ms (n|)');
    }));

  test("E7 S5: another source's logins are not held back", () =>
    hostile(({ session, otherSession, storage, resources, wx, subscribe, expectCalls, ...it }) => {
      const club = otherSession({ source: 'club' });
      storage.holds('Q', 'club');
      resources({ F: '20ms o' });
      subscribe(exhausting(session));

      expectCalls(wx.login).toBe(`                     ${FIVE} 1999ms x`);
      it.expectObservable(session.login(), '2s ^').toBe('2s #', {}, 'login-loop');
      it.expectObservable(request(club), '3s ^').toBe('  3100ms (F|)');
    }));

  test('E7 M1: what the backend asked for is asked for though another refusal of the same credential comes late', () =>
    sessionMarbles(({ session, storage, backend, resources, user, at, expectObservable }) => {
      storage.holds('R');
      backend.silentLogin.always('50ms p');
      resources({ R: ['20ms x', '5500ms x'], n: '20ms o' });
      user.grant('1s');
      at('0ms', () => {
        silentRequest(session).subscribe();
        send(session)
          .pipe(
            retryOnExpired(session, { count: 0 }),
            catchError(() => EMPTY),
          )
          .subscribe();
      });
      [1, 2, 3, 4].forEach((second) => at(`${second}s`, () => void silentRequest(session).subscribe()));

      expectObservable(session.login(), '6s ^').toBe('7060ms (A|)');
    }));

  test('E7: what the backend asked for before it logged somebody in is not asked for again', () =>
    hostile(({ session, storage, backend, subscribe, expectObservable, expectPrompts }) => {
      storage.holds('R');
      backend.silentLogin(['50ms p', '50ms A', '50ms B', '50ms C', '50ms D']);
      subscribe(silentRequest(session).pipe(catchError(() => EMPTY)));
      subscribe(exhausting(session).pipe(catchError(() => EMPTY)), '1s ^');

      expectObservable(session.login(), '5s ^').toBe('5s #', {}, 'login-loop');
      expectPrompts().toBe('');
    }));

  test('E7: a success counts as one, where the end of its credential has passed by the clock meanwhile', () => {
    const tokens = Array.from('ABCDEFGHIJK');
    const past = { expiresAt: -1 };
    sessionMarbles(
      ({ session, storage, backend, resources, expectObservable }) => {
        storage.holds('R');
        backend.silentLogin(tokens.map((token) => `50ms ${token}`));
        // Every other one works, and the rest are refused.
        resources(
          Object.fromEntries(
            ['R', ...tokens].map((token, index) => [token, index % 2 ? '20ms o' : '20ms x']),
          ),
        );

        ['A', 'C', 'E', 'G', 'I', 'K'].forEach((token, index) => {
          const end = index ? 160 : 100;
          expectObservable(request(session), `${index * 2}s ^`).toBe(`${index * 2000 + end}ms (${token}|)`);
        });
      },
      { credentials: Object.fromEntries(tokens.map((token) => [token, past])) },
    );
  });

  test('E7 M1: where the backend has said what it needs of the user, a login that is held back asks for that', () =>
    sessionMarbles(
      ({ session, storage, wx, backend, resources, user, at, expectCalls, expectObservable }) => {
        storage.holds('R');
        backend.silentLogin.always('50ms p');
        resources({ R: '20ms x', n: '20ms o' });
        user.grant('1s');
        [0, 1, 2, 3, 4].forEach((second) => at(`${second}s`, () => void silentRequest(session).subscribe()));

        expectObservable(session.login({ mode: 'silent' }), '5s ^').toBe('5s #', {}, 'interaction-required');
        expectObservable(session.login(), '6s ^').toBe('7060ms (A|)');
        expectCalls(wx.login).toBe('20ms x 979ms x 999ms x 999ms x 999ms x 2999ms x');
      },
    ));
});

for (const pace of PACES) {
  test(`E7: held back, a retried request ends at once however many retries it has left, with ${PLATFORMS[pace]}`, () =>
    sessionMarbles(
      ({ session, storage, resources, expectEvents, expectObservable }) => {
        storage.holds('R');
        resources('20ms x');
        const endless = sessionRequest(session, { url: '/a' }).pipe(
          withLogin(session),
          retryOnExpired(session, { count: Infinity }),
        );

        expectEvents().inOrder('            xs y xs y xs y xs y xs y x l');
        expectObservable(endless).inPace('  1100ms #', {}, 'session-expired');
      },
      { pace },
    ));
}
