import type { Observable, ObservableInput } from 'rxjs';
import type { Platform } from './platform/platform';
import type { SessionError } from './session-error';

/** What the backend issued at a login. Extend it with fields of your own; only `token` is needed. */
export interface Credential {
  readonly token: string;
  /** The end of its life, in epoch milliseconds; absent = no known end. */
  readonly expiresAt?: number;
  /** Whose it is; tells a renewal from a change of user. */
  readonly userId?: string;
}

/** The login state, as `session$` tells it. Immutable. */
export type SessionState<C extends Credential = Credential> =
  | { readonly status: 'anonymous'; readonly error?: SessionError; readonly guest?: unknown }
  | {
      readonly status: 'authenticating';
      readonly stage: LoginStage;
      readonly previous?: C;
      readonly guest?: unknown;
    }
  | {
      readonly status: 'authenticated';
      readonly credential: C;
      readonly origin: SessionOrigin;
      readonly error?: SessionError;
      readonly guest?: unknown;
    }
  | {
      readonly status: 'expired';
      readonly previous: C;
      readonly error?: SessionError;
      readonly guest?: unknown;
    };

/** Where a login is: without the user, or with a prompt open. */
export type LoginStage = 'silent' | 'interactive';

/** Where a credential came from: storage, a silent login, or one with the user's authorisation. */
export type SessionOrigin = 'restored' | LoginStage;

/**
 * How far a login may go.
 *
 * | mode | uses the existing session | silent stage | interactive stage |
 * |---|---|---|---|
 * | common | yes | yes | if the backend asks |
 * | silent | yes | yes | never |
 * | force | no | yes | if the backend asks |
 * | forceSilent | no | yes | never |
 * | forceAuth | no | no | always |
 */
export type LoginMode = 'common' | 'silent' | 'force' | 'forceSilent' | 'forceAuth';

/** Options of one login. */
export interface LoginOptions {
  /** Default `'common'`. */
  readonly mode?: LoginMode;
  /** Texts of this login's prompts, over the page's and the configuration's. */
  readonly tips?: TipsSource;
  /** `forceAuth`: which authorisation method to ask for; default `defaultMethod`. */
  readonly method?: string;
  /** Also make sure that WeChat's session_key is still the backend's; a forced login makes a new one, unasked. */
  readonly verify?: boolean;
}

/** One shared login state. Made by `createSession`. */
export interface Session<C extends Credential = Credential> {
  /** Which mini-program this is. */
  readonly source: string;
  /**
   * The login state: one current value synchronously on subscribe, then each change, never an equal value
   * twice. Never errors; completes on `dispose`.
   */
  readonly session$: Observable<SessionState<C>>;
  /** What `session$` would emit to a new subscriber now. */
  readonly snapshot: SessionState<C>;
  /** The usable credential: what `sessionRequest` would attach now. */
  readonly credential: C | undefined;
  /**
   * The open prompt, or `null`. For UIs only: a prompt without a subscriber fails its login, so that a logger
   * here would hide a missing UI. Never errors; completes on `dispose`.
   */
  readonly prompt$: Observable<AuthPrompt | null>;
  /** What happens, for logs and metrics. Hot, without replay. Never errors; completes on `dispose`. */
  readonly event$: Observable<SessionEvent>;
  /**
   * Logs in, or joins the login in progress. Cold; emits one credential and completes; errors with a
   * {@link SessionError}.
   *
   * @param options - how far it may go, and its texts
   */
  login(options?: LoginOptions): Observable<C>;
  /**
   * Logs out at once, at the call. The Observable only reports that storage and backend are done: it emits
   * once, completes and never errors.
   *
   * @param options - `forget: true` also turns silent login off, until an interactive login succeeds
   */
  logout(options?: { readonly forget?: boolean }): Observable<void>;
  /**
   * Expires a credential that the backend refused.
   *
   * @param credential - compared by its token, so that a late verdict on an old one does no harm
   * @returns true if it was the current one, and not over already
   */
  invalidate(credential: C): boolean;
  /**
   * The configured verdict on an outcome: does it say that its credential is no longer good?
   *
   * @param outcome - a value or an error of a request
   */
  isExpired(outcome: unknown): boolean;
  /**
   * Is WeChat's session_key still good? Emits once and completes; errors only with `disposed`. Without a
   * session: false; `wx.checkSession` (about 200 ms) is asked at most once per foreground period.
   */
  verify(): Observable<boolean>;
  /** Ends it: waiters and later calls get `disposed`, streams complete, the stored record stays. */
  dispose(): void;
}

