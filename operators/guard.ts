import { Observable, switchMap } from 'rxjs';
import { hooksOf, subscribeFor } from '../src/hooks';
import type { Attempt } from '../src/hooks';
import type { SessionError } from '../src/session-error';
import type { Credential, Session } from '../src/types';
import { watchExpiry } from './watch-expiry';

/**
 * Subscribes a source when a login is done, under the credential that it brought, and watches its outcomes.
 *
 * @param login - given the expiry that the source is subscribed again for, if it is
 */
export const guard = <T>(
  session: Session,
  source: Observable<T>,
  login: (expired: SessionError | undefined) => Observable<Credential | undefined>,
): Observable<T> =>
  new Observable((subscriber) => {
    const hooks = hooksOf(session);
    const { attempt = {} } = hooks;
    const { expired } = attempt;
    const inner = { expired };
    const guarded$ = login(expired).pipe(
      switchMap((credential) => {
        for (let each: Attempt | undefined = attempt; each; each = each.outer) {
          each.guarded = true;
          // What goes on anonymously may meet a guard yet that does not know what for it logs in.
          if (credential) each.answered = true;
        }
        return new Observable<T>((each) =>
          subscribeFor(hooks, inner, watchExpiry(session, source, inner, credential, true), each),
        );
      }),
    );
    // Whoever begins something when he hears of the login is no part of the attempt.
    return subscribeFor(hooks, undefined, guarded$, subscriber);
  });
