import { compare } from './compare';
import { readDiagram } from './diagram';
import type { Lane } from './lane';
import type { Letters } from './outcome';
import type { Pace } from './pace';

/** What is expected of one line of a scenario; it is compared when the scenario is over. */
export interface Expectation {
  /**
   * @param marbles - a marble diagram; `''` = nothing happens
   * @param letters - what letters stand for, where it is not the usual: a value in words, (some) fields of it, a pattern
   *   that is in it, a matcher of your test framework, or a function that says whether it is the one
   * @param error - what `#` stands for: the code of a SessionError, an Error like it, a pattern that is in its message, or
   *   fields of it; nothing = any error
   */
  toBe(marbles: string, letters?: Letters, error?: unknown): void;
  /** The same without the times: only the order counts. */
  inOrder(marbles: string, letters?: Letters, error?: unknown): void;
  /** For tests that run on each pace: like `toBe` on the timed one, `inOrder` on those without times. */
  inPace(marbles: string, letters?: Letters, error?: unknown): void;
}

/** What is expected of calls. */
export interface CallExpectation extends Expectation {
  /** How often, whatever and whenever. */
  times(count: number): void;
}

/** A reason to fail, and where in the test it was asked for. */
export interface Reason {
  readonly text: string;
  readonly where?: Error;
}

/** Compares later; what it returns makes the scenario fail. */
export type Later = (check: () => string | undefined, where: Error) => void;

/** @param laneOf - read when the scenario is over */
export function expectLane(laneOf: () => Lane, later: Later, pace: Pace): CallExpectation {
  let isSaid = false;
  // Its stack has this function on top, and below it the one that the test calls.
  const asked = new Error();
  asked.stack = asked.stack && asked.stack.replace(/\n.*/, '');
  later(() => (isSaid ? undefined : `${laneOf().name}: say what is expected, with toBe(…)`), asked);
  const say: Later = (check, where) => {
    isSaid = true;
    later(check, where);
  };
  const comparison = (ordered: boolean, marbles: string, letters: Letters = {}, error?: unknown) => {
    const marks = readDiagram(marbles);
    const known = error === undefined ? letters : { ...letters, '#': error };
    return () => compare(laneOf(), { marks, letters: known, ordered });
  };
  // Each error is made in the very function that the test calls: its stack without that frame points to the test.
  return {
    toBe: (marbles, letters, error) => say(comparison(false, marbles, letters, error), new Error()),
    inOrder: (marbles, letters, error) => say(comparison(true, marbles, letters, error), new Error()),
    inPace: (marbles, letters, error) =>
      say(comparison(pace !== 'timed', marbles, letters, error), new Error()),
    times: (count) => {
      const check = () => {
        const { name, entries, reading } = laneOf();
        if (entries.length === count) return undefined;
        const list = entries.map(({ at, value }) => `\n  at ${at}ms  ${reading.word(value)}`);
        return `${name}: expected ${count} times, but it was ${entries.length}:${list.join('')}`;
      };
      say(check, new Error());
    },
  };
}
