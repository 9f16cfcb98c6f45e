import { catchError } from 'rxjs';
import type { Observable } from 'rxjs';
import { exchange, newCode } from '../exchange';
import type { Flight, Room } from '../room';
import { isSessionError } from '../session-error';
import type { Credential, LoginBackend, LoginReply } from '../types';

/**
 * Asks the backend without the user: renews an expired credential where the backend can do that, and else
 * hands it a code.
 *
 * @param expired - the credential to renew, if any
 */
export function silentStage(
  room: Room,
  flight: Flight,
  expired: Credential | undefined,
): Observable<LoginReply> {
  const { source } = room;
  const backend = room.backend as Required<LoginBackend>;
  const byCode = exchange(
    room,
    flight,
    'silentLogin',
    newCode(room, flight),
    (code) => backend.silentLogin({ source, code }),
    true,
    1,
  );
  if (!expired) return byCode;
  return exchange(room, flight, 'refresh', [expired], (it) => backend.refresh(it)).pipe(
    catchError((error: unknown) => {
      if (isSessionError(error, 'login-rejected')) return byCode;
      throw error;
    }),
  );
}
