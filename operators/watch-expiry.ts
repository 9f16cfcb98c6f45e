import { catchError, map } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { givenTo, hooksOf, markExpiry } from '../src/hooks';
import { isSessionError, sessionError } from '../src/session-error';
import type { Credential, Session } from '../src/types';

/**
 * Turns an outcome that says "expired" into a `session-expired` error, and invalidates the credential that the
 * request was given.
 *
 * @param assumed - that credential, where the outcome does not tell; nothing = the request carried none
 * @param guarded - whether a guard watches, which logs in when it is subscribed again
 */
export function watchExpiry<T>(
  session: Session,
  assumed: Credential | undefined,
  guarded: boolean,
): MonoTypeOperatorFunction<T> {
  const { generation, accepted } = hooksOf(session);
  const check = (outcome: unknown): void => {
    if (isSessionError(outcome)) return;
    const credential = givenTo(outcome, assumed);
    if (!credential) return;
    if (!session.isExpired(outcome)) {
      if (accepted) accepted(credential);
      return;
    }
    session.invalidate(credential);
    const error = sessionError('session-expired', 'the credential was refused', outcome);
    throw markExpiry(error, { generation, guarded });
  };
  return (source) =>
    source.pipe(
      map((value) => {
        check(value);
        return value;
      }),
      catchError((error: unknown) => {
        check(error);
        throw error;
      }),
    );
}
