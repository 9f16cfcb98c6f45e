import { Observable, take } from 'rxjs';

/** Takes one value of the source, unless an error is told first: then the source is left, and the error thrown. */
export const orError = <T>(source: Observable<T>, error$: Observable<unknown>): Observable<T> =>
  new Observable((subscriber) => {
    const unlessTold$ = new Observable<T>((inner) => {
      const fail = (error: unknown) => {
        inner.unsubscribe();
        subscriber.error(error);
      };
      inner.add(error$.subscribe({ next: fail, error: fail }));
      // Whoever waits may have been told of an end already, by what leads here.
      if (!inner.closed) source.subscribe(inner);
    });
    unlessTold$.pipe(take(1)).subscribe(subscriber);
  });
