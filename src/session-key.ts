import { catchError, defer, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { once } from './crowd';
import { within } from './foreground';
import { orError } from './or-error';
import type { Room } from './room';

/** A code has been taken, which may have changed it, and the backend has not said yes to that code. */
const STALE = [false];

/** A login with a new code makes it good; the code alone does the opposite. */
export function noteSessionKey(room: Room, good: boolean): void {
  room.sessionKey$ = good ? [good] : STALE;
}

/** After a logout, or a stay in the background, nothing is known of a key that was good. */
export function forgetSessionKey(room: Room): void {
  // wx.checkSession would answer for the key of the last code, whoever has it.
  if (room.sessionKey$ !== STALE) room.sessionKey$ = undefined;
}

/**
 * Is WeChat's session_key still good? Asks `wx.checkSession` at most once, until what is known is forgotten.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.checkSession.html: it fails for an
 *   expired key, and looks the same for any other failure
 */
export const verifySessionKey = (room: Room): Observable<boolean> =>
  defer(
    () =>
      (room.sessionKey$ ||= orError(
        within(room, 'code', 'wx.checkSession', () => room.platform.call('checkSession')).pipe(
          map(() => true),
          catchError(() => [false]),
        ),
        room.disposed$,
      ).pipe(once())),
  );
