import { EMPTY, throwError } from 'rxjs';
import { request, retryOnExpired, silentOnly, withLogin } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Scenario } from 'rx-weapp-session/marbles';
import { send, silentRequest } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { closed, recordOf } from './support/props';

const silently = (session: Session) => send(session).pipe(withLogin(session, { mode: 'silent' }));
const anyway = (session: Session) => send(session).pipe(silentOnly(session));

describe('M4: guards that show nothing', () => {
  const FAILURES: readonly {
    readonly code: string;
    readonly script: (scenario: Scenario) => void;
    readonly ms: number;
  }[] = [
    {
      code: 'interaction-required',
      script: ({ backend }) => backend.silentLogin.always('50ms p'),
      ms: 60,
    },
    {
      code: 'login-rejected',
      script: ({ backend }) => backend.silentLogin.always('50ms f', { f: failure({ statusCode: 403 }) }),
      ms: 60,
    },
    {
      code: 'backend-unreachable',
      script: ({ backend }) => backend.silentLogin.always('50ms #'),
      ms: 180,
    },
    { code: 'code-unavailable', script: ({ wx }) => wx.login.always('10ms #'), ms: 10 },
    { code: 'login-timeout', script: ({ backend }) => backend.silentLogin.always('-'), ms: 15010 },
    {
      code: 'backend-invalid',
      script: ({ backend }) => backend.silentLogin.always('50ms e', { e: {} }),
      ms: 60,
    },
  ];
  for (const { code, script, ms } of FAILURES)
    for (const pace of PACES)
      test(`M4: on ${code} withLogin fails in mode silent, silentOnly goes on anonymously, with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, user, expectPrompts, expectRequests, expectObservable } = scenario;
            script(scenario);
            user.grant('1s');

            expectObservable(silently(session)).inPace(`     ${ms}ms #`, {}, code);
            expectObservable(anyway(session)).inPace(`       ${ms + 20}ms (n|)`);
            expectObservable(silentRequest(session)).inPace(`${ms + 20}ms (n|)`);
            expectRequests().inPace(`                        ${ms}ms (nn)`);
            expectPrompts().toBe('');
          },
          { pace },
        ));

  test('M4: with a silent session both go out under it', () =>
    sessionMarbles(({ session, expectObservable }) => {
      expectObservable(silently(session)).toBe('     80ms (A|)');
      expectObservable(anyway(session)).toBe('       80ms (A|)');
      expectObservable(silentRequest(session)).toBe('80ms (A|)');
    }));

  for (const { title, guarded } of [
    {
      title: 'guard first, retry outside',
      guarded: (session: Session) => anyway(session).pipe(retryOnExpired(session)),
    },
    {
      title: 'retry inside, guard last',
      guarded: (session: Session) => send(session).pipe(retryOnExpired(session), silentOnly(session)),
    },
    { title: 'requestWithLogin', guarded: silentRequest },
  ])
    test(`M4 E2: on a retry too silentOnly goes anonymously: ${title}`, () =>
      sessionMarbles(({ session, storage, backend, resources, user, ...it }) => {
        storage.holds('Z');
        backend.silentLogin('50ms p');
        resources({ Z: '20ms x' });
        user.grant('1s');

        it.expectRequests().toBe('                   Z 79ms n');
        it.expectObservable(guarded(session)).toBe('100ms    (n|)');
        it.expectPrompts().toBe('');
      }));

  test("E1: what another session's retryOnExpired inside fails with passes it untouched", () =>
    sessionMarbles(({ session, otherSession, resources, expectRequests, expectObservable }) => {
      resources({ Z: '20ms x' });
      const club = otherSession({
        source: 'club',
        store: {
          read: () => ({ ...recordOf('Z'), source: 'club' }),
          write: () => undefined,
          remove: () => undefined,
        },
        backend: { silentLogin: () => throwError(() => closed), login: () => EMPTY },
      });
      const passed = send(club).pipe(retryOnExpired(club), silentOnly(session));

      expectRequests().toBe('          60ms Z');
      expectObservable(passed).toBe('  90ms        #', {}, 'login-rejected');
    }));

  test('E9 M4: a request is not replayed anonymously where somebody who heard of the failed login earlier logged out', () =>
    sessionMarbles(
      ({ session, storage, backend, resources, at, expectRequests, expectObservable }) => {
        storage.holds('Z');
        backend.silentLogin('50ms p');
        resources({ Z: '20ms x' });
        let logsIn = false;
        at(0, () =>
          session.session$.subscribe(({ status }) => {
            if (logsIn && status === 'expired') session.logout();
            logsIn = status === 'authenticating';
          }),
        );

        expectRequests().toBe('Z');
        expectObservable(silentRequest(session)).toBe('#', {}, 'logged-out');
      },
      // All of it happens inside the first call: elsewhere the request has gone out by then.
      { pace: 'synchronous' },
    ));

  test("M4 F8: while withLogin in mode silent fails there with the login's error", () =>
    sessionMarbles(({ session, storage, backend, resources, expectRequests, expectObservable }) => {
      storage.holds('Z');
      backend.silentLogin('50ms p');
      resources({ Z: '20ms x' });
      const attempt = silently(session).pipe(retryOnExpired(session));

      expectObservable(attempt).toBe('80ms #', {}, 'interaction-required');
      expectRequests().toBe('         Z');
    }));

  for (const { code, end } of [
    { code: 'logged-out', end: ({ app }: Scenario) => app.logout() },
    { code: 'disposed', end: ({ app }: Scenario) => app.dispose() },
  ])
    test(`M4 L1 C3: ${code} surfaces all the same`, () =>
      sessionMarbles((scenario) => {
        const { session, at, expectRequests, expectObservable } = scenario;
        at('30ms', () => end(scenario));

        for (const guarded of [silently, anyway, silentRequest]) {
          expectObservable(guarded(session)).toBe('30ms #', {}, code);
          if (code === 'disposed') expectObservable(guarded(session), '1s ^').toBe('1s #', {}, code);
        }
        expectRequests().toBe('');
      }));

  test('M4 C3: disposed surfaces on a retry too: a source of the app’s own is not subscribed again', () =>
    sessionMarbles(({ session, storage, platform, resources, app, at, ...it }) => {
      storage.holds('Z');
      resources('20ms x');
      // Not sessionRequest, which would refuse to go out by itself.
      const own = request({ url: 'https://api.example.com/orders' }, platform);
      at('50ms', app.dispose);

      it.expectObservable(own.pipe(silentOnly(session), retryOnExpired(session))).toBe(
        '50ms #',
        {},
        'disposed',
      );
      it.expectRequests().toBe('n');
    }));

  test('M4 E9: user-changed surfaces all the same', () =>
    sessionMarbles(
      ({ session, storage, resources, expectRequests, expectObservable }) => {
        storage.holds('Z');
        resources({ Z: '20ms x' });

        expectObservable(silentRequest(session)).toBe('80ms #', {}, 'user-changed');
        expectRequests().toBe('                        Z');
      },
      { credentials: { Z: { userId: 'li' }, A: { userId: 'wang' } } },
    ));
});
