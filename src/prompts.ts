import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  finalize,
  map,
  Observable,
  switchMap,
} from 'rxjs';
import { orError } from './or-error';
import { sessionError } from './session-error';
import type { AuthPrompt } from './types';

/** What a prompt asks; the desk adds its id and its answering. */
export type Question = Pick<AuthPrompt, 'method' | 'openType' | 'scope' | 'tips'>;

/** Where prompts lie open for the UI layer, one at a time. */
export interface PromptDesk {
  readonly prompt$: Observable<AuthPrompt | null>;
  /**
   * Opens a prompt. Cold; emits the first answer and completes; errors with `auth-cancelled` and with
   * `prompt-unhandled`. Unsubscribing withdraws it.
   */
  ask(question: Question): Observable<unknown>;
  complete(): void;
}

/**
 * @param after - foreground time
 * @param grace - ms that a prompt may have no subscriber
 */
export function createPromptDesk(after: (ms: number) => Observable<unknown>, grace: number): PromptDesk {
  const open$ = new BehaviorSubject<AuthPrompt | null>(null);
  const viewers$ = new BehaviorSubject(0);
  let lastId = 0;

  const unattended$ = viewers$.pipe(
    map((viewers) => viewers > 0),
    distinctUntilChanged(),
    switchMap((attended) => (attended ? EMPTY : after(grace))),
    map(() =>
      sessionError('prompt-unhandled', 'nobody saw it: subscribe to session.prompt$ in the page, and answer'),
    ),
  );

  const place = (question: Question) =>
    new Observable<unknown>((subscriber) => {
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
        id: ++lastId,
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
      open$.next(prompt);
      return close;
    });

  return {
    prompt$: defer(() => {
      viewers$.next(viewers$.value + 1);
      return open$.pipe(
        // Somebody who was told earlier may have answered by now.
        filter((prompt) => prompt === open$.value),
        distinctUntilChanged((one, other) => !one && !other),
        finalize(() => viewers$.next(viewers$.value - 1)),
      );
    }),
    ask: (question) => orError(place(question), unattended$),
    complete: () => open$.complete(),
  };
}
