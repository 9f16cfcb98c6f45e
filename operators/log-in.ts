import { catchError, defer, type Observable, switchMap } from 'rxjs';
import { expiryOf, hooksOf } from '../src/hooks';
import { isSessionError, sessionError } from '../src/session-error';
import type { SessionError } from '../src/session-error';
import type { Credential, LoginMode, LoginOptions, Session } from '../src/types';

/** The mode for a request that is made again: its first login was fresh already, and so is whoever's came since. */
export const modeAgain = (mode: LoginMode = 'common'): LoginMode =>
  /silent/i.test(mode) ? 'silent' : 'common';

/** Throws where the request's user is gone: it must not be replayed as anybody else. */
export function checkGeneration(expired: SessionError): void {
  const { generation } = expiryOf(expired);
  if (generation && generation.ended) {
    throw sessionError(generation.ended, 'no replay for another session', expired);
  }
}

/**
 * Logs in for a request, and once more where somebody found the new credential refused before this one had it.
 *
 * @param expired - the expiry that the request is made again for, if it is; a failed login then names it as its cause
 */
export function logIn(
  session: Session,
  options: LoginOptions,
  expired: SessionError | undefined,
): Observable<Credential> {
  return defer(() => session.login(options)).pipe(
    switchMap((credential) => {
      if (expired) checkGeneration(expired);
      const refused = hooksOf(session).generation && !session.credential;
      return refused ? logIn(session, { ...options, mode: modeAgain(options.mode) }, expired) : [credential];
    }),
    catchError((error: unknown) => {
      if (!expired || !isSessionError(error) || error.cause === expired) throw error;
      throw error.code === 'login-loop' ? expired : sessionError(error.code, error.message, expired);
    }),
  );
}
