import { defer, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { isPlainObject } from './fields';
import { markGiven } from './hooks';
import type { Transport } from './hooks';
import { need, reading } from './need';
import { isAbsolute, originOf, resolve } from './origin';
import { request } from './request';
import type { Settings } from './settings';
import type { Credential, HttpResponse, RequestOptions } from './types';

const isTrusted = ({ trustedOrigins }: Settings, url: string) =>
  trustedOrigins.includes(originOf(url) as string);

function absolute({ baseUrl }: Settings, url: unknown): string {
  need(typeof url === 'string', 'url', 'must be a string');
  if (isAbsolute(url)) return url;
  need(baseUrl, 'baseUrl', 'is needed for a relative url');
  return resolve(baseUrl, url);
}

/** A copy as deep as `attach` reaches by habit, so that one that writes into its argument does no harm. */
function copy(options: RequestOptions): RequestOptions {
  const { data, header } = options;
  return {
    ...options,
    ...(header && { header: { ...header } }),
    ...(isPlainObject(data) && { data: { ...(data as object) } }),
  };
}

/** Throws `config-invalid` for a url that may not see a credential. */
export const checkUrl = (settings: Settings, url: string): void =>
  need(isTrusted(settings, absolute(settings, url)), 'url', 'must be of a trusted origin');

/**
 * Sends a request with this credential, if its url may see it.
 *
 * @param answered - told at the response which it was given, if any; the response tells operators what this returns
 */
export const send = <T>(
  settings: Settings,
  options: RequestOptions,
  credential: Credential | undefined,
  answered: (given: Credential | undefined) => Credential | undefined,
  transport: Transport = request,
): Observable<HttpResponse<T>> =>
  defer(() => {
    const sent = reading('request', () => copy({ ...options, url: absolute(settings, options.url) }));
    need(settings.trustedOrigins.length, 'baseUrl', 'or trustedOrigins is needed');
    const given = isTrusted(settings, sent.url) ? credential : undefined;
    // A copy, so that the url that is checked is the one that is sent.
    const attach = () => (given ? { ...settings.attach(sent, given) } : sent);
    const carrier = reading('attach', attach, 'failed');
    need(!given || isTrusted(settings, carrier.url), 'attach', 'must stay within trustedOrigins');
    return transport<T>(carrier, settings.platform).pipe(
      map((response) => markGiven(response, answered(given), settings.source)),
    );
  });
