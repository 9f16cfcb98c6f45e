import { defer, filter, ignoreElements, NEVER, Observable, of, switchMap, tap, timer } from 'rxjs';
import { retryOnExpired, sessionRequest, silentOnly, whileAuthenticated, withLogin } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { failure, PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { request } from './support/guarded';
import { busy, recordOf } from './support/props';

/** A store whose read never ends. */
const stuck = {
  read: () => new Promise(() => undefined),
  write: () => undefined,
  remove: () => undefined,
};

describe('C3: dispose', () => {
  const WAITERS: readonly (readonly [title: string, wait: (session: Session) => Observable<unknown>])[] = [
    ['login', (session) => session.login()],
    ['a silent login', (session) => session.login({ mode: 'silent' })],
    ['a forced login', (session) => session.login({ mode: 'force' })],
    ['a forceAuth login', (session) => session.login({ mode: 'forceAuth' })],
    ['requestWithLogin', request],
    ['withLogin', (session) => of('sent').pipe(withLogin(session))],
    ['silentOnly', (session) => of('sent').pipe(silentOnly(session))],
  ];

  for (const pace of PACES) {
    test(`C3: waiters get disposed; ${pace}`, () =>
      sessionMarbles(
        ({ session, storage, backend, app, at, cold, expectCalls, expectRequests, expectSession, ...it }) => {
          backend.silentLogin(cold('100ms A'));
          at('50ms', app.dispose);

          WAITERS.forEach(([, wait]) => it.expectObservable(wait(session)).toBe('50ms #', {}, 'disposed'));
          expectSession(session).toBe('                            (ns) 46ms (n|)');
          expectCalls(storage.write).toBe('');
          expectRequests().toBe('');
        },
        { pace },
      ));

    test(`C3: who waits for the user gets disposed, and the prompt is gone; ${pace}`, () =>
      sessionMarbles(
        ({ session, backend, user, app, at, expectPrompts, expectObservable }) => {
          backend.login([]);
          user.grant('1s');
          at('500ms', app.dispose);

          expectPrompts().toBe('                                      p 499ms (.|)');
          expectObservable(session.login({ mode: 'forceAuth' })).toBe('500ms   #', {}, 'disposed');
        },
        { pace },
      ));

    for (const [title, wait] of WAITERS)
      test(`C3: later calls get disposed: ${title}; ${pace}`, () =>
        sessionMarbles(
          ({ session, storage, app, at, expectCalls, expectRequests, expectObservable }) => {
            storage.holds('A');
            const before = wait(session);
            at('1s', app.dispose);

            expectObservable(before, '                     1s ^').toBe('1s #', {}, 'disposed');
            expectObservable(
              defer(() => wait(session)),
              ' 1s ^',
            ).toBe('1s #', {}, 'disposed');
            // The read, at the first use.
            expectCalls().toBe('x');
            expectRequests().toBe('');
          },
          { pace },
        ));
  }

  test('C3: verify and sessionRequest get disposed; there is no credential, and nothing to invalidate', () =>
    sessionMarbles(({ session, storage, app, at, expectRequests, expectObservable }) => {
      storage.holds('A');
      at('50ms', () => {
        app.dispose();
        expect(session.credential).toBeUndefined();
        expect(session.invalidate({ token: 'A' })).toBe(false);
      });
      const late = sessionRequest(session, { url: '/orders' });

      expectObservable(session.verify()).toBe('       50ms #', {}, 'disposed');
      expectObservable(session.verify(), '1s ^').toBe('1s #', {}, 'disposed');
      expectObservable(late, '            1s ^').toBe('1s #', {}, 'disposed');
      expectRequests().toBe('');
    }));

  test('C3 L3: a logout after it ends, and leaves store, backend and memory alone', () =>
    sessionMarbles(({ session, storage, backend, app, at, expectCalls, expectObservable }) => {
      storage.holds('Z');
      at('10ms', app.dispose);
      const logout$ = defer(() => session.logout());

      expectObservable(logout$, '20ms ^').toBe('20ms (u|)', { u: undefined });
      at('30ms', () => expect(session.snapshot).toMatchObject({ status: 'authenticated' }));
      expectCalls(storage.remove, backend.logout).toBe('');
    }));

  test('C3: who waits for an asynchronous store gets disposed', () =>
    sessionMarbles(
      ({ session, app, at, expectObservable }) => {
        at('50ms', app.dispose);

        expectObservable(request(session)).toBe('50ms #', {}, 'disposed');
      },
      { store: stuck },
    ));

  test('C3: who waits for the turn of a wx.login gets disposed', () =>
    sessionMarbles(
      ({ session, wx, backend, app, at, expectCalls, expectObservable }) => {
        backend.silentLogin.always('50ms f', busy);
        at('500ms', app.dispose);

        expectCalls(wx.login).toBe('            x 59ms x 59ms x 59ms x');
        expectObservable(session.login()).toBe('500ms                          #', {}, 'disposed');
      },
      { retry: { count: 9 } },
    ));

  test('C3: disposed once more, it ends as it did', () =>
    sessionMarbles(({ session, app, at }) => {
      const ends: unknown[] = [];
      const ask = () => session.login().subscribe({ error: (error: unknown) => ends.push(error) });
      [app.dispose, ask, app.dispose, ask].forEach((act, step) => at(`${step}s`, act));
      at('10s', () => {
        expect(ends).toHaveLength(2);
        expect(ends[1]).toBe(ends[0]);
      });
    }));

  test('C3 L3: a logout in progress ends, and a later one does nothing', () =>
    sessionMarbles(({ session, storage, backend, app, at, expectCalls, expectObservable }) => {
      storage.holds('A');
      backend.logout('-');
      at('50ms', app.dispose);
      const logout = defer(() => session.logout()).pipe(ignoreElements());

      expectObservable(logout).toBe('      50ms |');
      expectObservable(logout, '1s ^').toBe('1s |');
      expectCalls(backend.logout).toBe('   A');
      expectCalls(storage.remove).toBe('   x');
    }));

  for (const { title, ms, observe } of [
    { title: 'before its first use', ms: 0, observe: false },
    { title: 'with a session', ms: 100, observe: true },
    { title: 'during a silent stage', ms: 30, observe: true },
  ])
    test(`C3: session$, prompt$ and event$ complete: ${title}`, () =>
      sessionMarbles(
        ({ session, app, at, subscribe, expectObservable }) => {
          if (ms) subscribe(session.login());
          [session.session$, session.prompt$, session.event$].forEach((stream: Observable<unknown>) => {
            const end = stream.pipe(ignoreElements());
            expectObservable(end).toBe(`${ms}ms |`);
            expectObservable(end, '1s ^').toBe('1s |');
          });
          at(ms, app.dispose);
        },
        { observe },
      ));

  test('C3: an open prompt does not outlive the session', () =>
    sessionMarbles(({ session, user, app, at, subscribe, expectPrompts, expectObservable }) => {
      user.away();
      subscribe(session.login({ mode: 'forceAuth' }));
      at('100ms', app.dispose);

      expectPrompts().toBe('p 99ms (.|)');
      expectObservable(session.prompt$.pipe(filter(Boolean)), '1s ^').toBe('1s |');
    }));

  test('C3: whileAuthenticated completes, its source is unsubscribed', () =>
    sessionMarbles(({ session, storage, app, at, expectObservable }) => {
      storage.holds('A');
      let open = false;
      const socket = new Observable<string>((subscriber) => {
        open = true;
        subscriber.next('m');
        return () => (open = false);
      });
      at('49ms', () => expect(open).toBe(true));
      at('50ms', app.dispose);
      at('50ms', () => expect(open).toBe(false));

      expectObservable(socket.pipe(whileAuthenticated(session))).toBe('m 49ms |');
    }));

  for (const { title, ms, exchanges } of [
    { title: 'of wx.login', ms: 5, exchanges: '' },
    { title: 'of the backend', ms: 30, exchanges: '10ms a' },
  ])
    test(`C3: the late answer ${title} changes nothing, and no exchange is begun`, () =>
      sessionMarbles(({ session, storage, backend, app, at, subscribe, expectCalls }) => {
        subscribe(session.login());
        at(ms, app.dispose);

        expectCalls(backend.silentLogin).toBe(exchanges);
        expectCalls(storage.write).toBe('');
        at('1s', () => expect(session.credential).toBeUndefined());
      }));

  for (const pace of PACES) {
    test(`C3: the stored record stays, during a flight too; ${pace}`, () =>
      sessionMarbles(
        ({ session, storage, wx, app, at, cold, expectCalls, expectObservable }) => {
          const record = recordOf('A');
          storage.holds(record);
          wx.login(cold('10ms a'));
          at('5ms', app.dispose);

          expectObservable(session.login({ mode: 'force' })).toBe('5ms #', {}, 'disposed');
          expectCalls(storage.write, storage.remove).toBe('');
          at('1s', () => expect(storage.content()).toEqual(record));
        },
        { pace },
      ));

    test(`C3: a subscriber may dispose in its own handler, twice; ${pace}`, () =>
      sessionMarbles(
        ({ session, subscribe, expectSession, expectRequests, expectObservable }) => {
          const twice = session.session$.pipe(
            filter(({ status }) => status === 'authenticated'),
            tap(() => {
              session.dispose();
              session.dispose();
            }),
          );
          subscribe(twice);

          // Who has not been told yet is told the truth before the end.
          expectSession(session).inPace('           (ns) 56ms (A|)');
          expectObservable(session.session$).inPace('(ns) 56ms (A|)');
          expectObservable(request(session)).inPace('60ms      #', {}, 'disposed');
          expectRequests().toBe('');
        },
        { pace },
      ));
  }

  test('C3 T2: a listener of event$ may dispose again: the end of the flight is still seen', () =>
    sessionMarbles(({ session, app, at, subscribe, expectSession }) => {
      subscribe(session.login());
      subscribe(
        session.event$.pipe(
          filter(({ type }) => type === 'login-failure'),
          tap(() => session.dispose()),
        ),
      );
      at('30ms', app.dispose);

      expectSession(session).toBe('(ns) 26ms (n|)');
    }));

  test('C3 E9: an expiry that comes after the end is not replayed, not even up to the guard', () =>
    sessionMarbles(({ session, storage, resources, app, at, expectRequests, expectObservable }) => {
      storage.holds('R');
      resources({ R: '20ms x' });
      // Subscribed again, it would not know before 120 ms.
      const guarded = timer(50).pipe(
        switchMap(() => sessionRequest(session, { url: '/orders' }).pipe(withLogin(session))),
      );
      at('60ms', app.dispose);

      expectRequests().toBe('50ms R');
      expectObservable(guarded.pipe(retryOnExpired(session))).toBe('70ms #', {}, 'disposed');
    }));

  test('C3: listeners are gone', () => {
    const listeners = new Map<string, unknown>();
    const on = (name: string) => (listener: unknown) => void listeners.set(name, listener);
    const off = (name: string) => (listener: unknown) => {
      expect(listener).toBe(listeners.get(name));
      listeners.delete(name);
    };
    sessionMarbles(
      ({ session, app, at, subscribe }) => {
        subscribe(session.login());
        at('1s', () => {
          expect(listeners.size).toBe(2);
          app.dispose();
          expect(listeners.size).toBe(0);
        });
      },
      {
        wx: {
          onAppShow: on('show'),
          offAppShow: off('show'),
          onAppHide: on('hide'),
          offAppHide: off('hide'),
        },
      },
    );
    expect(listeners.size).toBe(0);
  });

  test('C3: a listener that cannot be taken back does nothing', () => {
    const listeners: (() => void)[] = [];
    const on = (listener: () => void) => void listeners.push(listener);
    sessionMarbles(
      ({ session, storage, app, at, expectCalls, expectSession }) => {
        storage.holds('A');
        at('10s', app.dispose);
        // By then the credential has ended: a session that still hears would say so.
        at('15s', () => app.jump('1h'));
        at('20s', () => {
          const { snapshot } = session;
          listeners.forEach((listener) => listener());
          expect(session.snapshot).toBe(snapshot);
          expect(snapshot.status).toBe('authenticated');
        });

        expectSession(session).toBe('A 9999ms |');
        expectCalls().toBe('         x');
      },
      {
        credentials: { A: { expiresAt: 60_000 } },
        wx: { onAppShow: on, offAppShow: undefined, onAppHide: on, offAppHide: undefined },
      },
    );
    expect(listeners).toHaveLength(2);
  });
});

describe('C3: timers are gone', () => {
  const CASES: readonly {
    readonly title: string;
    readonly script?: (scenario: Scenario) => void;
    readonly config?: MarblesConfig;
    readonly use?: (session: Session) => Observable<unknown>;
  }[] = [
    { title: 'of a wx.login', script: ({ wx }) => wx.login('-') },
    { title: 'of an exchange', script: ({ backend }) => backend.silentLogin('-') },
    { title: 'of afterLogin', config: { afterLogin: () => NEVER } },
    {
      title: 'of a retry',
      script: ({ backend }) =>
        backend.silentLogin.always('f', {
          f: failure({ statusCode: 429, header: { 'Retry-After': '9' } }),
        }),
    },
    {
      title: 'of the turn of a wx.login',
      script: ({ backend }) => backend.silentLogin.always('f', busy),
      config: { retry: { count: 9 } },
    },
    {
      title: 'of a prompt that nobody sees',
      use: (session) => session.login({ mode: 'forceAuth' }),
    },
    {
      title: 'of a prompt with a limit',
      script: ({ user }) => void user.away(),
      config: { timeouts: { prompt: 60_000 } },
      use: (session) => session.login({ mode: 'forceAuth' }),
    },
    {
      title: 'of a code that is kept young',
      script: ({ user }) => void user.away(),
      config: { methods: { before: { code: 'before-prompt', read: (detail: unknown) => detail } } },
      use: (session) => session.login({ mode: 'forceAuth', method: 'before' }),
    },
    {
      title: 'of an expiry',
      script: ({ storage }) => storage.holds('A'),
      config: { credentials: { A: { expiresAt: 600_000 } } },
      use: (session) => session.session$,
    },
    {
      title: 'of verify',
      script: ({ storage, wx }) => {
        storage.holds('A');
        wx.checkSession('-');
      },
      use: (session) => session.verify(),
    },
    {
      title: 'of a login that verifies',
      script: ({ storage, wx }) => {
        storage.holds('A');
        wx.checkSession('-');
      },
      use: (session) => session.login({ verify: true }),
    },
    {
      title: 'of a logout',
      script: ({ storage, backend }) => {
        storage.holds('A');
        backend.logout('-');
      },
      use: (session) => session.logout(),
    },
    { title: 'of an asynchronous store', config: { store: stuck } },
    {
      title: 'of a write to an asynchronous store',
      config: { store: { ...stuck, read: () => undefined, write: () => new Promise(() => undefined) } },
    },
  ];

  for (const { title, script, config, use = (session: Session) => session.login() } of CASES)
    test(`C3: the timer ${title}`, () => {
      /** When the last thing happens, with and without a dispose at 5 ms. */
      const lastOf = (disposed: boolean) => {
        let last = 0;
        sessionMarbles(
          (scenario) => {
            const { session, app, at, flush, now } = scenario;
            script?.(scenario);
            at(0, () => void use(session).subscribe({ error: () => undefined }));
            if (disposed) at('5ms', app.dispose);
            flush();
            last = now();
          },
          { ...config, pace: 'synchronous', until: '20m' },
        );
        return last;
      };
      expect(lastOf(false)).toBeGreaterThan(5);
      expect(lastOf(true)).toBe(5);
    });
});

test('C3: a session that was disposed before its first use touches nothing afterwards', () =>
  sessionMarbles(
    ({ session, storage, app, at, expectCalls, expectRequests, expectSession }) => {
      storage.holds('R');
      at('10ms', app.dispose);
      at('20ms', () => expect(session.credential).toBeUndefined());
      at('20ms', () => expect(session.snapshot).toEqual({ status: 'anonymous' }));

      expectSession(session, '30ms ^').toBe('30ms (n|)');
      expectCalls().toBe('');
      expectRequests().toBe('');
    },
    { observe: false },
  ));

test('C3 T4: dispose during a login leaves no state that says it goes on', () =>
  sessionMarbles(({ session, app, at, expectSession, expectObservable }) => {
    at('5ms', app.dispose);

    expectSession(session).toBe('            (ns)-(n|)');
    expectObservable(session.login()).toBe('-----#', {}, 'disposed');
  }));
