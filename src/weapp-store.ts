import { catchError, lastValueFrom, map, of, throwError } from 'rxjs';
import type { Platform, WxResult } from './platform/platform';
import { weapp } from './platform/weapp';
import type { Credential, CredentialStore } from './types';

/** What a {@link weappStore} is made of. */
export interface WeappStoreOptions {
  /** The key in WeChat's storage, which is per user and mini-program. */
  readonly key: string;
  /** Encrypt the record; WeChat can do that only asynchronously, from base library 2.21.3 on. Default false. */
  readonly encrypt?: boolean;
  /** Default `weapp()`. */
  readonly platform?: Platform;
}

/**
 * Keeps the session's record in WeChat's storage; synchronously, unless it is to be encrypted.
 *
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
  if (!encrypt) {
    return {
      read: () => platform.callSync('getStorageSync', key),
      write: (record) => void platform.callSync('setStorageSync', key, record),
      remove: () => void platform.callSync('removeStorageSync', key),
    };
  }
  const call = (name: string, data?: object) => platform.call<{ data?: unknown }>(name, { key, ...data });
  return {
    read: () =>
      lastValueFrom(
        call('getStorage', { encrypt }).pipe(
          map((result) => result.data),
          catchError((error: WxResult) =>
            /not found/.test(String(error.errMsg)) ? of(undefined) : throwError(() => error),
          ),
        ),
      ),
    write: (data) => lastValueFrom(call('setStorage', { encrypt, data }).pipe(map(() => undefined))),
    remove: () => lastValueFrom(call('removeStorage').pipe(map(() => undefined))),
  };
}
