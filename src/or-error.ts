import { Observable, take } from 'rxjs';

/**
 * Takes one value of the source, unless an error is told first: then the source is left, and the error thrown.
 *
 * @param error$ - tells nothing while it is being subscribed
 */
export const orError = <T>(source: Observable<T>, error$: Observable<unknown>): Observable<T> =>
  new Observable((subscriber) => {
    const unlessTold$ = new Observable<T>((inner) => {
      const fail = (error: unknown) => {
        inner.unsubscribe();
        subscriber.error(error);
      };
      inner.add(error$.subscribe({ next: fail, error: fail }));
      source.subscribe(inner);
    });
    unlessTold$.pipe(take(1)).subscribe(subscriber);
  });
