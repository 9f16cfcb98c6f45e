import { map, take, takeUntil } from 'rxjs';
import type { Observable } from 'rxjs';

/** Takes one value of the source, unless an error is told first: then it is thrown. */
export const orError = <T>(source: Observable<T>, error$: Observable<unknown>): Observable<T> =>
  source.pipe(
    take(1),
    takeUntil(
      error$.pipe(
        map((error): never => {
          throw error;
        }),
      ),
    ),
  );
