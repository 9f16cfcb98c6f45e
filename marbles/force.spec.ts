import { isDeepStrictEqual } from 'node:util';
import { catchError } from 'rxjs';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { over } from './support/props';

describe('M2: force callers', () => {
  for (const first of ['common', 'silent', 'force', 'forceSilent'] as const)
    for (const mode of ['force', 'forceSilent'] as const)
      test(`M2: ${mode} joins a ${first} caller's silent stage`, () =>
        sessionMarbles(({ session, wx, expectCalls, expectObservable }) => {
          expectObservable(session.login({ mode: first })).toBe('  60ms (A|)');
          expectObservable(session.login({ mode })).toBe('         60ms (A|)');
          expectObservable(session.login({ mode }), '30ms ^').toBe('60ms (A|)');
          expectCalls(wx.login).toBe('                            x');
        }));

  test('M2: force joins the open interactive stage, forceSilent cannot', () =>
    sessionMarbles(({ session, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.grant('1s');

      expectPrompts().toBe('                                             60ms p 999ms .');
      expectObservable(session.login()).toBe('                               1120ms         (A|)');
      expectObservable(session.login({ mode: 'force' }), '500ms ^').toBe('    1120ms         (A|)');
      expectObservable(session.login({ mode: 'forceSilent' }), '500ms ^').toBe(
        '500ms #',
        {},
        'interaction-required',
      );
      expectCalls(backend.silentLogin).times(1);
    }));

  const REFRESHES = [
    { title: 'succeeds', refresh: '50ms R', common: '50ms (R|)', forced: '110ms (A|)', exchanges: 'a' },
    {
      title: 'is refused, so that a silent login follows',
      refresh: '50ms f',
      common: '110ms (A|)',
      forced: '170ms (B|)',
      exchanges: 'ab',
    },
    { title: 'fails', refresh: '50ms #', common: '150ms #', forced: '210ms (A|)', exchanges: 'a' },
  ];
  for (const { title, refresh, common, forced, exchanges } of REFRESHES)
    for (const pace of ['timed', 'microtask'] as const)
      test(`M2 E10: force callers wait for a refresh that ${title}, then share a flight of their own, with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, storage, backend, at, expectCalls, expectObservable }) => {
            storage.holds('Z');
            backend.refresh.always(refresh, { f: failure({ statusCode: 401 }) });

            expectObservable(session.login()).inPace(common, {}, 'backend-unreachable');
            expectObservable(session.login({ mode: 'force' })).inPace(forced);
            expectObservable(session.login({ mode: 'forceSilent' })).inPace(forced);
            expectCalls(backend.silentLogin).inOrder(exchanges);
            const fresh = exchanges === 'ab' ? 'B' : 'A';
            at('1s', () => expect(session.snapshot).toMatchObject({ credential: { token: fresh } }));
            expect.assertions(1);
          },
          { pace, credentials: over('Z') },
        ));
});

describe('M2: forceAuth', () => {
  const avatar = { mode: 'forceAuth', method: 'avatarNickname' } as const;
  const phone = { mode: 'forceAuth', method: 'phoneNumber' } as const;
  /** A backend that asks for something, and keeps a ticket. */
  const asking = (method: string) => ({ q: { authorize: { method, ticket: 't' } } });
  const authorization = { code: 'phone-code' };
  /** These fields, and no other. */
  const exactly = (wanted: object) => (value: unknown) => isDeepStrictEqual(value, wanted);

  test('M2: takes the ticket of the silent stage that it waited for, where the methods agree', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms q', asking('phoneNumber'));
      user.grant('1s');
      const request = { source: 'shop', method: 'phoneNumber', authorization, ticket: 't' };

      expectObservable(session.login({ mode: 'silent' })).toBe('60ms #');
      expectObservable(session.login(phone)).toBe('             1110ms         (A|)');
      expectPrompts().toBe('                                   60ms p 999ms .');
      expectCalls(wx.login).toBe('                             x');
      expectCalls(backend.login).toBe('                        1060ms         t', {
        t: exactly(request),
      });
    }));

  test('M2 E10: takes the ticket of a renewal that it waited for too', () =>
    sessionMarbles(
      ({ session, storage, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
        storage.holds('Z');
        wx.login([]);
        backend.refresh('50ms q', asking('phoneNumber'));
        user.grant('1s');
        const request = { source: 'shop', method: 'phoneNumber', authorization, ticket: 't' };

        expectObservable(session.login({ mode: 'silent' })).toBe('50ms #', {}, 'interaction-required');
        expectObservable(session.login(phone)).toBe('             1100ms         (A|)');
        expectPrompts().toBe('                                   50ms p 999ms .');
        expectCalls(backend.login).toBe('                        1050ms         t', {
          t: exactly(request),
        });
      },
      { credentials: over('Z') },
    ));

  test('M2: does not take the ticket of another method', () =>
    sessionMarbles(({ session, wx, backend, user, subscribe, expectCalls, expectPrompts }) => {
      backend.silentLogin('50ms q', asking('avatarNickname'));
      user.grant('1s');
      subscribe(session.login({ mode: 'silent' }));
      subscribe(session.login(phone));
      const request = { source: 'shop', method: 'phoneNumber', authorization, code: 'b' };

      expectPrompts().toBe('           60ms p 999ms .');
      expectCalls(wx.login).toBe('     x        1059ms     x');
      expectCalls(backend.login).toBe('1070ms         b', { b: exactly(request) });
    }));

  test('M2: takes no ticket of a silent stage that was over before it came', () =>
    sessionMarbles(({ session, backend, user, subscribe, expectCalls }) => {
      backend.silentLogin('50ms q', asking('phoneNumber'));
      user.grant('1s');
      subscribe(session.login({ mode: 'silent' }));
      subscribe(session.login({ mode: 'forceAuth' }), '5s ^');

      expectCalls(backend.login).toBe('6010ms b', { b: { code: 'b', ticket: undefined } });
    }));

  for (const { title, outcome, common, token } of [
    { title: 'succeeded', outcome: '50ms A', common: '60ms (A|)', token: 'B' },
    { title: 'failed', outcome: '50ms f', common: '60ms #', token: 'A' },
  ])
    test(`M2: opens its interactive stage only when the silent stage in progress has ${title}`, () =>
      sessionMarbles(({ session, backend, user, at, expectCalls, expectPrompts, expectObservable }) => {
        backend.silentLogin(outcome, { f: failure({ statusCode: 403 }) });
        user.grant('1s');

        expectObservable(session.login()).toBe(common, {}, 'login-rejected');
        expectObservable(session.login({ mode: 'forceAuth' })).toBe(`1120ms (${token}|)`);
        expectPrompts().toBe('60ms p 999ms .');
        expectCalls(backend.login).times(1);
        at('2s', () => expect(session.snapshot).toMatchObject({ origin: 'interactive' }));
        expect.assertions(1);
      }));

  test('M2 S1: forceAuth goes on waiting where a silent caller, told first that the user is needed, begins another silent stage', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin.always('50ms p');
      user.grant('1s');
      const silent = () => session.login({ mode: 'silent' });
      const again = silent().pipe(catchError(silent));

      expectObservable(again).toBe('                              120ms      #', {}, 'interaction-required');
      expectObservable(session.login({ mode: 'forceAuth' })).toBe('1180ms           (A|)');
      expectPrompts().toBe('                                      120ms      p 999ms .');
      expectCalls(wx.login).toBe('                                x 59ms x 1059ms x');
    }));

  test("M2: in an open interactive stage the first caller's tips and method count", () =>
    sessionMarbles(({ session, user, expectPrompts, expectObservable }) => {
      user.grant('1s');
      const titled = (title: string) => ({ tips: { title } });

      expectPrompts().toBe('n 999ms .', { n: { method: 'avatarNickname', tips: { title: 'first' } } });
      // wx.login after the answer, and the exchange
      const end = '1060ms    (A|)';
      expectObservable(session.login({ ...avatar, ...titled('first') })).toBe(end);
      expectObservable(session.login({ ...avatar, ...titled('second') }), '500ms ^').toBe(end);
      expectObservable(session.login(titled('third')), '500ms ^').toBe(end);
      expectObservable(session.login({ mode: 'force', ...titled('fourth') }), '500ms ^').toBe(end);
    }));

  for (const { title, answer, end, error, then } of [
    { title: 'is answered', answer: 'grant', end: '(A|)', error: '', then: 'B' },
    { title: 'is cancelled', answer: 'close', end: '#', error: 'auth-cancelled', then: 'A' },
    { title: 'is refused', answer: 'refuse', end: '#', error: 'auth-denied', then: 'A' },
  ] as const)
    for (const pace of PACES)
      test(`M2 P1: with another method it waits until the open one ${title}, then opens its own, with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, user, expectPrompts, expectObservable }) => {
            user[answer]('1s').grant('1s');
            // Code and exchange; the user takes a second on any pace.
            const work = pace === 'timed' ? 60 : 0;
            const first = 1000 + (answer === 'grant' ? work : 0);
            const second = first + 1000 + work;

            expectObservable(session.login(phone)).toBe(`${first}ms ${end}`, {}, error);
            expectObservable(session.login(avatar), '500ms ^').toBe(`${second}ms (${then}|)`);
            expectObservable(session.login(avatar), '500ms ^').toBe(`${second}ms (${then}|)`);
            expectPrompts().inOrder('p.n.');
          },
          { pace },
        ));

  test('M2 P1: without a method of its own it waits where the open one is not for defaultMethod', () =>
    sessionMarbles(({ session, user, expectPrompts, expectObservable }) => {
      user.grant('1s').grant('1s');

      expectPrompts().toBe('                                          n 999ms . 59ms p 999ms .');
      expectObservable(session.login(avatar)).toBe('                  1060ms (A|)');
      expectObservable(session.login({ mode: 'forceAuth' }), '500ms ^').toBe('2120ms         (B|)');
    }));

  test('M2 C2: with another method it opens its own when the open one is withdrawn', () =>
    sessionMarbles(({ session, user, subscribe, expectPrompts, expectObservable }) => {
      user.away().grant('1s');
      subscribe(session.login(phone), '^ 499ms !');

      expectPrompts().toBe('                 p 499ms (.n) 996ms .');
      expectObservable(session.login(avatar)).toBe('1560ms           (A|)');
    }));

  test('M2 P1: behind a silent stage that asks for another method, it waits for that prompt as well', () =>
    sessionMarbles(({ session, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms q', asking('phoneNumber'));
      user.grant('1s').grant('1s');

      expectPrompts().toBe('                 60ms p 999ms . 49ms n 999ms .');
      expectObservable(session.login()).toBe('       1110ms       (A|)');
      expectObservable(session.login(avatar)).toBe(' 2170ms                        (B|)');
      expectCalls(backend.login).toBe('      1060ms         t 1059ms       b', {
        t: { ticket: 't' },
        b: { code: 'b', ticket: undefined },
      });
    }));

  test('M2 L1: a logout ends it while it waits, and opens nothing', () =>
    sessionMarbles(({ session, user, app, at, expectPrompts, expectObservable }) => {
      user.away();
      at('500ms', app.logout);

      expectPrompts().toBe('                 p 499ms .');
      expectObservable(session.login(phone)).toBe(' 500ms #', {}, 'logged-out');
      expectObservable(session.login(avatar)).toBe('500ms #', {}, 'logged-out');
    }));
});

