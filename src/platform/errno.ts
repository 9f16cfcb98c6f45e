import { fieldsOf, look } from '../fields';

/** What a fail result of a privileged api says of the user. */
export type Refusal = 'auth-denied' | 'auth-cancelled' | 'auth-failed';

/**
 * What a fail result says, written as "errno errMsg": the errno first, and only then the text, which differs between
 * phone and developer tools.
 */
const READINGS: readonly (readonly [RegExp, Refusal])[] = [
  // 104 is a cancel, except where the text speaks of privacy: there the user refused the privacy agreement.
  [/^(3|103|104 .*privacy.*) /i, 'auth-denied'],
  [/^(1|104) /, 'auth-cancelled'],
  [/^(102|112|1003|1400001) /, 'auth-failed'],
  [/den(y|ied)|privacy permission is not authorized/i, 'auth-denied'],
  [/cancel/i, 'auth-cancelled'],
  [/^/, 'auth-failed'],
];

/**
 * Sorts a fail result by its errno, and then by its text.
 *
 * @see PublicErrno and the privacy guide on developers.weixin.qq.com
 */
export function classifyRefusal(result: unknown): Refusal {
  const { errno, errMsg } = fieldsOf(result);
  const said = `${errno as number} ${errMsg as string} `;
  return (READINGS.find(([pattern]) => pattern.test(said)) as (typeof READINGS)[number])[1];
}

/** Tells whether a result is a fail result at all; a button's event detail has the same form. */
export function isFailure(result: unknown): boolean {
  const { errno, errMsg } = fieldsOf(result);
  return !!errno || /fail|not authorized/i.test(errMsg as string);
}

/** Tells whether the background cut a step short: then, and only then, it is worth taking again as it was. */
export function isInterrupted(error: unknown): boolean {
  return look(() => {
    const { errMsg, cause } = fieldsOf(error);
    return /interrupted/.test(`${errMsg as string} ${fieldsOf(cause).errMsg as string}`);
  }, false);
}
