import {
  asapScheduler,
  BehaviorSubject,
  catchError,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  last,
  map,
  merge,
  mergeMap,
  Observable,
  observeOn,
  startWith,
  Subscription,
  switchMap,
  take,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import type { ObservableInput } from 'rxjs';
import { after } from './clock';
import { hooksOf } from './hooks';
import { orError } from './or-error';
import type { Platform } from './platform/platform';
import { weapp } from './platform/weapp';
import type { AuthPrompt, Session } from './types';

interface Page {
  readonly route?: string;
  onUnload?: (...args: unknown[]) => unknown;
}

/** How long a prompt that a page let go waits for the next page, in ms of foreground time. */
const BETWEEN_PAGES = 500;

/** How long a prompt has to stand before somebody can have seen it, in ms: longer than a page takes to close. */
const AT_A_GLANCE = 500;

/** How long `wx.navigateTo` may take, and then the page until it stands, in ms. */
const OPENING = 10000;

/** How often it is looked for, in ms. */
const LOOK = 100;

/** When another page will do, in ms: a router may lead elsewhere than to the url. */
const ELSEWHERE = 3000;

const pages = (): readonly Page[] => (typeof getCurrentPages === 'function' ? getCurrentPages() : []);

/** The page at a url, of those that opened since. */
function openedAt(url: string, before: readonly Page[], waited: number): Page | undefined {
  const path = url.replace(/\?.*/, '').replace(/^[./]+/, '');
  const fresh = pages().filter((page) => !before.includes(page));
  return (
    fresh.find(({ route = path }) => route.endsWith(path)) || (waited < ELSEWHERE ? undefined : fresh[0])
  );
}

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
 * what it was shown and is still open; what had just opened, in its last half second, opens the page anew. A
 * navigation that fails, or leads to no page within ten seconds, cancels the prompt that it was for, unless another UI
 * has it by then.
 *
 * The library opens the page; to close it when the login is over is the page's own work, see docs/native.md.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/route/wx.navigateTo.html
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
  const { platform = weapp(), audience$ = EMPTY } = hooksOf(session);
  const shown$ = new BehaviorSubject(true);
  const prompt$ = new BehaviorSubject<AuthPrompt | null>(null);
  let offered: AuthPrompt | undefined;
  let opening: AuthPrompt | undefined;

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
      opening = prompt;
      const seen = new Set([prompt]);
      const late$ = after(OPENING).pipe(map(() => ({ errMsg: 'navigateTo:fail it did not answer' })));
      return orError(platform.call('navigateTo', { url }), late$).pipe(
        // The page's own UI takes it from here; or another, where nobody waits for the page any more.
        finalize(() => {
          opening = undefined;
          prompt.release();
        }),
        // WeChat's success says that it goes there, and not that the page stands.
        switchMap(() =>
          timer(0, LOOK).pipe(
            startWith(0),
            take(OPENING / LOOK),
            map((looks) => openedAt(url, before, looks * LOOK)),
            takeWhile((page) => !page && !!prompt$.value, true),
            last(),
          ),
        ),
        switchMap((page) => {
          // It went nowhere: whose the prompt is by now, if anybody's, answers it.
          if (!page) return prompt.claim() ? [prompt] : EMPTY;
          const stands = () => pages().includes(page);
          // What opens while the page is closing, or lets its end be noticed, was not shown there.
          const gone$ = prompt$.pipe(
            // Each has its own time: a privacy question that covers it does not end it.
            mergeMap((open): ObservableInput<unknown> => {
              if (!stands()) return [page];
              if (!open) return EMPTY;
              return after(AT_A_GLANCE).pipe(
                filter(() => {
                  if (stands()) seen.add(open);
                  return false;
                }),
              );
            }),
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
  subscription.add(session.prompt$.subscribe(prompt$));
  // Whoever claimed a prompt and left without a word has let it go, though this one goes on looking.
  const alone$ = audience$.pipe(
    switchMap((lookers) => (lookers === 1 ? timer(0, asapScheduler) : EMPTY)),
    map(() => prompt$.value),
  );
  // eslint-disable-next-line rxjs-x/no-ignored-error -- it never errors
  subscription.add(alone$.subscribe((open) => open && open !== opening && open.release()));
  // eslint-disable-next-line rxjs-x/no-ignored-error -- a platform's own fault: rxjs reports it
  subscription.add(platform.shown$.subscribe((shown) => shown$.next(shown)));
  return subscription;
}
