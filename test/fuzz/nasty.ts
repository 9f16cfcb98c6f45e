import * as fc from 'fast-check';

/** Something that nobody expects; printed by its title, since looking at it may throw. */
export interface Nasty {
  readonly title: string;
  make(): unknown;
}

const named = (title: string, make: () => unknown): Nasty => ({
  title,
  make,
  ...{ [fc.toStringMethod]: () => title },
});

const boom = (): never => {
  throw new Error('looked at');
};
const HUGE = 'x'.repeat(200_000);
const FIELDS = [
  ...[
    'code',
    'name',
    'then',
    'token',
    'credential',
    'authorize',
    'method',
    'guest',
    'errMsg',
    'errno',
    'header',
  ],
  ...[
    'statusCode',
    'status',
    'data',
    'url',
    'source',
    'version',
    'cause',
    'message',
    'toString',
    'toJSON',
    'mode',
  ],
];

const cyclic = () => {
  const one: Record<string, unknown> = { token: 'cyclic' };
  one.credential = one;
  one.authorize = one;
  one.guest = one;
  one.data = one;
  return one;
};
const throwingFields = () => {
  const result = {};
  for (const name of FIELDS) Object.defineProperty(result, name, { get: boom, enumerable: true });
  return result;
};
const polluting = () =>
  JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as unknown;
const trap = () =>
  new Proxy(Object, {
    ...Object.fromEntries(
      [
        'get',
        'has',
        'ownKeys',
        'getPrototypeOf',
        'getOwnPropertyDescriptor',
        'isExtensible',
        'apply',
        'construct',
      ].map((name) => [name, boom]),
    ),
  });
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
/** Has every field, and each is itself. */
const endless = (): unknown => {
  const self: unknown = new Proxy(() => self, {
    get: (_, name) => (typeof name === 'symbol' ? undefined : self),
  });
  return self;
};

const CONSTANTS: readonly Nasty[] = [
  ...[undefined, null, true, false, 0, -0, 1, -1, 401, 500, NaN, Infinity, -Infinity, 2 ** 53, 1e308].map(
    (value) => named(Object.is(value, -0) ? '-0' : String(value), () => value),
  ),
  ...['', ' ', '\0', '__proto__', 'constructor', 'toString', 'phoneNumber', '\ud800', '<html>'].map((value) =>
    named(JSON.stringify(value), () => value),
  ),
  named('1n', () => 1n),
  named('a symbol', () => Symbol('nasty')),
  named('a huge text', () => HUGE),
  named('an empty object', () => ({})),
  named('an empty list', () => []),
  named('a list with holes', () => Object.assign([], { 7: 'x' })),
  named('a function', () => () => undefined),
  named('a function that throws', () => boom),
  named('a class', () => class {}),
  named('a Date that is none', () => new Date(NaN)),
  named('a regular expression', () => /x/),
  named('a Map', () => new Map([['token', 'x']])),
  named('bytes', () => new Uint8Array(8)),
  named('cyclic', cyclic),
  named('fields that throw', throwingFields),
  named('__proto__ and constructor of its own', polluting),
  named('a Proxy that throws', trap),
  named('a revoked Proxy', revoked),
  named('a Proxy that has everything', endless),
  named('without a prototype', () =>
    Object.assign(Object.create(null) as object, { token: 'x', errMsg: 'x:fail' }),
  ),
  named('toString that throws', () => ({ toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom })),
  named('toJSON that throws', () => ({ toJSON: boom })),
  named('a then that throws', () => ({ then: boom })),
  named('a then that cannot be read', () => Object.defineProperty({}, 'then', { get: boom })),
  named('a then that never answers', () => ({ then: () => undefined })),
  named('a then that answers twice', () => ({
    then: (next: (value: unknown) => void) => {
      next(1);
      next(2);
    },
  })),
  named('a promise of nothing', () => Promise.resolve(undefined)),
  named('a promise that is rejected', () => {
    const rejected = Promise.reject(new Error('nasty'));
    // Who made it up says that it is handled: what the library makes of it must be so by itself.
    rejected.catch(() => undefined);
    return rejected;
  }),
  named('an iterator that throws', () => ({ [Symbol.iterator]: boom })),
  named('an Error', () => new Error('nasty')),
  named('an Error without a prototype', () => Object.setPrototypeOf(new Error('nasty'), null) as unknown),
  named('nearly a SessionError', () => ({ name: 'SessionError', code: 'nasty' })),
  named('a frozen SessionError', () => Object.freeze({ name: 'SessionError', code: 'login-rejected' })),
];

const anything = fc
  .anything({
    withBigInt: true,
    withNullPrototype: true,
    withDate: true,
    withMap: true,
    withTypedArray: true,
    maxDepth: 2,
  })
  .map((value) => named(fc.stringify(value), () => value));

/** Any value that comes from outside. */
export const nasty: fc.Arbitrary<Nasty> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CONSTANTS) },
  { weight: 1, arbitrary: anything },
);

const isPlain = (value: unknown): value is object =>
  Array.isArray(value) || (isObject(value) && Object.getPrototypeOf(value) === Object.prototype);

type Path = readonly string[];
const pathsOf = (value: unknown, path: Path = []): readonly Path[] =>
  isPlain(value)
    ? [path, ...Object.entries(value).flatMap(([key, field]) => pathsOf(field, [...path, key]))]
    : [path];

function put(target: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  const fields = target as Record<string, unknown>;
  if (typeof fields !== 'object' || fields === null) return target;
  const changed = put(fields[first], rest, value);
  Object.defineProperty(fields, first, {
    value: changed,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return target;
}

const deepFrozen = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    Object.values(Object.freeze(value)).forEach(deepFrozen);
  }
  return value;
};
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const COATS: readonly (readonly [string, (value: unknown) => unknown])[] = [
  ['as it is', (value) => value],
  ['frozen', deepFrozen],
  [
    'without a prototype',
    (value) => (isObject(value) ? Object.assign(Object.create(null) as object, value) : value),
  ],
  ['by inheritance', (value) => (isObject(value) ? (Object.create(value) as unknown) : value)],
  ['behind a Proxy', (value) => (isObject(value) ? new Proxy(value, {}) : value)],
  [
    'with a __proto__ of its own',
    (value) =>
      isObject(value)
        ? Object.defineProperty({ ...value }, '__proto__', { value: { polluted: 1 }, enumerable: true })
        : value,
  ],
];

/** A good value, in which something is nasty. */
export function spoilt(template: () => unknown): fc.Arbitrary<Nasty> {
  const change = fc.tuple(fc.constantFrom(...pathsOf(template())), nasty);
  return fc
    .tuple(fc.array(change, { maxLength: 2 }), fc.constantFrom(...COATS))
    .map(([changes, [coat, dress]]) =>
      named(
        [...changes.map(([path, { title }]) => `${path.join('.') || 'all'} = ${title}`), coat].join(', '),
        () => {
          const value = changes.reduce<unknown>((whole, [path, { make }]) => {
            const made = make();
            try {
              return put(whole, path, made);
            } catch {
              // What an earlier change put here is frozen, or cannot be looked at: it is nasty enough by itself.
              return whole;
            }
          }, template());
          try {
            return dress(value);
          } catch {
            return value;
          }
        },
      ),
    );
}
