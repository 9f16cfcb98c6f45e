/** What something holds that came from outside, whatever it is. */
export const fieldsOf = (value: unknown): Readonly<Record<string | symbol, unknown>> =>
  Object(value) as Record<string | symbol, unknown>;

/** What a look at something from outside tells; `otherwise` where the look itself throws: a getter, a revoked Proxy. */
export function look<T>(at: () => T, otherwise?: undefined): T | undefined;
export function look<T>(at: () => T, otherwise: T): T;
export function look<T>(at: () => T, otherwise: T): T {
  try {
    return at();
  } catch {
    return otherwise;
  }
}

/** A header field's name as it is spelled there: names that differ in their case alone are one. */
export const spelled = (header: unknown, name: string): string =>
  Object.keys(fieldsOf(header)).find((key) => key.toLowerCase() === name.toLowerCase()) || name;

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const isPlainObject = (value: unknown): boolean =>
  !!value && Object.getPrototypeOf(value) === Object.prototype;

/** Freezes plain data, all the way down; what is not plain, a typed array say, is left as it is. */
export function frozen<T>(data: T, seen = new Set<unknown>()): T {
  if ((Array.isArray(data) || isPlainObject(data)) && !seen.has(data)) {
    Object.freeze(data);
    seen.add(data);
    Object.values(data as object).forEach((value: unknown) => void frozen(value, seen));
  }
  return data;
}

/** Fields, and others over them; what is undefined is left out. */
export function defined<T extends object>(values: T, over?: Partial<T>): T {
  const fields: Record<string, unknown> = {};
  [values, over].forEach((layer) =>
    Object.entries(fieldsOf(layer)).forEach(([name, value]) => {
      if (value !== undefined) fields[name] = value;
    }),
  );
  return fields as T;
}
