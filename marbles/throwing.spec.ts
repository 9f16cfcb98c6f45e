import { config as rxjsConfig, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { isSessionError, requestWithLogin } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { request } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { rejected } from './support/props';

const boom = new Error('boom');
const explode = (): never => {
  throw boom;
};

describe('F7: what an app throws', () => {
  const unhandled: unknown[] = [];
  const { onUnhandledError } = rxjsConfig;

  beforeEach(() => {
    unhandled.length = 0;
    rxjsConfig.onUnhandledError = (error) => unhandled.push(error);
  });
  afterEach(() => {
    rxjsConfig.onUnhandledError = onUnhandledError;
  });

  const STREAMS: readonly (readonly [title: string, source: (session: Session) => Observable<unknown>])[] = [
    ['session$', (session) => session.session$],
    ['event$', (session) => session.event$],
    ['prompt$', (session) => session.prompt$],
  ];
  for (const pace of PACES) {
    for (const [title, source] of STREAMS)
      test(`F7: a throwing subscriber of ${title} changes nothing for the others; with ${PLATFORMS[pace]}`, () => {
        sessionMarbles(
          ({ session, backend, user, app, at, expectPrompts, expectSession, expectEvents, ...it }) => {
            backend.silentLogin('50ms p');
            at(0, () => source(session).subscribe(explode));
            user.grant('1s');
            at('5s', app.logout);

            it.expectObservable(request(session)).inPace('1140ms           (A|)');
            expectPrompts().inPace('           60ms  p 999ms .');
            expectSession(session).inPace('(ns) 56ms i 1059ms A 3879ms n');
            expectEvents().inOrder('spyo');
          },
          { pace },
        );
        expect(unhandled).toContain(boom);
      });

    test(`F7: a waiter that throws changes nothing for the others; with ${PLATFORMS[pace]}`, () => {
      sessionMarbles(
        ({ session, backend, app, at, cold, expectObservable }) => {
          backend.silentLogin([cold('60ms A'), cold('60ms f')], rejected);
          at(0, () => session.login().subscribe(explode));
          at('5s', app.logout);
          at('5s', () => session.login().subscribe({ error: explode }));

          expectObservable(request(session)).inPace('         90ms (A|)');
          expectObservable(session.login()).inPace('          70ms (A|)');
          expectObservable(session.login(), '5s ^').inPace('5070ms #', {}, 'login-rejected');
        },
        { pace },
      );
      expect(unhandled).toEqual([boom, boom]);
    });
  }

  for (const [title, hooks] of [
    ['tips', { tips: explode }],
    ['pageTips', { pageTips: explode }],
  ] as const)
    test(`F7: throwing ${title} change no more than the words`, () =>
      sessionMarbles(({ session, backend, user, expectPrompts, expectEvents, expectObservable }) => {
        backend.silentLogin('50ms p');
        user.grant('1s');

        expectPrompts().toBe('60ms w 999ms .', { w: { tips: { title: expect.any(String) as string } } });
        expectObservable(request(session)).toBe('1140ms (A|)');
        expectEvents().inOrder('sphy', { h: { type: 'hook-failure', error: { cause: boom } } });
      }, hooks));

  for (const pace of PACES) {
    test(`F7 E6: a throwing isExpired changes no outcome; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, wx, resources, expectCalls, expectSession, expectEvents, expectObservable }) => {
          resources('20ms x');

          expectObservable(request(session)).inPace('80ms (x|)');
          expectObservable(request(session)).inPace('80ms (x|)');
          expectCalls(wx.login).times(1);
          expectSession(session).inOrder('nsA');
          expectEvents().inOrder('syhh', { h: { type: 'hook-failure', error: { cause: boom } } });
        },
        { pace, isExpired: explode },
      ));

    test(`F7: a throwing attach sends nothing, and the other requests go out with the credential; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, expectRequests, expectSession, expectObservable }) => {
          expectObservable(requestWithLogin(session, { url: '/bad' })).inPace('60ms #', {}, 'config-invalid');
          expectObservable(request(session)).inPace('80ms (A|)');
          expectRequests().inPace('60ms A');
          expectSession(session).inOrder('nsA');
        },
        {
          pace,
          attach: (options, { token }) =>
            options.url.endsWith('/bad')
              ? explode()
              : { ...options, header: { ...options.header, Authorization: `Bearer ${token}` } },
        },
      ));
  }

  test('F7: a throwing method or store fails nobody but itself', () =>
    sessionMarbles(
      ({ session, user, expectObservable }) => {
        user.answer('answer', '1s');
        const odd = session.login({ mode: 'forceAuth', method: 'odd' });

        expectObservable(odd).toBe('1s #', {}, 'auth-failed');
        expectObservable(request(session), '2s ^').toBe('2080ms (A|)');
        expectObservable(session.logout(), '5s ^').toBe('5s (u|)', { u: undefined });
      },
      {
        methods: { odd: { code: 'none', read: explode } },
        store: { read: explode, write: explode, remove: explode },
      },
    ));

  const REFUSALS: readonly {
    readonly title: string;
    readonly script?: (scenario: Scenario) => void;
    readonly config?: MarblesConfig;
    readonly end: string;
  }[] = [
    { title: 'rejected', script: ({ backend }) => backend.silentLogin('50ms f', rejected), end: '60ms' },
    { title: 'unreachable', script: ({ backend }) => backend.silentLogin.always('50ms #'), end: '180ms' },
    { title: 'late', script: ({ backend }) => backend.silentLogin('-'), end: '15010ms' },
    {
      title: 'without a code',
      script: ({ wx }) => wx.login('10ms #', { '#': { errMsg: 'login:fail' } }),
      end: '10ms',
    },
    { title: 'not ready', config: { afterLogin: explode }, end: '60ms' },
    {
      title: 'refused by the user',
      script: ({ backend, user }) => {
        backend.silentLogin('50ms p');
        user.refuse('1s');
      },
      end: '1060ms',
    },
  ];
  for (const pace of PACES) {
    for (const { title, script, config, end } of REFUSALS)
      test(`F7: a request that asked for login never goes out without one: ${title}, with ${PLATFORMS[pace]}`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, expectRequests, expectObservable } = scenario;
            script?.(scenario);

            expectObservable(request(session)).inPace(`${end} #`, {}, (error: unknown) =>
              isSessionError(error),
            );
            expectRequests().toBe('');
          },
          { ...config, pace },
        ));

    test(`F7 E3: a credential that the first waiter's request finds refused lets no other waiter go without; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, backend, resources, cold, expectRequests, expectObservable }) => {
          backend.silentLogin([cold('60ms A'), cold('60ms B')]);
          resources({ A: '20ms x' });

          for (let waiter = 0; waiter < 3; waiter++) expectObservable(request(session)).inPace('180ms (B|)');
          if (pace === 'timed') expectRequests().toBe('70ms (AAA) 85ms (BBB)');
          else expectRequests().inOrder(pace === 'microtask' ? 'AAABBB' : 'ABBB');
        },
        { pace },
      ));

    test(`F7: a waiter that invalidates what it got lets no other waiter go without; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, backend, cold, subscribe, expectRequests, expectObservable }) => {
          backend.silentLogin([cold('60ms A'), cold('60ms B')]);
          subscribe(session.login().pipe(tap((credential) => session.invalidate(credential))));

          expectRequests().inPace('140ms B');
          expectObservable(request(session)).inPace('160ms (B|)');
        },
        { pace },
      ));

    test(`F7: a subscriber of session$ that invalidates what it sees lets no waiter go without; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, at, expectRequests, expectObservable }) => {
          at(0, () =>
            session.session$.subscribe((state) => {
              if (state.status === 'authenticated' && state.credential.token === 'A')
                session.invalidate(state.credential);
            }),
          );

          expectRequests().inPace('120ms B');
          expectObservable(request(session)).inPace('140ms (B|)');
        },
        { pace },
      ));
  }
});
