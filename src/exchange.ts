import { catchError, defer, EMPTY, map, Observable, switchMap, tap, throwIfEmpty, toArray } from 'rxjs';
import type { MonoTypeOperatorFunction, ObservableInput } from 'rxjs';
import { after } from './clock';
import { tell } from './events';
import { failingAs } from './failing-as';
import { readFailure } from './failure';
import { fieldsOf, isText } from './fields';
import { whenShown, within } from './foreground';
import { isInterrupted } from './platform/errno';
import { turnToLogin } from './platform/turn-to-login';
import { readReply } from './reply';
import type { Flight, Room } from './room';
import { sessionError } from './session-error';
import { noteSessionKey } from './session-key';
import type { LoginReply } from './types';

type Allowance = Pick<Flight, 'interruptions' | 'tookCode'>;

const REMEMBERED_CODES = 300;

/** Calls a function of the app's, within its time limit. It is left when it returns or answers, whichever is first. */
const inTime = <T>(room: Room, step: string, work: () => ObservableInput<T>): Observable<T> =>
  within(
    room,
    'exchange',
    step,
    () =>
      new Observable<T>((subscriber) => {
        const { inCall } = room;
        const leave = () => {
          room.inCall = false;
        };
        room.inCall = true;
        try {
          const left$ = defer(work).pipe(tap({ next: leave, error: leave, complete: leave }));
          return left$.subscribe(subscriber);
        } finally {
          // A logout in the middle of another call is back in that one.
          room.inCall = inCall;
        }
      }),
  );

/**
 * Takes a step again: as soon as the app is shown, where the background interrupted it; after a while, where
 * the failure passes by itself; at once, where WeChat refused the code.
 *
 * @param count - how often after a failure that passes
 * @param freshCodes - how often with a fresh code
 */
function persistent<T>(
  room: Room,
  flight: Allowance,
  step: string,
  count = 0,
  freshCodes = 0,
): MonoTypeOperatorFunction<T> {
  const left = { later: count, 'fresh-code': freshCodes };
  const pause = (reason: unknown): ObservableInput<unknown> => {
    const { error, again, wait } = readFailure(reason, step, room.timeouts.exchange);
    if (isInterrupted(reason)) {
      if (flight.interruptions-- > 0) return whenShown(room);
      throw error;
    }
    if (!again || left[again]-- <= 0) throw error;
    tell(room, 'retry', error);
    if (again === 'fresh-code') return [reason];
    const ms = wait ?? Math.random() * room.retry.delay * 2 ** (count - left.later - 1);
    // A pause that no timer can wait for is the end.
    return after(ms).pipe(throwIfEmpty(() => error));
  };
  // Bounded by what is left: `again$` is this very pipe.
  return catchError((reason: unknown, again$) => defer(() => pause(reason)).pipe(switchMap(() => again$)));
}

/** Takes a code that was never exchanged. */
export const newCode = (room: Room, flight: Allowance): Observable<string> =>
  defer(() => turnToLogin(room.platform)).pipe(
    switchMap((platform) =>
      within(room, 'code', 'wx.login', () => platform.call('login'), 'code-unavailable'),
    ),
    map((result) => {
      const { code } = fieldsOf(result);
      if (!isText(code) || room.exchanged.includes(code)) {
        throw sessionError('code-unavailable', 'wx.login gave no new code');
      }
      room.exchanged = [...room.exchanged, code].slice(-REMEMBERED_CODES);
      flight.tookCode = true;
      noteSessionKey(room, false);
      return code;
    }),
    failingAs('code-unavailable', 'wx.login failed'),
    persistent(room, flight, 'wx.login'),
  );

/**
 * Asks the backend.
 *
 * @param subject$ - what about; taken anew for each try
 * @param repeats - whether it may be asked again; if not, an interruption ends it too
 * @param freshCodes - how often it may be asked with another code, where WeChat refused the first
 */
export const exchange = <S>(
  room: Room,
  flight: Allowance,
  step: string,
  subject$: ObservableInput<S>,
  request: (subject: S) => ObservableInput<unknown>,
  repeats = true,
  freshCodes = 0,
): Observable<LoginReply> =>
  defer(() => subject$).pipe(
    switchMap((subject) => inTime(room, step, () => request(subject))),
    map((reply) => readReply(reply)),
    repeats
      ? persistent(room, flight, step, room.retry.count, freshCodes)
      : persistent(room, { interruptions: 0 }, step),
  );

/** Runs a hook of the app's to its end; emits once. */
export const runHook = (
  room: Room,
  flight: Allowance,
  name: string,
  work: () => ObservableInput<unknown> | undefined,
): Observable<unknown> =>
  inTime(room, name, () => defer(() => work() || EMPTY).pipe(toArray())).pipe(persistent(room, flight, name));
