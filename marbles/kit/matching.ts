import { isSessionError } from 'rx-weapp-session';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Also told of another realm's objects, as a test framework may have them. */
const kindOf = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);

/** What no field of theirs tells: by fields alone, each would equal any other. */
const HELD: Readonly<Record<string, ((value: never) => unknown) | undefined>> = {
  Error: ({ name, message }: Error) => [name, message],
  Date: (date: Date) => date.getTime(),
  Map: (map: ReadonlyMap<unknown, unknown>) => Array.from(map),
  Set: (set: ReadonlySet<unknown>) => Array.from(set),
  ArrayBuffer: (buffer: ArrayBuffer) => Array.from(new Uint8Array(buffer)),
};

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
  const kind = kindOf(wanted);
  if (kind === 'RegExp') return (wanted as unknown as RegExp).test(textOf(value));
  if (!isObject(value)) return false;
  const held = HELD[kind];
  if (held && !(kindOf(value) === kind && hasAll(held(value as never), held(wanted as never)))) return false;
  if (Array.isArray(wanted) && !(Array.isArray(value) && value.length === wanted.length)) return false;
  return Object.keys(wanted).every((name) => hasAll(value[name], wanted[name]));
}

const textOf = (value: unknown): string => (value instanceof Error ? value.message : String(value));

/** Tells whether an error is the wanted one: by its code, its message or its fields; nothing wanted = any. */
export function isWantedError(error: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted !== 'string') return hasAll(error, wanted);
  if (isSessionError(error)) return error.code === wanted;
  return (error instanceof Error ? error.message : error) === wanted;
}
