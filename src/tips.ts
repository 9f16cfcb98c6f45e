import { chineseTips } from './chinese-tips';
import { hooked } from './events';
import { defined } from './fields';
import type { Question } from './prompts';
import type { Room } from './room';
import type { TipsSubject } from './texts';
import type { AuthTips, TipsSource } from './types';

/** Prompts that word something other than an authorisation: an object given for tips does not fit them. */
const OWN_WORDS = /^(setting|privacy)$/;

function textsOf(
  source: TipsSource | undefined,
  subject: TipsSubject,
  page?: unknown,
): Partial<AuthTips> | undefined {
  if (typeof source === 'function') return source.call(page, subject);
  return OWN_WORDS.test(subject.method) ? undefined : source;
}

/** The texts of the top page: its `authTips`, an object or a method. */
export const topPageTips = (subject: TipsSubject): Partial<AuthTips> | undefined => {
  if (typeof getCurrentPages !== 'function') return;
  const page = getCurrentPages().slice(-1)[0] as { authTips?: TipsSource } | undefined;
  return page && textsOf(page.authTips, subject, page);
};

/**
 * Words a prompt: the texts of all sources, merged field by field.
 *
 * @param subject - what the prompt asks
 * @param own - the texts of the login, if it has any
 */
export function worded(room: Room, subject: TipsSubject, own?: TipsSource): Question {
  const tips = [chineseTips, room.tips, room.pageTips, own].reduce<object>(
    (texts, source) => hooked(room, 'tips', () => defined(texts, textsOf(source, subject)), texts),
    {},
  );
  return { ...subject, tips: Object.freeze(tips) as AuthTips };
}
