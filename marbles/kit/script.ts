import { NEVER } from 'rxjs';
import type { Observable } from 'rxjs';
import { readOutcome } from './outcome';
import type { Letters, Outcome, Vocabulary } from './outcome';
import type { Stage } from './stage';

/**
 * Scripts the calls of one kind.
 *
 * Never scripted, each call gets the usual answer. Scripted, the first call gets the first outcome, and so on; a call
 * beyond the last one is not answered, and fails the scenario with its name and time, unless `always` says what
 * further calls get.
 */
export interface Script {
  /**
   * @param outcomes - one for each call, in order; `[]` = it must not be called
   * @param letters - what letters of the diagrams stand for, where it is not the usual
   */
  (outcomes: Outcome | readonly Outcome[], letters?: Letters): void;
  /** What each call gets that has no outcome of its own. */
  always(outcome: Outcome, letters?: Letters): void;
  /** The name under which its calls are logged. */
  readonly call: string;
}

/** A script, and the playing of it. */
export interface Player extends Script {
  isScripted(): boolean;
  /**
   * Logs a call, and answers it.
   *
   * @param carried - the letter of what it carries
   * @param usual - the answer where nothing was scripted
   */
  play(carried: string, detail: unknown, usual: () => Observable<unknown>): Observable<unknown>;
}

const ordinal = (number: number): string => {
  const tens = number % 100;
  const ending = tens > 10 && tens < 14 ? undefined : ['th', 'st', 'nd', 'rd'][number % 10];
  return `${number}${ending || 'th'}`;
};

export function createPlayer(stage: Stage, call: string, vocabulary: Vocabulary): Player {
  let queue: readonly ReturnType<typeof readOutcome>[] | undefined;
  let rest: ReturnType<typeof readOutcome> | undefined;
  let played = 0;

  const script = (outcomes: Outcome | readonly Outcome[], letters: Letters = {}) => {
    const list = (Array.isArray(outcomes) ? outcomes : [outcomes]) as readonly Outcome[];
    queue = list.map((outcome) => readOutcome(outcome, letters, vocabulary));
    played = 0;
  };

  const next = (usual: () => Observable<unknown>): Observable<unknown> => {
    if (!queue && !rest) return usual();
    const outcome = (queue && queue[played++]) || rest;
    if (outcome) return outcome(stage.pace);
    const count = queue ? queue.length : 0;
    stage.fault(
      `${call} was called for the ${ordinal(played)} time at ${stage.now()}ms, but ${count} outcome${count === 1 ? ' is' : 's are'} scripted`,
    );
    return NEVER;
  };

  return Object.assign(script, {
    call,
    always: (outcome: Outcome, letters: Letters = {}) => {
      rest = readOutcome(outcome, letters, vocabulary);
    },
    isScripted: () => !!(queue || rest),
    play: (carried: string, detail: unknown, usual: () => Observable<unknown>) =>
      stage.log.follow(call, carried, detail, next(usual)),
  });
}
