import { AsyncSubject, catchError, map, of } from 'rxjs';
import type { Observable } from 'rxjs';

/**
 * A promise that keeps virtual time, for a store or a backend of your own; real ones settle when a scenario is over.
 * It begins at once and settles once, as `answer$` does.
 *
 * @param answer$ - what it settles with; must emit before it completes
 * @example
 * ```ts
 * import { timer } from 'rxjs';
 * import type { CredentialStore } from 'rx-weapp-session';
 * import { promised } from 'rx-weapp-session/marbles';
 *
 * const slowly = () => promised(timer(30));
 * export const store: CredentialStore = {
 *   read: () => slowly().then(() => undefined),
 *   write: () => slowly().then(() => undefined),
 *   remove: () => slowly().then(() => undefined),
 * };
 * ```
 */
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
