import { fieldsOf } from './fields';
import type { Platform } from './platform/platform';
import { weapp } from './platform/weapp';
import type { Credential, CredentialStore } from './types';

/** What a {@link weappStore} is made of. */
export interface WeappStoreOptions {
  /** The key in WeChat's storage, which is per user and mini-program. */
  readonly key: string;
  /** Encrypt the record; WeChat can do that only asynchronously, from base library 2.21.3 on. Default false. */
  readonly encrypt?: boolean | undefined;
  /** Default `weapp()`. */
  readonly platform?: Platform | undefined;
}

/**
 * Keeps the session's record in WeChat's storage; synchronously, unless it is to be encrypted.
 *
 * Its functions throw, or reject with, what wx failed with: the session then goes on in memory.
 *
 * @param options - see {@link WeappStoreOptions}
 * @returns a store for `SessionConfig.store`
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/storage/wx.setStorage.html: `encrypt`, from 2.21.3 on
 * @example
 * ```ts
 * import { createSession, httpBackend, weappStore } from 'rx-weapp-session';
 *
 * const backend = httpBackend({ baseUrl: 'https://api.example.com' });
 * const store = weappStore({ key: 'my-session', encrypt: true });
 * export const session = createSession({ source: 'shop', backend, store });
 * ```
 */
export function weappStore<C extends Credential = Credential>({
  key,
  encrypt,
  platform = weapp(),
}: WeappStoreOptions): CredentialStore<C> {
  const call = (name: string, data?: unknown) => {
    if (!encrypt) return platform.callSync(`${name}Sync`, key, data);
    return new Promise((next, error) => {
      platform.call(name, { key, encrypt, data }).subscribe({ next, error });
    }).then(
      (result) => fieldsOf(result).data,
      (error: unknown) => {
        if (!/not found/.test(fieldsOf(error).errMsg as string)) throw error;
      },
    );
  };
  return {
    read: () => call('getStorage'),
    write: (record) => call('setStorage', record) as Promise<void>,
    remove: () => call('removeStorage') as Promise<void>,
  };
}
