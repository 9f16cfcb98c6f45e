import { map, ReplaySubject, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import type { CredentialStore } from 'rx-weapp-session';
import { promised } from 'rx-weapp-session/marbles';

/** A store that takes some time for everything, 30 ms if not told, and tells of its calls: r read, w write, d remove. */
export interface SlowStore extends CredentialStore {
  readonly calls$: Observable<string>;
  held(): unknown;
}

export function slowStore(record?: unknown, ms = 30): SlowStore {
  const calls$ = new ReplaySubject<string>(9);
  let held = record;
  const slowly = <T>(call: string, work: () => T): Promise<T> => {
    calls$.next(call);
    return promised(timer(ms).pipe(map(work)));
  };
  return {
    calls$,
    held: () => held,
    read: () => slowly('r', () => held),
    write: (value) => slowly('w', () => void (held = value)),
    remove: () => slowly('d', () => void (held = undefined)),
  };
}
