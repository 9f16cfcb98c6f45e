import { catchError, defer, map, switchMap, take } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { usable } from './credential';
import { tell } from './events';
import { openInteractive, openSilent } from './flight';
import { mayStart } from './loop-guard';
import type { Opening, Outcome, Room, Slot } from './room';
import { sessionError } from './session-error';
import type { Credential, LoginMode, LoginOptions } from './types';

// Each mode, as a composition of the two stages.

export const MODES: readonly LoginMode[] = ['common', 'silent', 'force', 'forceSilent', 'forceAuth'];

/** Whether an existing session is good enough. */
export const reuses = (mode: LoginMode): boolean => !/^force/.test(mode);
const mayAsk = (mode: LoginMode) => !/silent/i.test(mode);

/** The mode that goes as far as one that reuses the session, but makes a new one. */
export const afresh = (mode: LoginMode): LoginMode => (mayAsk(mode) ? 'force' : 'forceSilent');

/** The silent stage: the one in progress, or a new one. */
const joinSilent = (room: Room, mode: LoginMode): Observable<Outcome> =>
  defer((): ObservableInput<Outcome> => {
    const { known, slots } = room;
    if (slots.silent) return slots.silent.outcome$;
    if (room.forgotten) return [{ authorize: { method: room.defaultMethod } }];
    if (!mayStart(room)) {
      // The answer is known, and the user may act on it.
      if (room.wanted) return [{ authorize: { method: room.wanted } }];
      const error = sessionError('login-loop', 'each new credential is refused');
      tell(room, 'login-loop', error);
      throw error;
    }
    const renews = room.backend.refresh && reuses(mode) && known.over;
    return openSilent(room, mode, renews ? known.credential : undefined).outcome$;
  });

/** The interactive stage: the one that the silent stage led to, the one in progress, or a new one. */
const joinInteractive = (room: Room, opening: Opening): Observable<Credential> =>
  (
    (opening.flight && opening.flight.followUp) ||
    room.slots.interactive ||
    openInteractive(room, opening)
  ).outcome$.pipe(map(({ credential }) => credential));

/** The end of a stage in progress, whatever it is. */
const endOf = ({ outcome$ }: Slot): Observable<Outcome | { readonly authorize?: undefined }> =>
  outcome$.pipe(catchError(() => [{}]));

/** Common, silent, force and forceSilent. */
function throughSilent(room: Room, mode: LoginMode, options: LoginOptions): ObservableInput<Credential> {
  const { silent, interactive } = room.slots;
  const reusable = () => (reuses(mode) ? usable(room) : undefined);
  const ask = (asked: Pick<Opening, 'authorize'>): Observable<Credential> => {
    if (!mayAsk(mode)) throw sessionError('interaction-required', 'only the user can log in');
    return joinInteractive(room, { mode, tips: options.tips, ...asked });
  };
  const before = reusable();
  if (before && !silent) return [before];
  if (interactive) return ask({ authorize: { method: room.defaultMethod } });
  if (silent && silent.flight.renews && !reuses(mode))
    return endOf(silent).pipe(switchMap(() => throughSilent(room, mode, options)));
  return joinSilent(room, mode).pipe(
    catchError((error: unknown): ObservableInput<Outcome> => {
      const credential = before && reusable();
      if (credential) return [{ credential }];
      throw error;
    }),
    switchMap((outcome): ObservableInput<Credential> => {
      if (!outcome.authorize) return [outcome.credential];
      const credential = reusable();
      if (credential) return [credential];
      // Whoever was told of the end earlier may have begun another.
      return room.slots.silent ? throughSilent(room, mode, options) : ask(outcome);
    }),
  );
}

function forceAuth(room: Room, mode: LoginMode, options: LoginOptions): ObservableInput<Credential> {
  const { silent, interactive } = room.slots;
  const { method = room.defaultMethod, tips } = options;
  const opening = { mode, tips, authorize: { method } };
  if (interactive && interactive.method !== method) {
    return room.over$.pipe(
      take(1),
      switchMap(() => forceAuth(room, mode, options)),
    );
  }
  if (!silent) return joinInteractive(room, opening);
  return endOf(silent).pipe(
    switchMap((outcome) => {
      const { slots } = room;
      const isFree = !slots.silent && !slots.interactive;
      const agrees = isFree && outcome.authorize && outcome.authorize.method === method;
      return agrees ? joinInteractive(room, { ...opening, ...outcome }) : forceAuth(room, mode, options);
    }),
  );
}

export const logIn = (room: Room, mode: LoginMode, options: LoginOptions): ObservableInput<Credential> =>
  (mode === 'forceAuth' ? forceAuth : throughSilent)(room, mode, options);
