import {
  asapScheduler,
  BehaviorSubject,
  catchError,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  map,
  merge,
  Observable,
  observeOn,
  Subscription,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';
import { after } from './clock';
import { hooksOf } from './hooks';
import { orError } from './or-error';
import type { Platform } from './platform/platform';
import { weapp } from './platform/weapp';
import type { AuthPrompt, Session } from './types';

interface Page {
  onUnload?: (...args: unknown[]) => unknown;
}

/** How long a prompt that a page let go waits for the next page, in ms of foreground time. */
const BETWEEN_PAGES = 500;

/** How long a page may take to open, in ms. */
const OPENING = 10000;

const pages = (): readonly Page[] => (typeof getCurrentPages === 'function' ? getCurrentPages() : []);

/** Emits when a page has been unloaded, as far as this base library can tell. */
const unloadOf = (page: Page, platform: Platform): Observable<unknown> =>
  new Observable((subscriber) => {
    const own = page.onUnload;
    page.onUnload = function (...args) {
      try {
        return own && own.apply(this, args);
      } finally {
        subscriber.next(page);
      }
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
 * in `prompt$` and claims it. While the page stands, further prompts are left to it. A page that is closed cancels
 * what it was shown and is still open; a navigation that fails cancels the prompt that it was for.
 *
 * The page closes itself when the login is over.
 *
 * @param session - whose prompts
 * @param options - `url`: of the login page, as for `wx.navigateTo`
 * @returns the subscription; unsubscribe to stop, which leaves an open prompt to whoever else takes it
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
  const shown$ = new BehaviorSubject(true);
  let offered: AuthPrompt | undefined;

  /**
   * Emits when it is this one's turn: after all who were told in the same moment, and after those who wait a
   * turn themselves, as `<auth-prompt>` does. What a hidden page let go is left to the next page for a while.
   */
  const turn = (prompt: AuthPrompt): Observable<AuthPrompt> => {
    const again = prompt === offered;
    offered = prompt;
    const turn$ = again
      ? shown$.pipe(switchMap((shown) => (shown ? after(BETWEEN_PAGES) : EMPTY)))
      : timer(0, asapScheduler).pipe(observeOn(asapScheduler));
    return turn$.pipe(
      take(1),
      map(() => prompt),
    );
  };

  /** Opens the page for a prompt; emits the prompts to cancel, and completes when the page is gone. */
  const visit = (prompt: AuthPrompt): Observable<AuthPrompt> =>
    defer(() => {
      const before = pages();
      const seen = new Set([prompt]);
      const late$ = after(OPENING).pipe(map(() => ({ errMsg: 'navigateTo:fail it did not answer' })));
      return orError(platform.call('navigateTo', { url }), late$).pipe(
        // The page's own UI takes it from here; or another, where nobody waits for the page any more.
        finalize(() => prompt.release()),
        switchMap(() => {
          const page = pages().find((each) => !before.includes(each));
          if (!page)
            return prompt$.pipe(
              filter((open) => open !== prompt),
              take(1),
              switchMap(() => EMPTY),
            );
          const gone$ = prompt$.pipe(
            // The prompt that lets a closed page be noticed was not shown there.
            tap((open) => open && pages().includes(page) && seen.add(open)),
            filter(() => !pages().includes(page)),
          );
          return merge(unloadOf(page, platform), gone$).pipe(
            take(1),
            switchMap(() => seen),
          );
        }),
      );
    }).pipe(
      catchError((error: unknown) => {
        if (typeof console === 'object') console.error(`promptByPage: cannot open ${url}`, error);
        return [prompt];
      }),
    );

  const subscription = new Subscription();
  const left$ = prompt$.pipe(
    tap({ complete: () => subscription.unsubscribe() }),
    switchMap((prompt) => (prompt ? turn(prompt) : EMPTY)),
    // One after the other: what nobody took while a page stood, or was on its way, has its turn.
    concatMap((prompt) => (prompt.claim() ? visit(prompt) : EMPTY)),
  );
  // eslint-disable-next-line rxjs-x/no-ignored-error -- prompts never error, and a navigation's failure is caught
  subscription.add(left$.subscribe((prompt) => prompt.cancel()));
  // eslint-disable-next-line rxjs-x/no-ignored-error -- a platform's own fault: rxjs reports it
  subscription.add(platform.shown$.subscribe((shown) => shown$.next(shown)));
  return subscription;
}
