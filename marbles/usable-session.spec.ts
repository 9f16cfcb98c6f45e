import { merge } from 'rxjs';
import { requestWithLogin, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Scenario } from 'rx-weapp-session/marbles';
import { request, silentRequest } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { recordOf } from './support/props';
import { slowStore } from './support/slow-store';

const guarded = (session: Session) => [
  requestWithLogin(session, { url: '/1' }),
  requestWithLogin(session, { url: '/2', loginOptions: { mode: 'silent' } }),
  sessionRequest(session, { url: '/3' }).pipe(withLogin(session)),
  sessionRequest(session, { url: '/4' }).pipe(silentOnly(session)),
];

describe('S3: a usable session', () => {
  for (const pace of PACES)
    test(`S3: is used in the same tick, without wx.login, wx.checkSession or storage, with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, calls, at, expectRequests }) => {
          storage.holds('Z');
          at(0, () => {
            expect(session.credential?.token).toBe('Z');
            const before = calls.length;
            merge(...guarded(session)).subscribe();
            expect(calls.slice(before).map(({ name }) => name)).toEqual(Array(4).fill('request'));
          });

          expectRequests().toBe('(ZZZZ)');
        },
        { pace },
      ));

  test("S3: common and silent requests wait for a force caller's silent stage, and go out under the new credential", () =>
    sessionMarbles(({ session, storage, wx, subscribe, expectCalls, expectRequests, expectObservable }) => {
      storage.holds('Z');
      subscribe(session.login({ mode: 'force' }));

      expectObservable(request(session)).toBe('      80ms (A|)');
      expectObservable(silentRequest(session)).toBe('80ms (A|)');
      expectRequests().toBe('                         60ms (AA)');
      expectCalls(wx.login).times(1);
    }));

  const FAILURES: readonly {
    readonly title: string;
    readonly script: (scenario: Scenario) => void;
    readonly ms: number;
  }[] = [
    {
      title: 'is refused',
      script: ({ backend }) => backend.silentLogin('50ms f', { f: failure({ statusCode: 403 }) }),
      ms: 60,
    },
    {
      title: 'cannot reach the backend',
      script: ({ backend }) => backend.silentLogin.always('50ms #'),
      ms: 180, // three tries
    },
    { title: 'gets no code', script: ({ wx }) => wx.login.always('10ms #'), ms: 10 },
    { title: 'takes too long', script: ({ backend }) => backend.silentLogin('-'), ms: 15010 },
    { title: 'would need the user', script: ({ backend }) => backend.silentLogin('50ms p'), ms: 60 },
  ];
  for (const { title, script, ms } of FAILURES)
    test(`S3: a force caller's silent stage that ${title} leaves them the credential that is still usable`, () =>
      sessionMarbles((scenario) => {
        const { session, storage, user, expectPrompts, expectRequests, expectObservable } = scenario;
        storage.holds('Z');
        script(scenario);
        user.away();

        expectObservable(session.login({ mode: 'forceSilent' })).toBe(`${ms}ms #`);
        expectObservable(request(session)).toBe(`                  ${ms + 20}ms (Z|)`);
        expectObservable(silentRequest(session)).toBe(`            ${ms + 20}ms (Z|)`);
        expectRequests().toBe(`                                     ${ms}ms (ZZ)`);
        expectPrompts().toBe('');
      }));

  test("S3: who waited for a force caller's silent stage does not wait for its prompt", () =>
    sessionMarbles(({ session, storage, backend, user, expectPrompts, expectObservable }) => {
      storage.holds('Z');
      backend.silentLogin('50ms p');
      user.grant('1s');

      expectPrompts().toBe('                                   60ms p 999ms .');
      expectObservable(session.login({ mode: 'force' })).toBe('1120ms         (A|)');
      expectObservable(request(session)).toBe('                80ms (Z|)');
    }));

  test('S3: while a prompt is open over a usable session, requests use that at once, and the new one afterwards', () =>
    sessionMarbles(({ session, storage, user, subscribe, expectPrompts, expectRequests }) => {
      storage.holds('Z');
      user.grant('1s');
      subscribe(session.login({ mode: 'forceAuth' }));
      subscribe(request(session), '      500ms ^');
      subscribe(silentRequest(session), '500ms ^');
      subscribe(request(session), '         5s ^');

      expectPrompts().toBe(' p        999ms . ');
      expectRequests().toBe('500ms (ZZ) 4496ms A');
    }));

  test('S3 E5: a credential that ends while the prompt over it is open is not used any more', () =>
    sessionMarbles(
      ({ session, storage, backend, user, expectSession, expectPrompts, expectCalls, expectObservable }) => {
        storage.holds('Z');
        user.grant('21s');

        // Half of its 40 s are its leeway.
        expectSession(session).toBe('  (Zi) 21056ms   A');
        expectPrompts().toBe('         p 20999ms .');
        expectObservable(session.login({ mode: 'forceAuth' })).toBe('       21060ms (A|)');
        expectObservable(session.login({ mode: 'silent' }), '20s ^').toBe(
          '20s #',
          {},
          'interaction-required',
        );
        expectObservable(session.login(), '20s ^').toBe('                           21060ms (A|)');
        expectCalls(backend.silentLogin).times(0);
      },
      { credentials: { Z: { expiresAt: 40000 } } },
    ));
});

test('K1: a bare request waits for an asynchronous store, and carries what it held', () => {
  const store = slowStore(recordOf('R'), 300);
  sessionMarbles(
    ({ session, expectRequests, expectObservable }) => {
      expectRequests().toBe('                                             300ms R');
      expectObservable(sessionRequest(session, { url: '/a' })).toBe('  320ms (R|)');
    },
    { store },
  );
});
