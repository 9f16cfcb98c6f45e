import { defer, map, type Observable } from 'rxjs';
import { configInvalid } from './config';
import type { Settings } from './config';
import { failingAs } from './failing-as';
import { markGiven } from './hooks';
import { isAbsolute, originOf, resolve } from './origin';
import { request } from './request';
import type { Credential, HttpResponse, RequestOptions } from './types';

/** Sends requests with a credential to where it may go. */
export interface Sender<C extends Credential> {
  /** Sends a request with this credential, if its url may see it; the response tells operators which it was given. */
  send<T>(options: RequestOptions, credential: C | undefined): Observable<HttpResponse<T>>;
  /** Throws `config-invalid` for a url that may not see a credential. */
  checkUrl(url: string): void;
}

/** A copy as deep as `attach` reaches by habit, so that one that writes into its argument does no harm. */
function copy(options: RequestOptions): RequestOptions {
  const { data, header } = options;
  const plain = data && Object.getPrototypeOf(data) === Object.prototype;
  return {
    ...options,
    ...(header && { header: { ...header } }),
    ...(plain && { data: { ...(data as object) } }),
  };
}

export function createSender<C extends Credential>({
  baseUrl,
  trustedOrigins,
  attach,
  platform,
}: Settings<C>): Sender<C> {
  const isTrusted = (url: string) => trustedOrigins.includes(originOf(url) as string);

  const absolute = (url: unknown): string => {
    if (typeof url !== 'string') throw configInvalid('url', 'must be a string');
    if (isAbsolute(url)) return url;
    if (!baseUrl) throw configInvalid('baseUrl', 'is needed for a relative url');
    return resolve(baseUrl, url);
  };

  return {
    send: <T>(options: RequestOptions, credential: C | undefined) =>
      defer(() => {
        const sent = copy({ ...options, url: absolute(options.url) });
        if (!trustedOrigins.length) throw configInvalid('baseUrl', 'or trustedOrigins is needed');
        const given = isTrusted(sent.url) ? credential : undefined;
        const carrier = given ? attach(sent, given) : sent;
        if (given && !isTrusted(carrier.url))
          throw configInvalid('attach', 'must stay within trustedOrigins');
        return request<T>(carrier, platform).pipe(map((response) => markGiven(response, given)));
      }).pipe(failingAs('config-invalid', 'attach failed')),
    checkUrl: (url) => {
      if (!isTrusted(absolute(url))) {
        throw configInvalid('url', 'must be of a trusted origin');
      }
    },
  };
}
