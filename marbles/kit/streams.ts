import { Subscription } from 'rxjs';
import type { Observable } from 'rxjs';
import { readStretch } from './diagram';
import type { Entry } from './lane';

/** A stream that the scenario subscribes to. */
export interface Watched {
  readonly name: string;
  readonly entries: readonly Entry[];
  /** When it was subscribed to; nothing = not yet. */
  since?: number;
  /** It neither ended nor was left. */
  open: boolean;
}

/** What of the scheduler it takes to watch a stream. */
export interface TimeLine {
  now(): number;
  /** Does something at a time; at the present one: as soon as what runs now is done. */
  at(ms: number, action: () => void): void;
}

/** Writes down what a stream does while a diagram like `'10ms ^ 5ms !'` says that it is subscribed to. */
export function watchStream(
  { now, at }: TimeLine,
  name: string,
  source: Observable<unknown>,
  subscription?: string,
): Watched {
  const { from, to } = readStretch(subscription);
  const entries: Entry[] = [];
  const watched: Watched = { name, entries, open: false };
  const held = new Subscription();
  const note = (kind: Entry['kind'], value?: unknown) => {
    entries.push({ at: now(), kind, value });
    if (kind !== 'next') watched.open = false;
  };
  at(from, () => {
    Object.assign(watched, { since: now(), open: true });
    held.add(
      source.subscribe({
        next: (value) => note('next', value),
        error: (error: unknown) => note('error', error),
        complete: () => note('complete'),
      }),
    );
  });
  if (to !== Infinity) {
    at(to, () => {
      watched.open = false;
      held.unsubscribe();
    });
  }
  return watched;
}
