import { concat, EMPTY, identity, NEVER, of, tap, throwError, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { retryOnExpired, sessionError, whileAuthenticated } from 'rx-weapp-session';
import type { Session, SessionConfig, SessionErrorCode } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { request } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { closed } from './support/props';
import { theSame } from './support/the-same';

const rejected = throwError(() => closed);

describe('F5: afterLogin that fails', () => {
  const HOOKS: readonly {
    readonly title: string;
    readonly afterLogin: NonNullable<SessionConfig['afterLogin']>;
    readonly code: SessionErrorCode;
    /** When the login ends that it fails. */
    readonly end: string;
  }[] = [
    { title: 'errors', afterLogin: () => rejected, code: 'login-rejected', end: '60ms' },
    {
      title: 'emits and then errors',
      afterLogin: () => concat(of(1), rejected),
      code: 'login-rejected',
      end: '60ms',
    },
    {
      title: 'throws',
      afterLogin: () => {
        throw closed;
      },
      code: 'login-rejected',
      end: '60ms',
    },
    {
      title: 'errors with a SessionError',
      afterLogin: () => throwError(() => sessionError('auth-failed', 'no profile')),
      code: 'auth-failed',
      end: '60ms',
    },
    {
      title: 'is cut off from the network',
      afterLogin: (_, send) => send({ url: '/me' }),
      code: 'backend-unreachable',
      end: '80ms',
    },
    { title: 'takes too long', afterLogin: () => NEVER, code: 'login-timeout', end: '15060ms' },
  ];
  for (const pace of PACES)
    for (const { title, afterLogin, code, end } of HOOKS)
      test(`F5: nobody sees authenticated, all waiters get the failure, nothing is stored: afterLogin ${title}, with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, storage, wx, backend, resources, cold, at, expectCalls, expectSession, ...it }) => {
            // Time for all to join.
            wx.login(cold('10ms a'));
            resources('20ms #');
            const error = theSame(code);

            it.expectObservable(session.login()).inPace(`${end} #`, {}, error);
            it.expectObservable(session.login()).inPace(`${end} #`, {}, error);
            it.expectObservable(request(session)).inPace(`${end} #`, {}, error);
            it.expectObservable(of('o').pipe(whileAuthenticated(session)), '^ 20s !').toBe('');
            expectSession(session).inOrder('nse', { e: `anonymous !${code}` });
            it.expectEvents().inOrder('sf');
            expectCalls(storage.write).times(0);
            expectCalls(backend.silentLogin).times(1);
            at('20s', () => expect(session.credential).toBeUndefined());
          },
          { pace, afterLogin },
        ));

  test('F5: while afterLogin runs nobody has the new credential, and the usable one from before goes on', () =>
    sessionMarbles(
      ({ session, storage, backend, at, expectCalls, expectSession, expectObservable }) => {
        storage.holds('A');
        backend.silentLogin('50ms B');
        at('300ms', () => expect(session.credential?.token).toBe('A'));

        expectSession(session).toBe('                         (As) 556ms B');
        expectObservable(session.login({ mode: 'force' })).toBe('560ms      (B|)');
        expectCalls(storage.write).toBe('                         560ms      B');
        at('1s', () => expect(session.credential?.token).toBe('B'));
      },
      { afterLogin: () => timer(500) },
    ));

  test('F5: afterLogin that fails leaves the usable credential from before', () =>
    sessionMarbles(
      ({ session, storage, backend, at, expectSession, expectObservable }) => {
        storage.holds('A');
        const before = storage.content();
        backend.silentLogin('50ms B');

        expectSession(session).toBe('(As) 56ms e', { e: 'A !login-rejected' });
        expectObservable(session.login({ mode: 'force' })).toBe('60ms #', {}, 'login-rejected');
        at('1s', () => expect(storage.content()).toEqual(before));
      },
      { afterLogin: () => rejected },
    ));

  for (const pace of PACES)
    test(`F5: what send brings back is a plain value: it expires nothing and is not retried; with ${PLATFORMS[pace]}`, () => {
      const seen: number[] = [];
      sessionMarbles(
        ({ session, wx, resources, expectCalls, expectSession, expectEvents, ...it }) => {
          resources('20ms x');

          it.expectObservable(session.login()).inPace('80ms (A|)');
          it.expectRequests().inPace('                 60ms A');
          expectSession(session).inPace('              (ns) 76ms A');
          expectCalls(wx.login).inPace('               x');
          expectEvents().inPace('                      s 79ms y');
        },
        {
          pace,
          afterLogin: (_, send) => {
            const answer = send({ url: '/me' });
            return answer.pipe(tap(({ statusCode }) => seen.push(statusCode)));
          },
        },
      );
      expect(seen).toEqual([401]);
    });

  test('F5: afterLogin has the whole flight to itself: the interactive stage too, but not a restored session', () => {
    const tokens: string[] = [];
    sessionMarbles(
      ({ session, storage, user, at, expectObservable }) => {
        storage.holds('R');
        user.grant('1s');

        expectObservable(session.login()).toBe('(R|)');
        at('500ms', () => expect(tokens).toEqual([]));
        expectObservable(session.login({ mode: 'forceAuth' }), '1s ^').toBe('2060ms (A|)');
      },
      {
        afterLogin: ({ token }) => {
          tokens.push(token);
          return EMPTY;
        },
      },
    );
    expect(tokens).toEqual(['A']);
  });

  for (const pace of PACES)
    test(`F5: a refused request of afterLogin is a plain value to retryOnExpired as well, ${pace}`, () => {
      const held: { session?: Session } = {};
      const statuses: number[] = [];
      sessionMarbles(
        ({ session, resources, expectObservable }) => {
          held.session = session;
          resources('20ms x');
          expectObservable(session.login()).inPace('80ms (A|)');
        },
        {
          pace,
          afterLogin: (_, sendNew) =>
            sendNew({ url: '/me' }).pipe(
              held.session ? retryOnExpired(held.session) : identity,
              tap(({ statusCode }) => statuses.push(statusCode)),
            ),
        },
      );
      expect(statuses).toEqual([401]);
    });
});

describe('F4 F5: afterLogin throwing is no refusal of the backend: what was expired stays so', () => {
  const afterLogin = (): Observable<never> => {
    throw new TypeError('a slip');
  };
  const letters = { e: 'expired R !login-rejected' };

  test('where time passes', () =>
    sessionMarbles(
      ({ session, storage, app, at, expectSession, expectObservable }) => {
        storage.holds('R');
        at('10ms', app.expire);

        expectSession(session).toBe('                  R 9ms r  9ms s 59ms e', letters);
        expectObservable(session.login(), '20ms ^').toBe('80ms         #', {}, 'login-rejected');
      },
      { afterLogin },
    ));

  test('where none does, at the beginning of time', () =>
    sessionMarbles(
      ({ session, storage, app, expectSession, expectObservable }) => {
        storage.holds('R');
        app.expire();

        expectObservable(session.login()).toBe('#', {}, 'login-rejected');
        expectSession(session).inOrder('rse', letters);
      },
      { afterLogin, pace: 'synchronous' },
    ));
});
