import { concat, merge, NEVER, Observable, Subject, take, takeUntil, tap, timer } from 'rxjs';
import { retryOnExpired, sessionRequest, silentOnly, weapp, withLogin } from 'rx-weapp-session';
import type { AuthPrompt, Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { request } from './support/guarded';
import { busy, over, phone, ticket } from './support/props';

const ask = (session: Session) => session.login({ mode: 'forceAuth' });

/** The session of the scenario, on a platform that counts what it is told to abort. */
function counting({ platform, otherSession }: Scenario) {
  interface Requests {
    request(options: { readonly url: string }): { abort(): void };
  }
  const api = platform.api as Requests;
  const aborted: string[] = [];
  const counted: Requests = {
    request: (options) => {
      const task = api.request(options);
      const abort = () => {
        aborted.push(options.url);
        task.abort();
      };
      return { ...task, abort };
    },
  };
  const session = otherSession({ source: 'shop', platform: weapp({ ...api, ...counted }) });
  return { session, aborted };
}

describe('C1: one waiter leaves', () => {
  for (const pace of PACES) {
    test(`C1: the others are served, its own request is never sent; ${pace}`, () =>
      sessionMarbles(
        (scenario) => {
          const { wx, cold, at, expectCalls, expectRequests, expectObservable } = scenario;
          const { session, aborted } = counting(scenario);
          // So that there is a flight to leave on every pace.
          wx.login(cold('10ms a'));

          expectObservable(request(session, '/first'), '   ^ 4ms !').toBe('');
          expectObservable(request(session, '/second')).inPace('80ms (A|)');
          expectObservable(session.login()).inPace('            60ms (A|)');
          expectCalls(wx.login).inPace('                        x');
          expectRequests().inPace('                             60ms A');
          expectRequests('/second').inPace('                    60ms A');
          at('1s', () => expect(aborted).toEqual([]));
        },
        { pace },
      ));

    for (const [who, first, second, third] of [
      ['the first', '^ 4ms !', '^', '^'],
      ['the middle one', '^', '^ 4ms !', '^'],
      ['the last', '^', '^', '^ 4ms !'],
    ])
      test(`C1: ${who} leaves: the rest is served; ${pace}`, () =>
        sessionMarbles(
          ({ session, wx, cold, expectRequests, expectObservable }) => {
            wx.login(cold('10ms a'));

            const served = (when: string) => (when === '^' ? '80ms (A|)' : '');
            expectObservable(request(session), first).inPace(served(first));
            expectObservable(request(session), second).inPace(served(second));
            expectObservable(request(session), third).inPace(served(third));
            expectRequests().inPace('60ms (AA)');
          },
          { pace },
        ));

    test(`C1: a waiter that leaves in the very moment the other one is told; ${pace}`, () =>
      sessionMarbles(
        ({ session, wx, cold, expectRequests, expectSession, expectObservable }) => {
          wx.login(cold('10ms a'));
          const left = new Subject<void>();
          const login = session.login().pipe(tap({ next: () => left.next() }));
          const leaver = merge(request(session), NEVER).pipe(takeUntil(left));

          expectObservable(login).inPace('  60ms      (A|)');
          expectObservable(leaver).inPace(' 60ms      |');
          expectSession(session).inPace('  (ns) 56ms A');
          expectRequests().toBe('');
        },
        { pace },
      ));

    test(`C1: one of two who wait for the user; ${pace}`, () =>
      sessionMarbles(
        ({ session, user, expectPrompts, expectObservable }) => {
          user.grant('1s');

          expectPrompts().inPace('                          p 999ms .');
          expectObservable(ask(session), '^ 499ms !').toBe('');
          expectObservable(ask(session)).inPace('           1060ms  (A|)');
        },
        { pace },
      ));
  }

  test('C1: the one whose options opened the stage may leave as well', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p', ticket);
      user.grant('1s');

      expectObservable(session.login(), '^ 29ms !').toBe('');
      expectObservable(session.login()).toBe('           1110ms     (A|)');
      expectPrompts().toBe('                               60ms p 999ms .');
    }));

  test('C1: unsubscribing while an asynchronous store is read sends nothing, and logs nobody in', () =>
    sessionMarbles(
      ({ session, wx, expectRequests, expectObservable }) => {
        wx.login([]);

        expectObservable(request(session), '^ 4ms !').toBe('');
        expectRequests().toBe('');
      },
      {
        store: {
          read: () => new Promise(() => undefined),
          write: () => undefined,
          remove: () => undefined,
        },
      },
    ));

  test('C1: one that its own attach leaves, as it is being built, is never sent', () => {
    const left = new Subject<void>();
    sessionMarbles(
      ({ session, storage, expectRequests, expectObservable }) => {
        storage.holds('A');

        expectObservable(request(session).pipe(takeUntil(left))).toBe('|');
        expectRequests().toBe('');
      },
      {
        attach: (options) => {
          left.next();
          return options;
        },
      },
    );
  });

  test('C1: a request in flight: the platform task is aborted once, and only its own', () =>
    sessionMarbles((scenario) => {
      const { storage, at, calls, expectRequests, expectObservable } = scenario;
      const { session, aborted } = counting(scenario);
      storage.holds('A');

      expectObservable(request(session, '/first'), '^ 9ms !').toBe('');
      expectObservable(request(session, '/second')).toBe('         20ms (A|)');
      expectRequests().toBe('                                      (AA)');
      at('1s', () => {
        expect(aborted).toEqual(['https://api.example.com/first']);
        expect(calls.filter(({ result }) => result === 'left')).toEqual([
          expect.objectContaining({ name: 'request', at: 0, end: 10 }),
        ]);
      });
    }));

  for (const pace of PACES)
    for (const { title, answer, marbles, error } of [
      { title: 'answered', answer: '20ms o', marbles: '20ms (A|)', error: undefined },
      { title: 'refused', answer: '20ms f', marbles: '20ms (f|)', error: undefined },
      { title: 'failed', answer: '20ms #', marbles: '20ms #', error: 'request-failed' },
    ])
      test(`C1: a request that was ${title} is not aborted afterwards; ${pace}`, () =>
        sessionMarbles(
          (scenario) => {
            const { storage, resources, at, expectObservable } = scenario;
            const { session, aborted } = counting(scenario);
            storage.holds('A');
            resources(answer, { f: { statusCode: 500 } });

            const one = request(session).pipe(take(1));
            expectObservable(request(session), '^ 1s !').inPace(marbles, { f: '500' }, error);
            expectObservable(one, '             ^ 1s !').inPace(marbles, { f: '500' }, error);
            at('2s', () => expect(aborted).toEqual([]));
          },
          { pace },
        ));

  for (const [title, guard] of [
    ['withLogin', (session: Session) => withLogin<unknown>(session)],
    ['silentOnly', (session: Session) => silentOnly<unknown>(session)],
  ] as const)
    test(`C1: ${title} and retryOnExpired pass the unsubscription on, during the retry too`, () =>
      sessionMarbles(({ session, storage, resources, at, calls, expectRequests, expectObservable }) => {
        storage.holds('A');
        resources({ A: '20ms x' });
        const source = sessionRequest(session, { url: '/orders' }).pipe(
          guard(session),
          retryOnExpired(session),
        );

        expectObservable(source, '^ 89ms !').toBe('');
        expectRequests().toBe('   A 79ms B');
        at('1s', () =>
          expect(calls[calls.length - 1]).toMatchObject({ carried: 'B', result: 'left', end: 90 }),
        );
      }));
});

