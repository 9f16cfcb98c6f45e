import type { AuthPrompt, AuthTips } from './types';

/** What tips are asked about. */
export type TipsSubject = Pick<AuthPrompt, 'method' | 'openType' | 'scope'>;

/** The four texts of a prompt, in the order in which it shows them. */
export const words = (title: string, content: string, confirmText: string, cancelText: string): AuthTips => ({
  title,
  content,
  confirmText,
  cancelText,
});
