/** A letter that stands for a failure, made by {@link failure}. */
export class Failure {
  constructor(
    /** What the call fails with. */
    readonly reason: unknown,
  ) {}
}

/**
 * Makes a letter of an outcome's diagram stand for a failure of that call; `#` stands for the usual one of its kind.
 *
 * @param reason - what the call fails with: an HTTP result, a wx fail result, an Error
 * @example
 * ```ts
 * import { failure, sessionMarbles } from 'rx-weapp-session/marbles';
 *
 * sessionMarbles(({ session, backend, expectObservable }) => {
 *   backend.silentLogin(['50ms b', '50ms A'], { b: failure({ statusCode: 503 }) });
 *   expectObservable(session.login()).toBe('120ms (A|)');
 * });
 * ```
 */
export const failure = (reason: unknown): Failure => new Failure(reason);
