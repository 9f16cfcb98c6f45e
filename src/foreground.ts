import { defer, EMPTY, filter, finalize, map, switchMap, take, throwIfEmpty } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { after, now } from './clock';
import { orError } from './or-error';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { SessionErrorCode } from './session-error';
import type { Settings } from './settings';

// What counts only while the app is shown: WeChat stops timers five seconds after the app is hidden.

/** Emits after `ms` of foreground time. */
export const afterShown = (room: Room, ms: number): Observable<unknown> =>
  defer(() => {
    let left = ms;
    return room.shown$.pipe(
      switchMap((shown) => {
        if (!shown) return EMPTY;
        const since = now();
        const counts = () => {
          const spent = now() - since;
          // More than was left, without an alarm, or less than nothing: the clock was set.
          if (spent > 0 && spent < left) left -= spent;
        };
        return after(left).pipe(finalize(counts));
      }),
      take(1),
    );
  });

/** Emits as soon as the app is shown; at once if it is. */
export const whenShown = (room: Room): Observable<unknown> => room.shown$.pipe(filter(Boolean), take(1));

/**
 * Takes a step, and its first value; errors with `login-timeout` where none comes within its limit of foreground
 * time, and with `empty` where the step completes without one.
 */
export const within = <T>(
  room: Room,
  limit: keyof Settings['timeouts'],
  step: string,
  work: () => ObservableInput<T>,
  empty: SessionErrorCode = 'backend-invalid',
): Observable<T> => {
  const ms = room.timeouts[limit];
  return orError(
    defer(work).pipe(throwIfEmpty(() => sessionError(empty, `${step} gave nothing`))),
    afterShown(room, ms).pipe(map(() => sessionError('login-timeout', `${step} took over ${ms} ms`))),
  );
};
