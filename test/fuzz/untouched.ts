const HOLDERS: Readonly<Record<string, object>> = {
  Object: Object.prototype,
  Array: Array.prototype,
  Function: Function.prototype,
  Error: Error.prototype,
  Promise: Promise.prototype,
};

/** What every object inherits, as a text. */
export const inherited = (): string =>
  Object.entries(HOLDERS)
    .map(([name, holder]) => `${name}: ${Reflect.ownKeys(holder).map(String).join()}`)
    .join('; ');
