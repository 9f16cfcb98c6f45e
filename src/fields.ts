/** What something holds that came from outside, whatever it is. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  Object(value) as Record<string, unknown>;

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isPlain = (value: unknown): boolean =>
  Array.isArray(value) || (!!value && Object.getPrototypeOf(value) === Object.prototype);

/** Freezes plain data, all the way down; what is not plain, a typed array say, is left as it is. */
export function frozen<T>(data: T): T {
  if (isPlain(data) && !Object.isFrozen(data)) {
    Object.freeze(data);
    Object.values(data as object).forEach(frozen);
  }
  return data;
}

/** Some values, and over them what is given; what is undefined is left out. */
export function defined<T extends object>(values: T, given?: unknown): T {
  const all: Readonly<Record<string, unknown>> = { ...values, ...fieldsOf(given) };
  const merged: Record<string, unknown> = {};
  Object.keys(all).forEach((name) => {
    const value = all[name] === undefined ? fieldsOf(values)[name] : all[name];
    if (value !== undefined) merged[name] = value;
  });
  return merged as T;
}
