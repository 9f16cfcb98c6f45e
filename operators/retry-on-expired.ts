import { catchError, filter, Observable, switchMap, takeUntil } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { hooksOf, readMark, subscribeFor } from '../src/hooks';
import type { Attempt } from '../src/hooks';
import { isSessionError } from '../src/session-error';
import type { SessionError } from '../src/session-error';
import type { LoginMode, Session } from '../src/types';
import { checkGeneration, logIn } from './log-in';
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
      new Observable<T>((subscriber) => {
        const hooks = hooksOf(session);
        const { attempt: outer = {} } = hooks;
        const attempt: Attempt = { outer, expired: expired || outer.expired };
        const made$ = watchExpiry(session, source, attempt, session.credential);
        const isGone = () => {
          if (!attempt.answered) checkGeneration(expired);
          return false;
        };
        // A guard that is subscribed later does not know what for: its generation is watched here.
        const safe$ = readMark(expired).guarded
          ? made$.pipe(takeUntil(session.session$.pipe(filter(isGone))))
          : made$;
        return subscribeFor(hooks, attempt, safe$, subscriber);
      }).pipe(
        catchError((error: unknown) => {
          // The very expiry it is made again for comes back where the login was held back.
          if (!(left > 0) || error === expired || !isSessionError(error, 'session-expired')) throw error;
          const { guarded, source: owner = session.source } = readMark(error);
          if (owner !== session.source) throw error;
          checkGeneration(error);
          const next$ = make(left - 1, error);
          if (guarded) return next$;
          return logIn(session, { mode }, error, session.credential).pipe(switchMap(() => next$));
        }),
      );
    return make(count);
  };
}
