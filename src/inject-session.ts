import { provided } from './provided';
import { sessionError } from './session-error';
import type { Credential, Session } from './types';

/**
 * The session that app.ts provided.
 *
 * @param source - which one; default: the first provided
 * @returns the session; throws `not-configured` where there is none
 * @example
 * ```ts
 * import { injectSession, requestWithLogin } from 'rx-weapp-session';
 *
 * Page({
 *   onLoad() {
 *     requestWithLogin<{ name: string }>(injectSession(), { url: '/me' }).subscribe({
 *       next: ({ data }) => this.setData({ name: data.name }),
 *       error: (error) => console.error(error),
 *     });
 *   },
 * });
 * ```
 */
export function injectSession<C extends Credential = Credential>(source?: string): Session<C> {
  const sessions = provided();
  const session = source === undefined ? sessions[0] : sessions.find((each) => each.source === source);
  if (session) return session as Session<C>;
  const which = source === undefined ? 'no session' : `no session of source "${source}"`;
  throw sessionError('not-configured', `${which} here: call provideSession(createSession({ … })) in app.ts`);
}
