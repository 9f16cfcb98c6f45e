import { defer } from 'rxjs';
import { alive, current } from './alive';
import { readConfig } from './config';
import { expire, noteServed, usable } from './credential';
import { hooked } from './events';
import { fieldsOf, look } from './fields';
import { abort } from './flight';
import { provideHooks } from './hooks';
import type { SessionHooks, Transport } from './hooks';
import { login } from './login';
import { logout } from './logout';
import { resetLoop } from './loop-guard';
import { reading } from './need';
import { listenToPrivacy } from './privacy';
import { prompts } from './prompts';
import { createRoom } from './room';
import { checkUrl, send } from './send';
import { sessionError } from './session-error';
import { inTurn, states } from './state';
import * as transitions from './transitions';
import type { Credential, RequestOptions, Session, SessionConfig } from './types';
import { verify } from './verify';

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

  const session: Session = {
    source: room.source,
    session$: defer(() => {
      current(room);
      return states(room);
    }),
    get snapshot() {
      current(room);
      return room.latest;
    },
    get credential() {
      return current(room);
    },
    prompt$: defer(() => {
      if (room.privacy && !room.disposedBy) listenToPrivacy(room);
      return prompts(room);
    }),
    event$: room.event$.asObservable(),
    login: (options) => login(room, options),
    logout: (options) => logout(room, options),
    invalidate: (credential) => {
      current(room);
      return !room.disposedBy && look(() => !!credential.token, false) && expire(room, credential, true);
    },
    isExpired: (outcome) => hooked(room, 'isExpired', () => !!room.isExpired(outcome), false),
    verify: () => alive(room, () => verify(room)),
    dispose: () => {
      if (room.disposedBy) return;
      const error = (room.disposedBy = sessionError('disposed', 'disposed'));
      inTurn(room, () => {
        abort(room, error, transitions.withdrawn(room.known))();
        room.disposed$.next(error);
      });
      room.open$.complete();
      room.event$.complete();
    },
  };

  const hooks: SessionHooks = {
    platform: room.platform,
    get generation() {
      return room.generation;
    },
    audience$: room.viewers$,
    accepted: ({ token }) => {
      const { caused, known, served = token } = room;
      if (!caused && served === token && fieldsOf(known.credential).token === token) resetLoop(room);
    },
    checkUrl: (url) => checkUrl(room, url),
    send: <T>(options: RequestOptions, transport: Transport) =>
      alive(room, () => send<T>(room, options, usable(room), (given) => noteServed(room, given), transport)),
  };
  return provideHooks(session, hooks) as Session<never>;
}
