import type { Observable, ObservableInput } from 'rxjs';
import type { Platform } from './platform/platform';
import type { SessionError } from './session-error';

/** What the backend issued at a login. Extend it with fields of your own; only `token` is needed. */
export interface Credential {
  /** What your backend knows the session by; opaque here. */
  readonly token: string;
  /** The end of its life, in epoch milliseconds; absent = no known end. */
  readonly expiresAt?: number;
  /** Whose it is; tells a renewal from a change of user. */
  readonly userId?: string;
}

/**
 * The login state, as `session$` tells it. Immutable. `error` is that of the last login, where it failed; `guest` is what
 * the backend said about a visitor: plain data, as JSON has it.
 */
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
  /** How far it may go; default `'common'`: an existing session, a silent login, a prompt, the first of them that does. */
  readonly mode?: LoginMode | undefined;
  /** Texts of this login's prompts, over the page's and the configuration's. */
  readonly tips?: TipsSource | undefined;
  /** `forceAuth`: which authorisation method to ask for; default `defaultMethod`. */
  readonly method?: string | undefined;
  /**
   * Also make sure that WeChat's session_key is still the backend's: where `wx.checkSession` says no, it becomes a forced
   * login. A mode that forces one does not ask.
   */
  readonly verify?: boolean | undefined;
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
   * Logs in, or joins the login in progress; a usable credential answers at once, unless the mode forces a login.
   * Cold; emits one credential and completes.
   *
   * Errors with `config-invalid` (mode, method), `code-unavailable`, `login-timeout`, `login-rejected`,
   * `backend-unreachable`, `backend-invalid`, `login-loop`, `reentrant-login`, `interaction-required`, `auth-denied`,
   * `auth-cancelled`, `auth-failed`, `prompt-unhandled`, `logged-out`, `disposed`; and with whatever SessionError the
   * backend's functions, `afterLogin` or a method's `read` fail with.
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
  logout(options?: { readonly forget?: boolean | undefined }): Observable<void>;
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
   *
   * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.checkSession.html
   */
  verify(): Observable<boolean>;
  /** Ends it: waiters and later calls get `disposed`, streams complete, the stored record stays. */
  dispose(): void;
}

/** Configuration of a session. */
export interface SessionConfig<C extends Credential = Credential> {
  /** Which mini-program this is: sent with every exchange, names the stored record. */
  readonly source: string;
  /** Who logs people in: `httpBackend(…)`, or functions of your own. */
  readonly backend: LoginBackend<C>;
  /** Default `weapp()`: the global `wx`, looked up at first use. */
  readonly platform?: Platform | undefined;
  /** Where the session survives a restart; default ``weappStore({ key: `rx-weapp-session:${source}` })``; `null` = memory only. */
  // `C & {}` keeps a store from being asked what C is: the backend says so.
  readonly store?: CredentialStore<C & {}> | null | undefined;
  /** Authorisation methods, added to the built-in ones or replacing them. */
  readonly methods?: Readonly<Record<string, AuthMethod>> | undefined;
  /** What `forceAuth` asks for, if not told, and every login after `logout({ forget: true })`; default `'phoneNumber'`. */
  readonly defaultMethod?: string | undefined;
  /** Texts of all prompts, over the defaults, which are Chinese; `englishTips` is exported. */
  readonly tips?: TipsSource | undefined;
  /** Texts of the page that is shown, over `tips`; default: the top page's `authTips` (object or function). */
  readonly pageTips?: TipsSource | undefined;
  /**
   * Default true: answer WeChat's privacy question (`wx.onNeedPrivacyAuthorization`) through `prompt$`, by a
   * prompt of method `privacy`; false where the app has a listener of its own: WeChat keeps only one.
   *
   * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/privacy/wx.onNeedPrivacyAuthorization.html
   */
  readonly privacy?: boolean | undefined;
  /** Sees each emitted value and each error of a guarded request; default: `statusCode` 401. */
  readonly isExpired?: ((outcome: unknown) => boolean) | undefined;
  /**
   * Runs before anyone sees `authenticated`; its completion counts, its failure fails the login, read as
   * {@link LoginBackend} says: a plain throw is `login-rejected`. `send` carries the new credential. Not run for a
   * restored session.
   */
  readonly afterLogin?: ((credential: C, send: SendRequest) => ObservableInput<unknown>) | undefined;
  /** Absolute; relative request urls are appended to it. */
  readonly baseUrl?: string | undefined;
  /** Origins besides baseUrl's that may see the credential; it goes nowhere else. */
  readonly trustedOrigins?: readonly string[] | undefined;
  /** Puts the credential into a request; default: header `Authorization: Bearer <token>`. */
  readonly attach?: ((options: RequestOptions, credential: C) => RequestOptions) | undefined;
  /** How long before its end a credential is no longer used, in ms; default 30000. Never more than half of the lifetime. */
  readonly expiryLeeway?: number | undefined;
  /**
   * Time limits in ms of foreground time: `code` for `wx.login` and `wx.checkSession`, 10000; `exchange` for each
   * try of an exchange or refresh, `afterLogin`, an asynchronous store, `backend.logout` and `withoutPrompt`,
   * 15000; `prompt` for an open prompt, none. A step that takes longer ends with `login-timeout`.
   */
  readonly timeouts?:
    | {
        readonly code?: number | undefined;
        readonly exchange?: number | undefined;
        readonly prompt?: number | undefined;
      }
    | undefined;
  /** Transient exchange failures: `count` more tries (2), `delay` base in ms (300), exponential, full jitter. */
  readonly retry?: { readonly count?: number | undefined; readonly delay?: number | undefined } | undefined;
  /** How long a prompt may have no subscriber, in ms, before its login ends with `prompt-unhandled`; default 3000. */
  readonly promptGrace?: number | undefined;
}

