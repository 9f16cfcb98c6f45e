import { fieldsOf, isText, look } from './fields';

/**
 * Every code that a {@link SessionError} can carry; the list is closed.
 *
 * - set-up: `config-invalid`, `not-configured`, `disposed`
 * - login: `code-unavailable`, `login-timeout`, `login-rejected`, `backend-unreachable`, `backend-invalid`,
 *   `login-loop`, `reentrant-login`
 * - the user: `interaction-required`, `auth-denied`, `auth-cancelled`, `auth-failed`, `prompt-unhandled`
 * - requests: `session-expired`, `logged-out`, `user-changed`, `request-failed`
 */
export type SessionErrorCode =
  | 'config-invalid'
  | 'not-configured'
  | 'disposed'
  | 'code-unavailable'
  | 'login-timeout'
  | 'login-rejected'
  | 'backend-unreachable'
  | 'backend-invalid'
  | 'login-loop'
  | 'reentrant-login'
  | 'interaction-required'
  | 'auth-denied'
  | 'auth-cancelled'
  | 'auth-failed'
  | 'prompt-unhandled'
  | 'session-expired'
  | 'logged-out'
  | 'user-changed'
  | 'request-failed';

/**
 * The one kind of error that this library makes. Its message never holds a token, a code or a session_key;
 * what caused it is in `cause`, which `JSON.stringify` and `Object.keys` do not see.
 */
export interface SessionError extends Error {
  /** Tells it from other errors, also from those of another copy of the library. */
  readonly name: 'SessionError';
  /** What happened. */
  readonly code: SessionErrorCode;
  /** What lies behind it; not enumerable. */
  readonly cause?: unknown;
}

/**
 * Makes a {@link SessionError}.
 *
 * @param code - one of the closed list
 * @param message - what happened and what to do; it must not hold a secret
 * @param cause - what it came from, kept out of enumeration
 * @example
 * ```ts
 * import { sessionError } from 'rx-weapp-session';
 *
 * throw sessionError('login-rejected', 'this account is closed');
 * ```
 */
export function sessionError(code: SessionErrorCode, message: string, cause?: unknown): SessionError {
  // A subclass of Error would cost half a kilobyte in ES5 and would not be `instanceof` across two copies.
  return Object.defineProperties(new Error(message), {
    code: { value: code, enumerable: true },
    name: { value: 'SessionError' },
    cause: { value: cause },
  }) as SessionError;
}

/**
 * Tells whether something is a {@link SessionError}, of one code if given. Structural, so that it also knows
 * the errors of another copy of the library.
 *
 * @param error - anything
 * @param code - ask for this code only
 * @example
 * ```ts
 * import { isSessionError } from 'rx-weapp-session';
 *
 * const shouldStayQuiet = (error: unknown) => isSessionError(error, 'auth-cancelled');
 * ```
 */
export function isSessionError<K extends SessionErrorCode = SessionErrorCode>(
  error: unknown,
  code?: K,
): error is SessionError & { readonly code: K } {
  return look(() => {
    const it = fieldsOf(error);
    return it.name === 'SessionError' && isText(it.code) && (!code || it.code === code);
  }, false);
}
