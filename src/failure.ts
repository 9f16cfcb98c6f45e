import { now } from './clock';
import { fieldsOf, look, spelled } from './fields';
import { isSessionError, sessionError } from './session-error';
import type { SessionError, SessionErrorCode } from './session-error';

/** How a failed exchange is read: what its callers get, and whether another try makes sense. */
export interface Failure {
  readonly error: SessionError;
  /** `later`: transient; `fresh-code`: once more, at once, with another code. */
  readonly again?: 'later' | 'fresh-code';
  /** Ms that the backend asked to wait, by Retry-After. */
  readonly wait?: number;
}

/** Retry-After: seconds, or an HTTP date. */
function retryAfter(header: unknown): number | undefined {
  const text = fieldsOf(header)[spelled(header, 'Retry-After')];
  const wait = Number(text || NaN) * 1000;
  const until = Date.parse(text as string) - now();
  return [wait, until].find((ms) => ms >= 0);
}

/**
 * Reads what a backend function failed with: a SessionError as its code says; WeChat's `errcode`, its own or its
 * data's, where it is one that is worth another try; a numeric `statusCode` or `status`; a wx fail result (`errMsg`)
 * as a network failure; anything else is the backend's definitive no.
 *
 * @param step - which function that was
 * @param longest - ms beyond which a wait is not worth it
 */
export function readFailure(error: unknown, step: string, longest: number): Failure {
  const failed = (code: SessionErrorCode, number?: number) =>
    sessionError(code, `${step} failed${number ? `: ${number}` : ''}`, error);
  return look(
    (): Failure => {
      const fields = fieldsOf(error);
      const own = isSessionError(error);
      // WeChat's code, or else the status, or else the form of the failure tells.
      const errcode = (fields.errcode || fieldsOf(fields.data).errcode) as number;
      const status = [fields.statusCode, fields.status].find(
        (value) => typeof value === 'number' && value,
      ) as number;
      const number = Number(errcode) || status;
      const transient = own
        ? /request-failed|unreachable/.test(error.code)
        : [-1, 45011].includes(errcode) ||
          [408, 429].includes(status) ||
          status >= 500 ||
          (status === undefined && errcode === undefined && typeof fields.errMsg === 'string');
      if (transient) {
        const unreachable = failed('backend-unreachable', number);
        const wait = look(() => retryAfter(fields.header));
        return wait && wait > longest ? { error: unreachable } : { error: unreachable, again: 'later', wait };
      }
      if (own) return { error };
      const again = [40029, 40163].includes(errcode) ? 'fresh-code' : undefined;
      return { error: failed('login-rejected', number), again };
    },
    { error: failed('login-rejected') },
  );
}