/** Sends one request with a given credential. */
export type SendRequest = <T>(options: RequestOptions) => Observable<HttpResponse<T>>;

/** Something that happened, for logs and metrics; it holds no secret. */
export interface SessionEvent {
  /** What happened; each is told in README, Events. */
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
  /** Of the login that it is about: of its start, its end and its prompts. */
  readonly mode?: LoginMode;
  /** Likewise: where that login was. */
  readonly stage?: LoginStage;
  /** Ms since the login's start. */
  readonly duration?: number;
  /** What went wrong; of `storage-failure` and `hook-failure` a `config-invalid`, its `cause` what was thrown. */
  readonly error?: SessionError;
}

/**
 * Your backend, as the session sees it. `httpBackend` makes one.
 *
 * A failure is read by what it is: a {@link SessionError} as its code says; a numeric `statusCode` or `status`, where 408, 429 and
 * 5xx are transient and the rest is final; WeChat's `errcode`; a fail result of `wx.request` as no network. Anything else,
 * a plain Error or a throw, is `login-rejected`, with it as `cause`. Transient ones are tried again.
 */
export interface LoginBackend<C extends Credential = Credential> {
  /** Logs in by openid alone. The first value counts. */
  silentLogin(request: { readonly source: string; readonly code: string }): ObservableInput<LoginReply<C>>;
  /** Logs in with the user's authorisation. The first value counts. */
  login(request: AuthorizedLogin): ObservableInput<LoginReply<C>>;
  /** Renews an expired credential without a code. Where it says no, or answers what cannot be read, `silentLogin` is next. */
  refresh?(credential: C): ObservableInput<LoginReply<C>>;
  /** Ends the session at the backend. Completion counts. */
  logout?(credential: C): ObservableInput<unknown>;
}

/** What `LoginBackend.login` is given. */
export interface AuthorizedLogin {
  /** Which mini-program it is. */
  readonly source: string;
  /** What the user was asked for. */
  readonly method: string;
  /** What the method's `read` made of the user's answer. */
  readonly authorization: unknown;
  /** What `wx.login` gave, where there is no ticket and the method takes a code. */
  readonly code?: string;
  /** What the backend handed out with its question; it holds openid and session_key there. */
  readonly ticket?: string;
}

/** The backend's reply: a credential, or what it needs first. Its plain data is frozen: it becomes part of the state. */
export type LoginReply<C extends Credential = Credential> = CredentialReply<C> | AuthorizeReply;

/** The backend's yes. */
export interface CredentialReply<C extends Credential = Credential> {
  /** The new session. */
  readonly credential: C;
  /** Told in the state, as it is: plain data, as JSON has it. */
  readonly guest?: unknown;
}

/** The backend's "ask the user first". */
export interface AuthorizeReply {
  /** What it needs. */
  readonly authorize: AuthorizeRequest;
  /** What the state tells about a visitor who is not logged in: plain data, as JSON has it. */
  readonly guest?: unknown;
}

/** What the backend needs of the user. */
export interface AuthorizeRequest {
  /** A key of `SessionConfig.methods`, or a built-in one. */
  readonly method: string;
  /** Handed to `login` again: it stands for the openid and the session_key that the backend holds. */
  readonly ticket?: string | undefined;
}

