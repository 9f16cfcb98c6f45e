import { Observable, take, tap } from 'rxjs';
import type { Subscription } from 'rxjs';

/** Takes one value of the source, unless an error is told first: then the source is left, and the error thrown. */
export const orError = <T>(source: Observable<T>, error$: Observable<unknown>): Observable<T> =>
  new Observable((subscriber) => {
    let told: Subscription;
    const unlessTold$ = new Observable<T>((inner) => {
      // eslint-disable-next-line rxjs-x/no-ignored-error -- what tells of an error has none of its own
      told = error$.subscribe((error) => {
        inner.unsubscribe();
        subscriber.error(error);
      });
      inner.add(told);
      // Whoever waits may have been told of an end already, by what leads here.
      if (!inner.closed) source.subscribe(inner);
    });
    // Whoever has the value hears of no end that comes of it.
    return unlessTold$
      .pipe(
        tap(() => told.unsubscribe()),
        take(1),
      )
      .subscribe(subscriber);
  });
