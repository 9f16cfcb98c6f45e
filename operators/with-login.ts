import type { MonoTypeOperatorFunction } from 'rxjs';
import type { LoginOptions, Session } from '../src/types';
import { guard } from './guard';
import { logIn } from './log-in';

/**
 * Logs in, then subscribes the source: with a usable session at once, in the same tick.
 *
 * ```text
 * login          ---c|
 * source            --r|
 * withLogin      -----r|
 *
 * session        c            (a usable one)
 * source         --r|
 * withLogin      --r|
 * ```
 *
 * Emits what the source emits and completes with it. Errors with the login's error and never subscribes the
 * source then. An outcome that the session reads as expired invalidates the credential that the request was
 * given, and is a `session-expired` error: put `retryOnExpired` outside.
 *
 * @param session - the session to log in to
 * @param options - how far the login may go, and its texts
 * @example
 * ```ts
 * import { retryOnExpired, sessionRequest, withLogin } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const favourite = (session: Session, id: string) =>
 *   sessionRequest(session, { url: `/favourites/${id}`, method: 'PUT' }).pipe(
 *     withLogin(session, { tips: { title: '登录后收藏' } }),
 *     retryOnExpired(session),
 *   );
 * ```
 */
export function withLogin<T>(session: Session, options: LoginOptions = {}): MonoTypeOperatorFunction<T> {
  return (source) => guard(session, source, (expired) => logIn(session, options, expired, expired));
}
