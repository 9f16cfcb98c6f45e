import { defer, map, merge, switchMap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import {
  request,
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  silentOnly,
  whileAuthenticated,
  withLogin,
} from 'rx-weapp-session';
import type { Platform, Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { send } from './support/guarded';
import { PLATFORMS } from './support/platforms';

// Guards and retries around one another: which of them a request belongs to, whatever is subscribed in the same tick.

const users = { Z: { userId: 'li' }, A: { userId: 'wang' } };

/** An app's own way to send: its responses do not say what they carried. */
const sendOwn = (session: Session, platform: Platform) =>
  defer(() => {
    const { credential } = session;
    const header: Record<string, string> = credential ? { Authorization: `Bearer ${credential.token}` } : {};
    return request<string>({ url: 'https://api.example.com/own', header }, platform);
  });

describe('E9: a guard behind one that goes on anonymously', () => {
  const CHAINS: readonly (readonly [title: string, requests: (session: Session) => Observable<unknown>])[] = [
    [
      'around the same request',
      (session) => send(session).pipe(withLogin(session), silentOnly(session), retryOnExpired(session)),
    ],
    [
      'of the request that follows',
      (session) =>
        sessionRequest(session, { url: '/settings' }).pipe(
          silentOnly(session),
          switchMap(() => send(session).pipe(withLogin(session))),
          retryOnExpired(session),
        ),
    ],
  ];
  for (const [title, requests] of CHAINS)
    test(`E9 M4: does not replay as the user whom its login brings: ${title}`, () =>
      sessionMarbles(
        ({ session, storage, backend, resources, user, ...it }) => {
          storage.holds('Z');
          backend.silentLogin.always('50ms p');
          resources.at('/settings', '20ms o');
          resources.at('/orders', { Z: '20ms x', A: '20ms o' });
          user.grant('1s');

          it.expectObservable(requests(session)).inOrder('#', {}, 'user-changed');
          it.expectRequests('/orders').inOrder('Z');
        },
        { credentials: users },
      ));

  for (const pace of PACES)
    test(`E9 F8: of two guards the inner one knows what for it logs in, too; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, backend, resources, user, expectObservable }) => {
          storage.holds('A');
          backend.silentLogin.always('50ms p');
          resources({ A: '20ms x' });
          user.refuse('1s');
          const orders = send(session).pipe(withLogin(session), silentOnly(session), retryOnExpired(session));

          expectObservable(orders).inOrder(
            '#',
            {},
            {
              code: 'auth-denied',
              cause: { code: 'session-expired', cause: { statusCode: 401 } },
            },
          );
        },
        { pace },
      ));
});

describe('E2: two retries', () => {
  test('E2: a guard between them logs in in its own mode', () =>
    sessionMarbles(({ session, storage, backend, resources, user, ...it }) => {
      storage.holds('Z');
      backend.silentLogin(['50ms A', '50ms p']);
      resources({ Z: '20ms x', A: '20ms x', B: '20ms o' });
      user.grant('1s');
      const orders = send(session).pipe(retryOnExpired(session), withLogin(session), retryOnExpired(session));

      it.expectRequests().inOrder('ZAB');
      it.expectObservable(orders).toBe('1240ms (B|)');
    }));

  test('E2 M4: silentOnly between them goes on anonymously', () =>
    sessionMarbles(({ session, storage, backend, resources, ...it }) => {
      storage.holds('Z');
      backend.silentLogin(['50ms A', '50ms p']);
      resources({ Z: '20ms x', A: '20ms x', n: '20ms o' });
      const orders = send(session).pipe(
        retryOnExpired(session),
        silentOnly(session),
        retryOnExpired(session),
      );

      it.expectRequests().inOrder('ZAn');
      it.expectObservable(orders).inOrder('(n|)');
    }));

  test('F8: the outer one’s expiry is the cause of a login that fails inside', () =>
    sessionMarbles(({ session, storage, backend, resources, expectObservable }) => {
      storage.holds('Z');
      backend.silentLogin(['50ms A', '50ms p']);
      resources({ Z: '20ms x', A: '20ms x' });
      const orders = send(session).pipe(
        withLogin(session, { mode: 'silent' }),
        retryOnExpired(session),
        retryOnExpired(session),
      );

      expectObservable(orders).inOrder(
        '#',
        {},
        {
          code: 'interaction-required',
          cause: { code: 'session-expired', cause: { statusCode: 401, data: 'A' } },
        },
      );
    }));

  test('E1: an anonymous outcome passes both, as whatever error the app makes of it', () =>
    sessionMarbles(({ session, storage, backend, resources, wx, ...it }) => {
      storage.holds('Z');
      backend.silentLogin.always('50ms p');
      resources('20ms x');
      const orders = requestWithLogin(session, { url: '/orders', loginOptions: { mode: 'silent' } }).pipe(
        map(({ statusCode }) => {
          throw Object.assign(new Error('refused'), { statusCode });
        }),
        retryOnExpired(session),
      );

      it.expectObservable(orders).toBe('100ms #', {}, { message: 'refused', statusCode: 401 });
      it.expectCalls(wx.login).times(1);
    }));
});

describe('E2: a retry beside a guard', () => {
  test('E2: sees the expiry of its own bare source, also where responses do not say what they carried', () =>
    sessionMarbles(({ session, storage, resources, platform, ...it }) => {
      storage.holds('Z');
      resources({ Z: '20ms x' });
      resources.at('/orders', '5ms o');
      const both = merge(
        sendOwn(session, platform).pipe(retryOnExpired(session)),
        send(session).pipe(withLogin(session)),
      ).pipe(retryOnExpired(session));

      it.expectObservable(both).toBe('5ms Z 94ms (A|)');
    }));
});

describe('E1: what silentOnly sends when its login failed', () => {
  test('E1 M3 R5: goes under the credential that is still usable, also where responses do not say so', () =>
    sessionMarbles(({ session, storage, backend, wx, resources, platform, ...it }) => {
      storage.holds('Z');
      wx.checkSession('200ms #');
      backend.silentLogin.always('50ms p');
      resources({ Z: '20ms x' });

      it.expectRequests().toBe('260ms Z');
      it.expectObservable(sendOwn(session, platform).pipe(silentOnly(session, { verify: true }))).toBe(
        '280ms #',
        {},
        'session-expired',
      );
    }));
});

describe('what begins while a guard logs in again', () => {
  for (const pace of PACES)
    test(`F1 F8: a request of one who hears of the login has no part in the expiry; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, backend, resources, subscribe, expectObservable }) => {
          storage.holds('Z');
          backend.silentLogin.always('50ms p');
          resources({ Z: '20ms x' });
          const causes: unknown[] = [];
          const report = send(session).pipe(withLogin(session, { mode: 'silent' }));
          session.event$.subscribe(({ type }) => {
            if (type === 'login-start')
              report.subscribe({ error: (error: unknown) => causes.push((error as Error).cause) });
          });
          subscribe(send(session).pipe(silentOnly(session), retryOnExpired(session)));

          expectObservable(
            timer(1000).pipe(map(() => causes.length + causes.filter(Boolean).length)),
          ).inOrder('(1|)', { 1: 1 });
        },
        { pace },
      ));

  test('E9 R4 S2: a poll that is subscribed again in that tick goes on as the new user', () =>
    sessionMarbles(
      ({ session, storage, resources, at, expectObservable, expectRequests }) => {
        storage.holds('Z');
        resources({ Z: '20ms x' });
        resources.at('/poll', '20ms o');
        const poll = timer(0, 1000).pipe(
          switchMap(() => sessionRequest(session, { url: '/poll' })),
          withLogin(session),
          whileAuthenticated(session),
        );
        at('1ms', () => requestWithLogin(session, { url: '/orders' }).subscribe({ error: () => undefined }));
        at('2500ms', () => session.dispose());

        expectObservable(poll).inOrder('ZAAA|');
        expectRequests('/orders').inOrder('Z');
      },
      { pace: 'synchronous', credentials: users },
    ));
});
