import { asyncScheduler, config as rxjsConfig } from 'rxjs';
import type { Credential } from 'rx-weapp-session';
import { BoundedScheduler } from './bounded-scheduler';
import type { MarblesConfig } from './config';
import { createScenario } from './create-scenario';
import { report } from './recording';
import type { Recording } from './recording';
import type { Scenario } from './scenario';
import { toMs } from './time';

/** Gives numbers one after the other; the last one stays. */
function giving(numbers: readonly number[]): () => number {
  let given = 0;
  return () => numbers[Math.min(given++, numbers.length - 1)] ?? 0;
}

/** An error that points to the line of the test that asked for what is not so. */
function failedAt(message: string, where: Error | undefined): Error {
  const error = new Error(message);
  // The first frame is the kit's own.
  if (where && where.stack) error.stack = where.stack.replace(/^.*\n.*/, () => `Error: ${message}`);
  return error;
}

/** An error that nobody took, with all else that is not as expected: it may be the reason. */
function untakenError(untaken: unknown, others: readonly string[]): unknown {
  if (!others.length) return untaken;
  const { message = String(untaken), stack = '' } = Object(untaken) as Partial<Error>;
  const whole = [message, ...others].join('\n\n');
  const error = Object.assign(new Error(whole), { cause: untaken });
  // The frames are those of the test; the head holds the first message alone.
  if (stack.includes(message)) error.stack = stack.replace(message, () => whole);
  return error;
}

/** What a body went on with after an await would be compared by nobody. */
function refuseAsync(returned: unknown): void {
  if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  // What it fails with later has this cause.
  (returned as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new Error('sessionMarbles: the body must not be async: virtual time has ended before it goes on');
}

/**
 * Runs a scenario: a scripted WeChat, backend and user around one session, in virtual time (1 frame = 1 ms).
 *
 * The body writes the script and what is expected; then virtual time runs until nothing is left to do, and everything
 * is compared. `Math.random` gives `config.random`, and `Date.now` the virtual time, while it runs.
 *
 * Throws one error with all that is not as expected, each with both diagrams under each other; also where a call comes
 * that was not scripted, where something never ends, for an error that nobody takes, and for an `async` body. Works in every test framework: it only
 * throws.
 *
 * @param run - the body; not `async`: time is virtual, and nothing needs to be awaited
 * @param config - what the session is made of
 * @example
 * ```ts
 * import { test } from '@jest/globals';
 * import { merge } from 'rxjs';
 * import { requestWithLogin } from 'rx-weapp-session';
 * import { sessionMarbles } from 'rx-weapp-session/marbles';
 *
 * test('twenty requests race a login that fails once, then succeeds', () =>
 *   sessionMarbles(({ session, wx, backend, expectCalls, expectSession, expectRequests, expectObservable }) => {
 *     backend.silentLogin(['50ms #', '50ms A']);
 *     const orders = Array.from({ length: 20 }, () => requestWithLogin(session, { url: '/orders' }));
 *
 *     expectCalls(wx.login).toBe('           x 59ms x');
 *     expectCalls(backend.silentLogin).toBe('10ms a 59ms b');
 *     expectSession(session).toBe('          (ns) 116ms A');
 *     expectRequests().toBe(`                120ms (${'A'.repeat(20)})`);
 *     expectObservable(merge(...orders)).toBe(`140ms (${'A'.repeat(20)}|)`);
 *   }));
 * ```
 */
export function sessionMarbles<C extends Credential = Credential>(
  run: (scenario: Scenario<C>) => void,
  config: MarblesConfig<C> = {},
): void {
  const { random: dice } = Math;
  const { now: wallClock } = Date;
  const { onUnhandledError } = rxjsConfig;
  const untaken: unknown[] = [];
  const scheduler = new BoundedScheduler();
  const { random = 0, until } = config;
  scheduler.run((helpers) => {
    scheduler.limit(until === undefined ? undefined : toMs(until));
    const production = createScenario<C>(scheduler, helpers, config);
    Math.random = giving(typeof random === 'number' ? [random] : random);
    Date.now = () => asyncScheduler.now();
    // In an app too, an error that nobody takes is told, and the rest goes on.
    rxjsConfig.onUnhandledError = onUnhandledError || ((error) => untaken.push(error));
    let recording: Recording | undefined;
    let failure: string | undefined;
    try {
      refuseAsync(run(production.scenario));
      scheduler.flush();
      recording = production.recording();
      const reasons = production.verdict();
      if (untaken.length)
        throw untakenError(
          untaken[0],
          reasons.map(({ text }) => text),
        );
      if (reasons.length) throw failedAt(reasons.map(({ text }) => text).join('\n\n'), reasons[0].where);
    } catch (error) {
      failure = String((error as Error | undefined)?.message);
      throw error;
    } finally {
      Math.random = dice;
      Date.now = wallClock;
      rxjsConfig.onUnhandledError = onUnhandledError;
      production.end();
      report({ ...(recording || production.recording()), ...(failure !== undefined && { failure }) });
      scheduler.abandon();
    }
  });
}
