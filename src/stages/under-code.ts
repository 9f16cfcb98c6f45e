import { catchError, EMPTY, filter, switchMap, tap, timer } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { now } from '../clock';
import { newCode } from '../exchange';
import { orError } from '../or-error';
import type { Flight, Room } from '../room';
import type { AuthorizedLogin } from '../types';

/** What the user gave, and the code that it was encrypted under, where one was taken before. */
export type Answer = Pick<AuthorizedLogin, 'authorization' | 'code'>;

/** WeChat's codes live for five minutes; half a minute is left for the exchange. */
const CODE_AGE = 270000;

/**
 * Asks under a code, which it keeps young while the user thinks; an answer to an old one cannot be used, so the user
 * is asked again.
 */
export function underCode(room: Room, flight: Flight, asked$: Observable<unknown>): Observable<Answer> {
  let code: string | undefined;
  let takenAt = 0;
  const code$ = newCode(room, flight).pipe(
    tap((value) => {
      code = value;
      takenAt = now();
    }),
  );
  const renewals$ = timer(CODE_AGE, CODE_AGE).pipe(
    switchMap(() => code$.pipe(catchError(() => EMPTY))),
    filter(() => false),
  );
  return code$.pipe(
    // Left before the answer goes on: what comes next may take a code of its own.
    switchMap(() => orError(asked$, renewals$)),
    switchMap((authorization): ObservableInput<Answer> =>
      now() - takenAt > CODE_AGE ? underCode(room, flight, asked$) : [{ authorization, code }],
    ),
  );
}
