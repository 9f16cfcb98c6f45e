import { merge } from 'rxjs';
import { requestWithLogin, retryOnExpired, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { AuthMethod, LoginMode, LoginOptions, Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Scenario } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { over, recordOf, rejected, ticket } from './support/props';
import { slowStore } from './support/slow-store';

const yes = { y: true, n: false };
const ended = { credentials: over('Y') };
/** A backend that asks for the phone number, and keeps a ticket. */
const asks = ({ backend }: Scenario) => backend.silentLogin('50ms p', ticket);

describe('R5: verify', () => {
  for (const { title, script } of [
    { title: 'without a session', script: () => undefined },
    { title: 'with an expired one', script: ({ storage }: Scenario) => storage.holds('Y') },
  ])
    test(`R5: ${title} it is false, unasked`, () =>
      sessionMarbles((scenario) => {
        const { session, wx, expectCalls, expectObservable } = scenario;
        script(scenario);

        expectObservable(session.verify()).toBe('(n|)', yes);
        expectCalls(wx.checkSession).times(0);
      }, ended));

  test('R5: after a login with a new code in this foreground period it is true, unasked', () =>
    sessionMarbles(({ session, wx, subscribe, expectObservable }) => {
      wx.checkSession([]);
      subscribe(session.login());

      expectObservable(session.verify(), '100ms ^').toBe('100ms (y|)', yes);
    }));

  for (const { title, script, mode } of [
    { title: 'took a code', script: () => undefined, mode: 'forceAuth' },
    { title: 'had a silent stage that did', script: asks, mode: 'common' },
  ] as const)
    test(`R5: the same after an interactive login that ${title}`, () =>
      sessionMarbles((scenario) => {
        const { session, wx, user, subscribe, expectSession, expectObservable } = scenario;
        script(scenario);
        wx.checkSession([]);
        user.grant('1s');
        subscribe(session.login({ mode }));

        expectSession(session).toBe(mode === 'common' ? '(ns) 56ms i 1049ms A' : '(ni) 1056ms A');
        expectObservable(session.verify(), '5s ^').toBe('5s (y|)', yes);
      }));

  test('R5 E10: a refresh takes no code: WeChat is asked', () =>
    sessionMarbles(({ session, storage, wx, backend, subscribe, expectCalls, expectObservable }) => {
      storage.holds('Y');
      backend.refresh('50ms R');
      wx.checkSession('200ms #');
      subscribe(session.login());

      expectCalls(wx.checkSession).toBe('             100ms x');
      expectObservable(session.verify(), '100ms ^').toBe('300ms (n|)', yes);
    }, ended));

  for (const pace of PACES)
    test(`R5: a restored session is asked about once per foreground period, with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, wx, app, perform, expectCalls, expectObservable }) => {
          storage.holds('Z');
          wx.checkSession(['200ms o', '200ms #']);
          perform('2s b 999ms f', { b: app.background, f: app.foreground });

          expectObservable(session.verify()).inPace('           200ms (y|)', yes);
          expectObservable(session.verify(), '10ms ^').inPace('  200ms (y|)', yes);
          expectObservable(session.verify(), '1s ^').toBe('     1s   (y|)', yes);
          expectObservable(session.verify(), '1s ^').toBe('     1s   (y|)', yes);
          expectObservable(session.verify(), '3001ms ^').inPace('3201ms (n|)', yes);
          expectObservable(session.verify(), '4s ^').toBe('     4s   (n|)', yes);
          expectCalls(wx.checkSession).toBe('x 3s x');
        },
        { pace },
      ));

  test('R5: WeChat is not asked anew because who asked first has left', () =>
    sessionMarbles(({ session, storage, wx, subscribe, expectCalls, expectObservable }) => {
      storage.holds('A');
      wx.checkSession('200ms o');
      subscribe(session.verify(), '^ 100ms !');

      expectObservable(session.verify(), '150ms ^').toBe('200ms (y|)', yes);
      expectCalls(wx.checkSession).toBe('x');
    }));

  test('R5: a login of an earlier foreground period is not good enough', () =>
    sessionMarbles(({ session, wx, app, perform, subscribe, expectCalls, expectObservable }) => {
      subscribe(session.login());
      perform('1s b 999ms f', { b: app.background, f: app.foreground });

      expectObservable(session.verify(), '3s ^').toBe('3200ms (y|)', yes);
      expectCalls(wx.checkSession).toBe('              3s x');
    }));

  test('R5: it logs in nobody, whatever the answer', () =>
    sessionMarbles(({ session, storage, wx, expectCalls, expectSession, expectObservable }) => {
      storage.holds('Z');
      wx.checkSession('200ms #');

      expectObservable(session.verify()).toBe('200ms (n|)', yes);
      expectSession(session).toBe('            Z');
      expectCalls(wx.login).times(0);
    }));

  test('R5 W1: a missing checkSession is false', () =>
    sessionMarbles(
      ({ session, storage, expectObservable }) => {
        storage.holds('Z');

        expectObservable(session.verify()).toBe('(n|)', yes);
      },
      { wx: { checkSession: undefined } },
    ));

  const TAKEN: readonly {
    readonly title: string;
    readonly options: LoginOptions;
    readonly script: (scenario: Scenario) => void;
    readonly when?: string;
  }[] = [
    {
      title: 'whose exchange failed',
      options: { mode: 'force' },
      script: ({ backend }) => backend.silentLogin(['50ms f', '50ms B'], rejected),
    },
    {
      title: 'whose prompt the user closed',
      options: { mode: 'forceAuth', method: 'userProfile' },
      script: ({ user }) => void user.close('500ms'),
    },
    {
      title: 'whose only caller left',
      options: { mode: 'forceAuth', method: 'userProfile' },
      script: ({ user }) => void user.away(),
      when: '^ 500ms !',
    },
  ];
  for (const { title, options, script, when } of TAKEN)
    test(`R5: after a code was taken for a login ${title}, it is false, unasked, also in the next foreground period, until a code has logged in`, () =>
      sessionMarbles((scenario) => {
        const { session, storage, wx, app, at, perform, subscribe, expectObservable } = scenario;
        storage.holds('Z');
        wx.checkSession([]);
        script(scenario);
        subscribe(session.login(options), when);
        perform('2s b 999ms f', { b: app.background, f: app.foreground });
        subscribe(session.login({ mode: 'force' }), '5s ^');

        at('4s', () => expect(session.credential).toEqual({ token: 'Z' }));
        expectObservable(session.verify(), '1s ^').toBe('1s (n|)', yes);
        expectObservable(session.verify(), '4s ^').toBe('4s (n|)', yes);
        expectObservable(session.verify(), '6s ^').toBe('6s (y|)', yes);
      }));

  test('R5: it is cold', () =>
    sessionMarbles(({ session, storage, wx, at, expectCalls }) => {
      storage.holds('Z');
      at('10ms', () => void session.verify());

      expectCalls(wx.checkSession).times(0);
    }));

  test('R5 L1: after a logout it is false, unasked', () =>
    sessionMarbles(({ session, wx, app, at, subscribe, expectObservable }) => {
      wx.checkSession([]);
      subscribe(session.login());
      at('100ms', app.logout);

      expectObservable(session.verify(), '200ms ^').toBe('200ms (n|)', yes);
    }));

  test('R5 L1: a code taken before a logout says nothing of the login after it: one without a code is asked about', () => {
    const invitation: AuthMethod = { code: 'none', read: (detail) => detail };
    sessionMarbles(
      ({ session, wx, user, app, at, subscribe, expectCalls, expectObservable }) => {
        wx.checkSession('200ms #');
        user.answer({}, '1s');
        subscribe(session.login());
        at('100ms', app.logout);
        subscribe(session.login({ mode: 'forceAuth', method: 'invitation' }), '200ms ^');

        expectObservable(session.verify(), '2s ^').toBe('2200ms (n|)', yes);
        expectCalls(wx.checkSession).toBe('              2s x');
        expectCalls(wx.login).toBe('                     x');
      },
      { methods: { invitation } },
    );
  });

  test('R5 C3: after dispose it is disposed, also for who waits', () =>
    sessionMarbles(({ session, storage, app, at, expectObservable }) => {
      storage.holds('Z');
      at('100ms', app.dispose);

      for (let caller = 0; caller < 3; caller++)
        expectObservable(session.verify()).toBe('         100ms #', {}, 'disposed');
      expectObservable(session.verify(), '200ms ^').toBe('200ms #', {}, 'disposed');
    }));
});

describe('R5: a login with verify', () => {
  const CASES: readonly {
    readonly mode: LoginMode;
    /** As the mode is. */
    readonly good: string;
    /** Forced. */
    readonly bad: string;
    readonly asked: string;
  }[] = [
    { mode: 'common', good: '200ms Z', bad: '260ms A C', asked: '1310ms A CP' },
    { mode: 'silent', good: '200ms Z', bad: '260ms A C', asked: '260ms !interaction-required C' },
    // What is made anew anyway has no use for the answer.
    { mode: 'force', good: '60ms A C', bad: '60ms A C', asked: '1110ms A CP' },
    { mode: 'forceSilent', good: '60ms A C', bad: '60ms A C', asked: '60ms !interaction-required C' },
    { mode: 'forceAuth', good: '1060ms A CP', bad: '1060ms A CP', asked: '1060ms A CP' },
  ];
  const bad = ({ wx }: Scenario) => wx.checkSession.always('200ms #');
  const badAndAsks = (scenario: Scenario) => {
    bad(scenario);
    asks(scenario);
  };
  for (const { mode, ...outcomes } of CASES)
    for (const { title, script, outcome } of [
      { title: 'a good answer', script: () => undefined, outcome: outcomes.good },
      { title: 'a false answer', script: bad, outcome: outcomes.bad },
      { title: 'a false answer and a backend that asks', script: badAndAsks, outcome: outcomes.asked },
    ])
      for (const pace of PACES)
        test(`R5: login({ mode: '${mode}', verify: true }) with ${title}: ${outcome}, with ${PLATFORMS[pace]}`, () =>
          sessionMarbles(
            (scenario) => {
              const { session, storage, wx, user, expectCalls, expectPrompts, expectObservable } = scenario;
              storage.holds('Z');
              script(scenario);
              user.grant('1s');
              const [time, end, cost = ''] = outcome.split(' ');

              const login = expectObservable(session.login({ mode, verify: true }));
              if (end.startsWith('!')) login.inPace(`${time} #`, {}, end.slice(1));
              else login.inPace(`${time} (${end}|)`);
              expectCalls(wx.checkSession).times(mode.startsWith('force') ? 0 : 1);
              expectCalls(wx.login).times(cost.includes('C') ? 1 : 0);
              expectPrompts().inOrder(cost.includes('P') ? 'p.' : '');
            },
            { pace },
          ));

  test('R5 S1: many verifying callers make one question and one forced login, and are content afterwards', () =>
    sessionMarbles(({ session, storage, wx, expectCalls, expectObservable }) => {
      storage.holds('Z');
      wx.checkSession('200ms #');
      const login = session.login({ verify: true });

      for (const when of ['^', '^', '10ms ^', '205ms ^'])
        expectObservable(login, when).toBe('          260ms (A|)');
      expectObservable(login, '1s ^').toBe('          1s    (A|)');
      expectCalls(wx.checkSession).toBe(' x');
      expectCalls(wx.login).toBe('  200ms x');
    }));

  for (const mode of ['common', 'silent', 'force', 'forceSilent', 'forceAuth'] as const)
    test(`R5: without a session it is one login, not two: ${mode}`, () =>
      sessionMarbles(({ session, wx, user, subscribe, expectCalls }) => {
        user.grant('1s');
        wx.checkSession([]);
        subscribe(session.login({ mode, verify: true }));

        expectCalls(wx.login).times(1);
      }));

  const url = '/orders';
  const GUARDED: Readonly<Record<string, (session: Session) => ReturnType<typeof sessionRequest>>> = {
    requestWithLogin: (session) => requestWithLogin(session, { url, loginOptions: { verify: true } }),
    'a silent requestWithLogin': (session) =>
      requestWithLogin(session, { url, loginOptions: { mode: 'silent', verify: true } }),
    withLogin: (session) => sessionRequest(session, { url }).pipe(withLogin(session, { verify: true })),
    silentOnly: (session) => sessionRequest(session, { url }).pipe(silentOnly(session, { verify: true })),
  };
  for (const [title, guarded] of Object.entries(GUARDED))
    test(`R5 R3: guards and requests pass it on: ${title}`, () =>
      sessionMarbles(({ session, storage, wx, expectCalls, expectRequests, expectObservable }) => {
        storage.holds('Z');
        wx.checkSession('200ms #');

        expectObservable(guarded(session)).toBe('280ms (A|)');
        expectRequests().toBe('                   260ms A');
        expectCalls(wx.checkSession).toBe('      x');
      }));

  test('R5 E2: a guard that verifies does so on a retry too', () =>
    sessionMarbles(({ session, storage, wx, resources, app, perform, subscribe, ...it }) => {
      storage.holds('Z');
      wx.checkSession(['200ms o', '200ms #']);
      resources({ Z: '500ms x' });
      const verified = sessionRequest(session, { url }).pipe(
        withLogin(session, { verify: true }),
        retryOnExpired(session),
      );
      // A newer credential is there when the request is refused, and after an absence nothing is known of its key.
      subscribe(session.login({ mode: 'force' }), '300ms ^');
      perform('                                 500ms b 99ms f', { b: app.background, f: app.foreground });

      it.expectCalls(wx.checkSession).toBe('   x 699ms x');
      it.expectCalls(wx.login).toBe('          300ms x 599ms x');
      it.expectRequests().toBe('               200ms Z 759ms B');
      it.expectObservable(verified).toBe('     980ms (B|)');
    }));

  test('R5: a logout while WeChat is being asked ends the login, and logs nobody in', () =>
    sessionMarbles(({ session, storage, wx, app, at, expectCalls, expectObservable }) => {
      storage.holds('Z');
      wx.checkSession('700ms #');
      at('300ms', app.logout);

      expectObservable(session.login({ verify: true })).toBe('300ms #', {}, 'logged-out');
      expectCalls(wx.login).times(0);
    }));
});

