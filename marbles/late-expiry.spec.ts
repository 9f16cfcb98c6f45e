import { merge } from 'rxjs';
import { retryOnExpired, withLogin } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { ORDERS, send } from './support/guarded';
import { PLATFORMS } from './support/platforms';

describe('E3: many requests, one re-login', () => {
  for (const { title, around } of ORDERS) {
    for (const pace of PACES) {
      test(`E3: five requests of one credential expire: one re-login, each retried once; ${title}; with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, storage, resources, wx, cold, ...it }) => {
            storage.holds('R');
            resources({ R: cold('20ms x'), A: cold('20ms o') });
            const five = Array.from({ length: 5 }, () => around(session, send(session)));

            it.expectRequests().inPace('          (RRRRR)   73ms  (AAAAA)');
            it.expectEvents().inPace('            20ms (xs) 56ms y');
            it.expectCalls(wx.login).inPace('     20ms  x');
            it.expectObservable(merge(...five)).inPace('100ms (AAAAA|)');
          },
          { pace },
        ));
    }
  }

  test('E3 M2 E10: a force guard that finds its new credential refused already shares the renewal', () =>
    sessionMarbles(({ session, wx, backend, resources, expectCalls, expectRequests, expectObservable }) => {
      backend.refresh('50ms N');
      // Refused inside the call: the first guard is at its renewal when the second hears of the login.
      resources({ A: 'x' });
      const forced = send(session).pipe(withLogin(session, { mode: 'force' }), retryOnExpired(session));

      expectCalls(wx.login).toBe('                 x');
      expectCalls(backend.refresh).toBe('        60ms  A');
      expectRequests().toBe('                    60ms  A 49ms (NN)');
      expectObservable(merge(forced, forced)).toBe('130ms (NN|)');
    }));

  test('E3: requests of different kinds share the re-login too', () =>
    sessionMarbles(({ session, storage, resources, wx, ...it }) => {
      storage.holds('R');
      resources({ R: '20ms x' });
      const guarded = (['common', 'silent', 'common'] as const).map((mode) =>
        send(session).pipe(withLogin(session, { mode }), retryOnExpired(session)),
      );
      const others = ORDERS.map(({ around }) => around(session, send(session)));

      it.expectRequests().toBe('     (RRRRRRRR) 70ms (AAAAAAAA)');
      it.expectCalls(wx.login).toBe('20ms x');
      it.expectObservable(merge(...guarded, ...others)).toBe('100ms (AAAAAAAA|)');
    }));
});

describe('E4: the late expiry of an old credential', () => {
  for (const { title, around } of ORDERS) {
    for (const pace of PACES) {
      for (const [when, late, requests, end] of [
        ['while a newer one is current', '500ms x', '    (RR) 66ms A 429ms A', '520ms (A|)'],
        ['while a re-login is in progress', '40ms x', '     (RR) 66ms (AA)', '90ms (A|)'],
      ] as const) {
        test(`E4: ${when}: no second login, retried under the new one; ${title}; with ${PLATFORMS[pace]}`, () =>
          sessionMarbles(
            ({ session, storage, resources, wx, cold, at, ...it }) => {
              storage.holds('R');
              resources({ R: [cold('10ms x'), cold(late)], A: cold('20ms o') });

              it.expectObservable(around(session, send(session))).inPace('90ms (A|)');
              it.expectObservable(around(session, send(session))).inPace(end);
              it.expectRequests().inPace(requests);
              it.expectCalls(wx.login).inPace('10ms    x');
              it.expectSession(session).inPace('R 9ms (rs) 56ms A');
              at('1s', () => expect(storage.content()).toMatchObject({ credential: { token: 'A' } }));
            },
            { pace },
          ));
      }
    }
  }

  for (const mode of ['common', 'silent', 'force', 'forceSilent', 'forceAuth'] as const) {
    test(`E4: a bare source that logs in by mode ${mode} takes the newer one too`, () =>
      sessionMarbles(({ session, storage, resources, wx, subscribe, ...it }) => {
        storage.holds('R');
        resources({ R: '500ms x' });
        const attempt = send(session).pipe(retryOnExpired(session, { mode }));
        subscribe(session.login({ mode: 'force' }), '100ms ^');

        it.expectRequests().toBe('         R          499ms      A');
        it.expectCalls(wx.login).toBe('    100ms x');
        it.expectSession(session).toBe('   R 99ms s 59ms A');
        it.expectObservable(attempt).toBe('520ms                      (A|)');
      }));
  }

  test('E4: invalidate compares by token, and tells whether it was the current one', () =>
    sessionMarbles(({ session, storage, at, expectSession }) => {
      storage.holds('R');
      const invalidate = (token: string) => session.invalidate({ token, userId: 'whoever' });
      at('10ms', () => expect(['X', 'R', 'R'].map(invalidate)).toEqual([false, true, false]));

      expectSession(session).toBe('R 9ms r');
    }));
});
