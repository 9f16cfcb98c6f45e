/** What something holds that came from outside, whatever it is. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  (value || {}) as Record<string, unknown>;

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Some values over others; what is undefined stands over nothing. */
export function over<T extends object>(values: T, given: object | undefined): T {
  const merged = { ...values } as Record<string, unknown>;
  const fields = fieldsOf(given);
  Object.keys(fields).forEach((name) => {
    if (fields[name] !== undefined) merged[name] = fields[name];
  });
  return merged as T;
}
