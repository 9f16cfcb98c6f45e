import { now } from './clock';
import { fieldsOf } from './fields';
import { isSessionError, sessionError } from './session-error';
import type { SessionError } from './session-error';

/** How a failed exchange is read: what its callers get, and whether another try makes sense. */
export interface Failure {
  readonly error: SessionError;
  /** `later`: transient; `fresh-code`: once more, at once, with another code. */
  readonly again?: 'later' | 'fresh-code';
  /** Ms that the backend asked to wait, by Retry-After. */
  readonly wait?: number;
}

const BUSY = [-1, 45011];
const CODE_REFUSED = [40029, 40163];
const CALM_DOWN = [408, 429];

/** Retry-After: seconds, or an HTTP date. */
function retryAfter(header: unknown): number | undefined {
  const fields = fieldsOf(header);
  const name = Object.keys(fields).find((field) => /^retry-after$/i.test(field));
  const text = name && fields[name];
  const wait = Number(text) * 1000;
  const until = Date.parse(String(text)) - now();
  return text ? [wait, until].find((ms) => ms >= 0) : undefined;
}

/**
 * Reads what a backend function failed with: a SessionError as its code says; WeChat's `errcode`, its own or its
 * data's, where it is one that is worth another try; a numeric `statusCode` or `status`; a wx fail result (`errMsg`) as a network
 * failure; anything else is the backend's definitive no.
 */
export function readFailure(error: unknown): Failure {
  const unreachable = (wait?: number): Failure => ({
    error: sessionError('backend-unreachable', 'no answer of the backend', error),
    again: 'later',
    wait,
  });
  if (isSessionError(error)) {
    const transient = error.code === 'request-failed' || error.code === 'backend-unreachable';
    return transient ? unreachable() : { error };
  }

  const fields = fieldsOf(error);
  const code = (fields.errcode || fieldsOf(fields.data).errcode) as number;
  const status = [fields.statusCode, fields.status].find((value) => typeof value === 'number') as number;
  if (BUSY.includes(code) || CALM_DOWN.includes(status) || status >= 500) {
    return unreachable(retryAfter(fields.header));
  }
  if (status === undefined && code === undefined && typeof fields.errMsg === 'string') return unreachable();
  return {
    error: sessionError('login-rejected', 'the backend said no', error),
    again: CODE_REFUSED.includes(code) ? 'fresh-code' : undefined,
  };
}
