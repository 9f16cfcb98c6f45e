import type { LoginMode, SessionErrorCode, SessionEvent } from 'rx-weapp-session';
import type { Clause } from './clauses';
import type { Setup } from './setup';

export const MODES = ['common', 'silent', 'force', 'forceSilent', 'forceAuth'] as const;

/** The kinds of fault, in the order of the table. */
export const FAULTS = [
  'fails',
  'never answers',
  'answers twice',
  'succeeds, then fails',
  'fails, then succeeds',
  'synchronous',
  'throws',
  'malformed',
  'slow past the timeout',
  'app sent to background',
] as const;
export type FaultKind = (typeof FAULTS)[number];

/** One thing that a step does: `after` ms from its call, or, without, inside the call. */
export interface Signal {
  readonly after?: number;
  readonly does: 'gives' | 'fails' | 'ends' | 'hides' | 'shows';
  readonly what?: unknown;
}

/** What a faulty step does when it is called, in place of its usual answer. */
export type Behaviour =
  { readonly throws: unknown } | { readonly returns: unknown } | { readonly signals: readonly Signal[] };

/** @param usual - what the step answers when it works; `call` counts from 0 */
export type Fault = (usual: unknown, call: number) => Behaviour | 'usual';

/** How a caller ends. */
export type Ending = 'ok' | SessionErrorCode;

/** What the contract says of a cell. */
export interface Expected {
  /** How `session.login` ends. */
  readonly login: Ending;
  /** How a request with a login ends, where that does not follow from the login. */
  readonly request?: Ending;
  /** Which credential there is then: a new one, or the one from before; where it is left open, neither. */
  readonly credential?: 'new' | 'kept';
  /** An event that tells of the fault. */
  readonly event?: SessionEvent['type'];
}

/** One fault of one step. */
export interface Row {
  readonly fault: FaultKind;
  /** How exactly it goes wrong, where there are several ways. */
  readonly how: string;
  readonly does: Fault;
  readonly clause: Clause;
  readonly expected: Ending | Expected | ((mode: LoginMode) => Ending | Expected);
  readonly setup?: Setup;
}

export const row = (
  fault: Row['fault'],
  how: string,
  does: Row['does'],
  clause: Clause,
  expected: Row['expected'],
): Row => ({ fault, how, does, clause, expected });

/** Why a fault cannot be had at a step. */
export interface NotApplicable {
  readonly fault: FaultKind;
  readonly because: string;
}

/** One platform call, or one step of the backend or the app. */
export interface Step {
  readonly group: string;
  readonly name: string;
  /** How the table leads to it. */
  readonly reached: string;
  readonly setup?: Setup;
  /** Modes in which it is not reached, and why. */
  readonly unreached?: Partial<Record<LoginMode, string>>;
  readonly rows: readonly (Row | NotApplicable)[];
}

const DELAY = 10;
/** Past every time limit of the table. */
const LATE = 100_000;

export const gives = (what: unknown, after?: number): Signal => ({ does: 'gives', what, after });
export const failsWith = (what: unknown, after?: number): Signal => ({ does: 'fails', what, after });
export const ends = (after?: number): Signal => ({ does: 'ends', after });

const signals =
  (...list: readonly Signal[]): Fault =>
  () => ({ signals: list });

export const failing = (reason: unknown): Fault => signals(failsWith(reason, DELAY));
export const giving = (what: unknown): Fault => signals(gives(what, DELAY), ends(DELAY));
export const emptily: Fault = signals(ends(DELAY));
export const throwing =
  (what: unknown): Fault =>
  () => ({ throws: what });
export const returning =
  (what: unknown): Fault =>
  () => ({ returns: what });
export const never: Fault = signals();
export const twice: Fault = (usual) => ({
  signals: [gives(usual, DELAY), gives(usual, 2 * DELAY), ends(2 * DELAY)],
});
export const twiceAtOnce: Fault = (usual) => ({ signals: [gives(usual), gives(usual), ends()] });
export const both =
  (reason: unknown): Fault =>
  (usual) => ({
    signals: [gives(usual, DELAY), failsWith(reason, DELAY)],
  });
export const bothTurned =
  (reason: unknown): Fault =>
  (usual) => ({
    signals: [failsWith(reason, DELAY), gives(usual, 2 * DELAY)],
  });
export const atOnce: Fault = (usual) => ({ signals: [gives(usual), ends()] });
export const late =
  (what?: unknown): Fault =>
  (usual) => ({
    signals: [gives(what === undefined ? usual : what, LATE), ends(LATE)],
  });

/** The app is hidden while the step is under way, which WeChat then cuts short, `times` times. */
export const interrupted =
  (reason: unknown, times: number): Fault =>
  (_, call) =>
    call < times
      ? {
          signals: [{ does: 'hides', after: 1 }, failsWith(reason, 5000), { does: 'shows', after: 60_000 }],
        }
      : 'usual';

/** The app is hidden for an hour; the answer is there when it is shown again. */
export const hiddenForAnHour: Fault = (usual, call) =>
  call > 0
    ? 'usual'
    : {
        signals: [
          { does: 'hides', after: 1 },
          { does: 'shows', after: 3_600_000 },
          gives(usual, 3_600_001),
          ends(3_600_001),
        ],
      };
