import { words } from './texts';
import type { TipsSubject } from './texts';
import type { AuthTips } from './types';

/**
 * English texts for every prompt, to be given as `tips`.
 *
 * @param prompt - what is asked for
 * @example
 * ```ts
 * import { createSession, englishTips, httpBackend } from 'rx-weapp-session';
 *
 * const backend = httpBackend({ baseUrl: 'https://api.example.com' });
 * export const session = createSession({ source: 'shop', backend, tips: englishTips });
 * ```
 */
export const englishTips = ({ method }: TipsSubject): AuthTips => {
  switch (method) {
    case 'setting':
      return words('Permission needed', 'Allow it in the settings, then go on', 'Open settings', 'Not now');
    case 'privacy':
      return words('Privacy', 'Please read and accept the privacy policy first', 'Accept', 'Decline');
    case 'avatarNickname':
      return words('Your profile', 'Choose an avatar and a nickname', 'Save', 'Not now');
    default:
      return words(
        'Log in',
        'Log in to go on',
        /phone/i.test(method) ? 'Use my number' : 'Use WeChat',
        'Not now',
      );
  }
};
