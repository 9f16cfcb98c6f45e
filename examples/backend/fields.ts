import { badRequest } from './api-error';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

// Own fields only: a body could otherwise be answered with what every object inherits.
const own = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const lastPart = (path: string) => path.slice(path.lastIndexOf('.') + 1);

export function textField(object: JsonObject, path: string, maxLength = 512): string {
  const value = own(object, lastPart(path));
  if (!isText(value)) throw badRequest(`${path} must be a non-empty string`);
  // SQLite would store what stands before it.
  if (value.includes('\0')) throw badRequest(`${path} must not hold a NUL character`);
  if (value.length > maxLength) throw badRequest(`${path} is longer than ${maxLength} characters`);
  return value;
}

export function optionalTextField(object: JsonObject, path: string): string | undefined {
  return own(object, lastPart(path)) === undefined ? undefined : textField(object, path);
}

export function objectField(object: JsonObject, path: string): JsonObject {
  const value = own(object, lastPart(path));
  if (!isObject(value)) throw badRequest(`${path} must be an object`);
  return value;
}

export function countField(object: JsonObject, path: string): number {
  const value = own(object, lastPart(path));
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw badRequest(`${path} must be a whole number, 0 or more`);
  }
  return value;
}

export function optionalCountField(object: JsonObject, path: string): number | undefined {
  return own(object, lastPart(path)) === undefined ? undefined : countField(object, path);
}

export function flagField(object: JsonObject, path: string): boolean {
  const value = own(object, lastPart(path)) ?? false;
  if (typeof value !== 'boolean') throw badRequest(`${path} must be true or false`);
  return value;
}
