import { switchMap } from 'rxjs';
import type { ObservableInput } from 'rxjs';
import { after, distance, now } from '../clock';
import { fieldsOf } from '../fields';
import { keptOn } from '../kept-on';
import { sessionError } from '../session-error';
import type { Platform } from './platform';

const CALLS_A_SECOND = 4;
const SECOND = 1000;

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
 * Waits until one more `wx.login` stays within WeChat's limit of four a second; gives the platform to call it on.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.login.html
 */
export function turnToLogin(platform: Platform): ObservableInput<Platform> {
  if (isSinglePage(platform)) throw sessionError('code-unavailable', 'a single page has no login');
  // The limit is WeChat's, per user and mini-program, so it belongs to the api object, not to a session.
  const times = keptOn<number[]>(platform.api, '_rxWeappLogins', []);
  const recent = times.filter((time) => distance(time) < SECOND);
  if (recent.length >= CALLS_A_SECOND) {
    return after(SECOND - distance(recent[0])).pipe(switchMap(() => turnToLogin(platform)));
  }
  times.splice(0, times.length, ...recent, now());
  return [platform];
}
