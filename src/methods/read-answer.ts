import { fieldsOf } from '../fields';
import { classifyRefusal, isFailure } from '../platform/errno';
import { sessionError } from '../session-error';

/** Throws what a fail result says: the refusal, the cancel or the fault. */
export function ensure(given: unknown, detail: unknown): asserts given {
  if (!given || isFailure(detail)) {
    throw sessionError(classifyRefusal(detail), 'no authorisation', detail);
  }
}

/**
 * Reads an answer: a button event's detail, or a wx result.
 *
 * @param alternatives - the fields that an authorisation consists of; all of one list must be there
 * @returns a function that gives those fields, and throws the refusal, the cancel or the fault it finds instead
 */
export const readFields =
  (alternatives: readonly (readonly string[])[]) =>
  (detail: unknown): Record<string, unknown> => {
    const given = fieldsOf(detail);
    const fields = alternatives.find((names) => names.every((name) => given[name]));
    ensure(fields, detail);
    const authorization: Record<string, unknown> = {};
    fields.forEach((name) => (authorization[name] = given[name]));
    return authorization;
  };

/** Reads a whole profile as it is: it is signed, and encrypted, as a whole. */
export const readProfile = (detail: unknown): unknown => {
  ensure(fieldsOf(detail).userInfo, detail);
  return detail;
};
