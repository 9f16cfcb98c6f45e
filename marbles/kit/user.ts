import { Subscription, timer } from 'rxjs';
import type { AuthPrompt, Session } from 'rx-weapp-session';
import type { Entry } from './lane';
import { noTo, yesTo } from './prompts';
import { toMs } from './time';
import type { Time } from './time';

/**
 * Scripts the user: each prompt that is shown takes the next answer, so long after it was shown.
 *
 * Without any, nobody looks at `prompt$`: then a prompt fails with `prompt-unhandled`, as it does in an app without a
 * UI. A prompt beyond the last answer fails the scenario.
 */
export interface UserScript {
  /** Says yes, with what WeChat gives for this method. Default: after a second. */
  grant(after?: Time): UserScript;
  /** Says no. */
  refuse(after?: Time): UserScript;
  /** Closes the prompt. */
  close(after?: Time): UserScript;
  /** Is shown the prompt, and never answers it. */
  away(): UserScript;
  /** Answers with this very detail, as a button's event or an api brought it. */
  answer(detail: unknown, after?: Time): UserScript;
  /** Leaves the page: nobody looks at `prompt$` any more, until the next answer is scripted; that counts from then. */
  leave(): void;
}

/** What the user did. */
export interface Deed {
  readonly at: number;
  readonly deed: string;
  readonly prompt: number;
}

interface Answer {
  readonly deed: string;
  readonly after: number;
  readonly give: (prompt: AuthPrompt) => void;
}

const THINKING = '1s';

export function createUser(session: () => Session, now: () => number, fault: (message: string) => void) {
  const answers: Answer[] = [];
  const entries: Entry[] = [];
  const deeds: Deed[] = [];
  const known = new Set<number>();
  let taken = 0;
  let open: AuthPrompt | null = null;
  let looking: Subscription | undefined;

  const take = (prompt: AuthPrompt) => {
    if (known.has(prompt.id)) return;
    known.add(prompt.id);
    const answer = answers[taken++];
    if (!answer) {
      fault(
        `the user was asked for ${prompt.method} at ${now()}ms, but has no more answers: ${answers.length} scripted`,
      );
      return;
    }
    const { deed, after, give } = answer;
    const page = looking;
    if (after === Infinity) return;
    timer(after).subscribe(() => {
      if (open !== prompt || page !== looking) return;
      deeds.push({ at: now(), deed, prompt: prompt.id });
      give(prompt);
    });
  };

  const look = () => {
    if (looking) return;
    // Before it is told of an open prompt.
    const page = (looking = new Subscription());
    page.add(
      session().prompt$.subscribe({
        next: (prompt) => {
          open = prompt;
          if (prompt || entries.length) entries.push({ at: now(), kind: 'next', value: prompt });
          if (prompt) take(prompt);
        },
        complete: () => entries.push({ at: now(), kind: 'complete' }),
      }),
    );
  };

  const will = (deed: string, after: number, give: Answer['give']): UserScript => {
    answers.push({ deed, after, give });
    look();
    return script;
  };
  const script: UserScript = {
    grant: (after = THINKING) => will('grant', toMs(after), (prompt) => prompt.answer(yesTo(prompt))),
    refuse: (after = THINKING) => will('refuse', toMs(after), (prompt) => prompt.answer(noTo(prompt))),
    close: (after = THINKING) => will('close', toMs(after), (prompt) => prompt.cancel()),
    away: () => will('away', Infinity, () => undefined),
    answer: (detail, after = THINKING) => will('answer', toMs(after), (prompt) => prompt.answer(detail)),
    leave: () => {
      looking?.unsubscribe();
      looking = undefined;
      // Whoever comes back sees the same prompt, and may answer it.
      if (open) known.delete(open.id);
      open = null;
    },
  };
  return { script, entries, deeds, openPrompt: () => open, looked: () => answers.length > 0 };
}
