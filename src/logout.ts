import { catchError, defer, map, switchMap, takeUntil, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import { once } from './crowd';
import { tell } from './events';
import { runHook } from './exchange';
import { fieldsOf, look } from './fields';
import { abort } from './flight';
import { blame, resetLoop } from './loop-guard';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { SessionError } from './session-error';
import { forgetSessionKey } from './session-key';
import { start } from './start';
import { inTurn } from './state';
import * as transitions from './transitions';
import { clear } from './store';
import type { Credential } from './types';

const tellBackend = (room: Room, credential: Credential | undefined): Observable<unknown> =>
  runHook(room, { interruptions: 0 }, 'logout', () => {
    const { backend } = room;
    return credential && backend.logout && backend.logout(credential);
  }).pipe(
    catchError((error: unknown) => {
      tell(room, 'backend-logout-failure', error as SessionError);
      return [error];
    }),
  );

/** Ends the session at once; what is returned emits and completes when storage and backend have heard of it. */
export function logout(room: Room, options: unknown): Observable<void> {
  const forget = look(() => !!fieldsOf(options).forget, false);
  if (room.disposedBy) return defer(() => [undefined]);
  start(room);
  const { credential } = room.known;
  return inTurn(room, () => {
    resetLoop(room);
    blame(room, false);
    forgetSessionKey(room);
    const end = abort(room, sessionError('logged-out', 'logged out'), transitions.loggedOut());
    const cleared$ = clear(room, forget);
    end();
    tell(room, 'logout');
    const settled$ = tellBackend(room, credential).pipe(
      switchMap(() => cleared$),
      takeUntil(room.disposed$),
    );
    const done$ = settled$.pipe(
      toArray(),
      map(() => undefined),
      once(),
    );
    done$.subscribe();
    return done$;
  });
}
