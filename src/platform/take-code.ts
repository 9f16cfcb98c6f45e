import { defer, map, switchMap, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { after, now } from '../clock';
import { fieldsOf, isText } from '../fields';
import { sessionError } from '../session-error';
import type { Platform } from './platform';

const CALLS_A_SECOND = 4;
const SECOND = 1000;

// The limit is WeChat's, per user and mini-program, so it belongs to the api object, not to a session.
const callTimes = new WeakMap<object, readonly number[]>();

/** Waits until one more `wx.login` stays within WeChat's limit of four a second. */
function turn(api: object): Observable<unknown> {
  return defer(() => {
    // A clock that was set back must not make anybody wait for longer than the second it is about.
    const age = (time: number) => Math.abs(now() - time);
    const recent = (callTimes.get(api) || []).filter((time) => age(time) < SECOND);
    if (recent.length >= CALLS_A_SECOND) {
      return after(SECOND - age(recent[0])).pipe(switchMap(() => turn(api)));
    }
    callTimes.set(api, [...recent, now()]);
    return of(undefined);
  });
}

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
 * One code of `wx.login`, at WeChat's pace.
 *
 * @param platform - whose login
 * @param limit - applied to the call itself, not to the wait for its turn
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.login.html
 */
export function takeCode(
  platform: Platform,
  limit: (call: Observable<unknown>) => Observable<unknown>,
): Observable<string> {
  return defer(() => {
    if (isSinglePage(platform)) {
      throw sessionError('code-unavailable', 'a single page has no login');
    }
    return turn(platform.api);
  }).pipe(
    switchMap(() => limit(platform.call('login'))),
    map((result) => {
      const { code } = fieldsOf(result);
      if (isText(code)) return code;
      throw sessionError('code-unavailable', 'wx.login gave no code', result);
    }),
  );
}
