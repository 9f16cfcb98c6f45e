import { catchError, EMPTY, from, map, of, switchMap, toArray } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable, ObservableInput } from 'rxjs';
import { called } from './called';
import { after } from './clock';
import type { Settings } from './config';
import type { Events } from './events';
import { failingAs } from './failing-as';
import { readFailure } from './failure';
import { isText } from './fields';
import type { Foreground } from './foreground';
import { isInterrupted } from './platform/errno';
import { takeCode } from './platform/take-code';
import { readReply } from './reply';
import { sessionError } from './session-error';
import type { AuthorizedLogin, Credential, LoginReply } from './types';

/** What one flight may still use up. */
export interface Allowance {
  /** How often a step that the background interrupted may be taken again. */
  interruptions: number;
  /** The flight called wx.login, so the session_key is fresh. */
  tookCode: boolean;
}

/** The exchanges with the backend: codes, time limits, what is tried again and what is not. */
export interface Exchange<C extends Credential> {
  /** A function of the app's is being called right now; a guard in there would wait for itself. */
  readonly inCall: boolean;
  /** Takes a code that was never exchanged. */
  code(flight: Allowance): Observable<string>;
  silent(flight: Allowance): Observable<LoginReply<C>>;
  refresh(flight: Allowance, expired: C): Observable<LoginReply<C>>;
  /**
   * @param repeats - whether the same answer may be sent again
   * @param takesCode - whether it takes a fresh code then
   */
  interactive(
    flight: Allowance,
    answer$: Observable<Omit<AuthorizedLogin, 'source'>>,
    repeats: boolean,
    takesCode: boolean,
  ): Observable<LoginReply<C>>;
  /** Runs a hook of the app's to its end; emits once. */
  hook(
    flight: Allowance,
    name: string,
    call: () => ObservableInput<unknown> | undefined,
  ): Observable<unknown>;
}

const REMEMBERED_CODES = 300;

export function createExchange<C extends Credential>(
  { source, backend, platform, timeouts, retry: patience }: Settings<C>,
  foreground: Foreground,
  events: Events,
): Exchange<C> {
  let inCall = false;
  let exchanged: readonly string[] = [];

  /** Calls a function of the app's within its time limit; a guard in there would wait for itself. */
  const inTime = <T>(step: string, work: () => ObservableInput<T>): Observable<T> =>
    called(
      () => {
        inCall = true;
        return work();
      },
      () => {
        inCall = false;
      },
    ).pipe(foreground.within(timeouts.exchange, step));

  /**
   * Takes a step again: as soon as the app is shown, where the background interrupted it; after a while, where
   * the failure passes by itself; at once, where WeChat refused the code.
   *
   * @param repeats - whether the step may be taken again after a failure
   * @param resumes - whether it may be taken again after an interruption
   * @param takesCode - whether it takes a fresh code when it is taken again
   */
  const persistent =
    <T>(
      flight: Allowance,
      repeats: boolean,
      resumes: boolean,
      takesCode = false,
    ): MonoTypeOperatorFunction<T> =>
    (source) => {
      let tries = 0;
      let freshCodes = takesCode ? 1 : 0;
      const again$ = (reason: unknown): Observable<unknown> => {
        const { error, again, wait } = readFailure(reason);
        const interrupted = isInterrupted(reason);
        if (interrupted && resumes && flight.interruptions-- > 0) return foreground.whenShown;
        const freshCode = again === 'fresh-code' && freshCodes-- > 0;
        const later =
          again === 'later' && !interrupted && tries < patience.count && !(wait && wait > timeouts.exchange);
        if (!repeats || !(freshCode || later)) throw error;
        events.tell('retry', error);
        if (freshCode) return of(reason);
        const backOff = Math.random() * patience.delay * 2 ** tries++;
        return after(wait === undefined ? backOff : wait);
      };
      const run = (): Observable<T> =>
        source.pipe(catchError((reason: unknown) => again$(reason).pipe(switchMap(run))));
      return run();
    };

  const code = (flight: Allowance): Observable<string> =>
    takeCode(platform, foreground.within(timeouts.code, 'wx.login', 'code-unavailable')).pipe(
      map((value) => {
        if (!isText(value) || exchanged.includes(value)) {
          throw sessionError('code-unavailable', 'wx.login gave no new code');
        }
        exchanged = [...exchanged, value].slice(-REMEMBERED_CODES);
        flight.tookCode = true;
        return value;
      }),
      failingAs('code-unavailable', 'wx.login failed'),
      persistent(flight, false, true),
    );

  const exchange = (
    flight: Allowance,
    step: string,
    request$: Observable<() => ObservableInput<unknown>>,
    repeats: boolean,
    takesCode: boolean,
  ): Observable<LoginReply<C>> =>
    request$.pipe(
      switchMap((request) => inTime(step, request)),
      map((reply) => readReply<C>(reply)),
      persistent(flight, repeats, repeats, takesCode),
    );

  return {
    get inCall() {
      return inCall;
    },
    code,
    silent: (flight) => {
      const request$ = code(flight).pipe(map((value) => () => backend.silentLogin({ source, code: value })));
      return exchange(flight, 'silentLogin', request$, true, true);
    },
    refresh: (flight, expired) =>
      exchange(
        flight,
        'refresh',
        of(() => backend.refresh?.(expired) || EMPTY),
        true,
        false,
      ),
    interactive: (flight, answer$, repeats, takesCode) => {
      const request$ = answer$.pipe(map((answer) => () => backend.login({ source, ...answer })));
      return exchange(flight, 'login', request$, repeats, takesCode);
    },
    hook: (flight, name, work) =>
      inTime(name, () => from(work() || EMPTY).pipe(toArray())).pipe(persistent(flight, false, true)),
  };
}
