import { Observable, skip } from 'rxjs';
import { defined, look } from './fields';
import type { Memory, Room } from './room';
import type { SessionState } from './types';

function view({ credential, origin, over, flight, error, guest }: Memory): SessionState {
  const held = over
    ? { status: 'expired', previous: credential }
    : { status: 'authenticated', credential, origin };
  const settled = credential ? held : { status: 'anonymous' };
  const state = flight ? { status: 'authenticating', stage: flight.stage, previous: credential } : settled;
  // What no type of Memory says: who has a credential has its origin.
  return Object.freeze(defined(state as SessionState, { error, guest }));
}

/**
 * Does several things as one: subscribers are told when all of them are done.
 *
 * A BehaviorSubject that is changed by its own subscriber tells the later ones the old value last. So what changes
 * while somebody is being told waits until everybody has heard the value before it.
 */
export function inTurn<R>(room: Room, work: () => R): R {
  if (room.telling) return work();
  room.telling = true;
  try {
    return work();
  } finally {
    while (room.untold.length) room.told$.next(room.untold.shift() as SessionState);
    room.telling = false;
    if (room.disposedBy) room.told$.complete();
  }
}

/** Changes what the session knows; memory has changed when it returns. */
export function change(room: Room, memory: Memory): void {
  room.known = memory;
  const state = view(memory);
  // As it looks from outside: a guest that came twice in two objects is told once.
  if (look(() => JSON.stringify(state) === JSON.stringify(room.latest), false)) return;
  room.latest = state;
  inTurn(room, () => room.untold.push(state));
}

/** The state now, and then each change. */
export const states = (room: Room): Observable<SessionState> =>
  new Observable((subscriber) =>
    inTurn(room, () => {
      // A newcomer starts with the truth, and must not hear again what still waits in the queue.
      const later$ = room.told$.pipe(skip(room.untold.length + 1));
      subscriber.next(room.latest);
      return later$.subscribe(subscriber);
    }),
  );
