import { catchError, defer, map, takeUntil } from 'rxjs';
import type { Observable } from 'rxjs';
import { once } from './crowd';
import { within } from './foreground';
import type { Room } from './room';

/** A new code makes it good; after a logout, or a stay in the background, nothing is known of it. */
export function noteSessionKey(room: Room, good?: true): void {
  room.sessionKey$ = good && [good];
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
      (room.sessionKey$ ||= within(room, 'code', 'wx.checkSession', () =>
        room.platform.call('checkSession'),
      ).pipe(
        map(() => true),
        catchError(() => [false]),
        // eslint-disable-next-line rxjs-x/no-unsafe-takeuntil -- once is as safe as rxjs's share
        takeUntil(room.disposed$),
        once(),
      )),
  );
