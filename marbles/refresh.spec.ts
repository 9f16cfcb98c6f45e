import { EMPTY, merge } from 'rxjs';
import { sessionError } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { ORDERS, request, send, silentRequest } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { over } from './support/props';

/** R lies in storage, and is past its end. */
function ended(run: (scenario: Scenario) => void, config?: MarblesConfig): void {
  const credentials = over('R');
  sessionMarbles(
    (scenario) => {
      scenario.storage.holds('R');
      run(scenario);
    },
    { ...config, credentials },
  );
}

const no = { '#': new Error('no') };

describe('E10: renewal by refresh', () => {
  const CALLS: readonly {
    readonly title: string;
    readonly call: (session: Session) => ReturnType<typeof send> | ReturnType<Session['login']>;
    /** When it is through: renewed, or logged in after a refusal. */
    readonly renewed: string;
    readonly loggedIn: string;
  }[] = [
    {
      title: 'a common login',
      call: (session) => session.login(),
      renewed: '50ms (N|)',
      loggedIn: '110ms (A|)',
    },
    {
      title: 'a silent login',
      call: (session) => session.login({ mode: 'silent' }),
      renewed: '50ms (N|)',
      loggedIn: '110ms (A|)',
    },
    { title: 'a request', call: request, renewed: '70ms (N|)', loggedIn: '130ms (A|)' },
    { title: 'a silent request', call: silentRequest, renewed: '70ms (N|)', loggedIn: '130ms (A|)' },
  ];

  for (const { title, call, renewed, loggedIn } of CALLS) {
    for (const pace of PACES) {
      test(`E10: ${title} has an expired credential renewed first, without wx.login; with ${PLATFORMS[pace]}`, () =>
        ended(
          ({ session, storage, wx, backend, ...it }) => {
            backend.refresh('50ms N');
            const { silentLogin, login, refresh } = backend;

            it.expectCalls(wx.login, silentLogin, login, refresh).inPace('R');
            it.expectSession(session).inPace('      (rs) 46ms N', {
              N: { origin: 'silent', credential: { token: 'N' } },
            });
            it.expectCalls(storage.write).inPace('  50ms      N');
            it.at('1s', () => expect(storage.content()).toMatchObject({ credential: { token: 'N' } }));
            it.expectObservable(call(session)).inPace(renewed);
          },
          { pace },
        ));

      for (const [refusal, reason] of [
        ['a throw', () => new Error('revoked')],
        ['400', () => ({ statusCode: 400 })],
        ['401', () => ({ statusCode: 401 })],
        ['403', () => ({ statusCode: 403 })],
        ['login-rejected', () => sessionError('login-rejected', 'revoked')],
      ] as const) {
        test(`E10: ${title}: a definitive no (${refusal}) goes on to the silent stage in the same flight; with ${PLATFORMS[pace]}`, () =>
          ended(
            ({ session, wx, backend, expectCalls, expectSession, expectEvents, expectObservable }) => {
              backend.refresh('50ms #', { '#': reason() });

              expectCalls(backend.refresh, wx.login).inPace('R 49ms x');
              expectSession(session).inPace('               (rs)   106ms A');
              expectEvents().inPace('                        (xs)   106ms y');
              expectObservable(call(session)).inPace(loggedIn);
            },
            { pace },
          ));
      }
    }
  }

  for (const { title, around } of ORDERS) {
    for (const pace of PACES) {
      test(`E10: what the backend refused is renewed too, once for all; ${title}; with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, storage, wx, backend, resources, cold, ...it }) => {
            storage.holds('R');
            wx.login([]);
            backend.refresh('50ms N');
            resources({ R: cold('20ms x'), N: cold('20ms o') });
            const three = Array.from({ length: 3 }, () => around(session, send(session)));

            it.expectCalls(backend.refresh).inPace('      20ms R');
            it.expectRequests().inPace('                  (RRR) 65ms (NNN)');
            it.expectObservable(merge(...three)).inPace(' 90ms       (NNN|)');
          },
          { pace },
        ));
    }
  }

  for (const [title, reason, pause] of [
    ['network', { errMsg: 'request:fail', errno: 600000 }, 0],
    ['503', { statusCode: 503 }, 0],
    ['429', { statusCode: 429, header: { 'Retry-After': '1' } }, 1000],
    ['WeChat busy', { errcode: -1 }, 0],
  ] as const) {
    for (const pace of PACES) {
      const tries = `R ${pause + 49}ms R ${pause + 49}ms R`;
      const end = 3 * 50 + 2 * pause;

      test(`E10: a transient failure is tried again, as an exchange's is: ${title}; with ${PLATFORMS[pace]}`, () =>
        ended(
          ({ session, wx, backend, expectCalls, expectEvents, expectRequests, expectObservable }) => {
            wx.login([]);
            backend.refresh(['50ms #', '50ms #', '50ms N'], { '#': reason });

            expectCalls(backend.refresh).inPace(tries);
            expectEvents().inOrder('x s r r y');
            expectRequests().inPace(`${end}ms N`);
            expectObservable(request(session)).inPace(`${end + 20}ms (N|)`);
          },
          { pace },
        ));

      test(`E10 F4: transient failures to the end leave it expired, and take no code: ${title}; with ${PLATFORMS[pace]}`, () =>
        ended(
          ({ session, wx, backend, expectCalls, expectEvents, expectSession, expectObservable }) => {
            wx.login([]);
            backend.refresh(['50ms #', '50ms #', '50ms #'], { '#': reason });

            expectCalls(backend.refresh).inPace(tries);
            expectEvents().inOrder('x s r r f');
            expectSession(session).inPace(`(rs) ${end - 4}ms e`, { e: 'expired R !backend-unreachable' });
            expectObservable(request(session)).inPace(`${end}ms #`, {}, 'backend-unreachable');
          },
          { pace },
        ));
    }
  }

  for (const errcode of [40029, 40163])
    test(`E10 F3: a refresh that fails with ${errcode} has no code to take anew: it goes on to the silent stage at once`, () =>
      ended(({ session, wx, backend, expectCalls, expectEvents, expectObservable }) => {
        backend.refresh('50ms #', { '#': { errcode } });

        expectCalls(backend.refresh, wx.login).toBe('R 49ms x');
        expectEvents().inOrder('x s y');
        expectObservable(session.login()).toBe('     110ms (A|)');
      }));

  test('E10: the next request after transient failures renews again', () =>
    ended(({ session, backend, expectCalls, expectObservable }) => {
      backend.refresh(['50ms #', '50ms #', '50ms #', '50ms N']);

      expectCalls(backend.refresh).toBe('               R 49ms R 49ms R 899ms R');
      expectObservable(request(session)).toBe('         150ms            #');
      expectObservable(request(session), '1s ^').toBe('1070ms                      (N|)');
    }));

  for (const pace of PACES) {
    test(`E10: its reply may ask for the user: a common caller goes on, with its ticket; with ${PLATFORMS[pace]}`, () =>
      ended(
        ({ session, wx, backend, user, expectPrompts, expectCalls, expectObservable }) => {
          const ticket = 'ticket';
          wx.login([]);
          backend.refresh('50ms p', { p: { authorize: { method: 'phoneNumber', ticket } } });
          user.grant('1s');

          expectPrompts().inPace('                    50ms p 999ms .');
          expectCalls(backend.login).inPace('         1050ms       t', { t: { ticket } });
          expectObservable(request(session)).inPace(' 1120ms       (A|)');
        },
        { pace },
      ));

    test(`E10: its reply may ask for the user: a silent caller gets interaction-required; with ${PLATFORMS[pace]}`, () =>
      ended(
        ({ session, wx, backend, user, expectPrompts, expectCalls, expectObservable }) => {
          wx.login([]);
          backend.refresh('50ms p');
          user.grant('1s');

          expectPrompts().inPace('');
          expectCalls(backend.refresh).inPace('R');
          expectObservable(session.login({ mode: 'silent' })).inPace('50ms #', {}, 'interaction-required');
        },
        { pace },
      ));

    test(`E10: its reply is read like silentLogin's: guest and afterLogin; with ${PLATFORMS[pace]}`, () => {
      const afterLogin = jest.fn(() => EMPTY);
      ended(
        ({ session, backend, expectSession, expectObservable }) => {
          const guest = { tier: 1 };
          backend.refresh('50ms N', { N: { credential: { token: 'N' }, guest } });

          expectSession(session).inPace('         (rs) 46ms N', { N: { status: 'authenticated', guest } });
          expectObservable(session.login()).inPace('50ms     (N|)');
        },
        { pace, afterLogin },
      );
      expect(afterLogin).toHaveBeenCalledTimes(1);
    });

    for (const [reply, marbles] of [
      ['that cannot be read', '50ms e'],
      ['that never comes, though it completes,', '50ms |'],
    ] as const)
      test(`E10: a reply ${reply} goes on to the silent stage, so that no restart meets it again; with ${PLATFORMS[pace]}`, () =>
        ended(
          ({ session, wx, backend, expectCalls, expectObservable }) => {
            backend.refresh(marbles, { e: { credential: { token: '' } } });

            expectCalls(wx.login).inPace('             50ms x');
            expectObservable(session.login()).inPace('110ms        (A|)');
          },
          { pace },
        ));
  }

  for (const [mode, end] of [
    ['force', '60ms (A|)'],
    ['forceSilent', '60ms (A|)'],
    ['forceAuth', '1060ms (A|)'],
  ] as const) {
    for (const pace of PACES) {
      test(`E10: mode ${mode} skips it; with ${PLATFORMS[pace]}`, () =>
        ended(
          ({ session, wx, backend, user, expectCalls, expectObservable }) => {
            backend.refresh([]);
            user.grant('1s');

            expectCalls(wx.login).times(1);
            expectObservable(session.login({ mode })).inPace(end);
          },
          { pace },
        ));
    }
  }

  for (const [title, stored, end] of [
    ['usable', 'R', '20ms (R|)'],
    ['missing', undefined, '80ms (A|)'],
  ] as const) {
    test(`E10: a credential that is ${title} is not renewed`, () =>
      sessionMarbles(({ session, storage, backend, expectObservable }) => {
        if (stored) storage.holds(stored);
        backend.refresh([]);
        expectObservable(request(session)).toBe(end);
      }));
  }

  test('E10: what was refused and then cleared is not renewed again', () =>
    ended(({ session, backend, expectCalls, expectSession, expectObservable }) => {
      backend.refresh('50ms #', no);
      backend.silentLogin(['50ms #', '50ms A'], no);

      expectCalls(backend.refresh).toBe('              R');
      expectSession(session).toBe('                    (rs) 106ms e 889ms s 59ms A', {
        e: 'anonymous !login-rejected',
      });
      expectObservable(request(session)).toBe('        110ms      #', {}, 'login-rejected');
      expectObservable(request(session), '1s ^').toBe('1080ms                    (A|)');
    }));

  test("E10 R5: WeChat's session_key is untouched: verify asks for it after a renewal", () =>
    ended(({ session, wx, backend, subscribe, expectCalls, expectObservable }) => {
      backend.refresh('50ms N');
      subscribe(session.login());

      expectCalls(wx.checkSession).toBe('              1s x');
      expectObservable(session.verify(), '1s ^').toBe('1200ms (t|)', { t: true });
    }));

  test('E10 E5: the time line: the end passes, the next request renews', () =>
    sessionMarbles(
      ({ session, storage, backend, expectSession, expectRequests, expectObservable }) => {
        storage.holds('R');
        backend.refresh('50ms N');

        expectSession(session).toBe('                       R 49ms r 149ms s 49ms N');
        expectRequests().toBe('                             250ms N');
        expectObservable(request(session), '200ms ^').toBe('270ms (N|)');
      },
      { credentials: { R: { expiresAt: 100 } } },
    ));

  test('E10 M2: a force caller that comes after a refused renewal joins the login by code that follows it', () =>
    sessionMarbles(
      ({ session, storage, wx, backend, expectCalls, expectObservable }) => {
        storage.holds('R');
        backend.refresh('50ms #', { '#': new Error('no') });
        backend.silentLogin('50ms A');

        expectObservable(session.login()).toBe('110ms (A|)');
        expectObservable(session.login({ mode: 'force' }), '70ms ^').toBe('110ms (A|)');
        expectCalls(wx.login).toBe('50ms x');
      },
      { credentials: { R: { expiresAt: -1 } } },
    ));
});
