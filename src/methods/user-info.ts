import { EMPTY, switchMap } from 'rxjs';
import { fieldsOf } from '../fields';
import type { Platform } from '../platform/platform';
import type { AuthMethod } from '../types';
import { readProfile } from './read-answer';

const SCOPE = 'scope.userInfo';

/** `<button open-type="getUserInfo">`, or without a tap where the user granted the scope before. */
export const userInfo = (platform: Platform): AuthMethod => ({
  openType: 'getUserInfo',
  // The data is encrypted under the session_key of the last code, so the code comes first.
  code: 'before-prompt',
  settingScope: SCOPE,
  withoutPrompt: () =>
    platform
      .call('getSetting')
      .pipe(
        switchMap((result) =>
          fieldsOf(fieldsOf(result).authSetting)[SCOPE]
            ? platform.call('getUserInfo', { withCredentials: true })
            : EMPTY,
        ),
      ),
  read: readProfile,
});
