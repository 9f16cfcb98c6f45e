import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  map,
  merge,
  of,
  shareReplay,
  Subject,
  switchMap,
  takeUntil,
} from 'rxjs';
import type { Observable } from 'rxjs';
import { configInvalid, readConfig } from './config';
import { createCredentialBook } from './credential';
import { createEvents } from './events';
import { createExchange } from './exchange';
import { createFlights } from './flight';
import { createForeground } from './foreground';
import { provideHooks } from './hooks';
import type { SessionHooks } from './hooks';
import { createLoopGuard } from './loop-guard';
import { createModes, FRESH } from './modes';
import { orError } from './or-error';
import { createPromptDesk } from './prompts';
import { createSender } from './send';
import { sessionError } from './session-error';
import type { SessionError } from './session-error';
import { createSessionKey } from './session-key';
import { createState, transitions } from './state';
import { createRecordKeeper } from './store';
import type { Credential, RequestOptions, Session, SessionConfig } from './types';

/**
 * Makes a session: one shared login state of one mini-program at its backend. Nothing is touched until it is
 * first used.
 *
 * @param config - see {@link SessionConfig}; throws `config-invalid`, naming the field and the fix
 * @returns the session; end it with `dispose` where it does not live as long as the app
 * @example
 * ```ts
 * import { createSession, httpBackend, requestWithLogin } from 'rx-weapp-session';
 *
 * const baseUrl = 'https://api.example.com';
 * const session = createSession({ source: 'shop', baseUrl, backend: httpBackend({ baseUrl }) });
 *
 * session.session$.subscribe(({ status }) => console.log(status));
 * requestWithLogin<{ name: string }>(session, { url: '/me' }).subscribe(({ data }) => console.log(data.name));
 * ```
 */
export function createSession<C extends Credential = Credential>(config: SessionConfig<C>): Session<C> {
  const settings = readConfig(config);
  const { source, backend, platform, timeouts } = settings;

  const disposed$ = new Subject<SessionError>();
  const events = createEvents();
  const foreground = createForeground();
  const state = createState<C>();
  const loop = createLoopGuard();
  const keeper = createRecordKeeper(settings, foreground, state, events);
  const book = createCredentialBook(settings, state, loop, keeper, events);
  const sessionKey = createSessionKey(platform, foreground, timeouts.code, disposed$);
  const desk = createPromptDesk(foreground.after, settings.promptGrace);
  const exchange = createExchange(settings, foreground, events);
  const sender = createSender(settings);
  const room = {
    settings,
    events,
    foreground,
    state,
    loop,
    keeper,
    book,
    sessionKey,
    desk,
    exchange,
    sender,
  };
  const flights = createFlights(room);
  const login = createModes(room, flights);

  const restored$ = new Subject<never>();
  let started = false;
  let disposed: SessionError | undefined;

  /** Everything that is not needed before the session is first used. */
  const start = () => {
    if (started || disposed) return;
    started = true;
    // eslint-disable-next-line rxjs-x/no-ignored-error -- a platform's own fault: rxjs reports it, nothing depends on it
    platform.shown$.pipe(takeUntil(disposed$)).subscribe((shown) => {
      foreground.shown$.next(shown);
      if (!shown) return;
      sessionKey.forget();
      book.usable();
    });
    const { generation } = book;
    const read$ = keeper.read().pipe(takeUntil(disposed$));
    // eslint-disable-next-line rxjs-x/no-ignored-error -- the keeper turns failures into events
    read$.subscribe({
      next: (record) => {
        // A logout that came first could not know of the mark that it has to keep.
        if (generation.ended) void keeper.clear();
        else if ('credential' in record) {
          const { credential, receivedAt } = record;
          state.together(() => book.take({ credential, receivedAt, origin: 'restored' }, record));
        }
      },
      complete: () => restored$.complete(),
    });
  };

  const usable = () => {
    start();
    return disposed ? undefined : book.usable();
  };

  const verify = () =>
    defer(() => (usable() ? sessionKey.verify().pipe(map((good) => good && !!usable())) : of(false)));

  /** Refuses what comes after `dispose`. */
  const alive = <T>(work: () => Observable<T>) =>
    defer(() => {
      if (disposed) throw disposed;
      start();
      return work();
    });

  const tellBackend = (credential: C) =>
    exchange
      .hook({ interruptions: 0, tookCode: false }, 'logout', () => backend.logout?.(credential))
      .pipe(
        catchError((error: unknown) => {
          events.tell('backend-logout-failure', error as SessionError);
          return EMPTY;
        }),
      );

  const session: Session<C> = {
    source,
    session$: defer(() => {
      usable();
      return state.state$;
    }),
    get snapshot() {
      usable();
      return state.snapshot;
    },
    get credential() {
      return usable();
    },
    prompt$: desk.prompt$,
    event$: events.asObservable(),
    login: (options) =>
      alive(() => {
        const asked = options || {};
        const { mode = 'common' } = asked;
        const modes = Object.keys(FRESH);
        if (!modes.includes(mode)) throw configInvalid('mode', `must be one of ${modes.join(', ')}`);
        if (exchange.inCall) throw sessionError('reentrant-login', 'a login cannot wait for itself');
        const before = asked.verify && usable();
        const credential$ = before
          ? verify().pipe(
              // Whoever was told earlier may have logged in anew by now.
              switchMap((good) => login(good || book.usable() !== before ? mode : FRESH[mode], asked)),
            )
          : login(mode, asked);
        return flights.wait(concat(restored$, credential$));
      }),
    logout: ({ forget } = {}) => {
      if (disposed) return of(undefined);
      start();
      const { held } = state.memory;
      return state.together(() => {
        book.nextGeneration('logged-out');
        loop.reset();
        sessionKey.forget();
        state.change(transitions.loggedOut());
        const cleared$ = keeper.clear(forget);
        flights.abort(sessionError('logged-out', 'logged out'));
        events.tell('logout');
        const settled$ = merge(cleared$, held ? tellBackend(held.credential) : EMPTY);
        const done$ = concat(settled$.pipe(ignoreElements(), takeUntil(disposed$)), of(undefined)).pipe(
          shareReplay({ bufferSize: 1, refCount: false }),
        );
        done$.subscribe();
        return done$;
      });
    },
    invalidate: (credential) => {
      usable();
      return !disposed && book.expire(credential, true);
    },
    isExpired: (outcome) => {
      try {
        return !!settings.isExpired(outcome);
      } catch (error) {
        events.threw('isExpired', error);
        return false;
      }
    },
    verify: () => alive(() => orError(verify(), disposed$)),
    dispose: () => {
      if (disposed) return;
      disposed = sessionError('disposed', 'disposed');
      book.nextGeneration('disposed');
      flights.abort(disposed);
      disposed$.next(disposed);
      state.change(transitions.withdrawn());
      [keeper, state, desk, events].forEach((part) => part.complete());
    },
  };

  const hooks: SessionHooks<C> = {
    get generation() {
      return book.generation;
    },
    accepted: ({ token }) => {
      const current = book.usable();
      if (current && current.token === token) loop.reset();
    },
    checkUrl: sender.checkUrl,
    send: <T>(options: RequestOptions) =>
      alive(() =>
        concat(
          restored$,
          defer(() => sender.send<T>(options, book.usable())),
        ),
      ),
  };
  return provideHooks(session, hooks);
}