/** Configuration of a session. */
export interface SessionConfig<C extends Credential = Credential> {
  /** Which mini-program this is: sent with every exchange, names the stored record. */
  readonly source: string;
  readonly backend: LoginBackend<C>;
  /** Default `weapp()`: the global `wx`, looked up at first use. */
  readonly platform?: Platform;
  /** Default ``weappStore({ key: `rx-weapp-session:${source}` })``; `null` = memory only. */
  // `C & {}` keeps a store from being asked what C is: the backend says so.
  readonly store?: CredentialStore<C & {}> | null;
  /** Authorisation methods, added to the built-in ones or replacing them. */
  readonly methods?: Readonly<Record<string, AuthMethod>>;
  /** Default `'phoneNumber'`. */
  readonly defaultMethod?: string;
  readonly tips?: TipsSource;
  /** Default: the top page's `authTips` (object or function). */
  readonly pageTips?: TipsSource;
  /**
   * Default true: answer WeChat's privacy question (`wx.onNeedPrivacyAuthorization`) through `prompt$`, by a
   * prompt of method `privacy`; false where the app has a listener of its own: WeChat keeps only one.
   */
  readonly privacy?: boolean;
  /** Sees each emitted value and each error of a guarded request; default: `statusCode` 401. */
  readonly isExpired?: (outcome: unknown) => boolean;
  /**
   * Runs before anyone sees `authenticated`; its completion counts, its failure fails the login. `send`
   * carries the new credential. Not run for a restored session.
   */
  readonly afterLogin?: (credential: C, send: SendRequest) => ObservableInput<unknown>;
  /** Absolute; relative request urls are appended to it. */
  readonly baseUrl?: string;
  /** Origins besides baseUrl's that may see the credential; it goes nowhere else. */
  readonly trustedOrigins?: readonly string[];
  /** Puts the credential into a request; default: header `Authorization: Bearer <token>`. */
  readonly attach?: (options: RequestOptions, credential: C) => RequestOptions;
  /** How long before its end a credential is no longer used, in ms; default 30000. Never more than half of the lifetime. */
  readonly expiryLeeway?: number;
  /**
   * Time limits in ms of foreground time: `code` for `wx.login` and `wx.checkSession`, 10000; `exchange` for each
   * try of an exchange or refresh, `afterLogin`, an asynchronous store, `backend.logout` and `withoutPrompt`,
   * 15000; `prompt` for an open prompt, none.
   */
  readonly timeouts?: { readonly code?: number; readonly exchange?: number; readonly prompt?: number };
  /** Transient exchange failures: `count` more tries (2), `delay` base in ms (300), exponential, full jitter. */
  readonly retry?: { readonly count?: number; readonly delay?: number };
  /** How long a prompt may have no subscriber, in ms; default 3000. */
  readonly promptGrace?: number;
}

/** Sends one request with a given credential. */
export type SendRequest = <T>(options: RequestOptions) => Observable<HttpResponse<T>>;

/** Something that happened, for logs and metrics; it holds no secret. */
export interface SessionEvent {
  readonly type:
    | 'login-start'
    | 'login-success'
    | 'login-failure'
    | 'expired'
    | 'logout'
    | 'user-changed'
    | 'prompt'
    | 'retry'
    | 'storage-failure'
    | 'backend-logout-failure'
    | 'hook-failure'
    | 'login-loop';
  /** Epoch ms, by rxjs's scheduler clock. */
  readonly at: number;
  readonly mode?: LoginMode;
  readonly stage?: LoginStage;
  /** Ms since the login's start. */
  readonly duration?: number;
  readonly error?: SessionError;
}

/** Your backend, as the session sees it. `httpBackend` makes one. */
export interface LoginBackend<C extends Credential = Credential> {
  /** Logs in by openid alone. The first value counts. */
  silentLogin(request: { readonly source: string; readonly code: string }): ObservableInput<LoginReply<C>>;
  /** Logs in with the user's authorisation. The first value counts. */
  login(request: AuthorizedLogin): ObservableInput<LoginReply<C>>;
  /** Renews an expired credential without a code. */
  refresh?(credential: C): ObservableInput<LoginReply<C>>;
  /** Ends the session at the backend. Completion counts. */
  logout?(credential: C): ObservableInput<unknown>;
}

/** What `LoginBackend.login` is given. */
export interface AuthorizedLogin {
  readonly source: string;
  readonly method: string;
  /** What the method's `read` made of the user's answer. */
  readonly authorization: unknown;
  readonly code?: string;
  /** What the backend handed out with its question; it holds openid and session_key there. */
  readonly ticket?: string;
}

/** The backend's reply: a credential, or what it needs first. `guest` is data for anonymous visitors. */
export type LoginReply<C extends Credential = Credential> = CredentialReply<C> | AuthorizeReply;

