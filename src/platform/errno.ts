import { fieldsOf } from '../fields';

/** What a fail result of a privileged api says of the user. */
export type Refusal = 'auth-denied' | 'auth-cancelled' | 'auth-failed';

/**
 * Sorts a fail result by its errno, and only then by its text, which differs between phone and developer tools.
 *
 * @see PublicErrno and the privacy guide on developers.weixin.qq.com: 104 is a cancel, except where the text
 * speaks of privacy: there the user refused the privacy agreement
 */
export function classifyRefusal(result: unknown): Refusal {
  const { errno, errMsg } = fieldsOf(result);
  const text = String(errMsg);
  if (errno === 104 && /privacy/i.test(text)) return 'auth-denied';
  if (errno === 3 || errno === 103) return 'auth-denied';
  if (errno === 1 || errno === 104) return 'auth-cancelled';
  if ([102, 112, 1003, 1400001].includes(errno as number)) return 'auth-failed';
  if (/den(y|ied)|privacy permission is not authorized/i.test(text)) return 'auth-denied';
  return /cancel/i.test(text) ? 'auth-cancelled' : 'auth-failed';
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
