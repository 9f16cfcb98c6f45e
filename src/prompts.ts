import { defer, distinctUntilChanged, EMPTY, filter, finalize, map, Observable, switchMap } from 'rxjs';
import { afterShown } from './foreground';
import { orError } from './or-error';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { AuthPrompt } from './types';

/** Says of an answer whether it leaves the prompt open. */
export type Stays = (detail: unknown) => boolean;

/** What a prompt asks; `place` adds its id and its answering. */
export type Question = Pick<AuthPrompt, 'method' | 'openType' | 'scope' | 'tips'>;

function show(room: Room, prompts: readonly AuthPrompt[]): void {
  const { open$ } = room;
  const top = prompts.slice(-1)[0] || null;
  room.laid = prompts;
  if (top === open$.value) return;
  room.claimed = false;
  open$.next(top);
}

const place = (room: Room, question: Question, stays?: Stays): Observable<unknown> =>
  new Observable((subscriber) => {
    const { open$ } = room;
    // Nothing lies open when the answer goes on: what follows may open the next prompt.
    const close = () => {
      const others = room.laid.filter((other) => other !== prompt);
      const wasLaid = others.length < room.laid.length;
      show(room, others);
      return wasLaid;
    };
    const isShown = () => open$.value === prompt;
    const prompt: AuthPrompt = Object.freeze({
      ...question,
      id: ++room.lastId,
      claim: () => isShown() && !room.claimed && (room.claimed = true),
      release: () => {
        if (!isShown() || !room.claimed) return;
        room.claimed = false;
        open$.next(prompt);
      },
      answer: (detail: unknown) => {
        if ((stays && isShown() && stays(detail)) || !close()) return;
        subscriber.next(detail);
        subscriber.complete();
      },
      cancel: () => {
        if (close()) subscriber.error(sessionError('auth-cancelled', 'closed by the user'));
      },
    });
    if (!stays) room.withdrawPrompt = close;
    show(room, stays ? [...room.laid, prompt] : [prompt, ...room.laid]);
    return close;
  });

/**
 * Opens a prompt. Cold; emits the first answer and completes; errors with `auth-cancelled` and with
 * `prompt-unhandled`. Unsubscribing withdraws it.
 *
 * @param stays - a prompt that has it goes before another
 */
export const ask = (room: Room, question: Question, stays?: Stays): Observable<unknown> =>
  orError(
    place(room, question, stays),
    room.viewers$.pipe(
      switchMap((viewers) => (viewers ? EMPTY : afterShown(room, room.promptGrace))),
      map(() =>
        sessionError(
          'prompt-unhandled',
          'nobody saw session.prompt$: put <auth-prompt/> in the page, or use promptByPage',
        ),
      ),
    ),
  );

/** The open prompt, if any, for each who looks. */
export const prompts = (room: Room): Observable<AuthPrompt | null> =>
  defer(() => {
    const { open$, viewers$ } = room;
    viewers$.next(viewers$.value + 1);
    return open$.pipe(
      // Somebody who was told earlier may have answered by now.
      filter((prompt) => prompt === open$.value),
      distinctUntilChanged((one, other) => !one && !other),
      finalize(() => {
        viewers$.next(viewers$.value - 1);
        // Whoever claimed it is gone without a word.
        if (!viewers$.value) room.claimed = false;
      }),
    );
  });
