import {
  catchError,
  concat,
  defer,
  EMPTY,
  from,
  ignoreElements,
  map,
  mergeMap,
  Observable,
  of,
  retry,
} from 'rxjs';
import type { MonoTypeOperatorFunction, ObservableInput } from 'rxjs';
import { after } from './clock';
import type { Settings } from './config';
import type { Events } from './events';
import { readFailure } from './failure';
import type { Foreground } from './foreground';
import { isInterrupted } from './platform/errno';
import { takeCode } from './platform/take-code';
import { readReply } from './reply';
import { isSessionError, sessionError } from './session-error';
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
  /** @param again - whether the same answer may be sent again, with a fresh code where it takes one */
  interactive(
    flight: Allowance,
    request: Observable<Omit<AuthorizedLogin, 'source'>>,
    again: boolean,
  ): Observable<LoginReply<C>>;
  /** Runs a hook of the app's to its end; emits once. */
  hook(flight: Allowance, name: string, call: () => ObservableInput<unknown>): Observable<unknown>;
}

const REMEMBERED_CODES = 32;

export function createExchange<C extends Credential>(
  { source, backend, platform, timeouts, retry: patience }: Settings<C>,
  foreground: Foreground,
  events: Events,
): Exchange<C> {
  let inCall = false;
  let exchanged: readonly string[] = [];

  /** Calls a function of the app's; it counts as being called until it returns or answers. */
  const call = <T>(work: () => ObservableInput<T>) =>
    new Observable<T>((subscriber) => {
      const before = inCall;
      const answered =
        <A extends readonly unknown[]>(tell: (...args: A) => void) =>
        (...args: A) => {
          inCall = before;
          tell(...args);
        };
      inCall = true;
      try {
        return from(work()).subscribe({
          next: answered((value: T) => subscriber.next(value)),
          error: answered((error: unknown) => subscriber.error(error)),
          complete: answered(() => subscriber.complete()),
        });
      } finally {
        inCall = before;
      }
    });

  const inTime = <T>(step: string, source$: Observable<T>): Observable<T> =>
    source$.pipe(foreground.within(timeouts.exchange, step, 'backend-invalid'));

  /** Takes a step again that the background interrupted, as soon as the app is shown. */
  const uninterrupted = <T>(flight: Allowance): MonoTypeOperatorFunction<T> =>
    retry({
      delay: (error: unknown) => {
        if (isInterrupted(error) && flight.interruptions-- > 0) return foreground.whenShown;
        throw error;
      },
    });

  /** Takes an exchange again after what passes by itself, and once after a code that WeChat refused. */
  const patient = <T>(): MonoTypeOperatorFunction<T> => {
    let tries = 0;
    let freshCode = false;
    return retry({
      delay: (reason: unknown) => {
        const { error, again, wait } = readFailure(reason);
        if (again === 'fresh-code' && !freshCode) {
          freshCode = true;
          events.tell('retry', error);
          return of(0);
        }
        const askedTooMuch = wait !== undefined && wait > timeouts.exchange;
        if (again !== 'later' || tries >= patience.count || askedTooMuch) throw error;
        events.tell('retry', error);
        const backOff = Math.random() * patience.delay * 2 ** tries++;
        return after(wait === undefined ? backOff : wait);
      },
    });
  };

  const typed = <T>(): MonoTypeOperatorFunction<T> =>
    catchError((reason: unknown) => {
      throw readFailure(reason).error;
    });

  const exchange = (flight: Allowance, attempt: Observable<unknown>, again: boolean) => {
    const reply = attempt.pipe(map((value) => readReply<C>(value)));
    return again ? reply.pipe(uninterrupted(flight), patient()) : reply.pipe(typed());
  };

  const code = (flight: Allowance): Observable<string> =>
    takeCode(platform, foreground.within(timeouts.code, 'wx.login', 'code-unavailable')).pipe(
      uninterrupted(flight),
      map((value) => {
        if (exchanged.includes(value)) {
          throw sessionError('code-unavailable', 'wx.login repeated a code');
        }
        exchanged = [...exchanged, value].slice(-REMEMBERED_CODES);
        flight.tookCode = true;
        return value;
      }),
      catchError((error: unknown) => {
        throw isSessionError(error) ? error : sessionError('code-unavailable', 'wx.login failed', error);
      }),
    );

  return {
    get inCall() {
      return inCall;
    },
    code,
    silent: (flight) => {
      const attempt = code(flight).pipe(
        mergeMap((value) =>
          inTime(
            'silentLogin',
            call(() => backend.silentLogin({ source, code: value })),
          ),
        ),
      );
      return exchange(flight, attempt, true);
    },
    refresh: (flight, expired) =>
      exchange(
        flight,
        inTime(
          'refresh',
          call(() => backend.refresh?.(expired) || EMPTY),
        ),
        true,
      ),
    interactive: (flight, request, again) => {
      const attempt = request.pipe(
        mergeMap((answer) =>
          inTime(
            'login',
            call(() => backend.login({ source, ...answer })),
          ),
        ),
      );
      return exchange(flight, attempt, again);
    },
    hook: (flight, name, work) =>
      defer(() => inTime(name, concat(call(work).pipe(ignoreElements()), of(undefined)))).pipe(
        uninterrupted(flight),
        typed(),
      ),
  };
}
