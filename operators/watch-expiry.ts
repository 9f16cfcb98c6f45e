import { defer, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { hooksOf, markExpiry, readMark } from '../src/hooks';
import type { Attempt } from '../src/hooks';
import { isSessionError, sessionError } from '../src/session-error';
import type { Credential, Session } from '../src/types';

/**
 * Turns an outcome that says "expired" into a `session-expired` error, and invalidates the credential that the
 * request was given.
 *
 * @param attempt - which subscription of the source this is
 * @param assumed - that credential, where the outcome does not tell; nothing = the request carried none
 * @param guarded - a guard watches it; else `retryOnExpired` does, unless a guard inside has
 */
export function watchExpiry<T>(
  session: Session,
  source$: Observable<T>,
  attempt: Attempt,
  assumed: Credential | undefined,
  guarded?: boolean,
): Observable<T> {
  const hooks = hooksOf(session);
  const { generation, accepted } = hooks;
  let carried: Credential | null | undefined = assumed;
  let answered = false;
  const accept = () => {
    if (carried && accepted) accepted(carried);
  };
  // Whoever is told is no part of it.
  const leave = () => {
    if (hooks.attempt === attempt) hooks.attempt = undefined;
  };
  const check = (outcome: unknown): void => {
    leave();
    const carrying = readMark(outcome);
    const { given, source = session.source } = carrying;
    // A guard inside has judged it, unless it is the response of a request beside the guard.
    const isJudged = !guarded && attempt.guarded && (!given || carrying.guarded);
    // Another session's guard will know what to do with its own.
    if (source !== session.source) return;
    if (given !== undefined) {
      attempt.answered = true;
      carried = given;
    }
    // An expiry too, of a retry inside: the guard will log in for it.
    carrying.guarded ||= guarded;
    if (isSessionError(outcome) || isJudged) return;
    if (!carried) return;
    if (session.isExpired(outcome)) {
      session.invalidate(carried);
      const error = sessionError('session-expired', 'credential refused', outcome);
      throw markExpiry(error, { generation, guarded, source });
    }
    // A value that is no response ("loading") says nothing of the credential yet.
    answered = !given;
    if (given) accept();
  };
  // What `tap` throws takes the place of the outcome, an error's too.
  return defer(() => source$).pipe(
    tap<T>({
      next: check,
      error: check,
      complete: () => {
        leave();
        if (answered) accept();
      },
    }),
  );
}