test('R5 S1: three callers that verify a bad session_key log in once, on a platform that answers at once', () =>
  sessionMarbles(
    ({ session, storage, wx, cold, expectCalls, expectObservable }) => {
      storage.holds('R');
      wx.checkSession(cold('200ms #'));
      const three = Array.from({ length: 3 }, () => session.login({ verify: true }));

      expectCalls(wx.login).toBe('             200ms x');
      expectObservable(merge(...three)).toBe(' 200ms (AAA|)');
    },
    { pace: 'synchronous' },
  ));

test('R5: verify is false where a logout comes meanwhile', () =>
  sessionMarbles(({ session, storage, app, at, expectObservable }) => {
    storage.holds('R');
    at('100ms', app.logout);

    expectObservable(session.verify()).toBe('200ms (f|)', { f: false });
  }));

test('L1: a login that makes sure of the session_key is ended by a logout, though its own question brought that about', () =>
  sessionMarbles(
    ({ session, wx, backend, storage, at, expectCalls, expectSession, expectObservable }) => {
      storage.holds('R');
      at(0, () =>
        session.session$.subscribe(({ status }) => {
          if (status === 'expired') session.logout();
        }),
      );
      // Ahead of the timer for the same moment: the login notices the end.
      const login = session.login({ verify: true });

      expectObservable(login, '30s ^').toBe('30s       #', {}, 'logged-out');
      expectSession(session).toBe('         R 29999ms (rn)');
      expectCalls(wx.login, backend.silentLogin, backend.login).toBe('');
    },
    { credentials: { R: { expiresAt: 60_000 } } },
  ));

test('R5 K1: a login makes sure of the session_key also where it waits for an asynchronous store', () => {
  const store = slowStore(recordOf('R'), 300);
  sessionMarbles(
    ({ session, wx, expectCalls, expectObservable }) => {
      wx.checkSession('200ms #');

      expectCalls(wx.checkSession).toBe('                       300ms x');
      expectObservable(session.login({ verify: true })).toBe('560ms (A|)');
    },
    { store },
  );
});
