import { catchError, switchMap } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { hooksOf, readMark } from '../src/hooks';
import { isSessionError, sessionError } from '../src/session-error';
import type { SessionError } from '../src/session-error';
import type { Credential, LoginMode, LoginOptions, Session } from '../src/types';

/** The mode in which one logs in again: the first login was fresh already, and so is whoever's came since. */
const modeAgain = (options: LoginOptions): LoginMode =>
  /silent/i.test(options.mode as string) ? 'silent' : 'common';

/** Throws where the request's user is gone: it must not be replayed as anybody else. */
export function checkGeneration(expired: SessionError | undefined): void {
  const { generation } = readMark(expired);
  if (generation && generation.ended) {
    throw sessionError(generation.ended, 'no replay for another session', expired);
  }
}

/**
 * Logs in for a request, and once more where somebody found the new credential refused before this one had it.
 *
 * @param expired - the expiry that the request is made again for, if it is; a failed login then names it as its cause
 * @param again - whether somebody has logged in for it already
 */
export function logIn(
  session: Session,
  options: LoginOptions,
  expired: SessionError | undefined,
  again?: unknown,
): Observable<Credential> {
  const credential$ = session.login(again ? { ...options, mode: modeAgain(options) } : options);
  const named$ = expired
    ? credential$.pipe(catchError((error: unknown) => becauseOf(expired, error)))
    : credential$;
  return named$.pipe(
    switchMap((credential): ObservableInput<Credential> => {
      checkGeneration(expired);
      const refused = hooksOf(session).generation && !session.credential;
      return refused ? logIn(session, options, expired, true) : [credential];
    }),
  );
}

/** Rethrows what a login failed with that an expired request needed. */
function becauseOf(expired: SessionError, error: unknown): never {
  if (!isSessionError(error)) throw error;
  throw error.code === 'login-loop' ? expired : sessionError(error.code, error.message, expired);
}
