import type { Observable } from 'rxjs';
import { guarded } from './guarded';
import { sessionRequest } from './session-request';
import type { HttpResponse, LoginOptions, RequestOptions, Session } from './types';

/**
 * A request that logs in first where that is needed, and again where the backend says that the session expired:
 * `sessionRequest`, guarded by `withLogin` (mode `silent`: by `silentOnly`), within `retryOnExpired`.
 *
 * Cold; emits the response, of any other HTTP status, and completes; errors with the login's error, with
 * `session-expired`, `user-changed`, `logged-out`, `disposed`, `request-failed`, and with `config-invalid` for a url that
 * cannot be resolved, or, outside mode `silent`, for one of an untrusted origin.
 *
 * @param session - the session to log in to
 * @param options - the request, and how far its login may go
 * @example
 * ```ts
 * import { requestWithLogin } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const comment = (session: Session, text: string) =>
 *   requestWithLogin(session, { url: '/comments', method: 'POST', data: { text } });
 * ```
 */
export function requestWithLogin<T>(
  session: Session,
  options: RequestOptions & { loginOptions?: LoginOptions | undefined },
): Observable<HttpResponse<T>> {
  return guarded<RequestOptions, HttpResponse<T>>(session, options, sessionRequest);
}
