import { from, Observable, tap } from 'rxjs';
import type { ObservableInput } from 'rxjs';
import type { SessionError } from './session-error';
import type { Credential, HttpResponse, RequestOptions, Session } from './types';

/** A stretch of time in which the session belongs to one user; a request is never replayed past its end. */
export interface Generation {
  /** The user, as soon as one is known. */
  userId?: string;
  ended?: 'logged-out' | 'user-changed' | 'disposed';
}

/** One subscription that `retryOnExpired` makes of its source. */
export interface Attempt {
  /** The expiry that it is made again for. */
  readonly expired: SessionError | undefined;
  /** A guard inside judges its outcomes. */
  guarded?: boolean;
}

/**
 * What operators and requests need of a session beyond its public members. It travels on the session object,
 * so that the operators of another copy of the library find it.
 */
export interface SessionHooks<C extends Credential = Credential> {
  readonly generation: Generation;
  /** Set while `retryOnExpired` subscribes its source. */
  attempt?: Attempt;
  /** A request that carried this credential was not refused. */
  accepted(credential: C): void;
  /** Throws `config-invalid` for a url that a login could not help. */
  checkUrl(url: string): void;
  /** Sends a request with the usable credential, if there is one and the url may see it. */
  send<T>(options: RequestOptions): Observable<HttpResponse<T>>;
}

const HOOKS = '_rxWeappSession';
const GIVEN = '_givenCredential';
const EXPIRY = '_expiry';

const hidden = <T extends object>(target: T, name: string, value: unknown): T =>
  Object.defineProperty(target, name, { value, configurable: true });

const read = <T>(target: unknown, name: string): T | undefined =>
  target == null ? undefined : (target as Record<string, T | undefined>)[name];

/** Puts the hooks on a session. */
export const provideHooks = <S extends object>(session: S, hooks: SessionHooks<never>): S =>
  hidden(session, HOOKS, hooks);

/** The hooks of a session; a session that an app's own test made up has none, and goes without. */
export const hooksOf = (session: Session): Partial<SessionHooks> => read<SessionHooks>(session, HOOKS) || {};

/** Marks a response with the credential that its request was given, or with `null` for none. */
export const markGiven = <T extends object>(response: T, credential: Credential | undefined): T =>
  hidden({ ...response }, GIVEN, credential || null);

/** The credential that the request of this outcome was given; `null` for none, nothing where it does not say. */
export const givenTo = (outcome: unknown): Credential | null | undefined =>
  read<Credential | null>(outcome, GIVEN);

/** What is known of the attempt that a `session-expired` error tells of. */
export interface Expiry {
  readonly generation?: Generation;
  /** A guard saw it: subscribed again, the guard logs in. */
  readonly guarded?: boolean;
}

export const markExpiry = (error: SessionError, expiry: Expiry): SessionError =>
  hidden(error, EXPIRY, expiry);

export const expiryOf = (error: unknown): Expiry => read<Expiry>(error, EXPIRY) || {};

/** Subscribes a source; the guards that are subscribed with it, in the same tick, know of the attempt. */
export const attempting = <T>(
  session: Session,
  attempt: Attempt,
  source: ObservableInput<T>,
): Observable<T> =>
  new Observable((subscriber) => {
    const hooks = hooksOf(session);
    const before = hooks.attempt;
    const end = () => {
      hooks.attempt = before;
    };
    hooks.attempt = attempt;
    try {
      return from(source)
        .pipe(tap({ next: end, error: end, complete: end }))
        .subscribe(subscriber);
    } finally {
      end();
    }
  });
