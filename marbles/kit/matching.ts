import { isSessionError } from 'rx-weapp-session';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/**
 * Tells whether a value has all that is wanted of it: equal primitives, at least the fields of a wanted object, all
 * the entries of a wanted array. A function is asked, and so is a matcher of jest's or vitest's.
 */
export function hasAll(value: unknown, wanted: unknown): boolean {
  if (Object.is(value, wanted)) return true;
  if (typeof wanted === 'function') return (wanted as (value: unknown) => unknown)(value) === true;
  if (!isObject(wanted)) return false;
  if (typeof wanted.asymmetricMatch === 'function') {
    return (wanted.asymmetricMatch as (value: unknown) => unknown).call(wanted, value) === true;
  }
  if (!isObject(value)) return false;
  if (Array.isArray(wanted) && !(Array.isArray(value) && value.length === wanted.length)) return false;
  return Object.keys(wanted).every((name) => hasAll(value[name], wanted[name]));
}

/** Tells whether an error is the wanted one: by its code, its message or its fields; nothing wanted = any. */
export function isWantedError(error: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted !== 'string') return hasAll(error, wanted);
  if (isSessionError(error)) return error.code === wanted;
  return (error instanceof Error ? error.message : error) === wanted;
}
