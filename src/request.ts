import { defer, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { after } from './clock';
import { failingAs } from './failing-as';
import type { Platform } from './platform/platform';
import { weapp } from './platform/weapp';
import { orError } from './or-error';
import type { HttpResponse, RequestOptions } from './types';

/** Calls one of wx's network apis; errors with `request-failed`. */
export const callHttp = <R>(
  api: string,
  options: { readonly timeout?: number },
  platform: Platform,
  onTask?: (task: object) => void,
): Observable<R> =>
  defer(() => {
    const { timeout } = options;
    const call = platform.call<R>(api, options, onTask);
    // WeChat's own timer is known to be late on some phones.
    const late = { errMsg: `${api}:fail timeout`, errno: 5 };
    return timeout ? orError(call, after(timeout).pipe(map(() => late))) : call;
  }).pipe(failingAs('request-failed', `wx.${api} failed`));

/**
 * `wx.request` as an Observable. Cold; emits the response, of any HTTP status, and completes; errors with
 * `request-failed`, the platform's result as its `cause`. Unsubscribing aborts the request.
 *
 * @param options - as for `wx.request`, callbacks excepted; `timeout` is in ms
 * @param platform - default `weapp()`
 * @example
 * ```ts
 * import { request } from 'rx-weapp-session';
 *
 * request<{ items: string[] }>({ url: 'https://api.example.com/news' }).subscribe({
 *   next: ({ statusCode, data }) => console.log(statusCode, data.items),
 *   error: (error) => console.error(error),
 * });
 * ```
 */
export function request<T>(
  options: RequestOptions,
  platform: Platform = weapp(),
): Observable<HttpResponse<T>> {
  return callHttp('request', options, platform);
}
