import { fieldsOf, frozen, isText } from './fields';
import { sessionError } from './session-error';
import type { Credential, LoginReply } from './types';

function check(holds: boolean, field: string): void {
  if (!holds) throw sessionError('backend-invalid', `the reply's ${field} cannot be read`);
}

/** An immutable copy of a credential; throws `backend-invalid` where it is none. */
export function readCredential<C extends Credential>(value: unknown): C {
  const { token, expiresAt, userId } = fieldsOf(value);
  check(isText(token), 'token');
  check(expiresAt == null || Number.isFinite(expiresAt), 'expiresAt');
  check(userId == null || isText(userId), 'userId');
  return frozen({ ...(value as C) });
}

/** What a reply of the backend says; throws `backend-invalid` where it says nothing that can be read. */
export function readReply<C extends Credential>(value: unknown): LoginReply<C> {
  const reply = fieldsOf(value);
  const guest = 'guest' in reply ? { guest: frozen(reply.guest) } : undefined;
  if (reply.credential) return { credential: readCredential<C>(reply.credential), ...guest };
  const { method, ticket } = fieldsOf(reply.authorize);
  check(isText(method) && (ticket == null || isText(ticket)), 'credential or authorize');
  return { authorize: { method, ticket } as { method: string; ticket?: string }, ...guest };
}
