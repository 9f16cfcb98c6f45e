import { sessionError } from './session-error';
import type { AuthorizeRequest, Credential, LoginReply } from './types';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function check(holds: boolean, field: string): void {
  if (!holds) throw sessionError('backend-invalid', `the reply's ${field} cannot be read`);
}

/** An immutable copy of a credential; throws `backend-invalid` where it is none. */
export function readCredential<C extends Credential>(value: unknown): C {
  const credential = Object.freeze({ ...(value as C) });
  const { expiresAt, userId } = credential as { expiresAt?: unknown; userId?: unknown };
  check(isText(credential.token), 'credential.token');
  check(expiresAt == null || Number.isFinite(expiresAt), 'credential.expiresAt');
  check(userId == null || isText(userId), 'credential.userId');
  return credential;
}

/** What a reply of the backend says; throws `backend-invalid` where it says nothing that can be read. */
export function readReply<C extends Credential>(value: unknown): LoginReply<C> {
  const reply = (value || {}) as { credential?: unknown; authorize?: AuthorizeRequest; guest?: unknown };
  const guest = 'guest' in reply ? { guest: reply.guest } : undefined;
  if (reply.credential) return { credential: readCredential<C>(reply.credential), ...guest };
  const { method, ticket } = reply.authorize || { method: undefined };
  check(isText(method), 'credential or authorize.method');
  check(ticket == null || isText(ticket), 'authorize.ticket');
  return { authorize: { method: method as string, ticket }, ...guest };
}
