import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import type { AuthPrompt, Session } from 'rx-weapp-session';

/** What a UI is told by `prompt$`: 1 for the first prompt, 2 for one with another id, and `.` for none. */
export function numbering(): (session: Session) => Observable<string> {
  const ids: number[] = [];
  const number = ({ id }: AuthPrompt) => {
    if (!ids.includes(id)) ids.push(id);
    return String(ids.indexOf(id) + 1);
  };
  return (session) => session.prompt$.pipe(map((prompt) => (prompt ? number(prompt) : '.')));
}

/** A UI that is shown everything from now on, and does nothing: the prompts that it saw, each once. */
export function idleUi(session: Session): readonly AuthPrompt[] {
  const seen: AuthPrompt[] = [];
  session.prompt$.subscribe((prompt) => {
    if (prompt && !seen.some(({ id }) => id === prompt.id)) seen.push(prompt);
  });
  return seen;
}
