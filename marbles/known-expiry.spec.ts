import { defer, merge, of, timer } from 'rxjs';
import { retryOnExpired, withLogin } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { GUARDED_ORDERS, ORDERS, request, send, silentRequest } from './support/guarded';
import { PLATFORMS } from './support/platforms';

/** R, received at 0, lives so long. */
const lives = (ms: number): MarblesConfig => ({ credentials: { R: { expiresAt: ms } } });

describe('E5: an end that is known', () => {
  for (const [title, life, expiryLeeway, last] of [
    ['the default leeway of 30 seconds', 100_000, undefined, 70_000],
    ['a leeway of its own', 100_000, 1000, 99_000],
    ['no leeway', 100_000, 0, 100_000],
    ['a leeway of more than half of the life', 10_000, undefined, 5000],
    ['a life that is shorter than the leeway', 1000, 30_000, 500],
  ] as const) {
    for (const [when, ms, sent] of [
      ['before', last - 1, `${last - 1}ms R`],
      ['past', last + 1, `${last + 1 + 60}ms A`],
    ] as const) {
      test(`E5: with ${title}, ${when} it`, () =>
        sessionMarbles(
          ({ session, storage, subscribe, expectRequests }) => {
            storage.holds('R');
            subscribe(request(session), `${ms}ms ^`);

            expectRequests().toBe(sent);
          },
          { ...lives(life), expiryLeeway },
        ));
    }
  }

  for (const { title, around } of GUARDED_ORDERS) {
    for (const pace of PACES) {
      test(`E5: the next request logs in first, nothing is wasted; ${title}; with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, storage, wx, ...it }) => {
            storage.holds('R');
            const three = Array.from({ length: 3 }, () => around(session, send(session)));

            it.expectCalls(wx.login).inPace('              x');
            it.expectSession(session).inPace('            (rs) 56ms A');
            it.expectRequests().inPace('                  60ms     (AAA)');
            it.expectObservable(merge(...three)).inPace(' 80ms      (AAA|)');
          },
          { ...lives(-1), pace },
        ));
    }
  }

  test('E5: by timer all subscribers are told, at its time', () =>
    sessionMarbles(({ session, storage, wx, ...it }) => {
      storage.holds('R');

      it.expectSession(session).toBe('            R 69999ms r');
      it.expectObservable(session.session$).toBe('R 69999ms r');
      it.expectEvents().toBe('                      70s x');
      it.expectCalls(wx.login).times(0);
    }, lives(100_000)));

  const NOTICES: readonly {
    readonly title: string;
    readonly notice: (scenario: Scenario) => unknown;
    readonly sent?: string;
  }[] = [
    { title: 'the app is shown', notice: ({ app }) => app.foreground() },
    { title: 'it would be used', notice: ({ session }) => session.credential },
    {
      title: 'a request would use it',
      notice: ({ session }) => send(session).subscribe(),
      sent: '20ms n',
    },
    { title: 'snapshot is read', notice: ({ session }) => session.snapshot },
    { title: 'somebody subscribes', notice: ({ session }) => session.session$.subscribe() },
  ];
  for (const { title, notice, sent = '' } of NOTICES) {
    test(`E5: timers freeze in the background; the wall clock is noticed when ${title}`, () =>
      sessionMarbles((scenario) => {
        const { session, storage, app, at } = scenario;
        storage.holds('R');
        at('10ms', () => app.jump('70001ms'));
        at('20ms', () => void notice(scenario));

        scenario.expectSession(session).toBe('            R 19ms r');
        scenario.expectObservable(session.session$).toBe('R 19ms r');
        scenario.expectEvents().toBe('              20ms x');
        scenario.expectRequests().toBe(sent);
      }, lives(100_000)));
  }

  test('E5: a request notices it too, and logs in first', () =>
    sessionMarbles(({ session, storage, app, at, ...it }) => {
      storage.holds('R');
      at('10ms', () => app.jump('70001ms'));

      it.expectSession(session).toBe('                      R 19ms (rs) 56ms A');
      it.expectObservable(request(session), '20ms ^').toBe('100ms           (A|)');
    }, lives(100_000)));

  test('E5: what reads as expired is told as expired: a late subscriber and snapshot agree', () =>
    sessionMarbles(
      ({ session, storage, app, at, expectSession }) => {
        storage.holds('R');
        at('10ms', () => expect(session.snapshot).toMatchObject({ status: 'authenticated' }));
        at('10ms', () => app.jump('70001ms'));

        expectSession(session, '20ms ^').toBe('20ms r');
        at('30ms', () => expect(session.snapshot).toMatchObject({ status: 'expired' }));
        at('30ms', () => expect(session.credential).toBeUndefined());
      },
      { ...lives(100_000), observe: false },
    ));

  test('E5: a life of years sets off no timer, and is noticed all the same', () => {
    const [day, minute] = [24 * 3_600_000, 60_000];
    sessionMarbles(
      ({ session, storage, at, expectSession }) => {
        storage.holds('R');
        at(399 * day, () => expect(session.snapshot).toMatchObject({ status: 'authenticated' }));
        at(400 * day, () => expect(session.snapshot).toMatchObject({ status: 'expired' }));

        expectSession(session).toBe(`R ${400 * day - 1}ms r`);
      },
      { ...lives(400 * day), until: 400 * day + minute },
    );
  });

  test('E5: its end passes while a request is on the wire: the request ends as it ends', () =>
    sessionMarbles(({ session, storage, resources, wx, ...it }) => {
      storage.holds('R');
      resources({ R: '2s o' });

      it.expectSession(session).toBe('            R 499ms r');
      it.expectObservable(request(session)).toBe('2s            (R|)');
      it.expectCalls(wx.login).times(0);
    }, lives(1000)));

  for (const { title, around } of ORDERS) {
    test(`E5 E4: its end passes while a request is on the wire that is then refused: retried under the new one; ${title}`, () =>
      sessionMarbles(({ session, storage, resources, ...it }) => {
        storage.holds('R');
        resources({ R: '2s x' });

        it.expectSession(session).toBe('                     R 499ms r 1499ms s 59ms A');
        it.expectEvents().toBe('                             500ms x 1499ms s 59ms y');
        it.expectRequests().toBe('                           R               2059ms A');
        it.expectObservable(around(session, send(session))).toBe('2080ms            (A|)');
      }, lives(1000)));
  }

  test('E5 K3: half of a life counts from receipt, however long afterLogin takes; the record says when that was', () =>
    sessionMarbles(
      ({ session, storage, subscribe, at, expectSession }) => {
        subscribe(session.login());
        at('5s', () => expect(storage.content()).toMatchObject({ receivedAt: 60 }));

        // received at 60 ms for 10 s
        expectSession(session).toBe('(ns) 4056ms A 999ms a');
      },
      { afterLogin: () => timer(4000), credentials: { A: { expiresAt: 10_060 } } },
    ));

  test('E5: by timer it is told at its time also where the clock was set back meanwhile', () =>
    sessionMarbles(({ session, storage, app, at, expectSession, expectEvents }) => {
      storage.holds('R');
      at('10s', () => app.jump(-5000));

      expectSession(session).toBe('R 74999ms r');
      expectEvents().toBe('           75s x');
    }, lives(100_000)));

  /** Past its end on arrival. */
  const dead = { D: { expiresAt: -5000 } };

  for (const pace of PACES) {
    test(`E5: a life shorter than the leeway does not loop: one login for its half; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, wx, backend, now, perform, ...it }) => {
          const issue = defer(() => of({ credential: { token: 'D', expiresAt: now() + 10_000 } }));
          backend.silentLogin.always(issue);
          // prettier-ignore
          perform('                        r 999ms r 999ms r 999ms r 999ms r 1999ms r', {
            r: () => void request(session).subscribe(),
          });

          it.expectCalls(wx.login).inPace('x                               5999ms x');
          it.expectSession(session).inPace('(ns) 6ms D  4999ms  d       989ms s 9ms D 4999ms d');
          it.expectRequests().inPace('10ms D 989ms D 999ms D 999ms D 999ms D 2009ms D');
        },
        { pace },
      ));

    test(`E5: one that is past its end on arrival serves its flight's waiter, and the next request logs in; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, wx, backend, ...it }) => {
          backend.silentLogin(['50ms D', '50ms A']);

          it.expectCalls(wx.login).inPace('                     x              999ms x');
          it.expectSession(session).inPace('                   (ns) 56ms (Dd) 936ms s 59ms A');
          it.expectObservable(request(session)).inPace('        80ms (D|)');
          it.expectObservable(request(session), '1s ^').inPace('1080ms                     (A|)');
        },
        { pace, credentials: dead },
      ));
  }

  for (const pace of ['timed', 'microtask'] as const) {
    test(`E5: one that is past its end on arrival serves all of its flight's waiters; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, wx, backend, ...it }) => {
          backend.silentLogin('50ms D');
          const forced = send(session).pipe(withLogin(session, { mode: 'force' }));
          const requests = [request(session), silentRequest(session), forced];

          it.expectCalls(wx.login).inPace('               x');
          it.expectRequests().inPace('                   60ms (DDD)');
          it.expectObservable(session.login()).inPace('   60ms (D|)');
          it.expectObservable(merge(...requests)).inPace('80ms      (DDD|)');
        },
        { pace, credentials: dead },
      ));
  }

  test("E5: one that is past its end on arrival serves an interactive flight's waiters", () =>
    sessionMarbles(
      ({ session, backend, user, ...it }) => {
        backend.silentLogin('50ms p');
        backend.login('50ms D');
        user.grant('1s');

        it.expectSession(session).toBe('                               (ns) 56ms i 1059ms (Dd)');
        it.expectObservable(merge(request(session), request(session))).toBe('1140ms           (DD|)');
      },
      { credentials: dead },
    ));

  test('E5: one that is past its end on arrival serves a retry above a bare source', () =>
    sessionMarbles(
      ({ session, storage, backend, resources, ...it }) => {
        storage.holds('R');
        backend.silentLogin('50ms D');
        resources({ R: '20ms x' });

        it.expectRequests().toBe('                                         R 79ms D');
        it.expectObservable(send(session).pipe(retryOnExpired(session))).toBe('100ms  (D|)');
      },
      { credentials: dead },
    ));
});
