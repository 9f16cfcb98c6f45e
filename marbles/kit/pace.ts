import { asapScheduler, defer, map, of, subscribeOn, timer } from 'rxjs';
import type { Observable } from 'rxjs';

/**
 * How soon platform and backend answer: `'timed'`, as their diagrams say; `'microtask'` and `'synchronous'`: the same
 * answers, but without the waiting before the first of each call.
 */
export type Pace = 'timed' | 'microtask' | 'synchronous';

/** All paces, for tests that must hold on each: `for (const pace of PACES) test(…)`. */
export const PACES: readonly Pace[] = ['timed', 'microtask', 'synchronous'];

/** An answer after some time, if the pace allows for time. */
export function answerAfter<T>(pace: Pace, ms: number, answer: () => T): Observable<T> {
  if (pace === 'timed') return timer(ms).pipe(map(answer));
  return inPace(
    pace,
    defer(() => of(answer())),
  );
}

/** Answers in a microtask, if that is the pace. */
export const inPace = <T>(pace: Pace, answer: Observable<T>): Observable<T> =>
  pace === 'microtask' ? answer.pipe(subscribeOn(asapScheduler)) : answer;
