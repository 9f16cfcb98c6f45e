import { map, Observable } from 'rxjs';
import type { AuthPrompt, Session } from 'rx-weapp-session';

type Answer = Readonly<Record<string, unknown>>;
type Resolve = (answer: Answer) => void;

export const AGREED = { event: 'agree', buttonId: 'agree' };
export const REFUSED = { event: 'disagree' };
export const EXPOSED = { event: 'exposureAuthorization' };

const ANSWERS: Readonly<Record<string, Answer>> = { a: AGREED, d: REFUSED, e: EXPOSED };

/** An answer by its letter: a agree, d disagree, e exposure; any other, one with more to it included, in full. */
function letterOf(answer: Answer): string {
  const text = JSON.stringify(answer);
  return Object.keys(ANSWERS).find((letter) => JSON.stringify(ANSWERS[letter]) === text) || text;
}

/** WeChat's side of the privacy question. */
export function privacyOf() {
  const listeners: ((resolve: Resolve) => void)[] = [];
  /** A private api is called: it asks the listener that was registered last. */
  const ask = (resolve: Resolve) => listeners[listeners.length - 1](resolve);
  return {
    wx: {
      onNeedPrivacyAuthorization: (listener: (resolve: Resolve) => void) => void listeners.push(listener),
    },
    listeners,
    ask,
    /** Calls a private api each time it is subscribed to; the answers that this one is given, by their letters. */
    api$: new Observable<Answer>((subscriber) => ask((answer) => subscriber.next(answer))).pipe(
      map(letterOf),
    ),
  };
}

/** A UI that claims what it is offered: V a privacy question, P any other, small if it could not; `.` for none. */
export const claiming = ({ prompt$ }: Session): Observable<string> => {
  const letter = (prompt: AuthPrompt) => (prompt.method === 'privacy' ? 'V' : 'P');
  return prompt$.pipe(
    map((prompt) => {
      if (!prompt) return '.';
      return prompt.claim() ? letter(prompt) : letter(prompt).toLowerCase();
    }),
  );
};
