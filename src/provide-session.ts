import { fieldsOf, isText } from './fields';
import { need } from './need';
import { provided } from './provided';
import type { Session } from './types';

/**
 * Makes a session known to `injectSession`, `sessionBehavior` and `<auth-prompt>`, those of subpackages included.
 * Call it in app.ts. A session of the same `source` takes the former one's place.
 *
 * @param session - the session; the first one provided is the default of `injectSession`; throws `config-invalid`
 *   for what is none
 * @example
 * ```ts
 * import { createSession, httpBackend, provideSession } from 'rx-weapp-session';
 *
 * const baseUrl = 'https://api.example.com';
 * provideSession(createSession({ source: 'shop', baseUrl, backend: httpBackend({ baseUrl }) }));
 * ```
 */
export function provideSession(session: Session): void {
  need(isText(fieldsOf(session).source), 'session', 'must be what createSession returned');
  const sessions = provided();
  const known = sessions.findIndex(({ source }) => source === session.source);
  sessions.splice(known < 0 ? sessions.length : known, 1, session);
}
