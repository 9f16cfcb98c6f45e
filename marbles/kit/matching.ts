import { isSessionError } from 'rx-weapp-session';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Also told of another realm's objects, as a test framework may have them. */
const kindOf = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);

const bytesOf = (buffer: ArrayBufferLike, from?: number, length?: number) =>
  Array.from(new Uint8Array(buffer, from, length));

/** What no field of theirs tells: by fields alone, each would equal any other. */
function heldBy(value: object): unknown {
  const { name, message, errors, cause } = value as Fields;
  switch (kindOf(value)) {
    case 'Error':
      return {
        name,
        message,
        ...(errors !== undefined && { errors }),
        ...(cause !== undefined && { cause }),
      };
    case 'Date':
      return (value as Date).getTime();
    case 'Map':
    case 'Set':
      return Array.from(value as Iterable<unknown>);
    case 'ArrayBuffer':
      return bytesOf(value as ArrayBuffer);
  }
  return ArrayBuffer.isView(value) ? bytesOf(value.buffer, value.byteOffset, value.byteLength) : undefined;
}

/** What a pattern is looked for in: a text, a number, an error's message. */
function hasText(value: unknown, wanted: RegExp): boolean {
  const text = isObject(value) ? value.message : value;
  return /string|number/.test(typeof text) && String(text).search(wanted) >= 0;
}

/**
 * Tells whether a value has all that is wanted of it: equal primitives, at least the fields of a wanted object, all
 * the entries of a wanted array, name and message of a wanted error, a text that a pattern is found in. A function is
 * asked, and so is a matcher of jest's or vitest's.
 */
export function hasAll(value: unknown, wanted: unknown): boolean {
  if (Object.is(value, wanted)) return true;
  if (typeof wanted === 'function') return (wanted as (value: unknown) => unknown)(value) === true;
  if (!isObject(wanted)) return false;
  if (typeof wanted.asymmetricMatch === 'function') {
    return (wanted.asymmetricMatch as (value: unknown) => unknown).call(wanted, value) === true;
  }
  if (kindOf(wanted) === 'RegExp') return hasText(value, wanted as unknown as RegExp);
  if (!isObject(value)) return false;
  const held = heldBy(wanted);
  if (held && !(kindOf(value) === kindOf(wanted) && hasAll(heldBy(value), held))) return false;
  if (Array.isArray(wanted) && !(Array.isArray(value) && value.length === wanted.length)) return false;
  // rxjs's own errors have it as a field: it tells where, not what.
  return Object.keys(wanted).every((name) => name === 'stack' || hasAll(value[name], wanted[name]));
}

/** Tells whether an error is the wanted one: by its code, its message or its fields; nothing wanted = any. */
export function isWantedError(error: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted !== 'string') return hasAll(error, wanted);
  if (isSessionError(error)) return error.code === wanted;
  return (error instanceof Error ? error.message : error) === wanted;
}
