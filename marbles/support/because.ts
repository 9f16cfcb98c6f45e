import { isSessionError } from 'rx-weapp-session';
import type { SessionErrorCode } from 'rx-weapp-session';

/** Asks an error whether it has this code, and this very thing as its cause. */
export const because =
  (code: SessionErrorCode, cause: unknown) =>
  (error: unknown): boolean =>
    isSessionError(error, code) && error.cause === cause;
