import type { Credential, SessionState } from 'rx-weapp-session';
import { VIAS } from './callers';
import type { CallerSpec } from './callers';
import type { Entry, Kind } from './trace';

/** What is known of a token from outside. */
export interface Token {
  readonly credential: Credential;
  /** How many logouts there had been when the session asked for it. */
  readonly logouts: number;
  /** Epoch ms; from then on it is not to be used any more (E5). */
  readonly end: number;
  /** It comes from storage, and not from a flight. */
  readonly restored?: boolean;
  /** The session was told that it is no longer good. */
  refused: boolean;
  /** When it was first seen in use: the flight that brought it has arrived then. */
  arrived?: { readonly step: number; readonly at: number };
}

export interface Caller {
  readonly spec: CallerSpec;
  /** How many logouts there had been when it came. */
  logouts: number;
  /** Not settled yet, and not gone. */
  present: boolean;
  left: boolean;
  requests: number;
  values: number;
}

export interface Question {
  readonly kind: Kind;
  readonly caller?: number;
  readonly token?: string;
  readonly logouts: number;
  /** ms of foreground time, and of the wall clock, at which it was asked. */
  readonly foreground: number;
  readonly clock: number;
  answered: boolean;
  givenUp: boolean;
}

/**
 * What anybody can know of a session who sees all that crosses its border, and has read the contract: it is what
 * the invariants judge the next entry by. It never looks into the session.
 */
export interface Model {
  readonly step: number;
  readonly logouts: number;
  readonly disposed: boolean;
  readonly tokens: ReadonlyMap<string, Token>;
  readonly callers: ReadonlyMap<number, Caller>;
  readonly questions: ReadonlyMap<number, Question>;
  /** The token that arrived last. */
  readonly current: string | undefined;
  /** The last user that was known, since the last logout. */
  readonly user: string | undefined;
  /** What the first observer of session$ was told last. */
  readonly state: SessionState | undefined;
}

const LEEWAY = 30_000;

/** When a credential is no longer to be used; a short life keeps at least its half. */
export const endOf = ({ expiresAt }: Credential, receivedAt: number): number =>
  expiresAt === undefined
    ? Infinity
    : expiresAt - Math.max(0, Math.min(LEEWAY, (expiresAt - receivedAt) / 2));

/** A model, and how it takes in the next entry. */
export function createModel(): { readonly model: Model; see(entry: Entry): void } {
  const tokens = new Map<string, Token>();
  const callers = new Map<number, Caller>();
  const questions = new Map<number, Question>();
  const known: { -readonly [Field in keyof Model]: Model[Field] } = {
    step: 0,
    logouts: 0,
    disposed: false,
    tokens,
    callers,
    questions,
    current: undefined,
    user: undefined,
    state: undefined,
  };

  /** It is about to ask, but what it noticed first made somebody log out: it is as good as one that comes now. */
  let beginning: Caller | undefined;

  const arrive = (token: string, at: number) => {
    const it = tokens.get(token);
    if (!it || it.arrived) return;
    it.arrived = { step: known.step, at };
    if (it.logouts !== known.logouts) return;
    known.current = token;
    known.user = it.credential.userId ?? known.user;
  };

  const refuse = (token: string | undefined) => {
    const it = token !== undefined && !known.disposed && tokens.get(token);
    if (it) it.refused = true;
  };

  /** Somebody who knows what it means sees the answer to a request. */
  const isHeard = ({ caller, answered, givenUp }: Question): boolean => {
    const it = caller !== undefined && callers.get(caller);
    return !!it && it.present && VIAS[it.spec.via].watched && !answered && !givenUp;
  };

  const see = (entry: Entry): void => {
    if (!/^(logout|state|event)$/.test(entry.what)) beginning = undefined;
    switch (entry.what) {
      case 'step':
        known.step++;
        return;
      case 'stored':
        tokens.set(entry.credential.token, {
          credential: entry.credential,
          logouts: 0,
          end: endOf(entry.credential, entry.receivedAt),
          restored: true,
          refused: false,
        });
        return;
      case 'call':
        callers.set(entry.caller, {
          spec: entry.spec,
          logouts: known.logouts,
          present: true,
          left: false,
          requests: 0,
          values: 0,
        });
        beginning = callers.get(entry.caller);
        return;
      case 'value': {
        const caller = callers.get(entry.caller);
        if (caller) caller.values++;
        return;
      }
      case 'settled':
      case 'left': {
        const caller = callers.get(entry.caller);
        if (caller) caller.present = false;
        if (caller && entry.what === 'left') caller.left = true;
        return;
      }
      case 'ask': {
        const { kind, caller, token, foreground, clock } = entry;
        const { logouts } = known;
        questions.set(entry.question, {
          kind,
          caller,
          token,
          foreground,
          clock,
          logouts,
          answered: false,
          givenUp: false,
        });
        if (caller !== undefined && token !== undefined) arrive(token, entry.at);
        const it = caller !== undefined && callers.get(caller);
        if (it) it.requests++;
        return;
      }
      case 'answer': {
        const question = questions.get(entry.question);
        if (!question) return;
        if (entry.credential && !question.answered) {
          const { credential, clock } = entry;
          tokens.set(credential.token, {
            credential,
            logouts: question.logouts,
            end: endOf(credential, clock),
            refused: false,
          });
        }
        if (entry.verdict === 'expired' && isHeard(question)) refuse(question.token);
        question.answered = true;
        return;
      }
      case 'given up': {
        const question = questions.get(entry.question);
        if (question) question.givenUp = true;
        return;
      }
      case 'state':
        if (entry.observer === 0) known.state = entry.state;
        if (entry.state.status === 'authenticated') arrive(entry.state.credential.token, entry.at);
        return;
      case 'invalidate':
        refuse(entry.token);
        return;
      case 'logout':
        if (known.disposed) return;
        known.logouts++;
        if (beginning) beginning.logouts = known.logouts;
        known.current = undefined;
        known.user = undefined;
        return;
      case 'dispose':
        known.disposed = true;
        return;
      default:
        return;
    }
  };

  return { model: known, see };
}
