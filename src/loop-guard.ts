import { mayCount } from './clock';
import type { Room } from './room';

// Bounds what a backend can cause that refuses every fresh credential it issues.

const FLIGHTS = 5;
/** Ms; one that is just half a minute old still counts. */
const HALF_MINUTE = 30001;

/** Says whose doing the next flights are. */
export function blame(room: Room, byBackend: boolean): void {
  room.caused = byBackend;
  if (!byBackend) room.wanted = undefined;
}

/** Notes what the backend needs of the user: a login that is held back goes on with that. */
export function noteQuestion(room: Room, method: string): void {
  room.wanted = method;
}

/** A fresh credential worked, or the user acted: what was counted no longer counts. */
export function resetLoop(room: Room): void {
  room.starts = [];
}

/** Counts a flight that is about to start; false where it must not. */
export function mayStart(room: Room): boolean {
  return !room.caused || mayCount(room.starts, FLIGHTS, HALF_MINUTE);
}
