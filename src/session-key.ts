import { catchError, defer, map, type Observable, of, shareReplay, takeUntil } from 'rxjs';
import type { Foreground } from './foreground';
import type { Platform } from './platform/platform';

/** WeChat's session_key, as far as a mini-program can know it. */
export interface SessionKey {
  /** Is it still good? Asks `wx.checkSession` at most once in a foreground period. */
  verify(): Observable<boolean>;
  /** A login took a new code: its session_key is good. */
  renewed(): void;
  /** What was known no longer counts. */
  forget(): void;
}

/**
 * @param limit - ms that the question may take
 * @param end$ - ends it
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.checkSession.html: it fails for an
 *   expired key, and looks the same for any other failure
 */
export function createSessionKey(
  platform: Platform,
  foreground: Foreground,
  limit: number,
  end$: Observable<unknown>,
): SessionKey {
  let answer$: Observable<boolean> | undefined;
  return {
    verify: () =>
      defer(
        () =>
          (answer$ ??= defer(() => platform.call('checkSession')).pipe(
            foreground.within(limit, 'wx.checkSession'),
            map(() => true),
            catchError(() => of(false)),
            takeUntil(end$),
            shareReplay({ bufferSize: 1, refCount: false }),
          )),
      ),
    renewed: () => void (answer$ = of(true)),
    forget: () => void (answer$ = undefined),
  };
}
