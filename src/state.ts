import { BehaviorSubject, concat, Observable, of, skip } from 'rxjs';
import type { SessionError } from './session-error';
import type { Credential, LoginStage, SessionOrigin, SessionState } from './types';

/** A credential with when and how it came. */
export interface Held<C extends Credential> {
  readonly credential: C;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly origin: SessionOrigin;
}

/** What the session knows; `SessionState` is its public view. */
export interface Memory<C extends Credential> {
  readonly held?: Held<C>;
  /** The held credential is known to be past its end, or refused. */
  readonly over?: boolean;
  /** The stage of the login in progress. */
  readonly stage?: LoginStage;
  readonly error?: SessionError;
  readonly guest?: unknown;
}

const NOTHING = { held: undefined, over: undefined, stage: undefined, error: undefined, guest: undefined };

/** Every way in which memory changes; what is not named stays as it is. */
export const transitions = {
  stageOpened: (stage: LoginStage) => ({ stage, error: undefined }),
  withdrawn: () => ({ stage: undefined }),
  guestTold: (reply: { readonly guest?: unknown }) => ('guest' in reply ? { guest: reply.guest } : {}),
  failed: (error: SessionError) => ({ stage: undefined, error }),
  refused: (error: SessionError) => ({ ...NOTHING, error }),
  loggedIn: <C extends Credential>(held: Held<C>, guest: unknown) => ({ ...NOTHING, held, guest }),
  expired: () => ({ over: true }),
  loggedOut: () => NOTHING,
};

function view<C extends Credential>({ held, over, stage, error, guest }: Memory<C>): SessionState<C> {
  const said = { ...(error && { error }), ...(guest !== undefined && { guest }) };
  if (stage) {
    return { status: 'authenticating', stage, ...(held && { previous: held.credential }), ...said };
  }
  if (!held) return { status: 'anonymous', ...said };
  return over
    ? { status: 'expired', previous: held.credential, ...said }
    : { status: 'authenticated', credential: held.credential, origin: held.origin, ...said };
}

/** Tells whether two states look the same from outside: a guest that came twice in two objects is told once. */
function looksLike(one: object, other: object): boolean {
  try {
    return JSON.stringify(one) === JSON.stringify(other);
  } catch {
    return false;
  }
}

/** The session's one state: changed by transitions, told to all subscribers in one order. */
export interface State<C extends Credential> {
  readonly state$: Observable<SessionState<C>>;
  readonly memory: Memory<C>;
  readonly snapshot: SessionState<C>;
  /** Applies a transition; memory has changed when it returns. */
  change(transition: Memory<C>): void;
  /** Does several things as one: subscribers are told when all of them are done. */
  together<R>(work: () => R): R;
  complete(): void;
}

export function createState<C extends Credential>(): State<C> {
  let memory: Memory<C> = {};
  let latest = Object.freeze(view(memory));
  const told = new BehaviorSubject(latest);
  const queue: SessionState<C>[] = [];
  let telling = false;

  // A BehaviorSubject that is changed by its own subscriber tells the later ones the old value last. So what
  // changes while somebody is being told waits until everybody has heard the value before it.
  const inTurn = <R>(work: () => R): R => {
    if (telling) return work();
    telling = true;
    try {
      return work();
    } finally {
      for (let next = queue.shift(); next; next = queue.shift()) told.next(next);
      telling = false;
    }
  };

  return {
    state$: new Observable((subscriber) =>
      inTurn(() =>
        // A newcomer starts with the truth, and must not hear again what still waits in the queue.
        concat(of(latest), told.pipe(skip(queue.length + 1))).subscribe(subscriber),
      ),
    ),
    get memory() {
      return memory;
    },
    get snapshot() {
      return latest;
    },
    change: (transition) => {
      memory = { ...memory, ...transition };
      const state = Object.freeze(view(memory));
      if (looksLike(state, latest)) return;
      latest = state;
      inTurn(() => queue.push(state));
    },
    together: inTurn,
    complete: () => told.complete(),
  };
}
