import { catchError, defer, of, switchMap, take, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Flights, SilentOutcome } from './flight';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { Credential, LoginMode, LoginOptions } from './types';

/** How a mode's login goes on with a bad session_key: as one fresh login that goes as far as the mode does. */
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

  const refuse = (): Observable<never> =>
    throwError(() => sessionError('interaction-required', 'only the user can log in'));

  const checkLoop = () => {
    if (loop.mayStart()) return;
    const error = sessionError('login-loop', 'each new credential is refused');
    events.tell('login-loop', error);
    throw error;
  };

  /** The silent stage: the one in progress, or a new one. */
  const silentStage = (mode: LoginMode): Observable<SilentOutcome<C>> => {
    if (flights.silent) return flights.silent.outcome$;
    if (keeper.forgotten) return of({ authorize: { method: defaultMethod } });
    checkLoop();
    const { held, over } = state.memory;
    const renewable = backend.refresh && FRESH[mode] !== mode && over && held;
    return flights.openSilent(mode, renewable ? held.credential : undefined).outcome$;
  };

  /** The interactive stage: the one in progress, or a new one, as the silent stage asked for it. */
  const goOn = (mode: LoginMode, options: LoginOptions) =>
    switchMap((outcome: SilentOutcome<C>): Observable<C> => {
      if ('credential' in outcome) return of(outcome.credential);
      const usable = FRESH[mode] !== mode && book.usable();
      if (usable) return of(usable);
      if (mode === 'silent' || mode === 'forceSilent') return refuse();
      const { authorize, flight } = outcome;
      const open =
        flights.interactive || flights.openInteractive({ mode, authorize, tips: options.tips, flight });
      return open.credential$;
    });

  const reuse = (mode: 'common' | 'silent', options: LoginOptions): Observable<C> => {
    if (!flights.silent) {
      const usable = book.usable();
      if (usable) return of(usable);
      if (flights.interactive) return mode === 'silent' ? refuse() : flights.interactive.credential$;
    }
    return silentStage(mode).pipe(
      catchError((error: unknown) => {
        const usable = book.usable();
        if (usable) return of({ credential: usable });
        throw error;
      }),
      goOn(mode, options),
    );
  };

  const renew = (mode: 'force' | 'forceSilent', options: LoginOptions): Observable<C> => {
    if (flights.interactive) return mode === 'forceSilent' ? refuse() : flights.interactive.credential$;
    if (!flights.silent || !flights.silent.renews) return silentStage(mode).pipe(goOn(mode, options));
    return flights.silent.outcome$.pipe(
      catchError(() => of(undefined)),
      switchMap(() => renew(mode, options)),
    );
  };

  const authorise = (options: LoginOptions, outcome?: SilentOutcome<C>): Observable<C> => {
    const again = (next?: SilentOutcome<C>) => authorise(options, next);
    if (flights.silent) {
      return flights.silent.outcome$.pipe(
        catchError(() => of(undefined)),
        switchMap(again),
      );
    }
    const { method = defaultMethod, tips } = options;
    const open = flights.interactive;
    if (open && open.method === method) return open.credential$;
    if (open) {
      return open.over$.pipe(
        take(1),
        switchMap(() => again()),
      );
    }
    const asked = outcome && 'authorize' in outcome ? outcome : undefined;
    const agreed = asked && asked.authorize.method === method;
    const authorize = agreed ? asked.authorize : { method };
    const flight = asked && asked.flight;
    return flights.openInteractive({ mode: 'forceAuth', authorize, tips, flight }).credential$;
  };

  return (mode, options) =>
    defer(() => {
      if (mode === 'forceAuth') return authorise(options);
      return mode === 'force' || mode === 'forceSilent' ? renew(mode, options) : reuse(mode, options);
    });
}
