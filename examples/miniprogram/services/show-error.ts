import { isSessionError } from 'rx-weapp-session';
import { toast } from './toast';

/** What the user did on purpose needs no words. */
const QUIET = ['auth-cancelled', 'auth-denied', 'logged-out', 'interaction-required'];

const TEXTS: Readonly<Record<string, string>> = {
  'backend-unreachable': '连不上服务器，请稍后再试',
  'request-failed': '网络不给力，请稍后再试',
  'login-timeout': '登录超时，请重试',
  'login-loop': '服务器一直拒绝登录，请稍后再试',
};

/** Says what the user should know of a failure. */
export function showError(error: unknown): void {
  if (isSessionError(error) && QUIET.includes(error.code)) return;
  const title = (isSessionError(error) && TEXTS[error.code]) || '出了点问题，请重试';
  toast(title);
}
