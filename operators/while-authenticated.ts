import {
  defer,
  distinctUntilChanged,
  EMPTY,
  map,
  Observable,
  Subject,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Session } from '../src/types';

/**
 * Keeps a long-lived source (a socket, polling) subscribed while there is a usable credential: subscribes it
 * again under a new one, and pauses over an expiry and a logout. Never logs in.
 *
 * ```text
 * session              c1---x--c2----x--|     (x: expired or logged out)
 * source               -a-b-   -d-e--
 * whileAuthenticated   -a-b-----d-e-----|
 * ```
 *
 * Emits what the source emits; errors with it; completes with it, or with the session's `dispose`.
 *
 * @param session - whose credential decides
 * @example
 * ```ts
 * import { timer, switchMap } from 'rxjs';
 * import { retryOnExpired, sessionRequest, whileAuthenticated } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const unread = (session: Session) =>
 *   timer(0, 30000).pipe(
 *     // retryOnExpired notices an expiry; the poll then waits until somebody has logged in.
 *     switchMap(() => sessionRequest<number>(session, { url: '/unread' }).pipe(retryOnExpired(session))),
 *     whileAuthenticated(session),
 *   );
 * ```
 */
export function whileAuthenticated<T>(session: Session): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      const ended$ = new Subject<void>();
      const ending = { complete: () => ended$.next() };
      const changes$ = new Observable((subscriber) => {
        // A state in which a login is in progress does not tell that the credential under it expired; and what a
        // source brings about inside its own subscription is told as a state only when that is through.
        // eslint-disable-next-line rxjs-x/no-ignored-error -- events never error
        const ends = session.event$.subscribe(({ type }) => {
          if (/expired|logout/.test(type)) subscriber.next(type);
        });
        subscriber.add(ends);
        session.session$.subscribe(subscriber);
      });
      return changes$.pipe(
        tap(ending),
        map(() => session.credential),
        distinctUntilChanged((one, other) => (one && one.token) === (other && other.token)),
        switchMap((credential) => (credential ? defer(() => source).pipe(tap(ending)) : EMPTY)),
        takeUntil(ended$),
      );
    });
}
