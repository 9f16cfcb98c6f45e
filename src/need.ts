import { EMPTY } from 'rxjs';
import { fieldsOf } from './fields';
import { originOf } from './origin';
import { isSessionError, sessionError } from './session-error';

// What the app hands over has to hold; where it does not, the error names the field and the fix.

/** Makes the error for a wrong configuration: names the field and the fix. */
export const configInvalid = (field: string, fix: string, cause?: unknown) =>
  sessionError('config-invalid', `${field} ${fix}`, cause);

/** Reads what the app handed over: whatever is thrown on the way is `config-invalid`. */
export function reading<T>(what: string, read: () => T, otherwise = 'cannot be read'): T {
  try {
    return read();
  } catch (error) {
    throw isSessionError(error) ? error : configInvalid(what, otherwise, error);
  }
}

export const EXAMPLE = 'https://api.example.com';

/** Throws `config-invalid` where something does not hold. */
export function need(holds: unknown, field: string, fix: string): asserts holds {
  if (!holds) throw configInvalid(field, fix);
}

/** Throws `config-invalid` for what is not in a list. */
export const needOneOf = (list: readonly unknown[], value: unknown, field: string): void =>
  need(list.includes(value), field, `must be one of ${list.join(', ')}`);

/** Throws `config-invalid` where a field is of another kind than in a model. */
export function needLike(model: object, given: unknown, path: string): void {
  Object.entries(model).forEach(([name, like]) => {
    const value = fieldsOf(given)[name];
    const kind = typeof like;
    need(typeof value === kind, path + name, `must be of type ${kind}`);
    if (kind === 'number') need((value as number) >= 0, path + name, 'must be 0 or more');
    if (kind === 'object') needLike(like as object, value, `${path}${name}.`);
  });
}

/** Throws `config-invalid` for a base url that is not absolute. */
export const needBaseUrl = (baseUrl: unknown): void =>
  need(originOf(baseUrl) && !/[?#]/.test(baseUrl as string), 'baseUrl', `must be like "${EXAMPLE}"`);

/** A function, where a model needs one. */
export const nothing = () => EMPTY;