test('M2 S1: forceAuth goes on waiting where a force caller begins a silent stage as soon as a renewal ends', () =>
  sessionMarbles(({ session, storage, backend, user, app, at, expectSession, expectObservable }) => {
    storage.holds('R');
    backend.refresh('50ms A');
    backend.silentLogin('50ms B');
    backend.login('50ms C');
    user.grant('1s');
    at(0, app.expire);

    expectObservable(session.login()).toBe('                   50ms  (A|)');
    expectObservable(session.login({ mode: 'force' })).toBe('  110ms           (B|)');
    expectObservable(session.login({ mode: 'forceAuth' })).toBe(
      '                      1170ms                  (C|)',
    );
    expectSession(session).toBe('                       (Rrs) 45ms (As) 56ms (Bi) 1056ms C');
  }));

test('M2 S1: forceAuth goes on waiting where somebody who is told of a failed login begins another', () =>
  sessionMarbles(({ session, wx, user, expectSession, expectObservable }) => {
    wx.login(['10ms #', '10ms a', '10ms b']);
    user.grant('1s');
    const again = session.login().pipe(catchError(() => session.login()));

    expectObservable(again).toBe('       70ms             (A|)');
    expectObservable(session.login({ mode: 'forceAuth' })).toBe('1130ms                    (B|)');
    expectSession(session).toBe('(ns) 6ms (es) 56ms (Ai) 1056ms B', { e: 'anonymous !code-unavailable' });
  }));
