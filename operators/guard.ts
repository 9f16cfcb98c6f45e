import { defer, switchMap } from 'rxjs';
import type { Observable } from 'rxjs';
import { hooksOf } from '../src/hooks';
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
  defer(() => {
    const { attempt } = hooksOf(session);
    if (attempt) attempt.guarded = true;
    return login(attempt && attempt.expired);
  }).pipe(switchMap((credential) => defer(() => source).pipe(watchExpiry(session, credential))));
