import { BehaviorSubject, defer, EMPTY, filter, finalize, map, switchMap, take, throwIfEmpty } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { after, now } from './clock';
import { orError } from './or-error';
import { sessionError } from './session-error';
import type { SessionErrorCode } from './session-error';

/** What counts only while the app is shown: WeChat stops timers five seconds after the app is hidden. */
export interface Foreground {
  readonly shown$: BehaviorSubject<boolean>;
  /** Emits after `ms` of foreground time. */
  after(ms: number): Observable<unknown>;
  /** Emits as soon as the app is shown; at once if it is. */
  readonly whenShown: Observable<boolean>;
  /**
   * Takes the first value of a step; errors with `login-timeout` where none comes within `ms` of foreground
   * time, and with `empty` where the step completes without one.
   */
  within<T>(ms: number, step: string, empty?: SessionErrorCode): MonoTypeOperatorFunction<T>;
}

export function createForeground(): Foreground {
  const shown$ = new BehaviorSubject(true);
  const foregroundAfter = (ms: number) =>
    defer(() => {
      let left = ms;
      return shown$.pipe(
        switchMap((shown) => {
          if (!shown) return EMPTY;
          const since = now();
          return after(left).pipe(finalize(() => (left = Math.max(0, left - (now() - since)))));
        }),
        take(1),
      );
    });

  return {
    shown$,
    after: foregroundAfter,
    whenShown: shown$.pipe(filter(Boolean), take(1)),
    within:
      (ms, step, empty = 'backend-invalid') =>
      (source) =>
        orError(
          source.pipe(throwIfEmpty(() => sessionError(empty, `${step} gave nothing`))),
          foregroundAfter(ms).pipe(map(() => sessionError('login-timeout', `${step} took over ${ms} ms`))),
        ),
  };
}
