import { switchMap } from 'rxjs';
import type { ObservableInput } from 'rxjs';
import { after, distance, mayCount } from '../clock';
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
  if (mayCount(times, CALLS_A_SECOND, SECOND)) return [platform];
  return after(SECOND - distance(times[0])).pipe(switchMap(() => turnToLogin(platform)));
}
