import {
  asapScheduler,
  asyncScheduler,
  defer,
  delay,
  dematerialize,
  isObservable,
  materialize,
  NEVER,
  of,
  subscribeOn,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { createSession, isSessionError, weapp } from 'rx-weapp-session';
import type {
  AuthPrompt,
  Credential,
  HttpResponse,
  LoginBackend,
  LoginReply,
  RequestOptions,
  Session,
  SessionConfig,
  SessionEvent,
  SessionState,
} from 'rx-weapp-session';

type RunHelpers = Parameters<Parameters<TestScheduler['run']>[0]>[0];

/** How long platform and backend take: the same cases hold for each. */
export interface Pace {
  readonly title: string;
  /** Delays an answer, or not. */
  readonly after: <T>(ms: number, answer: Observable<T>) => Observable<T>;
}

export const asynchronous: Pace = {
  title: 'an asynchronous platform',
  after: (ms, answer) => answer.pipe(materialize(), delay(ms), dematerialize()),
};
export const microtask: Pace = {
  title: 'a platform that answers in a microtask',
  after: (_, answer) => answer.pipe(subscribeOn(asapScheduler)),
};
export const synchronous: Pace = {
  title: 'a platform that answers synchronously inside the call',
  after: (_, answer) => answer,
};
export const PACES: readonly Pace[] = [asynchronous, microtask, synchronous];

/** One thing that crossed the border to the platform or the backend. */
export interface Call {
  readonly at: number;
  readonly name: string;
  readonly detail?: unknown;
}

type Answer<T> = Observable<T> | T;

/** What the world answers; a list is used up call by call, its last entry stays. */
export interface Script {
  readonly pace?: Pace;
  /** `wx.login`; default: code1, code2, ... after 10 ms. */
  readonly login?: readonly Answer<unknown>[];
  /** `wx.checkSession`; default: good after 200 ms. */
  readonly checkSession?: readonly Answer<unknown>[];
  /** `backend.silentLogin`; default: tokens A, B, C, ... after 50 ms. */
  readonly silentLogin?: readonly Answer<unknown>[];
  /** `backend.login`; default: tokens A, B, C, ... after 50 ms. */
  readonly interactiveLogin?: readonly Answer<unknown>[];
  readonly refresh?: readonly Answer<unknown>[];
  readonly backendLogout?: readonly Answer<unknown>[];
  /** The app's own backend; default: 200, or 401 for a token in `world.refused`, after 20 ms. */
  readonly respond?: (options: RequestOptions) => Answer<unknown>;
  /** What storage holds when the app starts. */
  readonly stored?: unknown;
  /** Further, or other, functions of `wx`. */
  readonly wx?: object;
  readonly config?: Partial<SessionConfig>;
}

/** A made-up WeChat, backend and user around one session. */
export interface World {
  readonly session: Session;
  readonly wx: object;
  readonly backend: LoginBackend;
  readonly calls: Call[];
  readonly events: SessionEvent[];
  readonly storage: Map<string, unknown>;
  /** Tokens that the app's backend refuses with 401. */
  readonly refused: Set<string>;
  /** How often something was called. */
  count(name: string): number;
  /** The tokens of the requests that were sent, in order; `-` for a request without one. */
  readonly sent: string[];
  show(): void;
  hide(): void;
}

/** A login reply with a credential. */
export const issued = (token: string, more: Partial<Credential> = {}): LoginReply => ({
  credential: { token, ...more },
});

/** A login reply that asks for the user's authorisation. */
export const wanted = (method: string, ticket?: string): LoginReply => ({
  authorize: { method, ...(ticket !== undefined && { ticket }) },
});

/** A failure that the network is to blame for. */
export const offline = throwError(() => ({ errMsg: 'request:fail', errno: 600000 }));

/** A failure of a step with an HTTP status. */
export const status = (statusCode: number, header: Record<string, string> = {}) =>
  throwError(() => ({ statusCode, header, data: {} }));

/** A wx call that fails. */
export const fails = (errMsg: string, errno?: number) => throwError(() => ({ errMsg, errno }));

/** A step that never answers. */
export const never = NEVER;

/** An answer that takes its own time, on top of the pace of the world. */
export const later = <T>(ms: number, answer: T | Observable<T>): Observable<T> =>
  timer(ms).pipe(switchMap(() => toObservable(answer)));

const toObservable = <T>(answer: T | Observable<T>): Observable<T> =>
  isObservable(answer) ? answer : of(answer);

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Builds a world; everything in it runs in virtual time. */
export function createWorld(script: Script = {}): World {
  const { pace = asynchronous } = script;
  const calls: Call[] = [];
  const events: SessionEvent[] = [];
  const sent: string[] = [];
  const refused = new Set<string>();
  const storage = new Map<string, unknown>();
  const listeners = { AppShow: new Set<() => void>(), AppHide: new Set<() => void>() };
  let codes = 0;
  let tokens = 0;

  const record = (name: string, detail?: unknown) => calls.push({ at: asyncScheduler.now(), name, detail });
  const count = (name: string) => calls.filter((call) => call.name === name).length;

  /** The answer for this call of a name: from its list, or the default. */
  const answer = (
    name: string,
    list: readonly Answer<unknown>[] | undefined,
    ms: number,
    usual: () => unknown,
    detail?: unknown,
  ): Observable<unknown> => {
    const index = count(name);
    record(name, detail);
    const scripted = list && list.length > 0;
    return pace.after(
      ms,
      defer(() => toObservable(scripted ? list[Math.min(index, list.length - 1)] : usual())),
    );
  };

  interface Callbacks {
    success?: (result: unknown) => void;
    fail?: (result: unknown) => void;
  }
  const settle = (result$: Observable<unknown>, { success, fail }: Callbacks) =>
    result$.subscribe({ next: (result) => success?.(result), error: (error: unknown) => fail?.(error) });

  const wx = {
    login: (options: Callbacks) =>
      void settle(
        answer('wx.login', script.login, 10, () => ({ errMsg: 'login:ok', code: `code${++codes}` })),
        options,
      ),
    checkSession: (options: Callbacks) =>
      void settle(
        answer('wx.checkSession', script.checkSession, 200, () => ({ errMsg: 'checkSession:ok' })),
        options,
      ),
    request: (options: RequestOptions & Callbacks) => {
      const token = /^Bearer (.*)$/.exec(options.header?.Authorization ?? '')?.[1] ?? '-';
      sent.push(token);
      const respond = script.respond;
      const subscription = settle(
        answer(
          'wx.request',
          undefined,
          20,
          () => respond?.(options) ?? { statusCode: refused.has(token) ? 401 : 200, data: token, header: {} },
          options.url,
        ),
        options,
      );
      return {
        abort: () => {
          record('abort', options.url);
          subscription.unsubscribe();
        },
      };
    },
    getStorageSync: (key: string) => {
      record('storage.read');
      return storage.get(key) ?? '';
    },
    setStorageSync: (key: string, value: unknown) => {
      record('storage.write', value);
      storage.set(key, structuredClone(value));
    },
    removeStorageSync: (key: string) => {
      record('storage.remove');
      storage.delete(key);
    },
    onAppShow: (listener: () => void) => listeners.AppShow.add(listener),
    offAppShow: (listener: () => void) => listeners.AppShow.delete(listener),
    onAppHide: (listener: () => void) => listeners.AppHide.add(listener),
    offAppHide: (listener: () => void) => listeners.AppHide.delete(listener),
    ...script.wx,
  };

  const nextToken = () => issued(LETTERS[tokens++]);
  const reply = (name: string, list: Script['silentLogin'], detail: unknown) =>
    answer(name, list, 50, nextToken, detail) as Observable<LoginReply>;
  const backend: LoginBackend = {
    silentLogin: (request) => reply('silentLogin', script.silentLogin, request),
    login: (request) => reply('login', script.interactiveLogin, request),
    ...(script.refresh && {
      refresh: (credential: Credential) => reply('refresh', script.refresh, credential.token),
    }),
    ...(script.backendLogout && {
      logout: (credential: Credential) =>
        answer('backend.logout', script.backendLogout, 50, () => undefined, credential.token),
    }),
  };

  if (script.stored !== undefined) storage.set('rx-weapp-session:shop', script.stored);
  const session = createSession({
    source: 'shop',
    baseUrl: 'https://api.example.com',
    backend,
    platform: weapp(wx),
    retry: { count: 2, delay: 0 },
    ...script.config,
  });
  session.event$.subscribe((event) => events.push(event));

  return {
    session,
    wx,
    backend,
    calls,
    events,
    storage,
    refused,
    count,
    sent,
    show: () => listeners.AppShow.forEach((listener) => listener()),
    hide: () => listeners.AppHide.forEach((listener) => listener()),
  };
}

/** The events of one type that a world has told. */
export const eventsOf = (world: World, type: string) => world.events.filter((event) => event.type === type);

/** The record of a session that an earlier run of the app left behind. */
export const record = (token: string, more: Partial<Credential> = {}, receivedAt = 0) => ({
  version: 1,
  source: 'shop',
  credential: { token, ...more },
  receivedAt,
});

/** A state in a word: `anonymous`, `silent`, `interactive`, the token, `expired A`; an error follows after `!`. */
export function word(state: SessionState): string {
  const error = 'error' in state && state.error ? ` !${state.error.code}` : '';
  switch (state.status) {
    case 'anonymous':
      return `anonymous${error}`;
    case 'authenticating':
      return state.stage;
    case 'authenticated':
      return `${state.credential.token}${error}`;
    case 'expired':
      return `expired ${state.previous.token}${error}`;
  }
}

/** Writes down all that a source does: values as they are, errors by their code, and the end. */
export function watch<T>(source: Observable<T>): { readonly log: string[]; stop(): void } {
  const log: string[] = [];
  const subscription = source.subscribe({
    next: (value) => log.push(show(value)),
    error: (error: unknown) => log.push(isSessionError(error) ? `!${error.code}` : `!${String(error)}`),
    complete: () => log.push('|'),
  });
  return { log, stop: () => subscription.unsubscribe() };
}

function show(value: unknown): string {
  const {
    statusCode,
    data,
    token,
    status: state,
  } = (value ?? {}) as HttpResponse & Credential & SessionState;
  if (statusCode !== undefined) return statusCode === 200 ? `200 ${String(data)}` : String(statusCode);
  if (state !== undefined) return word(value as SessionState);
  return token ?? String(value);
}

/** A user who sees each prompt and answers it after 1 second, in turn: with a detail, or by `close`, or not at all. */
export function user(
  session: Session,
  ...answers: readonly unknown[]
): { readonly seen: AuthPrompt[]; leave(): void } {
  const seen: AuthPrompt[] = [];
  const known = new Set<number>();
  const subscription = session.prompt$.subscribe((prompt) => {
    if (!prompt || known.has(prompt.id)) return;
    const detail = answers[known.size];
    known.add(prompt.id);
    seen.push(prompt);
    if (detail === away) return;
    timer(1000).subscribe(() => (detail === close ? prompt.cancel() : prompt.answer(detail)));
  });
  return { seen, leave: () => subscription.unsubscribe() };
}
export const close = Symbol('close');
export const away = Symbol('away');
export const phone = { errMsg: 'getPhoneNumber:ok', code: 'phone-code' };
export const refuses = { errMsg: 'getPhoneNumber:fail user deny', errno: 103 };

/** Runs a scenario in virtual time; whatever is pending when it returns runs until nothing is left. */
export const virtually =
  (scenario: (helpers: RunHelpers) => void): (() => void) =>
  () =>
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(scenario);

/** Does something at a point of virtual time. */
export const at = (ms: number, action: () => void) => void timer(ms).subscribe(action);
