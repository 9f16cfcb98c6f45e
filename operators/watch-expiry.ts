import { tap } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { carriedBy, hooksOf, markExpiry } from '../src/hooks';
import type { Attempt } from '../src/hooks';
import { isSessionError, sessionError } from '../src/session-error';
import type { Credential, Session } from '../src/types';

/**
 * Turns an outcome that says "expired" into a `session-expired` error, and invalidates the credential that the
 * request was given.
 *
 * @param assumed - that credential, where the outcome does not tell; nothing = the request carried none
 * @param attempt - whose outcomes `retryOnExpired` watches, unless a guard inside does
 */
export function watchExpiry<T>(
  session: Session,
  assumed: Credential | undefined,
  attempt?: Attempt,
): MonoTypeOperatorFunction<T> {
  const { generation, accepted } = hooksOf(session);
  let carried = assumed;
  let answered = false;
  const accept = () => {
    if (carried && accepted) accepted(carried);
  };
  const check = (outcome: unknown): void => {
    const carrying = carriedBy(outcome);
    const { given, source = session.source } = carrying;
    if (attempt) {
      attempt.end();
      if (given !== undefined) attempt.answered = true;
    }
    // A guard inside has judged it, unless it is the response of a request beside the guard.
    const isJudged = attempt && attempt.guarded && (!given || carrying.judged);
    // Another session's guard will know what to do with its own.
    if (isSessionError(outcome) || isJudged || source !== session.source) return;
    carrying.judged = true;
    if (given !== undefined) carried = given || undefined;
    if (!carried) return;
    if (session.isExpired(outcome)) {
      session.invalidate(carried);
      const error = sessionError('session-expired', 'credential refused', outcome);
      throw markExpiry(error, { generation, guarded: !attempt, source });
    }
    // A value that is no response ("loading") says nothing of the credential yet.
    answered = !given;
    if (given) accept();
  };
  // What `tap` throws takes the place of the outcome, an error's too.
  return tap<T>({
    next: check,
    error: check,
    complete: () => {
      if (attempt) attempt.end();
      if (answered) accept();
    },
  });
}
