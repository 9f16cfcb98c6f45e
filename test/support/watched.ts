import type { Observable } from 'rxjs';
import { isSessionError } from 'rx-weapp-session';
import type { SessionError } from 'rx-weapp-session';

/** What a source did, as a test looks at it afterwards. */
export interface Watched<T> {
  readonly values: readonly T[];
  readonly errors: readonly unknown[];
  readonly completed: boolean;
  /** The code of the SessionError that it ended with. */
  readonly code: string | undefined;
  stop(): void;
}

export function watched<T>(source: Observable<T>): Watched<T> {
  const values: T[] = [];
  const errors: unknown[] = [];
  let completed = false;
  const subscription = source.subscribe({
    next: (value) => values.push(value),
    error: (error: unknown) => errors.push(error),
    complete: () => (completed = true),
  });
  return {
    values,
    errors,
    get completed() {
      return completed;
    },
    get code() {
      return isSessionError(errors[0]) ? errors[0].code : undefined;
    },
    stop: () => subscription.unsubscribe(),
  };
}

/** The SessionError that this throws; fails the test where it throws none. */
export function thrownBy(work: () => unknown): SessionError {
  try {
    work();
  } catch (error) {
    if (isSessionError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The SessionError that this source ends with at once. */
export function errorOf(source: Observable<unknown>): SessionError {
  const { errors } = watched(source);
  if (isSessionError(errors[0])) return errors[0];
  throw new Error(`no SessionError, but ${String(errors[0])}`);
}
