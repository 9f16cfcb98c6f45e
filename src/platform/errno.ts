import { fieldsOf } from '../fields';

/** What a fail result of a privileged api says of the user. */
export type Refusal = 'auth-denied' | 'auth-cancelled' | 'auth-failed';

const CANCELLED = [1, 104];
const DENIED = [3, 103];
const FAILED = [102, 112, 1003, 1400001];

/**
 * Sorts a fail result by its errno, and only then by its text, which differs between phone and developer tools.
 *
 * @see PublicErrno and the privacy guide on developers.weixin.qq.com: 104 is a cancel, except where the text
 * speaks of privacy: there the user refused the privacy agreement
 */
export function classifyRefusal(result: unknown): Refusal {
  const { errno, errMsg } = fieldsOf(result);
  const says = (words: RegExp) => words.test(String(errMsg));
  const among = (errnos: readonly unknown[]) => errnos.includes(errno);
  if (errno === 104 && says(/privacy/i)) return 'auth-denied';
  if (among(DENIED)) return 'auth-denied';
  if (among(CANCELLED)) return 'auth-cancelled';
  if (among(FAILED) || says(/banned|tap gesture|desc length|no permission/i)) return 'auth-failed';
  if (says(/den(y|ied)|privacy permission is not authorized/i)) return 'auth-denied';
  return says(/cancel/i) ? 'auth-cancelled' : 'auth-failed';
}

/** Tells whether a result is a fail result at all; a button's event detail has the same form. */
export function isFailure(result: unknown): boolean {
  const { errno, errMsg } = fieldsOf(result);
  return !!errno || /fail|not authorized/i.test(String(errMsg));
}

/** Tells whether the background cut a step short: then, and only then, it is worth taking again as it was. */
export function isInterrupted(error: unknown): boolean {
  const { errMsg, cause } = fieldsOf(error);
  return /interrupted/.test(`${String(errMsg)} ${String(fieldsOf(cause).errMsg)}`);
}
