import { asyncScheduler, EMPTY, timer } from 'rxjs';
import type { Observable } from 'rxjs';

/** The wall clock in epoch ms, as the scheduler tells it, so that virtual time drives everything. */
export const now = (): number => asyncScheduler.now();

const LONGEST_TIMER = 0x7fffffff;

/** One emission after `ms`; none where a timer cannot run that long (it would fire at once). */
export const after = (ms: number): Observable<unknown> => (ms > LONGEST_TIMER ? EMPTY : timer(ms));

/** How far away a moment is. Distance, not age: a clock that was set back must not hold anything up for hours. */
export const distance = (moment: number): number => Math.abs(now() - moment);

/** Notes that something happens now, unless it did so too often within the span (ms); tells whether it may. */
export function mayCount(times: number[], most: number, span: number): boolean {
  // The first of none is no distance away: NaN.
  while (distance(times[0]) >= span) times.shift();
  const may = times.length < most;
  if (may) times.push(now());
  return may;
}
