import { answer, type Callbacks } from './callbacks';

interface Keyed<T extends object = object> extends Callbacks<T> {
  readonly key: string;
  /** Accepted and without effect: there is no device to encrypt for. */
  readonly encrypt?: boolean;
}

/** wx's storage over a Map; pass the same Map again to play a restart of the mini-program. Values are copied, as JSON. */
export function createStorage(entries: Map<string, unknown>) {
  const read = (key: string) => copy(entries.get(key));
  return {
    setStorageSync: (key: string, data: unknown) => void entries.set(key, copy(data)),
    getStorageSync: (key: string): unknown => (entries.has(key) ? read(key) : ''),
    removeStorageSync: (key: string) => void entries.delete(key),

    setStorage: (options: Keyed & { readonly data: unknown }) => {
      entries.set(options.key, copy(options.data));
      answer('setStorage', options, Promise.resolve({}));
    },
    getStorage: (options: Keyed<{ data: unknown }>) => {
      const found = entries.has(options.key) ? { data: read(options.key) } : { fail: 'data not found' };
      answer('getStorage', options, Promise.resolve(found));
    },
    removeStorage: (options: Keyed) => {
      entries.delete(options.key);
      answer('removeStorage', options, Promise.resolve({}));
    },
  };
}

const copy = (value: unknown): unknown => (value === undefined ? '' : JSON.parse(JSON.stringify(value)));