/** The backend's yes. */
export interface CredentialReply<C extends Credential = Credential> {
  readonly credential: C;
  readonly guest?: unknown;
}

/** The backend's "ask the user first". */
export interface AuthorizeReply {
  readonly authorize: AuthorizeRequest;
  readonly guest?: unknown;
}

/** What the backend needs of the user. */
export interface AuthorizeRequest {
  readonly method: string;
  readonly ticket?: string;
}

/** Where the session's record lives, synchronous or not. */
export interface CredentialStore<C extends Credential = Credential> {
  /** What was written, or nothing. */
  read(): unknown;
  write(record: StoredSession<C>): void | Promise<void>;
  remove(): void | Promise<void>;
}

/** The stored record: the credential with its time of receipt (epoch ms), or the forget mark. */
export type StoredSession<C extends Credential = Credential> =
  | {
      readonly version: 1;
      readonly source: string;
      readonly credential: C;
      readonly receivedAt: number;
      readonly guest?: unknown;
    }
  | { readonly version: 1; readonly source: string; readonly forget: true };

/** Texts of a prompt. */
export interface AuthTips {
  readonly title: string;
  readonly content: string;
  readonly confirmText: string;
  readonly cancelText: string;
}

/**
 * Texts, or a function that gives them. An object words the authorisation prompts; a function is asked for
 * every prompt, `setting` and `privacy` too.
 */
export type TipsSource =
  | Partial<AuthTips>
  | ((prompt: Pick<AuthPrompt, 'method' | 'openType' | 'scope'>) => Partial<AuthTips> | undefined);

/** A question that only a tap of the user can answer. The UI layer subscribes to `prompt$` and answers it. */
export interface AuthPrompt {
  readonly id: number;
  /** `'phoneNumber'`, `'realtimePhoneNumber'`, `'avatarNickname'`, `'userInfo'`, `'userProfile'`, `'privacy'`, `'setting'` or yours. */
  readonly method: string;
  /** The button open-type that yields the answer, if one does. */
  readonly openType?: string;
  /** `setting`: the scope that the permission panel must grant. */
  readonly scope?: string;
  readonly tips: AuthTips;
  /** True for the first UI that takes it on. */
  claim(): boolean;
  /** The claimer goes away without an answer: `prompt$` offers it again. */
  release(): void;
  /** The button event's detail, or a wx success or fail result, as it came. */
  answer(detail: unknown): void;
  /** The user closed it. */
  cancel(): void;
}

/** A way to ask the user for an authorisation. */
export interface AuthMethod<A = unknown> {
  readonly openType?: string;
  /** When a code is taken, for a backend that gave no ticket. */
  readonly code: 'before-prompt' | 'after-answer' | 'none';
  /** The scope that is asked for through the permission panel after a refusal. */
  readonly settingScope?: string;
  /** Tried first; empty or failed = ask. */
  readonly withoutPrompt?: () => ObservableInput<unknown>;
  /** Reads the answer; throws a SessionError for a refusal, a cancel or an operator fault. */
  readonly read: (detail: unknown) => A;
}

/** A request, as `wx.request` takes it, callbacks excepted. */
export interface RequestOptions {
  /** Absolute, or relative to the session's `baseUrl`. */
  url: string;
  method?: 'OPTIONS' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'TRACE' | 'CONNECT';
  data?: string | object | ArrayBuffer;
  header?: Record<string, string>;
  /** Ms; WeChat's own default is 60000. */
  timeout?: number;
  dataType?: string;
  responseType?: 'text' | 'arraybuffer';
  redirect?: 'follow' | 'manual';
  enableHttp2?: boolean;
  enableQuic?: boolean;
  enableCache?: boolean;
  enableHttpDNS?: boolean;
  enableHttpDNSFallback?: boolean;
  httpDNSServiceId?: string;
  httpDNSTimeout?: number;
  enableChunked?: boolean;
  enableProfile?: boolean;
  forceCellularNetwork?: boolean;
  useHighPerformanceMode?: boolean;
}

/** What uploads and downloads have in common. */
export interface TransferOptions {
  /** Absolute, or relative to the session's `baseUrl`. */
  url: string;
  header?: Record<string, string>;
  /** Ms; WeChat's own default is 60000. */
  timeout?: number;
  enableHttp2?: boolean;
  enableQuic?: boolean;
  enableProfile?: boolean;
}

/** A response, of any HTTP status. */
export interface HttpResponse<T = unknown> {
  readonly statusCode: number;
  readonly data: T;
  readonly header: Record<string, string>;
  readonly cookies?: readonly string[];
}
