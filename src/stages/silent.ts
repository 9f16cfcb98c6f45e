import { catchError } from 'rxjs';
import type { Observable } from 'rxjs';
import { exchange, newCode } from '../exchange';
import type { Flight, Room } from '../room';
import { isSessionError } from '../session-error';
import type { LoginBackend, LoginReply } from '../types';

/**
 * Asks the backend without the user: renews an expired credential where the backend can do that, and else
 * hands it a code.
 */
export function silentStage(room: Room, flight: Flight): Observable<LoginReply> {
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
  const { renews } = flight;
  if (!renews) return byCode;
  return exchange(room, flight, 'refresh', [renews], (expired) => backend.refresh(expired)).pipe(
    catchError((error: unknown) => {
      if (!isSessionError(error, 'login-rejected') && !isSessionError(error, 'backend-invalid')) throw error;
      flight.renews = undefined;
      return byCode;
    }),
  );
}
