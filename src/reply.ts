import { defined, fieldsOf, frozen, isText } from './fields';
import { sessionError } from './session-error';
import type { AuthorizeRequest, Credential, LoginReply } from './types';

/** Throws `backend-invalid` where a field of what the backend gave, now or before it was stored, does not hold. */
export function check(holds: unknown, field: string): void {
  if (!holds) throw sessionError('backend-invalid', `${field} cannot be read`);
}

/** An immutable copy of a credential; throws `backend-invalid` where it is none. */
export function readCredential(value: unknown): Credential {
  const { token, expiresAt, userId } = fieldsOf(value);
  check(isText(token), 'token');
  check(expiresAt == null || Number.isFinite(expiresAt), 'expiresAt');
  check(userId == null || isText(userId), 'userId');
  const given = { token, expiresAt: expiresAt ?? undefined, userId: userId || undefined };
  return frozen(defined({ ...(value as Credential), ...given } as Credential));
}

/** What a reply of the backend says; throws `backend-invalid` where it says nothing that can be read. */
export function readReply(value: unknown): LoginReply {
  const { credential, authorize, guest } = fieldsOf(value);
  frozen(guest);
  if (credential) return { credential: readCredential(credential), guest };
  const { method, ticket } = fieldsOf(authorize);
  check(isText(method) && (!ticket || isText(ticket)), 'credential or authorize');
  return { authorize: { method, ticket: ticket || undefined } as AuthorizeRequest, guest };
}
