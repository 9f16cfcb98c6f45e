import type { Observable } from 'rxjs';
import { hooksOf } from './hooks';
import type { Transport } from './hooks';
import { request } from './request';
import type { HttpResponse, RequestOptions, Session } from './types';

/** Sends something by `transport`, with the credential that the session gives it at subscription. */
export function sendBy<T>(
  session: Session,
  options: RequestOptions,
  transport: Transport,
): Observable<HttpResponse<T>> {
  const { send } = hooksOf(session);
  return send ? send<T>(options, transport) : transport<T>(options);
}

/**
 * A request with the session's credential, if there is a usable one at the moment of subscription and the url
 * is of a trusted origin. Never logs in: pipe it through a guard, or use `requestWithLogin`.
 *
 * Waits for an asynchronous store that has not answered yet. Cold; emits the response, of any HTTP status, and
 * completes; errors with `request-failed`, `disposed`, and `config-invalid` for a relative url without `baseUrl`,
 * where neither `baseUrl` nor `trustedOrigins` is set, or for an `attach` that throws or leaves them. It is built
 * anew at each subscription, so that a retry carries the new credential.
 *
 * @param session - whose credential
 * @param options - the request; `url` may be relative to `baseUrl`, `timeout` is in ms
 * @example
 * ```ts
 * import { retryOnExpired, sessionRequest, withLogin } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const loadOrders = (session: Session) =>
 *   sessionRequest<string[]>(session, { url: '/orders' }).pipe(withLogin(session), retryOnExpired(session));
 * ```
 */
export function sessionRequest<T>(session: Session, options: RequestOptions): Observable<HttpResponse<T>> {
  return sendBy(session, options, request);
}
