import { BehaviorSubject, Observable, switchMap, take } from 'rxjs';

/** Takes one value of the source, unless an error is told first: then the source is left, and the error thrown. */
export const orError = <T>(source: Observable<T>, error$: Observable<unknown>): Observable<T> =>
  new Observable((subscriber) => {
    const source$ = new BehaviorSubject(source);
    const fail = (error: unknown) => source$.next(new Observable((failed) => failed.error(error)));
    subscriber.add(error$.subscribe({ next: fail, error: fail }));
    source$
      .pipe(
        switchMap((current) => current),
        take(1),
      )
      .subscribe(subscriber);
  });
