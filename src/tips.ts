import { tellThrown } from './events';
import { defined } from './fields';
import type { Question } from './prompts';
import type { Room } from './room';
import type { AuthPrompt, AuthTips, TipsSource } from './types';

/** What tips are asked about. */
export type TipsSubject = Pick<AuthPrompt, 'method' | 'openType' | 'scope'>;

/** Prompts that word something other than an authorisation: an object given for tips does not fit them. */
const OWN_WORDS = /^(setting|privacy)$/;

const words = (title: string, content: string, confirmText: string, cancelText: string): AuthTips => ({
  title,
  content,
  confirmText,
  cancelText,
});

/** The default texts, in Chinese. */
export const chineseTips = ({ method }: TipsSubject): AuthTips => {
  switch (method) {
    case 'setting':
      return words('需要授权', '请在设置中允许', '去设置', '暂不');
    case 'privacy':
      return words('隐私保护', '请先同意隐私保护指引', '同意', '不同意');
    case 'avatarNickname':
      return words('完善资料', '请设置头像和昵称', '保存', '暂不');
    default:
      return words('登录', '登录后继续', /phone/i.test(method) ? '手机号登录' : '微信登录', '暂不');
  }
};

/**
 * English texts for every prompt, to be given as `tips`.
 *
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

/** The texts of the top page: its `authTips`, an object or a method. */
export const topPageTips = (subject: TipsSubject): Partial<AuthTips> | undefined => {
  if (typeof getCurrentPages !== 'function') return;
  const page = getCurrentPages().slice(-1)[0] as { authTips?: TipsSource } | undefined;
  return page && ask(page.authTips, subject, page);
};

function ask(
  source: TipsSource | undefined,
  subject: TipsSubject,
  page?: unknown,
): Partial<AuthTips> | undefined {
  if (typeof source === 'function') return source.call(page, subject);
  return OWN_WORDS.test(subject.method) ? undefined : source;
}

/**
 * Words a prompt: the texts of all sources, merged field by field.
 *
 * @param subject - what the prompt asks
 * @param own - the texts of the login, if it has any
 */
export function worded(room: Room, subject: TipsSubject, own: TipsSource | undefined): Question {
  const words = [chineseTips, room.tips, room.pageTips, own].reduce<object>((texts, source) => {
    try {
      return defined(texts, ask(source, subject));
    } catch (error) {
      tellThrown(room, 'tips', error);
      return texts;
    }
  }, {});
  return { ...subject, tips: Object.freeze(words) as AuthTips };
}
