import { catchError } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { isSessionError, sessionError } from './session-error';
import type { SessionErrorCode } from './session-error';

/** Makes an error of this library of any other that a step fails with. */
export const failingAs = <T>(code: SessionErrorCode, message: string): MonoTypeOperatorFunction<T> =>
  catchError((error: unknown) => {
    throw isSessionError(error) ? error : sessionError(code, message, error);
  });
