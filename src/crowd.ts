import { Observable, share } from 'rxjs';
import type { MonoTypeOperatorFunction, Observer, ShareConfig, Subscriber } from 'rxjs';

/**
 * Many subscribers who wait for the same thing, and leave when they have it. Who comes late is told what the others were.
 */
export type Crowd<T> = Observable<T> & Observer<T>;

/**
 * Makes a crowd. It is no `Subject`, because that one searches the list of its subscribers for each that leaves: the
 * last of 100,000 would have to wait for the square of it.
 */
export function createCrowd<T>(): Crowd<T> {
  const present = new Set<Subscriber<T>>();
  const told: ((subscriber: Subscriber<T>) => void)[] = [];
  const tell = (notify: (subscriber: Subscriber<T>) => void) => {
    told.push(notify);
    Array.from(present).forEach(notify);
  };
  const crowd = new Observable<T>((subscriber) => {
    told.forEach((notify) => notify(subscriber));
    present.add(subscriber);
    return () => present.delete(subscriber);
  });
  return Object.assign(crowd, {
    next: (value: T) => tell((subscriber) => subscriber.next(value)),
    error: (error: unknown) => tell((subscriber) => subscriber.error(error)),
    complete: () => tell((subscriber) => subscriber.complete()),
  });
}

/**
 * Subscribes the source once for all; who comes late is told what the others were.
 *
 * @param left - whether, or when, it is taken as never subscribed where all have left before its end
 */
export const once = <T>(left: ShareConfig<T>['resetOnRefCountZero'] = false): MonoTypeOperatorFunction<T> =>
  share({
    connector: createCrowd<T>,
    resetOnComplete: false,
    resetOnError: false,
    resetOnRefCountZero: left,
  });
