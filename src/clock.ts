import { asyncScheduler, NEVER, type Observable, timer } from 'rxjs';

/** The wall clock in epoch ms, as the scheduler tells it, so that virtual time drives everything. */
export const now = (): number => asyncScheduler.now();

const LONGEST_TIMER = 0x7fffffff;

/** One emission after `ms`; never where a timer cannot run that long (it would fire at once). */
export const after = (ms: number): Observable<unknown> => (ms > LONGEST_TIMER ? NEVER : timer(ms));
