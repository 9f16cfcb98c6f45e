import { EMPTY, switchMap } from 'rxjs';
import type { Observable } from 'rxjs';
import { after, now } from './clock';
import { tell } from './events';
import type { Generation } from './hooks';
import { blame } from './loop-guard';
import type { Held, Memory, Room } from './room';
import { change, inTurn } from './state';
import * as transitions from './transitions';
import { clear } from './store';
import type { Credential } from './types';

/** Ms of use that are left; a short life keeps at least its half. */
function left({ expiryLeeway }: Room, { credential, receivedAt = 0, over }: Memory): number {
  const expiresAt = !over && credential ? credential.expiresAt : undefined;
  return expiresAt == null
    ? Infinity
    : expiresAt - Math.max(0, Math.min(expiryLeeway, (expiresAt - receivedAt) / 2)) - now();
}

/** The usable credential. Notices an end that has passed, and tells everybody. */
export function usable(room: Room): Credential | undefined {
  const { credential } = room.known;
  if (credential && !room.arriving && left(room, room.known) <= 0) expire(room, credential, false);
  return room.known.over ? undefined : room.known.credential;
}

/** Starts another generation. */
export function endGeneration(room: Room, reason: Generation['ended']): void {
  room.generation.ended = reason;
  room.generation = {};
  // Emptied, not unset: that responses tell what they were given is still so.
  room.served = room.served && '';
}

/** Notes which credential a response was given, if any, and passes it on. */
export function noteServed(room: Room, given: Credential | undefined): Credential | undefined {
  if (given) room.served = given.token;
  return given;
}

/** Takes in a credential; true where it belongs to another user than the one before. */
export function takeIn(room: Room, held: Held, guest: unknown): boolean {
  const { userId } = held.credential;
  const former = room.generation.userId;
  const changed = !!userId && !!former && userId !== former;
  if (changed) endGeneration(room, 'user-changed');
  if (userId) room.generation.userId = userId;
  const kept = changed ? undefined : room.known.guest;
  // What lay in storage may have ended there; nobody is told that it is good.
  const over = !room.arriving && left(room, held) <= 0;
  change(room, transitions.loggedIn({ ...held, over }, guest === undefined ? kept : guest));
  if (over) tell(room, 'expired');
  return changed;
}

/** Expires the current credential, if it is this one, by the backend's verdict or the clock's. */
export function expire(room: Room, { token }: Credential, byBackend: boolean): boolean {
  const { credential, over } = room.known;
  if (!credential || credential.token !== token) return false;
  inTurn(room, () => {
    if (byBackend) blame(room, true);
    change(room, transitions.expired(room.known));
    // The store is the app's: what it does in there finds memory settled, and what it begins is not undone.
    if (byBackend) void clear(room);
    if (!over) tell(room, 'expired');
  });
  return !over;
}

/** Notices the end by a timer. It is only a hint: frozen in the background, and a long one cannot be set at all. */
export const alarm = (room: Room): Observable<unknown> =>
  after(Math.max(1, left(room, room.known))).pipe(switchMap(() => (usable(room) ? alarm(room) : EMPTY)));
