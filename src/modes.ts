import { catchError, defer, map, of, switchMap, take } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Flights, Opening, Outcome } from './flight';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { Credential, CredentialReply, LoginMode, LoginOptions } from './types';

/** The mode that goes as far, but does not use the existing session. */
export const FRESH: Readonly<Record<LoginMode, LoginMode>> = {
  common: 'force',
  silent: 'forceSilent',
  force: 'force',
  forceSilent: 'forceSilent',
  forceAuth: 'forceAuth',
};

/** Each mode, as a composition of the two stages. */
export function createModes<C extends Credential>(
  { settings, events, state, book, keeper, loop }: Room<C>,
  flights: Flights<C>,
): (mode: LoginMode, options: LoginOptions) => Observable<C> {
  const { backend, defaultMethod } = settings;

  const refuse = (): never => {
    throw sessionError('interaction-required', 'only the user can log in');
  };

  /** The silent stage: the one in progress, or a new one. */
  const silentStage = (mode: LoginMode): Observable<Outcome<C>> => {
    if (flights.slots.silent) return flights.slots.silent.outcome$;
    if (keeper.forgotten) return of({ authorize: { method: defaultMethod } });
    if (!loop.mayStart()) {
      const error = sessionError('login-loop', 'each new credential is refused');
      events.tell('login-loop', error);
      throw error;
    }
    const { held, over } = state.memory;
    const renews = backend.refresh && FRESH[mode] !== mode && over && held;
    return flights.openSilent(mode, renews ? held.credential : undefined).outcome$;
  };

  /** The end of the silent stage in progress, whatever it is. */
  const silentEnd = (): Observable<Outcome<C> | undefined> =>
    flights.slots.silent
      ? flights.slots.silent.outcome$.pipe(catchError(() => of(undefined)))
      : of(undefined);

  /** The interactive stage: the one in progress, or a new one. */
  const interactiveStage = (opening?: Opening): Observable<C> =>
    (flights.slots.interactive || flights.openInteractive(opening as Opening)).outcome$.pipe(
      map((outcome) => (outcome as CredentialReply<C>).credential),
    );

  /** Common, silent, force and forceSilent. */
  const throughSilent = (mode: LoginMode, options: LoginOptions): Observable<C> => {
    const { silent, interactive } = flights.slots;
    const reuses = FRESH[mode] !== mode;
    const asks = mode === 'common' || mode === 'force';
    const usable = reuses && book.usable();
    if (!silent && usable) return of(usable);
    if (interactive) return asks ? interactiveStage() : refuse();
    if (silent && silent.renews && !reuses)
      return silentEnd().pipe(switchMap(() => throughSilent(mode, options)));
    return silentStage(mode).pipe(
      catchError((error: unknown) => {
        if (usable && usable === book.usable()) return of({ credential: usable });
        throw error;
      }),
      switchMap((outcome) => {
        if ('credential' in outcome) return of(outcome.credential);
        const still = reuses && book.usable();
        if (still) return of(still);
        return asks ? interactiveStage({ mode, tips: options.tips, ...outcome }) : refuse();
      }),
    );
  };

  const forceAuth = (mode: LoginMode, options: LoginOptions): Observable<C> =>
    silentEnd().pipe(
      switchMap((outcome) => {
        const { method = defaultMethod, tips } = options;
        const open = flights.slots.interactive;
        if (open && open.method !== method) {
          return open.over$.pipe(
            take(1),
            switchMap(() => forceAuth(mode, options)),
          );
        }
        const agrees = outcome && 'authorize' in outcome && outcome.authorize.method === method;
        return interactiveStage({ mode, tips, authorize: { method }, ...(agrees && outcome) });
      }),
    );

  return (mode, options) => defer(() => (mode === 'forceAuth' ? forceAuth : throughSilent)(mode, options));
}
