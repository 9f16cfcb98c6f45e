import { ReplaySubject } from 'rxjs';
import { requestWithLogin } from 'rx-weapp-session';
import type { Credential, HttpResponse, Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { PLATFORMS } from './support/platforms';
import { recordOf, rejected } from './support/props';

/** R lies in a store that, the first time it is to remove it, does this first. */
function calling(
  inRemove: (session: Session) => void,
  run: (scenario: Scenario) => void,
  config?: MarblesConfig,
  record: object = recordOf('R'),
): void {
  const actions: (() => void)[] = [];
  const store = {
    read: () => record,
    write: () => undefined,
    remove: () => actions.pop()?.(),
  };
  sessionMarbles(
    (scenario) => {
      actions.push(() => inRemove(scenario.session));
      run(scenario);
    },
    { ...config, store },
  );
}

describe('a store that calls back finds memory settled', () => {
  for (const pace of PACES) {
    test(`L1: a login that it begins in a logout is a new one and wins, with ${PLATFORMS[pace]}`, () => {
      const begun$ = new ReplaySubject<Credential>(1);
      calling(
        (session) => session.login().subscribe(begun$),
        ({ app, at, expectObservable, expectSession, session }) => {
          at('10ms', app.logout);

          expectObservable(begun$, '10ms ^').inPace('70ms (A|)');
          expectSession(session, '5ms ^').inPace('   5ms R 4ms (ns) 56ms A');
        },
        { pace },
      );
    });

    test(`E1 S1: a request that it makes at an expiry goes out under the next credential, with ${PLATFORMS[pace]}`, () => {
      const made$ = new ReplaySubject<HttpResponse>(1);
      const verdicts: boolean[] = [];
      calling(
        (session) => {
          verdicts.push(session.invalidate({ token: 'R' }));
          requestWithLogin(session, { url: '/a' }).subscribe(made$);
        },
        ({ session, at, expectObservable, expectRequests }) => {
          at('10ms', () => verdicts.push(session.invalidate({ token: 'R' })));

          expectRequests().inPace('70ms A');
          expectObservable(made$, '10ms ^').inPace('90ms (A|)');
        },
        { pace },
      );
      expect(verdicts).toEqual([false, true]);
    });

    test(`F4 L1: a logout that it brings about at a refusal is the end of it, with ${PLATFORMS[pace]}`, () =>
      calling(
        (session) => void session.logout(),
        ({ session, backend, expectEvents, expectObservable, expectSession }) => {
          backend.silentLogin('50ms f', rejected);

          expectObservable(session.login()).inPace('60ms #', {}, 'logged-out');
          expectEvents().inOrder('x s o f');
          expectSession(session).inPace('(rs) 56ms (en)', { e: 'anonymous !login-rejected' });
        },
        { pace },
        { ...recordOf('R'), credential: { token: 'R', expiresAt: -1 } },
      ));
  }
});
