import { defer, Observable, tap } from 'rxjs';
import type { ObservableInput } from 'rxjs';

/** Subscribes what a call gives; tells when the call is left: it returned or it answered, whichever is first. */
export const called = <T>(work: () => ObservableInput<T>, left: () => void): Observable<T> =>
  new Observable((subscriber) => {
    try {
      return defer(work)
        .pipe(tap({ next: left, error: left, complete: left }))
        .subscribe(subscriber);
    } finally {
      left();
    }
  });
