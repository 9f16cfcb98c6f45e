import { catchError, defer, map, switchMap, takeUntil, toArray } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { readConfig } from './config';
import { alarm, endGeneration, expire, take, usable } from './credential';
import { once } from './crowd';
import { tell, tellThrown } from './events';
import { runHook } from './exchange';
import { fieldsOf, isText, look } from './fields';
import { abort } from './flight';
import { provideHooks } from './hooks';
import type { SessionHooks, Transport } from './hooks';
import { blame, resetLoop } from './loop-guard';
import { afresh, logIn, MODES, reuses } from './modes';
import { need, needOneOf, reading } from './need';
import { orError } from './or-error';
import { listenToPrivacy } from './privacy';
import { prompts } from './prompts';
import { createRoom } from './room';
import { checkUrl, send } from './send';
import { sessionError } from './session-error';
import type { SessionError } from './session-error';
import { forgetSessionKey, verifySessionKey } from './session-key';
import { change, inTurn, states, transitions } from './state';
import { clear, restore } from './store';
import type { Credential, LoginOptions, RequestOptions, Session, SessionConfig } from './types';

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
 * requestWithLogin<{ name: string }>(session, { url: '/me' }).subscribe({
 *   next: ({ data }) => console.log(data.name),
 *   error: (error) => console.error(error),
 * });
 * ```
 */
export function createSession<C extends Credential = Credential>(config: SessionConfig<C>): Session<C> {
  const room = createRoom(reading('config', () => readConfig(config)));
  const { disposed$, event$, restored$ } = room;

  /** Everything that is not needed before the session is first used. */
  const start = () => {
    if (room.started || room.disposedBy) return;
    room.started = true;
    room.told$
      .pipe(
        switchMap(() => alarm(room)),
        takeUntil(disposed$),
      )
      .subscribe();
    const shown$ = room.platform.shown$.pipe(takeUntil(disposed$));
    // eslint-disable-next-line rxjs-x/no-ignored-error -- a platform's own fault: rxjs reports it, nothing depends on it
    shown$.subscribe((shown) => {
      // Before it is told: a step that waited for this may end in it, and know better.
      forgetSessionKey(room);
      room.shown$.next(shown);
      usable(room);
    });
    const { generation } = room;
    restore(room)
      .pipe(takeUntil(disposed$))
      // eslint-disable-next-line rxjs-x/no-ignored-error -- reading turns failures into events
      .subscribe({
        next: (record) => {
          // A logout that came first could not know of the mark that it has to keep.
          if (generation.ended) void clear(room);
          else if ('credential' in record) {
            inTurn(room, () => {
              take(room, { ...record, origin: 'restored' }, record.guest);
              usable(room);
            });
          }
        },
        complete: () => {
          room.restored = true;
          restored$.complete();
        },
      });
  };

  const current = () => {
    start();
    return room.disposedBy ? undefined : usable(room);
  };

  /** Waits for the stored session; refuses what comes after `dispose`. */
  const alive = <T>(work: () => ObservableInput<T>): Observable<T> =>
    defer(() => {
      const go = () => {
        if (room.disposedBy) throw room.disposedBy;
        return work();
      };
      start();
      return room.restored || room.disposedBy ? go() : restored$.pipe(toArray(), switchMap(go));
    });

  const verify = (): ObservableInput<boolean> =>
    current() ? verifySessionKey(room).pipe(map((good) => good && !!current())) : [false];

  const tellBackend = (credential: Credential | undefined): Observable<unknown> =>
    runHook(room, { interruptions: 0 }, 'logout', () => {
      const { backend } = room;
      return credential && backend.logout && backend.logout(credential);
    }).pipe(
      catchError((error: unknown) => {
        tell(room, 'backend-logout-failure', error as SessionError);
        return [error];
      }),
    );

  const session: Session = {
    source: room.source,
    session$: defer(() => {
      current();
      return states(room);
    }),
    get snapshot() {
      current();
      return room.latest;
    },
    get credential() {
      return current();
    },
    prompt$: defer(() => {
      if (room.privacy && !room.disposedBy) listenToPrivacy(room, alive);
      return prompts(room);
    }),
    event$: event$.asObservable(),
    login: (options) =>
      defer(() => {
        const asked = reading('options', (): LoginOptions => ({ ...options }));
        const { mode = 'common', method = mode } = asked;
        needOneOf(MODES, mode, 'mode');
        need(isText(method), 'method', 'must be the name of a method');
        if (room.inCall) throw sessionError('reentrant-login', 'a login cannot wait for itself');
        // With a session there is nothing to wait for: each request pays for what stands here.
        const ready = room.restored && !asked.verify && !room.slots.silent && reuses(mode) && current();
        if (ready) return [ready];
        const login$ = alive(() => {
          const before = usable(room);
          // Whoever was told earlier may have logged in anew by now.
          const go = (good: boolean) =>
            logIn(room, good || usable(room) !== before ? mode : afresh(mode), asked);
          return asked.verify && reuses(mode) ? defer(verify).pipe(switchMap(go)) : go(true);
        });
        return orError(login$, room.waitersEnd$);
      }),
    logout: (options) => {
      const forget = look(() => !!fieldsOf(options).forget, false);
      if (room.disposedBy) return defer(() => [undefined]);
      start();
      const { credential, flight } = room.known;
      return inTurn(room, () => {
        endGeneration(room, 'logged-out');
        resetLoop(room);
        blame(room, false);
        forgetSessionKey(room);
        change(room, transitions.loggedOut());
        const cleared$ = clear(room, forget);
        abort(room, sessionError('logged-out', 'logged out'), flight);
        tell(room, 'logout');
        const settled$ = tellBackend(credential).pipe(
          switchMap(() => cleared$),
          takeUntil(disposed$),
        );
        const done$ = settled$.pipe(
          toArray(),
          map(() => undefined),
          once(),
        );
        done$.subscribe();
        return done$;
      });
    },
    invalidate: (credential) => {
      current();
      return !room.disposedBy && look(() => !!credential.token, false) && expire(room, credential, true);
    },
    isExpired: (outcome) => {
      try {
        return !!room.isExpired(outcome);
      } catch (error) {
        tellThrown(room, 'isExpired', error);
        return false;
      }
    },
    verify: () => orError(alive(verify), disposed$),
    dispose: () => {
      if (room.disposedBy) return;
      const error = (room.disposedBy = sessionError('disposed', 'disposed'));
      const { flight } = room.known;
      endGeneration(room, 'disposed');
      inTurn(room, () => {
        change(room, transitions.withdrawn(room.known));
        abort(room, error, flight);
        disposed$.next(error);
      });
      room.open$.complete();
      event$.complete();
    },
  };

  const hooks: SessionHooks = {
    platform: room.platform,
    get generation() {
      return room.generation;
    },
    accepted: ({ token }) => {
      const { caused, known } = room;
      if (!caused && known.credential && known.credential.token === token) resetLoop(room);
    },
    checkUrl: (url) => checkUrl(room, url),
    send: <T>(options: RequestOptions, transport: Transport) =>
      alive(() => send<T>(room, options, usable(room), transport)),
  };
  return provideHooks(session, hooks) as Session<never>;
}
