import type { AuthPrompt } from 'rx-weapp-session';
import type { Reading } from './lane';

const METHODS: Readonly<Record<string, string>> = {
  p: 'phoneNumber',
  r: 'realtimePhoneNumber',
  n: 'avatarNickname',
  u: 'userInfo',
  f: 'userProfile',
  v: 'privacy',
  s: 'setting',
};

/** The method that a letter stands for. */
export const methodOf = (letter: string): string | undefined => METHODS[letter];

/** How prompts are written down: by the letter of their method, and `.` where there is none any more. */
export const promptReading: Reading = {
  mark: (prompt) => {
    if (prompt === null) return '.';
    const { method } = prompt as AuthPrompt;
    return Object.keys(METHODS).find((letter) => METHODS[letter] === method) || method.slice(0, 1);
  },
  word: (prompt) => (prompt === null ? 'none' : (prompt as AuthPrompt).method),
};

/** What a user's yes looks like: the event of the button, or the result of the api. */
export function yesTo({ method, openType, scope }: AuthPrompt): unknown {
  switch (method) {
    case 'phoneNumber':
    case 'realtimePhoneNumber':
      return { errMsg: `${openType}:ok`, code: 'phone-code' };
    case 'avatarNickname':
      return { avatarUrl: 'wxfile://avatar.png', nickName: 'Li' };
    case 'setting':
      return { errMsg: 'openSetting:ok', authSetting: { [String(scope)]: true } };
    case 'privacy':
      return { event: 'agree', buttonId: 'agree' };
    default:
      return {
        errMsg: `${openType || method}:ok`,
        userInfo: { nickName: 'Li' },
        encryptedData: 'data',
        iv: 'iv',
      };
  }
}

/** What a user's no looks like. */
export function noTo({ method, openType, scope }: AuthPrompt): unknown {
  if (method === 'setting') return { errMsg: 'openSetting:ok', authSetting: { [String(scope)]: false } };
  if (method === 'privacy') return { event: 'disagree' };
  return { errMsg: `${openType || method}:fail user deny`, errno: 103 };
}
