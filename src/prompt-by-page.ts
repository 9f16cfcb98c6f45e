import {
  asapScheduler,
  catchError,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  ignoreElements,
  map,
  merge,
  NEVER,
  Observable,
  observeOn,
  of,
  startWith,
  switchMap,
  take,
} from 'rxjs';
import type { Subscription } from 'rxjs';
import { after } from './clock';
import { hooksOf } from './hooks';
import type { Platform } from './platform/platform';
import { weapp } from './platform/weapp';
import type { AuthPrompt, Session } from './types';

interface Page {
  onUnload?: (...args: unknown[]) => unknown;
}

/** How long a prompt that a page let go waits for the next page, in ms of foreground time. */
const BETWEEN_PAGES = 500;

const pages = (): readonly Page[] => (typeof getCurrentPages === 'function' ? getCurrentPages() : []);

/** Emits when a page has been unloaded, as far as this base library can tell. */
const unloadOf = (page: Page, platform: Platform): Observable<unknown> =>
  new Observable((subscriber) => {
    const own = page.onUnload;
    page.onUnload = function (...args) {
      const result = own && own.apply(this, args);
      subscriber.next(page);
      return result;
    };
    const check = () => {
      if (!pages().includes(page)) subscriber.next(page);
    };
    const listen = (change: string) => {
      try {
        platform.callSync(`${change}AfterPageUnload`, check);
      } catch {
        // Base libraries before 3.5.5 tell by the page's own onUnload alone.
      }
    };
    listen('on');
    subscriber.add(() => listen('off'));
  });

/**
 * Answers prompts by a login page of the app's. A prompt that nobody else claimed when it was offered opens the
 * page, by `wx.navigateTo`; the page's own UI (`<auth-prompt/>`, or code that subscribes `prompt$`) then finds it
 * in `prompt$` and claims it. While the page stands, further prompts are left to it. A page that is closed with a
 * prompt still open cancels it, and so does a navigation that fails.
 *
 * The page closes itself when the login is over.
 *
 * @param session - whose prompts
 * @param options - `url`: of the login page, as for `wx.navigateTo`
 * @returns the subscription; unsubscribe to stop, which leaves an open prompt and page as they are
 * @example
 * ```ts
 * import { promptByPage } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const useLoginPage = (session: Session) => promptByPage(session, { url: '/pages/login/login' });
 * ```
 */
export function promptByPage(session: Session, { url }: { readonly url: string }): Subscription {
  const { prompt$ } = session;
  const { platform = weapp() } = hooksOf(session);
  let offered: AuthPrompt | undefined;

  /**
   * Emits when it is this one's turn: after all who were told in the same moment, and after those who wait a
   * turn themselves, as `<auth-prompt>` does. What a hidden page let go is left to the next page for a while.
   */
  const turn = (prompt: AuthPrompt): Observable<AuthPrompt> => {
    const again = prompt === offered;
    offered = prompt;
    if (!again) return of(prompt).pipe(observeOn(asapScheduler), observeOn(asapScheduler));
    return platform.shown$.pipe(
      startWith(true),
      switchMap((shown) => (shown ? after(BETWEEN_PAGES) : NEVER)),
      take(1),
      map(() => prompt),
    );
  };

  /** Opens the page for a prompt; emits the prompt to cancel, if there is one, and completes when the page is gone. */
  const visit = (prompt: AuthPrompt): Observable<AuthPrompt | null> =>
    defer(() => {
      const before = pages();
      return platform.call('navigateTo', { url }).pipe(
        switchMap(() => {
          const page = pages().find((each) => !before.includes(each));
          // The page's own UI takes it from here.
          prompt.release();
          if (!page)
            return prompt$.pipe(
              filter((open) => open !== prompt),
              take(1),
              ignoreElements(),
            );
          const gone$ = prompt$.pipe(filter(() => !pages().includes(page)));
          return merge(unloadOf(page, platform), gone$).pipe(
            take(1),
            switchMap(() => prompt$.pipe(take(1))),
          );
        }),
      );
    }).pipe(
      catchError((error: unknown) => {
        console.error(`promptByPage: cannot open ${url}`, error);
        return of(prompt);
      }),
    );

  const left$ = prompt$.pipe(
    switchMap((prompt) => (prompt ? turn(prompt) : EMPTY)),
    exhaustMap((prompt) => (prompt.claim() ? visit(prompt) : EMPTY)),
  );
  // eslint-disable-next-line rxjs-x/no-ignored-error -- prompts never error, and a navigation's failure is caught
  return left$.subscribe((prompt) => {
    if (prompt) prompt.cancel();
  });
}
