import { map, merge, take } from 'rxjs';
import type { Observable } from 'rxjs';

/** Takes one value of the source, unless an error is told first: then it is thrown. */
export const orError = <T>(source: Observable<T>, error$: Observable<unknown>): Observable<T> =>
  merge(
    error$.pipe(
      map((error): never => {
        throw error;
      }),
    ),
    source,
  ).pipe(take(1));
