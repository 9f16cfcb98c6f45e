import { defer, map, switchMap } from 'rxjs';
import type { Observable } from 'rxjs';
import { after, distance, now } from '../clock';
import { fieldsOf } from '../fields';
import { sessionError } from '../session-error';
import type { Platform } from './platform';

const CALLS_A_SECOND = 4;
const SECOND = 1000;

// The limit is WeChat's, per user and mini-program, so it belongs to the api object, not to a session.
const callTimes = new WeakMap<object, readonly number[]>();

/** Waits until one more `wx.login` stays within WeChat's limit of four a second. */
const turn = (api: object): Observable<unknown> =>
  defer(() => {
    const recent = (callTimes.get(api) || []).filter((time) => distance(time) < SECOND);
    if (recent.length >= CALLS_A_SECOND) {
      return after(SECOND - distance(recent[0])).pipe(switchMap(() => turn(api)));
    }
    callTimes.set(api, [...recent, now()]);
    return [api];
  });

/** In the single page mode of a shared page (scene 1154) a mini-program has no login. */
function isSinglePage(platform: Platform): boolean {
  try {
    const launch = fieldsOf(platform.callSync('getLaunchOptionsSync'));
    return launch.scene === 1154 || launch.apiCategory === 'browseOnly';
  } catch {
    return false;
  }
}

/**
 * The code that `wx.login` gives, if it gives one, at WeChat's pace.
 *
 * @param platform - whose login
 * @param limit - applied to the call itself, not to the wait for its turn
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.login.html
 */
export const takeCode = (
  platform: Platform,
  limit: (call: Observable<unknown>) => Observable<unknown>,
): Observable<unknown> =>
  defer(() => {
    if (isSinglePage(platform)) throw sessionError('code-unavailable', 'a single page has no login');
    return turn(platform.api);
  }).pipe(
    switchMap(() => limit(platform.call('login'))),
    map((result) => fieldsOf(result).code),
  );
