import { concat, defer, EMPTY, forkJoin, map, switchMap, timer } from 'rxjs';
import { requestWithLogin, retryOnExpired, sessionRequest, withLogin } from 'rx-weapp-session';
import type { LoginMode, RequestOptions, Session, SessionConfig } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { deepFreeze } from '../test/support/deep-freeze';
import { ORDERS, OUTCOMES, send } from './support/guarded';
import type { Response } from './support/guarded';
import { PLATFORMS } from './support/platforms';

/** `session-expired`, caused by the refusal of this credential. */
const refused = (data: string) => ({ code: 'session-expired', cause: { statusCode: 401, data } });

describe('E2: the retry', () => {
  for (const { title, around } of ORDERS) {
    for (const outcome of OUTCOMES) {
      for (const pace of PACES) {
        test(`E2: subscribed again once, under the new credential: ${title}; ${outcome.title}; with ${PLATFORMS[pace]}`, () =>
          sessionMarbles(
            ({ session, storage, resources, wx, ...it }) => {
              storage.holds('R');
              resources({ R: '20ms x' });
              const attempt = around(session, outcome.source(session));

              it.expectObservable(attempt).inPace('100ms (A|)');
              it.expectRequests().inPace('   R 79ms A');
              it.expectCalls(wx.login).inPace('20ms x');
            },
            { pace },
          ));

        test(`E2: used up, the last outcome is session-expired: ${title}; ${outcome.title}; with ${PLATFORMS[pace]}`, () =>
          sessionMarbles(
            ({ session, storage, resources, ...it }) => {
              storage.holds('R');
              resources('20ms x');
              const attempt = around(session, outcome.source(session));
              const { code } = refused('A');

              it.expectRequests().inPace('        R    79ms       A');
              it.expectSession(session).inPace('  R 19ms (rs) 56ms A 19ms a');
              it.expectObservable(attempt).inPace(
                '100ms                   #',
                {},
                {
                  code,
                  cause: { statusCode: 401 },
                },
              );
            },
            { pace },
          ));
      }
    }

    for (const [count, end, requests] of [
      [0, ' 20ms #', 'R'],
      [NaN, ' 20ms #', 'R'],
      [1, '100ms #', 'R 79ms A'],
      [2, '180ms #', 'R 79ms A 79ms B'],
      [4, '340ms #', 'R 79ms A 79ms B 79ms C 79ms D'],
    ] as const) {
      test(`E2: with count ${count}, so many retries at most: ${title}`, () =>
        sessionMarbles(({ session, storage, resources, wx, ...it }) => {
          storage.holds('R');
          resources('20ms x');
          const attempt = around(session, send(session), { count });

          it.expectObservable(attempt).toBe(end, {}, refused('RABCD'[count || 0]));
          it.expectRequests().toBe(requests);
          it.expectCalls(wx.login).times(count || 0);
        }));
    }

    test(`E2: no more often than needed: ${title}`, () =>
      sessionMarbles(({ session, storage, resources, ...it }) => {
        storage.holds('R');
        resources({ R: '20ms x', A: '20ms x' });

        it.expectRequests().toBe('                                          R 79ms A 79ms B');
        it.expectObservable(around(session, send(session), { count: 9 })).toBe('180ms (B|)');
      }));

    test(`E2: each subscription has its own retries: ${title}`, () =>
      sessionMarbles(({ session, storage, resources, subscribe, ...it }) => {
        storage.holds('R');
        resources({ R: '20ms x', B: '20ms x' });
        const shared = around(session, send(session));
        subscribe(session.login({ mode: 'force' }), '1s ^');

        it.expectRequests().toBe('                R 79ms A 1919ms B 79ms C');
        it.expectObservable(shared).toBe('        100ms (A|)');
        it.expectObservable(shared, '2s ^').toBe('2100ms                 (C|)');
      }));
  }

  test('E2: the time line: guard first, retry outside', () =>
    sessionMarbles(({ session, storage, resources, expectSession, expectObservable }) => {
      storage.holds('R');
      resources({ R: '20ms x' });
      const guarded = send(session).pipe(withLogin(session), retryOnExpired(session));

      // 20 ms to be refused, 60 ms to log in, 20 ms to be served
      expectSession(session).toBe('    R 19ms (rs) 56ms A');
      expectObservable(guarded).toBe(' 100ms            (A|)');
    }));

  const MODES: readonly { readonly mode: LoginMode; readonly asks: boolean }[] = [
    { mode: 'common', asks: true },
    { mode: 'force', asks: true },
    { mode: 'silent', asks: false },
    { mode: 'forceSilent', asks: false },
  ];
  /** The end of a retry that was not allowed to ask. */
  const unasked = { code: 'interaction-required', cause: refused('R') };
  for (const { mode, asks } of MODES) {
    test(`E2 F8: a guard in mode ${mode} logs in in its own mode: the user ${asks ? 'is asked' : 'is not asked'}`, () =>
      sessionMarbles(({ session, storage, backend, resources, user, ...it }) => {
        const forced = mode.startsWith('force');
        if (!forced) storage.holds('R');
        backend.silentLogin(forced ? ['50ms R', '50ms p'] : '50ms p');
        resources({ R: '20ms x' });
        user.grant('1s');
        const attempt = send(session).pipe(withLogin(session, { mode }), retryOnExpired(session));

        // the first of a forced mode logs in too
        const [start, login] = forced ? ['60ms R', '60ms'] : ['R', ''];
        it.expectPrompts().toBe(asks ? `${login} 80ms p 999ms .` : '');
        it.expectRequests().toBe(asks ? `${start} 1139ms A` : start);
        if (asks) it.expectObservable(attempt).toBe(`${login} 1160ms (A|)`);
        else it.expectObservable(attempt).toBe(`${login} 80ms #`, {}, unasked);
      }));

    test(`E2 F8: above a bare source it logs in by its own mode ${mode}: the user ${asks ? 'is asked' : 'is not asked'}`, () =>
      sessionMarbles(({ session, storage, backend, resources, user, ...it }) => {
        storage.holds('R');
        backend.silentLogin('50ms p');
        resources({ R: '20ms x' });
        user.grant('1s');
        const attempt = send(session).pipe(retryOnExpired(session, { mode }));

        it.expectPrompts().toBe(asks ? ' 80ms p 999ms .' : '');
        it.expectRequests().toBe(asks ? 'R   1139ms      A' : 'R');
        if (asks) it.expectObservable(attempt).toBe('1160ms (A|)');
        else it.expectObservable(attempt).toBe('80ms #', {}, unasked);
      }));
  }

  test('E2 P6: a guard asks the user with its own tips on a retry too', () =>
    sessionMarbles(({ session, storage, backend, resources, user, ...it }) => {
      storage.holds('R');
      backend.silentLogin('50ms p');
      resources({ R: '20ms x' });
      user.grant('1s');
      const tips = { title: 'To see your orders' };
      const attempt = send(session).pipe(withLogin(session, { tips }), retryOnExpired(session));

      it.expectPrompts().toBe('           80ms p 999ms .', { p: { tips } });
      it.expectObservable(attempt).toBe(' 1160ms (A|)');
    }));

  test('E2: above a bare source the default is silent', () =>
    sessionMarbles(({ session, storage, backend, resources, user, ...it }) => {
      storage.holds('R');
      backend.silentLogin('50ms p');
      resources({ R: '20ms x' });
      user.grant('1s');

      it.expectPrompts().toBe('');
      it.expectObservable(send(session).pipe(retryOnExpired(session))).toBe('80ms #', {}, unasked);
    }));

  test("E2: above a bare source forceAuth goes to the user's tap at once", () =>
    sessionMarbles(({ session, storage, backend, resources, user, ...it }) => {
      storage.holds('R');
      backend.silentLogin([]);
      resources({ R: '20ms x' });
      user.grant('1s');
      const attempt = send(session).pipe(retryOnExpired(session, { mode: 'forceAuth' }));

      it.expectPrompts().toBe('           20ms p 999ms .');
      it.expectRequests().toBe('          R 1079ms         A');
      it.expectObservable(attempt).toBe(' 1100ms           (A|)');
    }));

  for (const mode of ['force', 'forceSilent', 'forceAuth'] as const) {
    const CHAINS: readonly { readonly title: string; readonly guarded: (session: Session) => Response }[] = [
      {
        title: 'right inside',
        guarded: (session) => send(session).pipe(withLogin(session, { mode })),
      },
      {
        title: 'that is the second of two',
        guarded: (session) => {
          const guarded = send(session).pipe(withLogin(session, { mode }));
          return forkJoin([guarded, guarded]).pipe(map(([, response]) => response));
        },
      },
    ];
    for (const { title, guarded } of CHAINS) {
      test(`E2 E4: a guard in mode ${mode} ${title} uses a newer credential on a retry`, () =>
        sessionMarbles(({ session, resources, wx, user, subscribe, ...it }) => {
          resources({ A: '500ms x' });
          user.grant('1s');
          const attempt = guarded(session).pipe(retryOnExpired(session));
          subscribe(session.login({ mode: 'force' }), '1300ms ^');

          // one wx.login of its own, and those that the app asks for
          if (mode === 'forceAuth') {
            it.expectPrompts().toBe('           p 999ms .');
            it.expectCalls(wx.login).toBe('     1s   x 299ms x');
            it.expectSession(session).toBe('    (ni) 1056ms A 239ms s 59ms B');
            it.expectObservable(attempt).toBe(' 1580ms                      (B|)');
          } else {
            subscribe(session.login({ mode: 'force' }), '200ms ^');
            it.expectPrompts().toBe('');
            it.expectCalls(wx.login).toBe('     x 199ms x 1099ms x');
            it.expectSession(session).toBe('    (ns) 56ms A 139ms s 59ms B 1039ms s 59ms C');
            it.expectObservable(attempt).toBe(' 580ms                      (B|)');
          }
        }));
    }
  }

  test('E2 E9: a guard that is subscribed a moment later than the source does not replay after a logout either', () =>
    sessionMarbles(({ session, storage, resources, wx, app, at, ...it }) => {
      storage.holds('R');
      resources({ R: '20ms x' });
      const guarded = timer(50).pipe(switchMap(() => send(session).pipe(withLogin(session))));
      const attempt = guarded.pipe(retryOnExpired(session));
      // refused at 70 ms; the guard would be subscribed again at 120 ms
      at('100ms', app.logout);

      it.expectSession(session).toBe('    R 69ms r 29ms n');
      it.expectRequests().toBe('          50ms R');
      it.expectObservable(attempt).toBe(' 100ms         #', {}, 'logged-out');
      it.expectCalls(wx.login).times(0);
    }));
});

