import { merge, mergeMap, type Observable, take } from 'rxjs';

/** Takes one value of the source, unless an error is told first: then it is thrown. */
export function orError<T>(source: Observable<T>, error$: Observable<Error>): Observable<T> {
  const thrown$ = error$.pipe(
    mergeMap((error): never => {
      throw error;
    }),
  );
  return merge(thrown$, source).pipe(take(1));
}
