import { catchError, defer, of, switchMap, take } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Flights, SilentOutcome } from './flight';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { Credential, LoginMode, LoginOptions } from './types';

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
  const silentStage = (mode: LoginMode): Observable<SilentOutcome<C>> => {
    if (flights.silent) return flights.silent.outcome$;
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
  const silentEnd = (): Observable<SilentOutcome<C> | undefined> =>
    flights.silent ? flights.silent.outcome$.pipe(catchError(() => of(undefined))) : of(undefined);

  /** Common, silent, force and forceSilent. */
  const throughSilent = (mode: LoginMode, options: LoginOptions): Observable<C> => {
    const reuses = FRESH[mode] !== mode;
    const asks = mode === 'common' || mode === 'force';
    const usable = reuses && book.usable();
    if (flights.silent) {
      if (!reuses && flights.silent.renews)
        return silentEnd().pipe(switchMap(() => throughSilent(mode, options)));
    } else {
      if (usable) return of(usable);
      if (flights.interactive) return asks ? flights.interactive.credential$ : refuse();
    }
    return silentStage(mode).pipe(
      catchError((error: unknown) => {
        if (usable && usable === book.usable()) return of({ credential: usable });
        throw error;
      }),
      switchMap((outcome) => {
        if ('credential' in outcome) return of(outcome.credential);
        const still = reuses && book.usable();
        if (still) return of(still);
        if (!asks) return refuse();
        const open = flights.interactive || flights.openInteractive({ mode, tips: options.tips, ...outcome });
        return open.credential$;
      }),
    );
  };

  const forceAuth = (mode: LoginMode, options: LoginOptions): Observable<C> =>
    silentEnd().pipe(
      switchMap((outcome) => {
        const { method = defaultMethod, tips } = options;
        const open = flights.interactive;
        if (open && open.method !== method) {
          return open.over$.pipe(
            take(1),
            switchMap(() => forceAuth(mode, options)),
          );
        }
        const asked = outcome && 'authorize' in outcome ? outcome : undefined;
        const authorize = asked && asked.authorize.method === method ? asked.authorize : { method };
        return (open || flights.openInteractive({ mode, tips, ...asked, authorize })).credential$;
      }),
    );

  return (mode, options) => defer(() => (mode === 'forceAuth' ? forceAuth : throughSilent)(mode, options));
}
