import { catchError } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Allowance } from '../exchange';
import type { Room } from '../room';
import { isSessionError } from '../session-error';
import type { Credential, LoginReply } from '../types';

/**
 * Asks the backend without the user: renews an expired credential where the backend can do that, and else
 * hands it a code.
 *
 * @param expired - the credential to renew, if any
 */
export function silentStage<C extends Credential>(
  { exchange }: Room<C>,
  flight: Allowance,
  expired: C | undefined,
): Observable<LoginReply<C>> {
  const byCode = exchange.silent(flight);
  if (!expired) return byCode;
  return exchange.refresh(flight, expired).pipe(
    catchError((error: unknown) => {
      if (isSessionError(error, 'login-rejected')) return byCode;
      throw error;
    }),
  );
}
