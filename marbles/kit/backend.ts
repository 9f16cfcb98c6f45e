import type { AuthorizedLogin, Credential, LoginBackend, LoginReply } from 'rx-weapp-session';
import type { Observable } from 'rxjs';
import { Failure } from './failure';
import type { Letters } from './outcome';
import { answerAfter } from './pace';
import { methodOf } from './prompts';
import { createPlayer } from './script';
import type { Script } from './script';
import type { Stage } from './stage';
import { isCredential } from './words';

/**
 * Scripts the backend. In the diagrams of `silentLogin`, `login` and `refresh` a capital letter is the credential of
 * this name (`token: 'A'`); `p` asks for the phone number, as do the other letters of prompts for theirs; `#` is no
 * network, which the session tries again. In `letters` a letter can be a credential, a whole reply or a
 * {@link failure}.
 *
 * Unscripted, `silentLogin` and `login` answer `'50ms A'`, then B, C and so on. A backend has `refresh` and `logout`
 * only if they are scripted; what counts of `logout` is its end: `'50ms |'`.
 */
export interface BackendScript {
  /** By default a new credential, after 50 ms. */
  readonly silentLogin: Script;
  /** By default a new credential, after 50 ms. */
  readonly login: Script;
  /** The backend has one as soon as it is scripted. */
  readonly refresh: Script;
  /** The backend has one as soon as it is scripted. */
  readonly logout: Script;
}

const LATENCY = 50;

/** The script of the backend, and the backend. */
export function createBackend(stage: Stage) {
  const { names, pace } = stage;

  const issue = (letter: string): LoginReply => ({ credential: names.credential(letter) });
  const given = (letter: string, value: unknown): unknown => {
    const reply = isCredential(value) ? { credential: value } : value;
    const { credential } = (reply || {}) as { readonly credential?: unknown };
    if (isCredential(credential)) names.call(letter, credential.token);
    return reply;
  };
  const readReply = (letter: string, letters: Letters): unknown => {
    if (letter in letters)
      return letters[letter] instanceof Failure ? letters[letter] : given(letter, letters[letter]);
    if (/^[A-Z]$/.test(letter)) return issue(letter);
    const method = methodOf(letter);
    if (method) return { authorize: { method } };
    throw new Error(`backend: say in letters what "${letter}" stands for`);
  };
  const error = { errMsg: 'request:fail', errno: 600000 };
  const player = (name: string) => createPlayer(stage, `backend.${name}`, { read: readReply, error });
  const silentLogin = player('silentLogin');
  const login = player('login');
  const refresh = player('refresh');
  const logout = createPlayer(stage, 'backend.logout', {
    read: (letter, letters) => letters[letter],
    error,
  });

  const usual = () => answerAfter(pace, LATENCY, () => issue(names.nextCredential()));
  const carriedBy = ({ code, ticket }: Partial<AuthorizedLogin>) =>
    code || (ticket && ticket.length === 1 ? ticket : 'x');
  const reply = (answer: Observable<unknown>) => answer as Observable<LoginReply>;
  const tokenOf = ({ token }: Credential) => names.letterOf(token) || 'x';

  const backend: LoginBackend = {
    silentLogin: (request) => reply(silentLogin.play(request.code, request, usual)),
    login: (request) => reply(login.play(carriedBy(request), request, usual)),
    get refresh() {
      if (!refresh.isScripted()) return undefined;
      return (credential: Credential) => reply(refresh.play(tokenOf(credential), credential, usual));
    },
    get logout() {
      if (!logout.isScripted()) return undefined;
      return (credential: Credential) => logout.play(tokenOf(credential), credential, usual);
    },
  };
  const script: BackendScript = { silentLogin, login, refresh, logout };
  return { script, backend };
}
