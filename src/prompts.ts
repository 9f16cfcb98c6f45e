import { defer, distinctUntilChanged, EMPTY, filter, finalize, map, Observable, switchMap } from 'rxjs';
import { afterShown } from './foreground';
import { orError } from './or-error';
import type { Room } from './room';
import { sessionError } from './session-error';
import type { AuthPrompt } from './types';

/** What a prompt asks; the desk adds its id and its answering. */
export type Question = Pick<AuthPrompt, 'method' | 'openType' | 'scope' | 'tips'>;

const place = (room: Room, question: Question): Observable<unknown> =>
  new Observable((subscriber) => {
    const { open$ } = room;
    let open = true;
    let claimed = false;
    // The desk is clear before the answer goes on: what follows may open the next prompt.
    const close = () => {
      const first = open;
      open = false;
      if (first && open$.value === prompt) open$.next(null);
      return first;
    };
    const prompt: AuthPrompt = Object.freeze({
      ...question,
      id: ++room.lastId,
      claim: () => open && !claimed && (claimed = true),
      release: () => {
        if (!open || !claimed) return;
        claimed = false;
        open$.next(prompt);
      },
      answer: (detail: unknown) => {
        if (!close()) return;
        subscriber.next(detail);
        subscriber.complete();
      },
      cancel: () => {
        if (close()) subscriber.error(sessionError('auth-cancelled', 'closed by the user'));
      },
    });
    room.withdrawPrompt = close;
    open$.next(prompt);
    return close;
  });

/**
 * Opens a prompt. Cold; emits the first answer and completes; errors with `auth-cancelled` and with
 * `prompt-unhandled`. Unsubscribing withdraws it.
 */
export const ask = (room: Room, question: Question): Observable<unknown> =>
  orError(
    place(room, question),
    room.viewers$.pipe(
      switchMap((viewers) => (viewers ? EMPTY : afterShown(room, room.promptGrace))),
      map(() =>
        sessionError('prompt-unhandled', 'no UI saw it: put <auth-prompt/> in the page, or use promptByPage'),
      ),
    ),
  );

/** The open prompt, if any, for each who looks. */
export const prompts = ({ open$, viewers$ }: Room): Observable<AuthPrompt | null> =>
  defer(() => {
    viewers$.next(viewers$.value + 1);
    return open$.pipe(
      // Somebody who was told earlier may have answered by now.
      filter((prompt) => prompt === open$.value),
      distinctUntilChanged((one, other) => !one && !other),
      finalize(() => viewers$.next(viewers$.value - 1)),
    );
  });
