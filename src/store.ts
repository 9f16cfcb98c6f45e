import { catchError, defer, EMPTY, Subject, switchMap, takeUntil, tap, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import { tell } from './events';
import { defined, fieldsOf, frozen } from './fields';
import { within } from './foreground';
import { check, readCredential } from './reply';
import type { Room } from './room';
import { isSessionError, sessionError } from './session-error';
import type { Credential, CredentialStore, StoredSession } from './types';

// The stored record, read once and written in order; a failing store is an event and nothing else.

const isThenable = (value: unknown): value is Promise<unknown> => typeof fieldsOf(value).then === 'function';

/** What a record tells; what else it holds is nobody's. */
type Restored =
  | { readonly forget: true }
  | {
      readonly forget?: undefined;
      readonly credential: Credential;
      readonly receivedAt: number;
      readonly guest: unknown;
    };

/** What is stored, if anything is; throws for a record that is none of ours. */
function readRecord(value: unknown, source: string): readonly Restored[] {
  if (!value) return [];
  const { forget, version, source: owner, credential, receivedAt, guest } = fieldsOf(value);
  check(version === 1 && owner === source && (forget === true || Number.isFinite(receivedAt)), 'record');
  return [
    forget
      ? { forget: true }
      : frozen({ credential: readCredential(credential), receivedAt: receivedAt as number, guest }),
  ];
}

/** Works with the store; an asynchronous one has its time limit. */
const using = (room: Room, work: (store: CredentialStore) => unknown): Observable<unknown> =>
  defer(() => {
    const result = work(room.store);
    return isThenable(result) ? within(room, 'exchange', 'the store', () => result) : [result];
  });

const report = (room: Room, cause: unknown): Observable<never> => {
  tell(room, 'storage-failure', sessionError('config-invalid', 'the store failed', cause));
  return EMPTY;
};

const put = (store: CredentialStore, record: StoredSession | undefined) =>
  record ? store.write(record) : store.remove();

/**
 * Stores a record, or removes what is stored, after what is being written: what waits for that is the newest alone.
 * Completes when it is settled.
 */
function save(room: Room, record?: StoredSession): Observable<unknown> {
  room.record = record;
  if (room.queued) return room.written$;
  const settled$ = new Subject<unknown>();
  const { written$, disposed$ } = room;
  room.written$ = settled$;
  room.queued = true;
  written$
    .pipe(
      toArray(),
      // Its disposal ends the one before, which would begin this one.
      switchMap(() => (room.disposedBy ? EMPTY : write(room))),
      takeUntil(disposed$),
    )
    .subscribe(settled$);
  return settled$;
}

/** Puts a record, or nothing, in the place of what is stored. */
function replaceBy(room: Room, record?: StoredSession): Observable<unknown> {
  const { record: wanted } = room;
  // A step that was given up may still take effect: then what is to be stored is stored once more.
  const late = (): unknown => {
    if (room.record === wanted) return;
    room.isEmpty = false;
    return room.disposedBy ? put(room.store, room.record) : save(room, room.record);
  };
  return using(room, (store) => {
    const nothingToDo = room.isEmpty && !record;
    room.isEmpty = false;
    const result = nothingToDo ? undefined : put(store, record);
    if (isThenable(result)) result.then(late, late).then(undefined, (error) => report(room, error));
    return result;
  }).pipe(tap(() => (room.isEmpty = !record)));
}

function write(room: Room): Observable<unknown> {
  const { record } = room;
  room.queued = false;
  return replaceBy(room, record).pipe(
    catchError((error: unknown) => {
      void report(room, error);
      // What could not be overwritten belongs to a session that is over; a store that is still at work may yet do it.
      if (!record || isSessionError(error, 'login-timeout')) return EMPTY;
      return replaceBy(room).pipe(catchError(() => EMPTY));
    }),
  );
}

/** Emits the stored session, if there is one that can be used; synchronously for a synchronous store. */
export const restore = (room: Room): Observable<Restored> =>
  using(room, (store) => store.read()).pipe(
    switchMap((value) => readRecord(value, room.source)),
    tap((record) => {
      if (record.forget) room.forgotten = true;
    }),
    catchError((error: unknown) => report(room, error)),
  );

/** Writes what memory holds; a login with the user's authorisation takes the forget mark away. */
export function keep(room: Room): void {
  const { credential, receivedAt, origin, guest } = room.known;
  const { source } = room;
  if (origin === 'interactive') room.forgotten = false;
  void save(room, defined({ version: 1, source, credential, receivedAt, guest } as StoredSession));
}

/** Removes the session's record; the forget mark stays. Completes when that is settled. */
export function clear(room: Room, forget?: boolean): Observable<unknown> {
  room.forgotten = room.forgotten || forget;
  const { source } = room;
  return save(room, room.forgotten ? { version: 1, source, forget: true } : undefined);
}
