import { defer, switchMap, toArray } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { usable } from './credential';
import type { Room } from './room';
import { start } from './start';
import type { Credential } from './types';

/** The usable credential of a session that may be used for the first time, or be disposed. */
export function current(room: Room): Credential | undefined {
  start(room);
  return room.disposedBy ? undefined : usable(room);
}

/** Waits for the stored session; refuses what comes after `dispose`. */
export const alive = <T>(room: Room, work: () => ObservableInput<T>): Observable<T> =>
  defer(() => {
    const go = () => {
      if (room.disposedBy) throw room.disposedBy;
      return work();
    };
    start(room);
    return room.restored ? go() : room.restored$.pipe(toArray(), switchMap(go));
  });
