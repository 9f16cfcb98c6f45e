import { merge, NEVER, take } from 'rxjs';
import type { Observable } from 'rxjs';
import {
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  silentOnly,
  whileAuthenticated,
  withLogin,
} from 'rx-weapp-session';
import type { LoginMode, Session, SessionState } from 'rx-weapp-session';

/** Each way to use the session, and whether it waits for a login, and is watched for an expiry. */
export const VIAS = {
  login: { waits: true, watched: false },
  withLogin: { waits: true, watched: true },
  silentOnly: { waits: true, watched: true },
  requestWithLogin: { waits: true, watched: true },
  'withLogin outside': { waits: true, watched: true },
  'bare retry': { waits: false, watched: true },
  'bare request': { waits: false, watched: false },
  whileAuthenticated: { waits: false, watched: false },
  verify: { waits: false, watched: false },
} as const;

/** What an observer of session$ does, once, inside its handler. */
export interface Reaction {
  readonly on: SessionState['status'];
  readonly act: 'request' | 'silent login' | 'logout' | 'invalidate' | 'throw';
}

/** One caller of the app. */
export interface CallerSpec {
  readonly via: keyof typeof VIAS;
  readonly mode: LoginMode;
  /** `forceAuth`: the method. */
  readonly method?: string;
  readonly verify?: boolean;
  /** The count of `retryOnExpired`; none: without it. */
  readonly retries?: number;
  /** Leaves with the first value. */
  readonly takesOne?: boolean;
  /** What it does inside the handler that tells it how it settled. */
  readonly then?: Reaction['act'];
}

/** What a caller of the app subscribes; its requests are known by their url. */
export function startCaller(session: Session, spec: CallerSpec, caller: number): Observable<unknown> {
  const { mode, method, verify, retries, takesOne } = spec;
  const options = { mode, ...(method !== undefined && { method }), ...(verify && { verify }) };
  const url = `/callers/${caller}`;
  const bare = sessionRequest(session, { url });
  const retried = (source: Observable<unknown>): Observable<unknown> =>
    retries === undefined ? source : source.pipe(retryOnExpired(session, { count: retries, mode }));

  const made = (): Observable<unknown> => {
    switch (spec.via) {
      case 'login':
        return session.login(options);
      case 'verify':
        return session.verify();
      case 'withLogin':
        return retried(bare.pipe(withLogin(session, options)));
      case 'silentOnly':
        return retried(bare.pipe(silentOnly(session, options)));
      case 'requestWithLogin':
        return requestWithLogin(session, { url, loginOptions: options });
      case 'withLogin outside':
        return retried(bare).pipe(withLogin(session, options));
      case 'bare retry':
        return retried(bare);
      case 'bare request':
        return bare;
      case 'whileAuthenticated':
        return merge(bare, NEVER).pipe(whileAuthenticated(session));
    }
  };
  return takesOne ? made().pipe(take(1)) : made();
}

/** How often a caller may send its request. */
export function mostRequests({ via, retries = 0 }: CallerSpec): number {
  switch (via) {
    case 'login':
    case 'verify':
      return 0;
    case 'requestWithLogin':
      return 2;
    case 'bare request':
      return 1;
    case 'whileAuthenticated':
      return Infinity; // once for each credential
    case 'withLogin':
    case 'silentOnly':
    case 'withLogin outside':
    case 'bare retry':
      return 1 + retries;
  }
}

/** Whether a caller may be shown a prompt. */
export const mayAsk = ({ via, mode }: CallerSpec): boolean =>
  !/silent/i.test(mode) && via !== 'silentOnly' && (VIAS[via].waits || via === 'bare retry');

/** Whether its request must never go out without a credential. */
export const needsLogin = ({ via, mode }: CallerSpec): boolean =>
  via === 'withLogin' || via === 'withLogin outside' || (via === 'requestWithLogin' && mode !== 'silent');
