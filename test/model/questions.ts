import { answerOf, usualAnswer } from './answers';
import type { Mint, Outcome } from './answers';
import type { Recorder } from './recorder';
import type { Setting } from './setting';
import type { Kind } from './trace';

/** Something that the session asked, and that the schedule answers: at once, late, never, or twice. */
export interface Question {
  readonly id: number;
  readonly kind: Kind;
  /** Without a choice: as usual. */
  answer(choice?: number | string): void;
}

/** What a question carries. */
export interface About {
  readonly code?: string;
  readonly caller?: number;
  readonly token?: string;
}

/** All that the session has asked. */
export interface Questions {
  /** Not answered yet. */
  readonly held: readonly Question[];
  /** Answered once already. */
  readonly past: readonly Question[];
  /** The next question of this kind is answered inside its call. */
  arm(kind: Kind, choice: number): void;
  /**
   * Asks. An answer inside the call may throw, if it says so.
   *
   * @param settle - given each answer
   * @param atOnce - it is answered inside the call, as usual if nothing is armed
   * @returns what tells that nobody waits for the answer any more
   */
  ask(kind: Kind, about: About, settle: (outcome: Outcome) => void, atOnce?: boolean): () => void;
}

export function createQuestions({ record }: Recorder, mint: Mint, { synchronous, mood }: Setting): Questions {
  const held: Question[] = [];
  const past: Question[] = [];
  const armed = new Map<Kind, number[]>();
  let asked = 0;

  return {
    held,
    past,
    arm: (kind, choice) => void armed.set(kind, [...(armed.get(kind) ?? []), choice]),
    ask: (kind, about, settle, atOnce = synchronous) => {
      const id = asked++;
      let inCall = true;
      const answer = (choice: number | string = usualAnswer(kind, mood)) => {
        const { said, outcome } = answerOf(kind, choice, mint);
        const credential = 'credential' in outcome ? outcome.credential : undefined;
        const status =
          'value' in outcome ? (outcome.value as { statusCode?: number } | undefined)?.statusCode : 0;
        record({
          what: 'answer',
          question: id,
          kind,
          said,
          ...(credential && { credential }),
          ...(status && { verdict: status === 401 ? 'expired' : 'good' }),
        });
        const index = held.indexOf(question);
        if (index >= 0) past.push(...held.splice(index, 1));
        if (inCall && 'error' in outcome && outcome.thrown) throw outcome.error;
        settle(outcome);
      };
      const question: Question = { id, kind, answer };
      held.push(question);
      record({ what: 'ask', question: id, kind, ...about });
      const choice = armed.get(kind)?.shift();
      try {
        if (choice !== undefined || atOnce) answer(choice);
      } finally {
        inCall = false;
      }
      return () => {
        if (held.includes(question)) record({ what: 'given up', question: id, kind });
      };
    },
  };
}
