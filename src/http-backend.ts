import { defer, map, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { bearer } from './bearer';
import { now } from './clock';
import { fieldsOf, spelled } from './fields';
import { needBaseUrl, needLike, nothing, reading } from './need';
import { resolve } from './origin';
import type { Platform } from './platform/platform';
import { weapp } from './platform/weapp';
import { request } from './request';
import type { Credential, HttpResponse, LoginBackend, LoginReply, RequestOptions } from './types';

/** Where the login endpoints are, and how their replies are read. */
export interface HttpBackendOptions<C extends Credential = Credential> {
  /** Absolute. */
  readonly baseUrl: string;
  /**
   * Paths below `baseUrl`: `silentLogin` (`/session/silent`), `login` (`/session/login`), `refresh` only where the
   * backend can renew a credential (none), `logout` (`/session/logout`; `null` turns it off).
   */
  readonly paths?:
    | {
        readonly silentLogin?: string | undefined;
        readonly login?: string | undefined;
        readonly refresh?: string | undefined;
        readonly logout?: string | null | undefined;
      }
    | undefined;
  /** Header fields of each request, or a function that gives them. */
  readonly header?: Record<string, string> | (() => Record<string, string>) | undefined;
  /** Default `weapp()`. */
  readonly platform?: Platform | undefined;
  /**
   * Finds the reply in a response of another form; default: its `data`. The credential may have `expiresIn` (seconds)
   * in place of `expiresAt` (epoch ms).
   * What it throws is read as {@link LoginBackend} says: a plain Error is `login-rejected`.
   */
  readonly readReply?: ((response: HttpResponse) => LoginReply<C>) | undefined;
}

/** Of which kind options must be: the same as these. */
const MODEL = { platform: { call: nothing }, readReply: nothing, paths: { silentLogin: '', login: '' } };

/** `expiresIn` counts from receipt, so that a phone's wrong clock does no harm. */
function timed<C extends Credential>(reply: LoginReply<C>): LoginReply<C> {
  const { credential } = fieldsOf(reply);
  const { expiresIn } = fieldsOf(credential);
  if (expiresIn == null) return reply;
  // No time at all is what an empty text, false and an empty list would count as.
  const expiresAt = now() + (Number(expiresIn) * 1000 || NaN);
  return { ...reply, credential: { ...(credential as C), expiresAt } };
}

/**
 * A {@link LoginBackend} over HTTP, by the protocol of docs/backend-protocol.md.
 *
 * Its Observables emit one reply and complete; they error with `request-failed`, or with the response of a
 * status other than 2xx, which the session reads by its `statusCode`, `errcode` and Retry-After.
 *
 * @param options - see {@link HttpBackendOptions}; throws `config-invalid` for a relative `baseUrl`
 * @returns a backend for `SessionConfig.backend`
 * @example
 * ```ts
 * import { httpBackend } from 'rx-weapp-session';
 *
 * export const backend = httpBackend({
 *   baseUrl: 'https://api.example.com',
 *   paths: { silentLogin: '/v1/login/silent', login: '/v1/login' },
 * });
 * ```
 */
export const httpBackend = <C extends Credential = Credential>(
  options: HttpBackendOptions<C>,
): LoginBackend<C> => reading('options', () => create(options));

function create<C extends Credential>({
  baseUrl,
  paths: {
    silentLogin = '/session/silent',
    login = '/session/login',
    refresh,
    logout = '/session/logout',
  } = {},
  header,
  platform = weapp(),
  readReply = ({ data }) => data as LoginReply<C>,
}: HttpBackendOptions<C>): LoginBackend<C> {
  needBaseUrl(baseUrl);
  needLike(MODEL, { platform, readReply, paths: { silentLogin, login } }, '');

  const post = (path: string, data: object, credential?: C): Observable<HttpResponse> =>
    defer(() => {
      const fields = typeof header === 'function' ? header() : header;
      const options: RequestOptions = {
        url: resolve(baseUrl, path),
        method: 'POST',
        data,
        header: { [spelled(fields, 'content-type')]: 'application/json', ...fields },
      };
      return request(credential ? bearer(options, credential) : options, platform);
    }).pipe(
      tap((response) => {
        if (!/^2/.test(`${response.statusCode}`)) throw response;
      }),
    );
  const ask = (path: string, data: object, credential?: C) =>
    post(path, data, credential).pipe(map((response) => timed(readReply(response))));

  return {
    silentLogin: (body) => ask(silentLogin, body),
    login: (body) => ask(login, body),
    ...(refresh && { refresh: (credential: C) => ask(refresh, {}, credential) }),
    ...(logout && { logout: (credential: C) => post(logout, {}, credential) }),
  };
}
