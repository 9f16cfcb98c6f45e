import { concat, defer, EMPTY, map, merge, NEVER, of, switchMap, tap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { requestWithLogin, sessionRequest, whileAuthenticated, withLogin } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { failure, PACES, promised, sessionMarbles } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { recordOf } from './support/props';
import { wired } from './support/wired';

const tokenOf = (session: Session) => session.credential?.token ?? 'n';

/** A source that is kept while there is a credential, and its wire, by the credentials that it was subscribed under. */
function keep<T>(session: Session, source: Observable<T>) {
  const { wire, onWire } = wired(source, () => tokenOf(session));
  return { wire, kept: onWire.pipe(whileAuthenticated(session)) };
}

/** A socket: it tells the credential under which it was opened, and stays open. */
const socket = (session: Session) =>
  keep(
    session,
    defer(() => concat(of(tokenOf(session)), NEVER)),
  );

const forced = { mode: 'force' } as const;

describe('R4: whileAuthenticated', () => {
  test('R4: the time line: pauses over an expiry and a logout, goes on under a new credential', () =>
    sessionMarbles(({ session, storage, app, perform, cold, expectObservable }) => {
      storage.holds('Z');
      const actions = {
        x: app.expire,
        o: app.logout,
        l: () => void session.login().subscribe(),
        d: app.dispose,
      };
      const ticks = cold('           a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p');
      const { wire, kept } = keep(session, ticks);

      // a login takes 60 ms
      perform('                      -----x----l 64ms    o----l 64ms    d', actions);
      expectObservable(wire).toBe('  Z----z 64ms  A----a 64ms     B----b');
      expectObservable(kept).toBe('  a-b-c- 64ms  a-b-c- 64ms     a-b-c|');
    }));

  test('R4: a source that somebody logs out over while it is being subscribed is left there, and neither goes on nor completes it', () =>
    sessionMarbles(({ session, storage, expectObservable }) => {
      storage.holds('Z');
      const kept = of('a', 'b').pipe(whileAuthenticated(session));

      expectObservable(kept.pipe(tap(() => void session.logout()))).toBe('a');
    }));

  for (const pace of PACES) {
    test(`R4: subscribes at once under a usable credential, with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, expectObservable }) => {
          storage.holds('Z');
          const { wire, kept } = socket(session);

          expectObservable(kept).toBe('Z');
          expectObservable(wire).toBe('Z');
        },
        { pace },
      ));

    test(`R4: waits for one, and logs in nobody, with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, wx, subscribe, expectCalls, expectObservable }) => {
          const { wire, kept } = socket(session);
          subscribe(session.login(), '     1s ^');

          expectCalls(wx.login).inPace('   1s   x');
          expectObservable(kept).inPace('  1060ms A');
          expectObservable(wire).inPace('  1060ms A');
        },
        { pace },
      ));

    for (const [title, letter] of [
      ['closes at an expiry, and opens again under the new credential', 'x'],
      ['closes at a logout, and opens again after a login', 'o'],
    ] as const) {
      test(`R4: ${title}, with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          ({ session, storage, app, perform, subscribe, expectObservable }) => {
            storage.holds('Z');
            const { wire, kept } = socket(session);
            perform(`               10ms ${letter}`, { x: app.expire, o: app.logout });
            subscribe(session.login(), '       20ms ^');
            const [timed, soon] = ['Z 9ms z 69ms A', 'Z 9ms z 9ms  A'];

            expectObservable(wire).toBe(pace === 'timed' ? timed : soon);
            expectObservable(kept).inPace('Z        79ms A');
          },
          { pace },
        ));
    }

    test(`R4: a renewal while the credential is usable changes over once, with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, subscribe, expectObservable }) => {
          storage.holds('Z');
          const { wire, kept } = socket(session);

          expectObservable(kept).inPace('Z 59ms  A');
          expectObservable(wire).inPace('Z 59ms (zA)');
          subscribe(session.login(forced));
        },
        { pace },
      ));
  }

  test('R4: stays open while a forced login is in progress over a credential that is still usable', () =>
    sessionMarbles(({ session, storage, user, subscribe, expectSession, expectObservable }) => {
      storage.holds('Z');
      user.away();
      const { wire, kept } = socket(session);

      expectObservable(kept).toBe('                              Z');
      expectObservable(wire).toBe('                              Z');
      subscribe(session.login({ mode: 'forceAuth' }), '          ^    999ms !');
      expectSession(session).toBe('                              (Zi) 996ms Z');
    }));

  for (const [title, outcome, end, error] of [
    ['refused', '50ms b', '60ms #', 'login-rejected'],
    ['offline', '50ms #', '180ms #', 'backend-unreachable'],
    ['asked to ask', '50ms p', '60ms #', 'interaction-required'],
    ['given the same token again', '50ms Z', '60ms (Z|)', undefined],
  ] as const) {
    test(`R4: a forced login that is ${title} leaves the source alone`, () =>
      sessionMarbles(({ session, storage, backend, expectObservable }) => {
        storage.holds('Z');
        backend.silentLogin.always(outcome, { b: failure({ statusCode: 403 }) });
        const { wire, kept } = socket(session);

        expectObservable(kept).toBe('Z');
        expectObservable(wire).toBe('Z');
        expectObservable(session.login({ mode: 'forceSilent' })).toBe(end, {}, error);
      }));
  }

  test('R4 E5: an expiry by the clock pauses it', () =>
    sessionMarbles(
      ({ session, storage, wx, expectCalls, expectObservable }) => {
        storage.holds('Z');
        const { wire, kept } = socket(session);

        expectObservable(kept).toBe('Z');
        expectObservable(wire).toBe('Z 69999ms z');
        expectCalls(wx.login).times(0);
      },
      { credentials: { Z: { expiresAt: 100_000 } } },
    ));

  for (const [title, expiresAt, expire] of [
    ['the backend', undefined, (session: Session) => void session.invalidate({ token: 'R' })],
    ['the clock', 20, () => undefined],
  ] as const)
    test(`R4 E5: an expiry by ${title} pauses it at once, while a prompt is open over the credential too`, () =>
      sessionMarbles(
        ({ session, storage, at, subscribe, expectObservable }) => {
          storage.holds('R');
          const { wire, kept } = socket(session);
          subscribe(session.prompt$);
          subscribe(session.login({ mode: 'forceAuth' }));
          at('20ms', () => expire(session));

          expectObservable(kept, '^ 99ms !').toBe('R');
          expectObservable(wire, '^ 99ms !').toBe('R 19ms r');
        },
        { credentials: { R: { expiresAt } }, expiryLeeway: 0, until: '1s' },
      ));

  test('R4: stays paused while a login is in progress, and where it fails', () =>
    sessionMarbles(({ session, backend, subscribe, expectSession, expectObservable }) => {
      backend.silentLogin(['50ms b', '50ms A'], { b: failure({ statusCode: 403 }) });
      const { wire, kept } = socket(session);
      subscribe(session.login());
      subscribe(session.login(), '     100ms           ^');

      expectSession(session).toBe('    (ns) 56ms e 39ms s 59ms A', { e: 'anonymous !login-rejected' });
      expectObservable(kept).toBe('    160ms                   A');
      expectObservable(wire).toBe('    160ms                   A');
    }));

  test('R4 L4: another user has a subscription of their own', () =>
    sessionMarbles(
      ({ session, storage, subscribe, expectObservable }) => {
        storage.holds('Z');
        const { wire, kept } = socket(session);

        expectObservable(kept).toBe('Z 59ms  A');
        expectObservable(wire).toBe('Z 59ms (zA)');
        subscribe(session.login(forced));
      },
      { credentials: { Z: { userId: 'li' }, A: { userId: 'wang' } } },
    ));

  test('R4: completes with the source, and subscribes it no more', () =>
    sessionMarbles(({ session, storage, cold, subscribe, expectObservable }) => {
      storage.holds('Z');
      const { wire, kept } = keep(session, cold('  a-b|'));
      subscribe(session.login(forced), '10ms ^');

      expectObservable(kept).toBe('                 a-b|');
      expectObservable(wire).toBe('                 Z--z');
    }));

  test('R4: completes with a source that completes in the tick of its subscription, or without a value', () =>
    sessionMarbles(({ session, storage, expectObservable }) => {
      storage.holds('Z');

      expectObservable(of(1, 2).pipe(whileAuthenticated(session))).toBe('(12|)');
      expectObservable(EMPTY.pipe(whileAuthenticated(session))).toBe('|');
    }));

  test('R4: errors with the source, and subscribes it no more', () =>
    sessionMarbles(({ session, storage, cold, subscribe, expectObservable }) => {
      storage.holds('Z');
      const { wire, kept } = keep(session, cold('  a-#', undefined, new Error('gone')));
      subscribe(session.login(forced), '10ms ^');

      expectObservable(kept).toBe('                 a-#', {}, 'gone');
      expectObservable(wire).toBe('                 Z-z');
    }));

  for (const [title, stored, values, wiring] of [
    ['open', 'Z', 'Z 9ms |', 'Z 9ms z'],
    ['paused', undefined, '10ms |', ''],
  ] as const) {
    test(`R4 C3: completes with dispose while it is ${title}`, () =>
      sessionMarbles(({ session, storage, app, at, expectObservable }) => {
        if (stored) storage.holds(stored);
        const { wire, kept } = socket(session);
        at('10ms', app.dispose);

        expectObservable(kept).toBe(values);
        expectObservable(wire).toBe(wiring);
      }));
  }

  test('R4 C3: completes at once after dispose, without subscribing its source', () =>
    sessionMarbles(
      ({ session, storage, app, at, expectObservable }) => {
        storage.holds('Z');
        const { wire, kept } = socket(session);
        at('0ms', app.dispose);

        expectObservable(kept, ' 10ms ^').toBe('10ms |');
        expectObservable(wire).toBe('');
      },
      { observe: false },
    ));

  test('R4: unsubscribing closes the source, and nothing opens it again', () =>
    sessionMarbles(({ session, storage, subscribe, expectObservable }) => {
      storage.holds('Z');
      const { wire, kept } = socket(session);
      subscribe(session.login(forced), '10ms   ^');

      expectObservable(kept, '               ^ 9ms !').toBe('Z');
      expectObservable(wire).toBe('          Z 9ms z');
    }));

  test('R4: each subscriber has its own subscription of the source', () =>
    sessionMarbles(({ session, storage, expectObservable }) => {
      storage.holds('Z');
      const { wire, kept } = socket(session);

      expectObservable(merge(kept, kept)).toBe('(ZZ)');
      expectObservable(wire).toBe('             (ZZ)');
    }));

  test('R4 F7: whoever takes a value may log out inside its handler', () =>
    sessionMarbles(({ session, storage, app, subscribe, expectObservable }) => {
      storage.holds('Z');
      const { wire, kept } = socket(session);
      const leaving = kept.pipe(
        tap((token) => {
          if (token === 'Z') app.logout();
        }),
      );
      subscribe(session.login(), '     10ms ^');

      expectObservable(leaving).toBe(' Z    69ms A');
      expectObservable(wire).toBe('    (Zz) 66ms A');
    }));

  test('R4: a poll that finds its credential refused pauses, and goes on under the next one', () =>
    sessionMarbles(({ session, storage, resources, at, subscribe, expectRequests, expectObservable }) => {
      storage.holds('Z');
      const poll = timer(0, 1000).pipe(
        switchMap(() => sessionRequest(session, { url: '/unread' }).pipe(withLogin(session))),
        whileAuthenticated(session),
      );
      at('1500ms', () => resources({ Z: '20ms x' }));
      subscribe(requestWithLogin(session, { url: '/' }), '5500ms ^');

      expectRequests('/unread').toBe('           Z    999ms Z 999ms Z 3559ms A 999ms A');
      expectObservable(poll, '^ 6799ms !').toBe('20ms Z 999ms Z            4559ms A 999ms A');
    }));

  test('R4 K1: with an asynchronous store it waits for the record', () => {
    const record = recordOf('Z');
    sessionMarbles(
      ({ session, expectObservable }) => {
        const { wire, kept } = socket(session);

        expectObservable(kept).toBe('30ms Z');
        expectObservable(wire).toBe('30ms Z');
      },
      {
        store: {
          read: () => promised(timer(30).pipe(map(() => record))),
          write: () => undefined,
          remove: () => undefined,
        },
      },
    );
  });

  test('R4: it starts no login, and so shows no prompt', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.grant('1s');

      expectObservable(NEVER.pipe(whileAuthenticated(session))).toBe('');
      expectPrompts().toBe('');
      expectCalls(wx.login).times(0);
    }));
});