describe('C2: the last waiter leaves', () => {
  const STEPS: readonly {
    readonly title: string;
    readonly script?: (scenario: Scenario) => void;
    readonly config?: MarblesConfig;
    readonly leaves: string;
    readonly marbles: string;
    readonly codes: string;
  }[] = [
    { title: 'wx.login', leaves: '^ 4ms !', marbles: '(ns) 56ms A', codes: 'x' },
    { title: 'the exchange', leaves: '^ 29ms !', marbles: '(ns) 56ms A', codes: 'x' },
    {
      title: 'a retry',
      script: ({ backend }) => backend.silentLogin(['50ms f', '50ms A'], busy),
      leaves: '^ 64ms !',
      marbles: '(ns) 116ms A',
      codes: 'x 59ms x',
    },
    {
      title: 'afterLogin',
      config: { afterLogin: () => timer(100) },
      leaves: '^ 99ms !',
      marbles: '(ns) 156ms A',
      codes: 'x',
    },
    {
      title: 'refresh',
      script: ({ storage, backend }) => {
        storage.holds('R');
        backend.refresh('50ms A');
      },
      config: { credentials: over('R') },
      leaves: '^ 29ms !',
      marbles: '(rs) 46ms A',
      codes: '',
    },
  ];
  for (const { title, script, config, leaves, marbles, codes } of STEPS)
    test(`C2: a silent stage finishes and is kept: left during ${title}`, () =>
      sessionMarbles((scenario) => {
        const { session, wx, storage, expectCalls, expectRequests, expectSession, ...it } = scenario;
        script?.(scenario);

        it.expectObservable(request(session), leaves).toBe('');
        it.expectObservable(session.login({ mode: 'silent' }), leaves).toBe('');
        expectSession(session).toBe(marbles);
        expectCalls(storage.write).times(1);
        it.expectEvents().inOrder(`${title === 'refresh' ? 'x' : ''}s${title === 'a retry' ? 'r' : ''}y`);
        // What is kept serves the next one.
        it.expectObservable(request(session), '5s ^').toBe('5020ms (A|)');
        expectRequests().toBe('                             5s     A');
        expectCalls(wx.login).toBe(codes);
      }, config));

  test('C2: a silent stage that nobody waits for any more can be joined', () =>
    sessionMarbles(({ session, wx, expectCalls, expectObservable }) => {
      expectObservable(request(session), '     ^ 4ms !').toBe('');
      expectObservable(request(session), '30ms ^').toBe('80ms (A|)');
      expectCalls(wx.login).toBe('                        x');
    }));

  test('C2: a silent stage that nobody waits for any more opens no prompt', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectSession, expectObservable }) => {
      backend.silentLogin('50ms p', ticket);
      user.grant('1s');

      expectObservable(request(session), '^ 29ms !').toBe('');
      expectPrompts().toBe('');
      expectSession(session).toBe('(ns) 56ms n');
    }));

  for (const { title, held, credentials, marbles } of [
    { title: 'anonymous', held: false, credentials: {}, marbles: '(ni) 496ms n' },
    { title: 'A', held: true, credentials: {}, marbles: '(Ai) 496ms A' },
    { title: 'expired A', held: true, credentials: over('A'), marbles: '(ai) 496ms a' },
  ])
    test(`C2: an interactive stage is withdrawn: prompt$ goes to null, the state to what it was: ${title}`, () =>
      sessionMarbles(
        ({ session, storage, user, expectPrompts, expectSession, expectEvents, expectObservable }) => {
          if (held) storage.holds('A');
          user.away();

          expectObservable(ask(session), '^ 499ms !').toBe('');
          expectPrompts().toBe('           p 499ms .');
          expectSession(session).toBe(marbles);
          expectEvents().inOrder(title === 'expired A' ? 'xspf' : 'spf', {
            f: 'login-failure !auth-cancelled',
          });
        },
        { credentials },
      ));

  for (const [title, leaving, when, marbles] of [
    ['unsubscribe', (login: Observable<unknown>) => login, '^ 499ms !', ''],
    [
      'takeUntil',
      (login: Observable<unknown>) => merge(login, NEVER).pipe(takeUntil(timer(500))),
      '^',
      '500ms |',
    ],
  ] as const)
    test(`C2: the answer to a withdrawn prompt does nothing; by ${title}`, () =>
      sessionMarbles(({ session, backend, at, subscribe, expectSession, expectObservable }) => {
        backend.login([]);
        const prompts: (AuthPrompt | null)[] = [];
        subscribe(session.prompt$.pipe(tap({ next: (prompt) => void prompts.push(prompt) })), '^ 2s !');
        expectObservable(leaving(ask(session)), when).toBe(marbles);
        at('1s', () => {
          const [before, prompt, ...after] = prompts;
          expect([before, ...after]).toEqual([null, null]);
          prompt?.answer(phone);
        });

        expectSession(session).toBe('(ni) 496ms n');
      }));

  test('C2: an interactive stage is withdrawn during its exchange as well; the late reply changes nothing', () =>
    sessionMarbles(({ session, storage, backend, user, expectCalls, expectSession, expectObservable }) => {
      backend.login('550ms L');
      user.grant('1s');

      expectObservable(ask(session), '^ 1199ms !').toBe('');
      expectCalls(backend.login).toBe('1010ms a');
      expectSession(session).toBe('    (ni)  1196ms n');
      expectCalls(storage.write).toBe('');
    }));

  test('C2: it takes the last one: the prompt stays while one waits', () =>
    sessionMarbles(({ session, user, expectPrompts, expectObservable }) => {
      user.away();

      expectObservable(ask(session), '^ 499ms !').toBe('');
      expectObservable(ask(session), '^ 799ms       !').toBe('');
      expectPrompts().toBe('           p 799ms       .');
    }));

  test('C2: after a withdrawal the next login opens a prompt of its own', () =>
    sessionMarbles(({ session, user, expectPrompts, expectObservable }) => {
      user.away().grant('1s');

      expectObservable(ask(session), '     ^ 499ms !').toBe('');
      expectObservable(ask(session), '  2s ^').toBe('3060ms          (A|)');
      expectPrompts().toBe('                p 499ms . 1499ms p 999ms .');
    }));

  for (const pace of PACES)
    test(`C2: silent and then interactive, left in the second stage; ${pace}`, () =>
      sessionMarbles(
        ({ session, backend, user, expectPrompts, expectSession, expectObservable }) => {
          backend.silentLogin.always('50ms p', ticket);
          user.away().grant('1s');

          expectObservable(request(session), '   ^ 499ms !').toBe('');
          expectObservable(request(session), '2s ^').inPace('3130ms                           (A|)');
          expectPrompts().inPace('          60ms        p   439ms . 1559ms p 999ms .');
          expectSession(session).inPace('   (ns) 56ms   i   439ms n 1499ms s 59ms i 1049ms A');
        },
        { pace },
      ));
});

test('C1 C2: a waiter that leaves inside the state that it caused', () =>
  sessionMarbles(({ session, expectSession, expectObservable }) => {
    const waiter = new Observable<unknown>((subscriber) => {
      const login = concat(session.login(), NEVER).subscribe(subscriber);
      subscriber.add(
        session.session$.subscribe((state) => {
          if (state.status === 'authenticating') login.unsubscribe();
        }),
      );
    });

    expectObservable(waiter).toBe('');
    expectSession(session).toBe('(ns) 56ms A');
  }));

test('C2: an interactive login that everybody left has an end in event$ too', () =>
  sessionMarbles(({ session, backend, user, subscribe, ...it }) => {
    backend.silentLogin('50ms p');
    user.away();
    subscribe(session.login(), '         ^          499ms !');

    it.expectSession(session).toBe('     (ns) 56ms i 439ms n');
    it.expectPrompts().toBe('            60ms   p 439ms .');
    it.expectEvents().toBe('             s 59ms p 439ms f', {
      f: { type: 'login-failure', error: { code: 'auth-cancelled' } },
    });
  }));