/** Where the session's record lives, synchronous or not. */
export interface CredentialStore<C extends Credential = Credential> {
  /** What was written, or nothing. */
  read(): unknown;
  /** Stores the record in the place of the one before; where that fails, `remove` is called. */
  write(record: StoredSession<C>): void | Promise<void>;
  /** Leaves nothing. */
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
  /** One line above. */
  readonly title: string;
  /** What is asked for, and why. */
  readonly content: string;
  /** Of the button that answers. */
  readonly confirmText: string;
  /** Of the one that closes. */
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
  /** Of this prompt alone, in this session. */
  readonly id: number;
  /** `'phoneNumber'`, `'realtimePhoneNumber'`, `'avatarNickname'`, `'userInfo'`, `'userProfile'`, `'privacy'`, `'setting'` or yours. */
  readonly method: string;
  /** The button open-type that yields the answer, if one does. */
  readonly openType?: string;
  /** `setting`: the scope that the permission panel must grant. */
  readonly scope?: string;
  /** What to show; merged of all sources. */
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
  /** The button open-type that yields the answer; absent where the UI gets it otherwise. */
  readonly openType?: string | undefined;
  /** When a code is taken, for a backend that gave no ticket. */
  readonly code: 'before-prompt' | 'after-answer' | 'none';
  /** The scope that is asked for through the permission panel after a refusal. */
  readonly settingScope?: string | undefined;
  /** Tried first; empty or failed = ask. */
  readonly withoutPrompt?: (() => ObservableInput<unknown>) | undefined;
  /**
   * Reads the answer; throws a SessionError for a refusal (`auth-denied`), a cancel (`auth-cancelled`) or an operator fault
   * (`auth-failed`). Whatever else it throws is `auth-failed`.
   */
  readonly read: (detail: unknown) => A;
}

/**
 * A request, as `wx.request` takes it, callbacks excepted.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/network/request/wx.request.html
 */
export interface RequestOptions {
  /** Absolute, or relative to the session's `baseUrl`. */
  url: string;
  /** Default `GET`. */
  method?: 'OPTIONS' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'TRACE' | 'CONNECT' | undefined;
  /** The body; of a GET, what goes into the query. */
  data?: string | object | ArrayBuffer | undefined;
  /** Header fields; WeChat sets the Referer itself. */
  header?: Record<string, string> | undefined;
  /** Ms; WeChat's own default is 60000. */
  timeout?: number | undefined;
  /** `json`, the default, parses the response; anything else leaves it as text. */
  dataType?: string | undefined;
  /** Default `text`. */
  responseType?: 'text' | 'arraybuffer' | undefined;
  /** What becomes of a redirect; default `follow`. */
  redirect?: 'follow' | 'manual' | undefined;
  /** HTTP/2. */
  enableHttp2?: boolean | undefined;
  /** QUIC. */
  enableQuic?: boolean | undefined;
  /** WeChat's cache. */
  enableCache?: boolean | undefined;
  /** WeChat's HTTPDNS. */
  enableHttpDNS?: boolean | undefined;
  /** The system's DNS where HTTPDNS fails. */
  enableHttpDNSFallback?: boolean | undefined;
  /** The provider of HTTPDNS. */
  httpDNSServiceId?: string | undefined;
  /** Ms that HTTPDNS may take. */
  httpDNSTimeout?: number | undefined;
  /** Chunked transfer. */
  enableChunked?: boolean | undefined;
  /** Timings in the result. */
  enableProfile?: boolean | undefined;
  /** The cellular network, though there is Wi-Fi. */
  forceCellularNetwork?: boolean | undefined;
  /** WeChat's high performance mode. */
  useHighPerformanceMode?: boolean | undefined;
}

/** What uploads and downloads have in common. */
export interface TransferOptions {
  /** Absolute, or relative to the session's `baseUrl`. */
  url: string;
  /** Header fields; WeChat sets the Referer itself. */
  header?: Record<string, string> | undefined;
  /** Ms; WeChat's own default is 60000. */
  timeout?: number | undefined;
  /** HTTP/2. */
  enableHttp2?: boolean | undefined;
  /** QUIC. */
  enableQuic?: boolean | undefined;
  /** Timings in the result. */
  enableProfile?: boolean | undefined;
}

/** A response, of any HTTP status. */
export interface HttpResponse<T = unknown> {
  /** Any: a 404 is a value, not an error. */
  readonly statusCode: number;
  /** The body; parsed where it is JSON. */
  readonly data: T;
  /** Header fields, as WeChat spells them. */
  readonly header: Record<string, string>;
  /** Each `Set-Cookie` field. */
  readonly cookies?: readonly string[];
}
