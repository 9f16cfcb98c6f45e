import { defaultIfEmpty, finalize, of, ReplaySubject, switchMap, take, throwError } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import type { CredentialStore, LoginBackend, LoginReply, RequestOptions } from 'rx-weapp-session';
import { promised } from 'rx-weapp-session/marbles';
import type { Outcome } from './answers';
import type { About, Questions } from './questions';
import type { Setting } from './setting';
import type { Kind } from './trace';

interface Callbacks {
  readonly success?: (result: unknown) => void;
  readonly fail?: (result: unknown) => void;
}

/** What the app listens to of `wx`. */
export interface Listeners {
  readonly shown: Set<() => void>;
  readonly hidden: Set<() => void>;
}

/** A `wx` whose callbacks come when the schedule says so. */
export function createWx({ ask }: Questions, { old }: Setting, { shown, hidden }: Listeners): object {
  const call = (kind: Kind, { success, fail }: Callbacks, about: About = {}) => {
    const settle = (outcome: Outcome) => {
      if ('value' in outcome) success?.(outcome.value);
      else fail?.('error' in outcome ? outcome.error : {});
    };
    return { abort: ask(kind, about, settle) };
  };
  return {
    login: (options: Callbacks) => call('wx.login', options),
    request: (options: RequestOptions & Callbacks) => {
      const caller = /\/callers\/(\d+)$/.exec(options.url)?.[1];
      const token = /^Bearer (.*)$/.exec(options.header?.Authorization ?? '')?.[1];
      const task = call('request', options, {
        ...(caller !== undefined && { caller: Number(caller) }),
        ...(token !== undefined && { token }),
      });
      return old ? undefined : task;
    },
    ...(!old && {
      checkSession: (options: Callbacks) => void call('wx.checkSession', options),
      onAppShow: (listener: () => void) => shown.add(listener),
      offAppShow: (listener: () => void) => shown.delete(listener),
      onAppHide: (listener: () => void) => hidden.add(listener),
      offAppHide: (listener: () => void) => hidden.delete(listener),
    }),
  };
}

/** A question as a source: asked now, whoever subscribes it, and able to answer again. */
function asked({ ask }: Questions, kind: Kind, about: About = {}): Observable<unknown> {
  const answer$ = new ReplaySubject<unknown>(Infinity);
  const giveUp = ask(kind, about, (outcome) => {
    if ('value' in outcome) answer$.next(outcome.value);
    else if ('error' in outcome) answer$.error(outcome.error);
    else answer$.complete();
  });
  return answer$.pipe(finalize(giveUp));
}

/** A hook as a source: its completion counts. */
export const hooked = (questions: Questions, kind: Kind): Observable<unknown> =>
  asked(questions, kind).pipe(take(1));

/** A backend that answers when the schedule says so. */
export function createBackend(questions: Questions, setting: Setting): LoginBackend {
  const reply = (kind: Kind, about?: About): ObservableInput<LoginReply> => {
    const answer$ = asked(questions, kind, about) as Observable<LoginReply>;
    // That an interactive stage is withdrawn could not be seen through a promise.
    if (setting.backend === 'observable' || kind === 'login') return answer$;
    return promised(answer$.pipe(take(1), defaultIfEmpty(undefined as unknown as LoginReply)));
  };
  return {
    silentLogin: ({ code }) => reply('silentLogin', { code }),
    login: ({ code }) => reply('login', code === undefined ? {} : { code }),
    ...(setting.refresh && { refresh: () => reply('refresh') }),
    ...(setting.logout && { logout: () => hooked(questions, 'backend.logout') }),
  };
}

/** Storage, and what it holds. */
export interface MadeUpStore {
  readonly store: CredentialStore;
  readonly stored: unknown;
}

/** A store whose operations take effect when they are answered. */
export function createStore({ ask }: Questions, isAsync: boolean, initial: unknown): MadeUpStore {
  let stored = initial;

  const operate = (kind: Kind, effect: () => unknown): unknown => {
    let outcome: Outcome | undefined;
    let result: unknown;
    const answer$ = new ReplaySubject<Outcome>(1);
    const settle = (it: Outcome) => {
      if (outcome) return;
      outcome = it;
      if ('value' in it) result = effect();
      answer$.next(it);
      answer$.complete();
    };
    ask(kind, {}, settle, !isAsync || undefined);
    const result$ = answer$.pipe(
      switchMap((it) => ('error' in it ? throwError(() => it.error) : of(result))),
    );
    if (isAsync) return promised(result$);
    if (outcome && 'error' in outcome) throw (outcome as { error: unknown }).error;
    return result;
  };

  return {
    store: {
      read: () => operate('store.read', () => stored),
      write: (record) => operate('store.write', () => void (stored = structuredClone(record))) as void,
      remove: () => operate('store.remove', () => void (stored = undefined)) as void,
    },
    get stored() {
      return stored;
    },
  };
}
