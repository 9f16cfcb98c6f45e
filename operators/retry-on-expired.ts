import { catchError, defer, filter, switchMap, takeUntil } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { attempting, expiryOf } from '../src/hooks';
import { isSessionError } from '../src/session-error';
import type { SessionError } from '../src/session-error';
import type { LoginMode, Session } from '../src/types';
import { checkGeneration, logIn, modeAgain } from './log-in';
import { watchExpiry } from './watch-expiry';

/**
 * Subscribes the source again after `session-expired`, with the new credential.
 *
 * ```text
 * source           --x|                 (x: an outcome that says "expired")
 * login              ---c|
 * source again          --r|
 * retryOnExpired   -------r|
 * ```
 *
 * A guard inside logs in before the source is subscribed again, in its own mode. Without one, this operator
 * sees the expiry of a request that carried a credential by itself, and logs in by `mode`. The documented
 * order is guard first, retry outside.
 *
 * Emits what the source emits and completes with it. Errors with `session-expired` when the retries are used up
 * (its `cause` is the last outcome), with the login's error where that fails, and with `logged-out` or
 * `user-changed` rather than replay a request as somebody else.
 *
 * @param session - the session whose verdict counts
 * @param options - `count`: most retries of one subscription, default 1; `mode`: how to log in for a source
 *   without a guard, default `'silent'`
 * @example
 * ```ts
 * import { retryOnExpired, sessionRequest, withLogin } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const profile = (session: Session) =>
 *   sessionRequest(session, { url: '/me' }).pipe(withLogin(session), retryOnExpired(session));
 * ```
 */
export function retryOnExpired<T>(
  session: Session,
  { count = 1, mode = 'silent' }: { count?: number | undefined; mode?: LoginMode | undefined } = {},
): MonoTypeOperatorFunction<T> {
  return (source) => {
    const make = (left: number, expired?: SessionError): Observable<T> =>
      attempting(session, expired, (attempt) => {
        const made$ = defer(() => source).pipe(watchExpiry<T>(session, session.credential, attempt));
        if (!expired || !expiryOf(expired).guarded) return made$;
        // A guard that is subscribed later does not know what for: its generation is watched here.
        const gone$ = session.session$.pipe(
          filter(() => {
            if (!attempt.guarded && !attempt.answered) checkGeneration(expired);
            return false;
          }),
        );
        return made$.pipe(takeUntil(gone$));
      }).pipe(
        catchError((error: unknown) => {
          // The very expiry it is made again for comes back where the login was held back.
          if (left <= 0 || error === expired || !isSessionError(error, 'session-expired')) throw error;
          const { guarded, source: owner = session.source } = expiryOf(error);
          if (owner !== session.source) throw error;
          checkGeneration(error);
          const again = make(left - 1, error);
          if (guarded) return again;
          const options = { mode: session.credential ? modeAgain(mode) : mode };
          return logIn(session, options, error).pipe(switchMap(() => again));
        }),
      );
    return make(count);
  };
}
