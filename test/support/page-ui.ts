import type { AuthPrompt, Session } from 'rx-weapp-session';

/** The UI of a page: claims what it is offered, and lets go of it when it leaves, as `<auth-prompt/>` does. */
export function pageUi(session: Session) {
  const claimed: AuthPrompt[] = [];
  const subscription = session.prompt$.subscribe((prompt) => {
    if (prompt?.claim()) claimed.push(prompt);
  });
  return {
    claimed,
    leave: () => {
      subscription.unsubscribe();
      claimed.at(-1)?.release();
    },
  };
}