describe('E8: the retried request', () => {
  type Attach = NonNullable<SessionConfig['attach']>;
  const PLACES: readonly {
    readonly title: string;
    readonly attach?: Attach;
    readonly carrying: (token: string) => object;
  }[] = [
    {
      title: 'the default header',
      carrying: (token) => ({ header: { Authorization: `Bearer ${token}` } }),
    },
    {
      title: 'a header',
      attach: (options, { token }) => ({ ...options, header: { ...options.header, 'X-Token': token } }),
      carrying: (token) => ({ header: { 'X-Token': token } }),
    },
    {
      title: 'a cookie',
      attach: (options, { token }) => ({
        ...options,
        header: { ...options.header, Cookie: `${options.header?.Cookie ?? ''}; sid=${token}` },
      }),
      carrying: (token) => ({ header: { Cookie: `lang=zh; sid=${token}` } }),
    },
    {
      title: 'the body',
      attach: (options, { token }) => ({ ...options, data: { ...(options.data as object), token } }),
      carrying: (token) => ({ data: { id: 7, token } }),
    },
    {
      title: 'the query',
      attach: (options, { token }) => ({ ...options, url: `${options.url}?sid=${token}` }),
      carrying: (token) => ({ url: `https://api.example.com/orders?sid=${token}` }),
    },
    {
      title: 'a header, written into its argument',
      attach: (options, { token }) => {
        options.header = options.header ?? {};
        options.header['X-Token'] = (options.header['X-Token'] ?? '') + token;
        return options;
      },
      carrying: (token) => ({ header: { 'X-Token': token } }),
    },
    {
      title: 'the body, written into its argument',
      attach: (options, { token }) => {
        const data = options.data as { token?: string };
        data.token = (data.token ?? '') + token;
        options.url += '?with=body';
        return options;
      },
      carrying: (token) => ({ url: 'https://api.example.com/orders?with=body', data: { id: 7, token } }),
    },
  ];
  for (const { title, attach, carrying } of PLACES) {
    const config = { ...(attach && { attach }) };

    for (const { title: order, around } of ORDERS) {
      test(`E8: is built anew from the new credential: ${title}; ${order}`, () => {
        const options = deepFreeze({
          url: '/orders',
          method: 'POST' as const,
          header: { Cookie: 'lang=zh', 'X-Shop': '7' },
          data: { id: 7, nested: { deep: true } },
        });
        const before = JSON.stringify(options);
        sessionMarbles(({ session, storage, resources, ...it }) => {
          storage.holds('R');
          resources({ R: '20ms x' });
          const attempt = around(session, sessionRequest(session, options));
          const asked: Partial<RequestOptions> = {
            method: 'POST',
            header: { 'X-Shop': '7' },
            data: { id: 7 },
          };

          it.expectObservable(attempt).toBe('100ms (A|)');
          it.expectRequests().toBe('      R 79ms A', { R: carrying('R'), A: carrying('A') });
          it.expectRequests().toBe('      o 79ms o', { o: asked });
        }, config);
        expect(JSON.stringify(options)).toBe(before);
      });
    }

    test(`E8: the caller's options are never changed: ${title}`, () => {
      const options = {
        url: '/orders',
        header: { Cookie: 'lang=zh' },
        data: { id: 7 },
        loginOptions: { mode: 'common' as const },
      };
      const before = JSON.stringify(options);
      sessionMarbles(({ session, storage, resources, subscribe, expectRequests }) => {
        storage.holds('R');
        resources({ R: '20ms x' });
        subscribe(requestWithLogin(session, options));
        subscribe(requestWithLogin(session, deepFreeze({ ...options })));

        expectRequests().toBe('(RR) 76ms (AA)', { R: carrying('R'), A: carrying('A') });
      }, config);
      expect(JSON.stringify(options)).toBe(before);
    });
  }
});

test('E2: what follows a retry that completes empty is no retry: its mode counts', () =>
  sessionMarbles(({ session, storage, resources, wx, ...it }) => {
    storage.holds('R');
    resources({ R: '100ms x' });
    let subscriptions = 0;
    const once = defer(() => (subscriptions++ ? EMPTY : send(session).pipe(withLogin(session))));
    const fresh = send(session).pipe(withLogin(session, { mode: 'force' }));

    it.subscribe(concat(once.pipe(retryOnExpired(session)), fresh));
    it.subscribe(session.login({ mode: 'force' }));
    it.expectCalls(wx.login).times(2);
    it.expectRequests().inOrder('RB');
  }));
