import { BehaviorSubject, EMPTY, Subject } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { createCrowd } from './crowd';
import type { Crowd } from './crowd';
import type { Generation } from './hooks';
import type { SessionError } from './session-error';
import type { Settings } from './settings';
import type {
  AuthorizeRequest,
  AuthPrompt,
  Credential,
  CredentialReply,
  LoginMode,
  LoginStage,
  SessionEvent,
  SessionOrigin,
  SessionState,
  StoredSession,
  TipsSource,
} from './types';

/** A credential with when and how it came. */
export interface Held {
  readonly credential: Credential;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly origin: SessionOrigin;
  /** It is known to be past its end, or refused. */
  readonly over?: boolean;
}

/** One login in progress, and what it may still use up. */
export interface Flight {
  readonly mode: LoginMode;
  readonly startedAt: number;
  stage: LoginStage;
  /** How often a step that the background interrupted may be taken again. */
  interruptions: number;
  /** The expired credential that `refresh` is asked to renew; what comes of that is not what a force caller asks for. */
  renews?: Credential;
  /** It called wx.login, so the session_key is fresh. */
  tookCode?: boolean;
  /** The interactive stage that its silent one led to: for all who waited, also where it ended at once. */
  followUp?: Slot<Granted>;
}

/** What an interactive stage ends with, if it does not fail. */
export type Granted = Pick<CredentialReply, 'credential'>;

/** What a silent stage ends with, if it does not fail. */
export type Outcome =
  | (Granted & { readonly authorize?: undefined })
  | { readonly authorize: AuthorizeRequest; readonly flight?: Flight };

/**
 * A stage in progress, shared by all who wait for it. A silent one finishes whoever leaves, because a code cannot be
 * taken back; an interactive one is withdrawn when its last waiter leaves.
 */
export interface Slot<O = Outcome> {
  readonly outcome$: Observable<O>;
  readonly flight: Flight;
  /** What the user is asked for first. */
  readonly method?: string;
}

/** What an interactive stage is opened with. */
export interface Opening {
  readonly mode: LoginMode;
  readonly authorize: AuthorizeRequest;
  readonly tips: TipsSource | undefined;
  /** The flight whose silent stage asked for it, which goes on with it. */
  readonly flight?: Flight;
}

/** What the session knows; `SessionState` is its public view. */
export interface Memory extends Partial<Held> {
  readonly flight?: Flight;
  readonly error?: SessionError;
  readonly guest?: unknown;
}

/**
 * What one session consists of. Everything in `src` is a function over it; each group of fields is set by the file
 * alone that it is named after. Inside, a credential is a `Credential`: its type parameter is for the callers.
 */
export interface Room extends Settings {
  // session.ts
  disposedBy?: SessionError;
  /** Tells whoever comes later, too. */
  readonly disposed$: Crowd<SessionError>;

  // start.ts
  started?: boolean;
  /** The stored session has been read. */
  restored?: boolean;
  /** Completes then. */
  readonly restored$: Subject<never>;
  readonly shown$: BehaviorSubject<boolean>;

  // events.ts
  readonly event$: Subject<SessionEvent>;

  // state.ts
  known: Memory;
  /** The newest, whether it is told already or not. */
  latest: SessionState;
  readonly told$: BehaviorSubject<SessionState>;
  readonly untold: SessionState[];
  telling?: boolean;

  // credential.ts
  generation: Generation;
  /** The token that the last response to a `sessionRequest` was given; nothing in an app that sends in its own way. */
  served?: string;

  // loop-guard.ts
  /** The backend refused the current credential: the next flights are its doing. */
  caused?: boolean;
  starts: number[];
  /** What the backend said that it needs of the user. */
  wanted?: string;

  // session-key.ts
  /** Whether it is good, where that is known. */
  sessionKey$?: ObservableInput<boolean>;

  // store.ts
  /** Silent login is turned off. */
  forgotten?: boolean;
  /** What is to be stored. */
  record?: StoredSession;
  /** Storage is known to be empty. */
  isEmpty?: boolean;
  /** Completes when the last write is settled. */
  written$: Observable<unknown>;
  /** It waits for the one before. */
  queued?: boolean;

  // prompts.ts
  readonly open$: BehaviorSubject<AuthPrompt | null>;
  readonly viewers$: BehaviorSubject<number>;
  lastId: number;
  /** The login's prompt, and before it, as the last one, WeChat's privacy question: that one is shown first. */
  laid: readonly AuthPrompt[];
  /** The one that is shown has been claimed. */
  claimed?: boolean;
  /** Takes the open prompt back: from then on its answer does nothing. */
  withdrawPrompt?: () => unknown;

  // privacy.ts
  /** Tells all who wait what the user says to WeChat's privacy question; there while it is open. */
  privacyAnswer$?: Subject<object>;

  // exchange.ts
  /** A function of the app's is being called right now; a guard in there would wait for itself. */
  inCall?: boolean;
  exchanged: readonly string[];

  // flight.ts
  slots: { silent?: Slot; interactive?: Slot<Granted> };
  /** Both are replaced when they have done their work, so that what begins in a handler of it is not hit. */
  waitersEnd$: Crowd<SessionError>;
  flightEnd$: Subject<SessionError>;
  /** The waiters of the flight that brought the credential do not have it yet: the clock does not count. */
  arriving?: boolean;
  /** Emits when a stage is over, however it ended. */
  readonly over$: Subject<unknown>;
}

export function createRoom(settings: Settings): Room {
  const latest: SessionState = Object.freeze({ status: 'anonymous' });
  return {
    ...settings,
    disposed$: createCrowd(),
    restored$: new Subject(),
    event$: new Subject(),
    shown$: new BehaviorSubject(true),
    known: {},
    latest,
    told$: new BehaviorSubject<SessionState>(latest),
    untold: [],
    generation: {},
    starts: [],
    written$: EMPTY,
    open$: new BehaviorSubject<AuthPrompt | null>(null),
    viewers$: new BehaviorSubject(0),
    lastId: 0,
    laid: [],
    exchanged: [],
    slots: {},
    waitersEnd$: createCrowd(),
    flightEnd$: new Subject(),
    over$: new Subject(),
  };
}
