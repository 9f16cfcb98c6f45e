import { look } from './fields';

const here = new WeakMap<object, object>();

/**
 * What is kept of an object for all copies of the library, those of independent subpackages say: on itself, where it
 * takes a property; else of this copy's own.
 */
export function keptOn<T extends object>(holder: object, name: string, fresh: T): T {
  const at = (spot: object): T => {
    const found = spot as Readonly<Record<string, T>>;
    if (typeof found[name] !== 'object') Object.defineProperty(spot, name, { value: fresh });
    return found[name];
  };
  const own = here.get(holder) || {};
  here.set(holder, own);
  return look(() => at(holder)) || at(own);
}
