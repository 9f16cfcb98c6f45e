import { asyncScheduler, EMPTY, timer } from 'rxjs';
import type { Observable } from 'rxjs';

/** The wall clock in epoch ms, as the scheduler tells it, so that virtual time drives everything. */
export const now = (): number => asyncScheduler.now();

const LONGEST_TIMER = 0x7fffffff;

/** One emission after `ms`; none where a timer cannot run that long (it would fire at once). */
export const after = (ms: number): Observable<unknown> => (ms > LONGEST_TIMER ? EMPTY : timer(ms));

/** How far away a moment is. Distance, not age: a clock that was set back must not hold anything up for hours. */
export const distance = (moment: number): number => Math.abs(now() - moment);

/** Notes one more time, and forgets those before the span; false where there are as many as may be. */
export function mayCount(times: number[], most: number, span: number): boolean {
  while (distance(times[0]) >= span) times.shift();
  return times.length < most && !!times.push(now());
}
