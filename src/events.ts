import { now } from './clock';
import { defined } from './fields';
import type { Flight, Room } from './room';
import { sessionError } from './session-error';
import type { SessionError } from './session-error';
import type { SessionEvent } from './types';

/** Tells an event, of a flight if it is about one. */
export function tell(room: Room, type: SessionEvent['type'], error?: SessionError, flight?: Flight): void {
  const at = now();
  const about = flight && { mode: flight.mode, stage: flight.stage, duration: at - flight.startedAt };
  room.event$.next(Object.freeze(defined<SessionEvent>({ type, at, error }, about)));
}

/** What a function of the app's says; where it throws, that is told, and `otherwise` taken: it changes no outcome. */
export function hooked<T>(room: Room, hook: string, work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    tell(room, 'hook-failure', sessionError('config-invalid', `${hook} failed`, error));
    return otherwise;
  }
}
