import { isSessionError } from 'rx-weapp-session';
import type { SessionErrorCode } from 'rx-weapp-session';

/** Is asked of several errors: whether each has this code, and all are one and the same. */
export function theSame(code: SessionErrorCode): (error: unknown) => boolean {
  const seen = new Set<unknown>();
  return (error) => isSessionError(error, code) && seen.add(error).size === 1;
}
