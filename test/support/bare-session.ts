import { map, NEVER, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { createSession, weapp } from 'rx-weapp-session';
import type { LoginBackend, Session, SessionConfig, SessionEvent } from 'rx-weapp-session';
import { newCodes } from './new-codes';

export const credential = { token: 'A', userId: 'ming' };

/** A backend's reply that asks the user, by a method of the app's that needs no code. */
export const asks = { authorize: { method: 'mine' } };

/** A session over a platform that answers inside the call, without a store; its backend asks the user at first. */
export const bareSession = (config: Partial<SessionConfig> = {}): Session =>
  createSession({
    source: 'shop',
    backend: { silentLogin: () => [asks], login: () => NEVER },
    methods: { mine: { code: 'none', read: (detail) => detail } },
    defaultMethod: 'mine',
    platform: weapp({ login: newCodes() }),
    store: null,
    privacy: false,
    ...config,
  });

/** A backend that only knows the silent login. */
export const silently = (silentLogin: LoginBackend['silentLogin']): Partial<SessionConfig> => ({
  backend: { silentLogin, login: () => NEVER },
});

/** A backend whose silent logins are answered by these, one after the other. */
export const replying = (...replies: Observable<unknown>[]): Partial<SessionConfig> =>
  silently(() => replies.shift() as ReturnType<LoginBackend['silentLogin']>);

/** Answers after 100 ms. */
export const later = <T>(value: T): Observable<T> => timer(100).pipe(map(() => value));

/** Does something at the first event of a type. */
export const onceTold = (session: Session, type: SessionEvent['type'], act: () => void): void => {
  let done = false;
  session.event$.subscribe((event) => {
    if (done || event.type !== type) return;
    done = true;
    act();
  });
};
