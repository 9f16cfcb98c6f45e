import { Observable, takeWhile } from 'rxjs';
import type { Subscription } from 'rxjs';

/** Takes one value of the source, unless an error is told first: then the source is left, and the error thrown. */
export const orError = <T>(source: Observable<T>, error$: Observable<unknown>): Observable<T> =>
  new Observable((subscriber) => {
    let told: Subscription;
    const unlessTold$ = new Observable<T>((inner) => {
      const fail = (error: unknown) => {
        inner.unsubscribe();
        subscriber.error(error);
      };
      told = error$.subscribe({ next: fail, error: fail });
      inner.add(told);
      // Whoever waits may have been told of an end already, by what leads here.
      if (!inner.closed) source.subscribe(inner);
    });
    // Whoever has the value hears of no end that comes of it.
    const only = () => {
      told.unsubscribe();
      return false;
    };
    return unlessTold$.pipe(takeWhile(only, true)).subscribe(subscriber);
  });
