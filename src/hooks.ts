import type { Observable, Subscriber, Subscription } from 'rxjs';
import { fieldsOf, look } from './fields';
import type { Platform } from './platform/platform';
import type { SessionError } from './session-error';
import type { Credential, HttpResponse, RequestOptions, Session } from './types';

/** A stretch of time in which the session belongs to one user; a request is never replayed past its end. */
export interface Generation {
  /** The user, as soon as one is known. */
  userId?: string;
  ended?: 'logged-out' | 'user-changed' | 'disposed';
}

/** One subscription that `retryOnExpired`, or a guard, makes of its source. */
export interface Attempt {
  /** The one that it is a part of. */
  readonly outer?: Attempt | undefined;
  /** The expiry that it is made again for. */
  readonly expired?: SessionError | undefined;
  /** A guard inside judges its outcomes. */
  guarded?: boolean;
  /** It has its credential, or a response: what it was made again for is done. */
  answered?: boolean;
}

/** What carries a request: `request`, or an upload or a download of the same form. */
export type Transport = <T>(options: RequestOptions, platform?: Platform) => Observable<HttpResponse<T>>;

/**
 * What operators and requests need of a session beyond its public members. It travels on the session object,
 * so that the operators of another copy of the library find it.
 */
export interface SessionHooks<C extends Credential = Credential> {
  readonly platform: Platform;
  readonly generation: Generation;
  /** How many look at `prompt$`. */
  readonly audience$: Observable<number>;
  /** Set while `retryOnExpired`, or a guard, subscribes its source. */
  attempt?: Attempt;
  /**
   * A request that carried this credential was not refused. Where that is only assumed, it counts if a response to the
   * credential has come at all, or the app sends in its own way.
   */
  accepted(credential: C): void;
  /** Throws `config-invalid` for a url that a login could not help. */
  checkUrl(url: string): void;
  /** Sends a request with the usable credential, if there is one and the url may see it. */
  send<T>(options: RequestOptions, transport: Transport): Observable<HttpResponse<T>>;
}

// No JSON holds a symbol: what a backend sends cannot pass for a mark.
const KEY = Symbol.for('rx-weapp-session');

const mark = <T extends object>(target: T, value: object): T => Object.defineProperty(target, KEY, { value });

const markOf = <M>(target: unknown): Partial<M> => look(() => fieldsOf(target)[KEY] as M | undefined) || {};

/** Puts the hooks on a session. */
export const provideHooks: <S extends object>(session: S, hooks: SessionHooks<never>) => S = mark;

/** The hooks of a session; a session that an app's own test made up has none, and goes without. */
export const hooksOf: (session: Session) => Partial<SessionHooks> = markOf;

/** What an outcome tells of the attempt that it came of: a response, or a `session-expired` error. */
export interface Mark {
  /** Of which session. */
  readonly source?: string;
  /** Of a response: the credential that its request was given; `null` for none. */
  readonly given?: Credential | null;
  /** Of an expiry: the one that the attempt began in. */
  readonly generation?: Generation | undefined;
  /** A guard saw it; of an expiry: subscribed again, the guard logs in. */
  guarded?: boolean | undefined;
}

export const markExpiry: (error: SessionError, mark: Mark) => SessionError = mark;

/** Marks a response with the credential that its request was given, if any, and with the session's source. */
export const markGiven = <T extends object>(
  response: T,
  credential: Credential | undefined,
  source: string,
): T => look(() => mark<object>({ ...response }, { given: credential || null, source }) as T, response);

/** What an outcome tells; nothing where nobody marked it. */
export const readMark: (outcome: unknown) => Mark = markOf;

/** Subscribes in the name of an attempt, or of none; the guards that are subscribed with it, in the same tick, know. */
export function subscribeFor<T>(
  hooks: Pick<SessionHooks, 'attempt'>,
  attempt: Attempt | undefined,
  source: Observable<T>,
  subscriber: Subscriber<T>,
): Subscription {
  const before = hooks.attempt;
  hooks.attempt = attempt;
  try {
    return source.subscribe(subscriber);
  } finally {
    hooks.attempt = before;
  }
}
