import { Observable, switchMap } from 'rxjs';
import { hooksOf, subscribeFor } from '../src/hooks';
import type { Attempt } from '../src/hooks';
import type { SessionError } from '../src/session-error';
import type { Session } from '../src/types';
import { watchExpiry } from './watch-expiry';

/**
 * Subscribes a source when a login is done, under the credential that there is then, and watches its outcomes.
 *
 * @param login - given the expiry that the source is subscribed again for, if it is
 */
export const guard = <T>(
  session: Session,
  source: Observable<T>,
  login: (expired: SessionError | undefined) => Observable<unknown>,
): Observable<T> =>
  new Observable((subscriber) => {
    const { attempt = {} } = hooksOf(session);
    const { expired } = attempt;
    const inner = { expired };
    const source$ = new Observable<T>((each) =>
      subscribeFor(session, inner, watchExpiry(session, source, inner, true), each),
    );
    const guarded$ = login(expired).pipe(
      switchMap(() => {
        for (let each: Attempt | undefined = attempt; each; each = each.outer) {
          each.guarded = true;
          // What goes on anonymously may meet a guard yet that does not know what for it logs in.
          if (session.credential) each.answered = true;
        }
        return source$;
      }),
    );
    // Whoever begins something when he hears of the login is no part of the attempt.
    return subscribeFor(session, undefined, guarded$, subscriber);
  });
