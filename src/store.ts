import { catchError, concatAll, defer, EMPTY, finalize, from, switchMap, of, Subject, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Settings } from './config';
import { frozen } from './fields';
import type { Foreground } from './foreground';
import type { Events } from './events';
import { readCredential } from './reply';
import { sessionError } from './session-error';
import type { State } from './state';
import type { Credential, CredentialStore, StoredSession } from './types';

/** The stored record, read once and written in order; a failing store is an event and nothing else. */
export interface RecordKeeper<C extends Credential> {
  /** Silent login is turned off. */
  readonly forgotten: boolean;
  /** Emits the stored session, if there is one that can be used; synchronously for a synchronous store. */
  read(): Observable<StoredSession<C>>;
  /** Writes what memory holds; `interactive`: and takes the forget mark back. */
  keep(interactive: boolean): void;
  /** Removes the session's record; the forget mark stays. Completes when that is settled. */
  clear(forget?: boolean): Observable<unknown>;
  /** Waits for nothing any more. */
  complete(): void;
}

const isThenable = (value: unknown): value is Promise<unknown> =>
  !!value && typeof (value as Promise<unknown>).then === 'function';

/** What is stored, if anything is; throws for a record that is none of ours. */
function readRecord<C extends Credential>(value: unknown, source: string): StoredSession<C> | undefined {
  if (value == null || value === '') return;
  const record = value as {
    version?: unknown;
    source?: unknown;
    receivedAt?: unknown;
    credential?: unknown;
    forget?: unknown;
  };
  const known = record.version === 1 && record.source === source;
  if (known && record.forget === true) return value as StoredSession<C>;
  if (!known || typeof record.receivedAt !== 'number') throw value;
  return frozen({ ...(value as StoredSession<C>), credential: readCredential<C>(record.credential) });
}

export function createRecordKeeper<C extends Credential>(
  { store, source, timeouts }: Settings<C>,
  foreground: Foreground,
  state: State<C>,
  events: Events,
): RecordKeeper<C> {
  const writes = new Subject<Observable<unknown>>();
  const writing = writes.pipe(concatAll()).subscribe();
  let forgotten = false;
  let empty = false;
  let closed = false;
  let latest: StoredSession<C> | undefined;

  const run = (work: (store: CredentialStore<C>) => unknown): Observable<unknown> =>
    defer(() => {
      const result = work(store);
      return isThenable(result)
        ? from(result).pipe(foreground.within(timeouts.exchange, 'the store'))
        : of(result);
    });

  const put = (record: StoredSession<C> | undefined) => (record ? store.write(record) : store.remove());

  const report = (cause: unknown): Observable<never> => {
    events.tell('storage-failure', sessionError('config-invalid', 'the store failed', cause));
    return EMPTY;
  };

  const save = (record: StoredSession<C> | undefined): Observable<unknown> => {
    const settled = new Subject<never>();
    let givenUp = false;
    // A step that was given up may still take effect: then what is to be stored is stored once more.
    const late = (): unknown => {
      if (latest === record || !(givenUp || closed)) return undefined;
      empty = false;
      return closed ? put(latest) : save(latest);
    };
    latest = record;
    writes.next(
      run(() => {
        const result = empty && !record ? undefined : put(record);
        empty = false;
        if (isThenable(result)) result.then(late, late).then(undefined, report);
        return result;
      }).pipe(
        tap(() => (empty = !record)),
        catchError((error: unknown) => {
          givenUp = true;
          return report(error);
        }),
        finalize(() => settled.complete()),
      ),
    );
    return settled;
  };

  const keeper: RecordKeeper<C> = {
    get forgotten() {
      return forgotten;
    },
    read: () =>
      run((it) => it.read()).pipe(
        switchMap((value) => {
          const record = readRecord<C>(value, source);
          if (record && 'forget' in record) forgotten = true;
          return record ? of(record) : EMPTY;
        }),
        catchError(report),
      ),
    keep: (interactive) => {
      const { held, guest } = state.memory;
      if (interactive) forgotten = false;
      if (!held) return;
      const { credential, receivedAt } = held;
      void save({ version: 1, source, credential, receivedAt, ...(guest !== undefined && { guest }) });
    },
    clear: (forget = false) => {
      forgotten = forgotten || forget;
      return save(forgotten ? { version: 1, source, forget: true } : undefined);
    },
    complete: () => {
      closed = true;
      writing.unsubscribe();
    },
  };
  return keeper;
}
