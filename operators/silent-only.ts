import { catchError } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { isSessionError } from '../src/session-error';
import type { LoginOptions, Session } from '../src/types';
import { guard } from './guard';
import { logIn } from './log-in';

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
 * Emits what the source emits and completes with it. Of the login's errors only `logged-out`, `user-changed`
 * and `disposed` surface. An expired outcome is a `session-expired` error: put `retryOnExpired` outside; the
 * outcome of an anonymous request passes as it is.
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
        catchError((error: unknown) => {
          if (isSessionError(error) && !SURFACE.test(error.code)) return [undefined];
          throw error;
        }),
      ),
    );
}
