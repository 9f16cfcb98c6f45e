import { defer, map, of, switchMap, tap, throwError, timer } from 'rxjs';
import { retryOnExpired, sessionError, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { HttpResponse, Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { GUARDS, ORDERS, OUTCOMES, send, silentRequest } from './support/guarded';
import type { Operator, Response } from './support/guarded';
import { PLATFORMS } from './support/platforms';

/** Keeps the outcomes of a source; `isFirst` tells whether something is the very first of them. */
function spy() {
  const seen: unknown[] = [];
  const see = (outcome: unknown) => void seen.push(outcome);
  const isFirst = (outcome: unknown) => outcome === seen[0];
  return { spied: tap<HttpResponse>({ next: see, error: see }), isFirst };
}

describe('E1: what a guard does with an outcome', () => {
  for (const { title, guard } of GUARDS) {
    for (const outcome of OUTCOMES) {
      for (const pace of PACES) {
        test(`E1: ${title} turns ${outcome.title} that says "expired" into session-expired, its cause the outcome; with ${PLATFORMS[pace]}`, () =>
          sessionMarbles(
            ({ session, storage, resources, wx, expectObservable, expectSession, expectCalls }) => {
              storage.holds('R');
              resources({ R: '20ms x' });
              const { spied, isFirst } = spy();
              const guarded = outcome.source(session).pipe(spied, guard(session));

              expectObservable(guarded).inPace(' 20ms #', {}, { code: 'session-expired', cause: isFirst });
              expectSession(session).inPace('R 19ms r');
              expectCalls(wx.login).times(0);
            },
            { pace },
          ));
      }

      test(`E1: ${title} invalidates the credential that its request was subscribed under, for all; ${outcome.title}`, () =>
        sessionMarbles(({ session, storage, resources, at, ...it }) => {
          storage.holds('R');
          resources({ R: '20ms x' });
          const refused = { code: 'session-expired', cause: { statusCode: 401 } };

          it.expectObservable(outcome.source(session).pipe(guard(session))).toBe('20ms #', {}, refused);
          it.expectSession(session).toBe('R 19ms r');
          it.expectEvents().toBe('          20ms x');
          at('21ms', () => expect(session.credential).toBeUndefined());
          at('21ms', () => expect(storage.keys()).toEqual([]));
        }));

      test(`E1: ${title} invalidates that credential and no other: a newer one stays; ${outcome.title}`, () =>
        sessionMarbles(({ session, storage, resources, subscribe, ...it }) => {
          storage.holds('R');
          resources({ R: '500ms x' });
          const guarded = outcome.source(session).pipe(guard(session));
          subscribe(session.login({ mode: 'force' }), '100ms ^');

          it.expectSession(session).toBe('     R 99ms s 59ms A');
          it.expectEvents().toBe('             100ms s 59ms y');
          it.expectObservable(guarded).toBe('  500ms          #', {}, 'session-expired');
        }));
    }
  }

  test('E1: of a guarded source of the app that tells nothing of credentials, the one it was subscribed under counts', () =>
    sessionMarbles(({ session, storage, subscribe, expectSession, expectObservable }) => {
      storage.holds('R');
      const own = timer(500).pipe(
        map(() => ({ statusCode: 401 })),
        withLogin(session),
      );
      subscribe(session.login({ mode: 'force' }), '100ms ^');

      expectObservable(own).toBe('             500ms            #', {}, 'session-expired');
      expectObservable(own, '700ms ^').toBe('  1200ms                  #', {}, 'session-expired');
      expectSession(session).toBe('            R 99ms s 59ms A 1039ms a');
    }));

  test('E1: each value of a long source is an outcome', () =>
    sessionMarbles(({ session, storage, cold, expectSession, expectObservable }) => {
      storage.holds('R');
      const values = { a: { statusCode: 200 }, b: { statusCode: 500 }, x: { statusCode: 401 } };
      const source = cold('                                      -a-b-x-a|', values);

      expectObservable(source.pipe(withLogin(session))).toBe('   -a-b-#', values, 'session-expired');
      expectSession(session).toBe('                              R----r');
    }));

  /** Attempts that carry no credential: where there is none to have, and to an origin that is not trusted. */
  const UNTOUCHED: readonly {
    readonly title: string;
    readonly stored?: string;
    readonly url?: string;
    readonly operators: (session: Session) => Operator;
    readonly states: string;
    readonly sent: string;
    readonly outcome: string;
  }[] = [
    ...[
      {
        title: 'silentOnly',
        operators: (session: Session) => silentOnly<HttpResponse>(session),
      },
      {
        title: 'silentOnly, retry outside',
        operators: (session: Session) => (source: Response) =>
          source.pipe(silentOnly(session), retryOnExpired(session)),
      },
      {
        title: 'retry inside, silentOnly outside',
        operators: (session: Session) => (source: Response) =>
          source.pipe(retryOnExpired(session), silentOnly(session)),
      },
    ].map((attempt) => ({ ...attempt, states: '(ns) 56ms n', sent: '60ms n', outcome: '80ms (x|)' })),
    {
      title: 'retryOnExpired',
      operators: (session: Session) => retryOnExpired(session),
      ...{ states: 'n', sent: 'n', outcome: '20ms (x|)' },
    },
    ...ORDERS.map(({ title, around }) => ({
      title: `${title}, to an untrusted origin`,
      stored: 'R',
      url: 'https://elsewhere.example.net/ads',
      operators: (session: Session) => (source: Response) => around(session, source),
      ...{ states: 'R', sent: 'n', outcome: '20ms (x|)' },
    })),
  ];
  for (const { title, stored, url = '/orders', operators, states, sent, outcome } of UNTOUCHED) {
    for (const pace of PACES) {
      test(`E1 R1: the outcome of an attempt that carried no credential passes untouched: ${title}; with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, storage, backend, resources, ...it }) => {
            if (stored) storage.holds(stored);
            backend.silentLogin('50ms p');
            resources('20ms x');
            const { spied, isFirst } = spy();
            const attempt = sessionRequest(session, { url }).pipe(spied, operators(session));

            it.expectSession(session).inPace(states);
            it.expectRequests().inPace(sent);
            it.expectObservable(attempt).inPace(outcome, { x: isFirst });
            it.expectEvents().inPace(states.includes('s') ? 's' : '');
          },
          { pace },
        ));
    }
  }

  test('E1: an anonymous attempt stays one, where somebody logs in while it is on the wire', () =>
    sessionMarbles(({ session, backend, resources, subscribe, ...it }) => {
      backend.silentLogin(['50ms #', '50ms #', '50ms #', '50ms A']);
      resources({ n: '500ms x' });
      subscribe(session.login(), '300ms ^');

      it.expectSession(session).toBe('                (ns) 176ms e 119ms s 59ms A', {
        e: 'anonymous !backend-unreachable',
      });
      it.expectRequests().toBe('                      180ms n');
      it.expectObservable(silentRequest(session)).toBe('680ms                        (x|)');
    }));

  for (const { title, around } of ORDERS) {
    test(`E1: a request that goes out later than its guard counts under the credential that it carried; ${title}`, () =>
      sessionMarbles(({ session, storage, resources, subscribe, ...it }) => {
        storage.holds('R');
        resources({ A: '20ms x' });
        const slow = timer(200).pipe(switchMap(() => send(session)));
        subscribe(session.login({ mode: 'force' }), '100ms ^');

        it.expectSession(session).toBe('              R 99ms s 59ms A 59ms  (as) 56ms B');
        it.expectEvents().toBe('                      100ms s 59ms y 59ms  (xs) 56ms y');
        it.expectRequests().toBe('                    200ms            A           279ms B');
        it.expectObservable(around(session, slow)).toBe('500ms (B|)');
      }));
  }

  test('E1: what a source of the app brings anonymously passes, though there was a session when it was asked for', () =>
    sessionMarbles(({ session, storage, backend, wx, app, at, subscribe, ...it }) => {
      storage.holds('R');
      backend.silentLogin('50ms #', { '#': new Error('no') });
      const own = defer(() => of({ statusCode: session.credential ? 200 : 401 }));
      subscribe(session.login({ mode: 'force' }));
      at('30ms', app.expire);

      it.expectCalls(wx.login).toBe(' x');
      it.expectSession(session).toBe('(Rs) 56ms e', { e: 'anonymous !login-rejected' });
      it.expectObservable(own.pipe(silentOnly(session), retryOnExpired(session))).toBe('60ms (x|)');
    }));

  for (const { title, around } of ORDERS) {
    test(`E1: a SessionError from inside passes untouched, and isExpired is not asked; ${title}`, () => {
      const isExpired = jest.fn(() => true);
      sessionMarbles(
        ({ session, storage, wx, expectObservable, expectSession, expectCalls }) => {
          storage.holds('R');
          const broken = sessionError('request-failed', 'no network', { statusCode: 401 });
          const attempt = around(
            session,
            throwError(() => broken),
          );

          expectObservable(attempt).toBe('#', {}, (error: unknown) => error === broken);
          expectSession(session).toBe('   R');
          expectCalls(wx.login).times(0);
        },
        { isExpired },
      );
      expect(isExpired).not.toHaveBeenCalled();
    });
  }
});

describe('E6: other failures', () => {
  for (const { title, around } of ORDERS) {
    for (const outcome of OUTCOMES) {
      const untouched = outcome.title === 'a value' ? '20ms (b|)' : '20ms #';

      for (const statusCode of [400, 403, 404, 500, 503]) {
        test(`E6: ${statusCode} as ${outcome.title} passes untouched, once; ${title}`, () =>
          sessionMarbles(({ session, storage, resources, ...it }) => {
            storage.holds('R');
            resources('20ms b', { b: { statusCode } });
            const { spied, isFirst } = spy();
            const attempt = around(session, outcome.source(session).pipe(spied));

            it.expectObservable(attempt).toBe(untouched, { b: isFirst }, isFirst);
            it.expectRequests().toBe('        R');
            it.expectSession(session).toBe('  R');
            it.expectEvents().toBe('');
          }));
      }

      test(`E6: an isExpired that throws counts as "not expired", with an event; ${outcome.title}; ${title}`, () => {
        const cause = new Error('no such field');
        // A guard that is outside of a retry asks for itself.
        const told = title.startsWith('retry inside') ? '(hh)' : 'h';
        const isExpired = () => {
          throw cause;
        };
        sessionMarbles(
          ({ session, storage, resources, ...it }) => {
            storage.holds('R');
            resources('20ms x');
            const attempt = around(session, outcome.source(session));

            it.expectObservable(attempt).toBe(untouched, { b: { statusCode: 401 } }, 'HTTP 401');
            it.expectRequests().toBe('        R');
            it.expectSession(session).toBe('  R');
            it.expectEvents().toBe(`     20ms ${told}`, { h: { type: 'hook-failure', error: { cause } } });
          },
          { isExpired },
        );
      });
    }

    for (const pace of PACES) {
      test(`E6: a failure of the network passes untouched, once; ${title}; with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, storage, resources, wx, ...it }) => {
            storage.holds('R');
            const cause = { errMsg: 'request:fail', errno: 600001 };
            resources('20ms #', { '#': cause });
            const attempt = around(session, send(session), { count: 3 });

            it.expectObservable(attempt).inPace('20ms #', {}, { code: 'request-failed', cause });
            it.expectRequests().inPace('        R');
            it.expectSession(session).inPace('  R');
            it.expectCalls(wx.login).times(0);
          },
          { pace },
        ));
    }

    test(`E6: config.isExpired decides, on values and on errors; ${title}`, () =>
      sessionMarbles(
        ({ session, storage, resources, at, ...it }) => {
          storage.holds('R');
          resources({ R: '20ms e' }, { e: { data: { errno: 1001 } } });

          it.expectRequests().toBe('                               R 79ms   A');
          it.expectObservable(around(session, send(session))).toBe('100ms   (A|)');
          at('1s', () => expect(session.isExpired({ statusCode: 401 })).toBe(false));
        },
        { isExpired: (outcome) => (outcome as HttpResponse<{ errno?: number }>).data?.errno === 1001 },
      ));
  }

  test('E6: by default 401 alone says "expired"', () =>
    sessionMarbles(({ session }) => {
      const others = [{ statusCode: 403 }, { data: 401 }, 401, '401', null, undefined];
      expect(session.isExpired({ statusCode: 401 })).toBe(true);
      expect(others.filter((outcome) => session.isExpired(outcome))).toEqual([]);
    }));
});
