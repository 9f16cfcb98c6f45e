import { AsyncSubject, catchError, map, of } from 'rxjs';
import type { Observable } from 'rxjs';

/** A promise that keeps virtual time: it begins at once and settles once, as `answer$` does. */
export function promised<T>(answer$: Observable<T>): Promise<T> {
  const settled$ = new AsyncSubject<T>();
  answer$.subscribe(settled$);
  const then = (
    next?: ((value: T) => unknown) | null,
    error?: ((reason: unknown) => unknown) | null,
  ): Promise<unknown> => {
    const told$ = settled$.pipe(map((value) => (next ? next(value) : value)));
    return promised(error ? told$.pipe(catchError((reason: unknown) => of(error(reason)))) : told$);
  };
  return { then } as unknown as Promise<T>;
}
