import type { Memory } from '../memory';
import { api } from './api';

interface Keyed {
  readonly key: string;
  /** Accepted and without effect: there is no device to encrypt for. */
  readonly encrypt?: boolean;
}

/** wx's storage. */
export function storage(memory: Memory) {
  const read = (key: string): unknown => (memory.has(key) ? memory.get(key) : '');
  return {
    getStorageSync: read,
    setStorageSync: (key: string, data: unknown) => memory.set(key, data),
    removeStorageSync: (key: string) => memory.remove(key),
    clearStorageSync: () => memory.keys().forEach((key) => memory.remove(key)),
    getStorageInfoSync: () => ({ keys: memory.keys(), currentSize: 1, limitSize: 10240 }),
    getStorage: api('getStorage', ({ key }: Keyed) =>
      memory.has(key) ? { data: read(key) } : { fail: 'data not found' },
    ),
    setStorage: api('setStorage', ({ key, data }: Keyed & { readonly data: unknown }) => {
      memory.set(key, data);
      return {};
    }),
    removeStorage: api('removeStorage', ({ key }: Keyed) => {
      memory.remove(key);
      return {};
    }),
    clearStorage: api('clearStorage', () => {
      memory.keys().forEach((key) => memory.remove(key));
      return {};
    }),
  };
}
