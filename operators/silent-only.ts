import { catchError, defer } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable, ObservableInput } from 'rxjs';
import { readMark } from '../src/hooks';
import { isSessionError } from '../src/session-error';
import type { SessionError } from '../src/session-error';
import type { LoginOptions, Session } from '../src/types';
import { guard } from './guard';
import { checkGeneration, logIn } from './log-in';

const SURFACE = /logged-out|user-changed|disposed/;

/**
 * Logs in without ever showing anything, then subscribes the source: anonymously where no silent session can be
 * had, so that the page goes on.
 *
 * ```text
 * silent login   ---c|              silent login   ---#
 * source            --r|            source            --r|   (no credential)
 * silentOnly     -----r|            silentOnly     -----r|
 * ```
 *
 * Emits what the source emits and completes with it. Of the login's errors, one that a `retryOnExpired` inside
 * makes included, only `logged-out`, `user-changed` and `disposed` surface. An expired outcome is a
 * `session-expired` error: put `retryOnExpired` outside; the outcome of an anonymous request passes as it is.
 *
 * @param session - the session to log in to
 * @param options - `verify`: also make sure that WeChat's session_key is still the backend's
 * @example
 * ```ts
 * import { retryOnExpired, sessionRequest, silentOnly } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const recommendations = (session: Session) =>
 *   sessionRequest<string[]>(session, { url: '/recommendations' }).pipe(silentOnly(session), retryOnExpired(session));
 * ```
 */
export function silentOnly<T>(
  session: Session,
  { verify }: Pick<LoginOptions, 'verify'> = {},
): MonoTypeOperatorFunction<T> {
  return (source) =>
    guard(session, source, (expired) =>
      logIn(session, { mode: 'silent', verify }, expired).pipe(
        // A failed login leaves a credential usable that was.
        catchError((error: unknown) => anonymously(error, expired, [session.credential])),
      ),
    ).pipe(
      catchError((error: unknown) => {
        // A `retryOnExpired` inside logged in by itself.
        const expired = isSessionError(error) && error.cause;
        const { guarded, source: owner } = readMark(expired);
        if (!isSessionError(expired) || guarded || owner !== session.source) throw error;
        return anonymously(error, expired, source);
      }),
    );
}

/** Goes on where a login failed, unless it was for somebody who is gone. */
function anonymously<T>(
  error: unknown,
  expired: SessionError | undefined,
  rest: ObservableInput<T>,
): Observable<T> {
  if (!isSessionError(error) || SURFACE.test(error.code)) throw error;
  return defer(() => {
    // Somebody who heard of the failure earlier may have logged out.
    checkGeneration(expired);
    return rest;
  });
}
