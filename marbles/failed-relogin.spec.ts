import { asapScheduler, subscribeOn, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { retryOnExpired, silentOnly, withLogin } from 'rx-weapp-session';
import type { SessionErrorCode } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Outcome, Pace } from 'rx-weapp-session/marbles';
import { send } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { rejected } from './support/props';

/** A session error of this code, with this somewhere in the chain of its causes. */
const causedBy = (code: SessionErrorCode, isCause: (link: object) => boolean) => (error: unknown) => {
  const links: object[] = [];
  for (let it = error; it; it = (it as Error).cause) links.push(it);
  return (error as { code?: unknown }).code === code && links.some(isCause);
};
const isRefusal = (link: object) =>
  'statusCode' in link && link.statusCode === 401 && 'data' in link && link.data === 'A';

describe('F8: a re-login that fails', () => {
  const LOGINS: readonly (readonly [code: SessionErrorCode, reply: Outcome, end: string])[] = [
    ['backend-unreachable', '50ms #', '200ms'],
    ['login-rejected', '50ms f', '80ms'],
    ['login-timeout', '-', '15030ms'],
    ['interaction-required', '50ms p', '80ms'],
  ];
  for (const pace of PACES) {
    for (const [code, reply, end] of LOGINS)
      for (const guard of ['withLogin', 'nothing'])
        test(`F8: the login's error, with the expired outcome (a value) as a cause: ${code}, inside ${guard}, with ${PLATFORMS[pace]}`, () =>
          sessionMarbles(
            ({ session, storage, backend, resources, expectRequests, expectObservable }) => {
              storage.holds('A');
              resources('20ms x');
              backend.silentLogin.always(reply, rejected);
              const guarded =
                guard === 'withLogin'
                  ? send(session).pipe(withLogin(session, { mode: 'silent' }))
                  : send(session);

              expectRequests().inPace('A');
              expectObservable(guarded.pipe(retryOnExpired(session))).inPace(
                `${end} #`,
                {},
                causedBy(code, isRefusal),
              );
            },
            { pace },
          ));

    test(`F8: an expired outcome that came as an error is reachable too; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, backend, cold, expectObservable }) => {
          const refusal = { statusCode: 401 };
          storage.holds('A');
          backend.silentLogin.always('50ms #');
          const refused: Observable<unknown> = throwError(() => refusal);
          const sources: Readonly<Record<Pace, Observable<unknown>>> = {
            timed: cold('5ms #', {}, refusal),
            microtask: refused.pipe(subscribeOn(asapScheduler)),
            synchronous: refused,
          };

          expectObservable(sources[pace].pipe(withLogin(session), retryOnExpired(session))).inPace(
            '185ms #',
            {},
            causedBy('backend-unreachable', (link) => link === refusal),
          );
        },
        { pace },
      ));

    test(`F8 M4: silentOnly goes on anonymously instead; with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, storage, backend, resources, expectRequests, expectObservable }) => {
          storage.holds('A');
          resources({ A: '20ms x' });
          backend.silentLogin.always('50ms #');
          const guarded = send(session).pipe(silentOnly(session), retryOnExpired(session));

          expectRequests().inPace('  A 199ms n');
          expectObservable(guarded).inPace('220ms   (n|)');
        },
        { pace },
      ));
  }
});
