// What the phone tells the panel, and what the panel does to the phone. Both are pages of one origin.

/** A lane of the timeline for things that take time. */
export type CallLane = 'wx' | 'exchange' | 'request';

export interface StateReport {
  readonly kind: 'state';
  readonly at: number;
  readonly status: 'anonymous' | 'authenticating' | 'authenticated' | 'expired';
  readonly stage?: string;
  readonly origin?: string;
  /** A digest of the token, never the token. */
  readonly credential?: string;
  readonly expiresAt?: number;
  readonly userId?: string;
  /** A SessionError's code. */
  readonly error?: string;
}

export interface PromptReport {
  readonly kind: 'prompt';
  readonly at: number;
  /** The open prompt; none = null. */
  readonly open?: { readonly id: number; readonly method: string; readonly scope?: string };
}

export interface CallReport {
  readonly kind: 'call';
  readonly id: string;
  readonly at: number;
  readonly lane: CallLane;
  readonly text: string;
  readonly credential?: string;
  /** Of little interest: it gets a dot and no name. */
  readonly quiet?: boolean;
}

export interface DoneReport {
  readonly kind: 'done';
  readonly id: string;
  readonly at: number;
  readonly text: string;
  readonly bad: boolean;
  /** The credential that an exchange gave. */
  readonly credential?: string;
}

export interface EventReport {
  readonly kind: 'event';
  readonly at: number;
  readonly type: string;
  readonly error?: string;
}

/** Something happened to the phone: launched, hidden, shown, a page opened. */
export interface PhoneReport {
  readonly kind: 'phone';
  readonly at: number;
  readonly text: string;
}

export interface ProblemReport {
  readonly kind: 'problem';
  readonly at: number;
  readonly message: string;
  readonly where?: string;
}

/** Conditions that last. */
export interface Conditions {
  readonly offline: boolean;
  /** ms on top of each exchange with a server. */
  readonly delay: number;
  readonly background: boolean;
  /** The user says no to the next authorisation. */
  readonly refuseNext: boolean;
}

export interface ConditionsReport {
  readonly kind: 'conditions';
  readonly at: number;
  readonly conditions: Conditions;
}

export type Report =
  | StateReport
  | PromptReport
  | CallReport
  | DoneReport
  | EventReport
  | PhoneReport
  | ProblemReport
  | ConditionsReport;

export type Command =
  | { readonly kind: 'set'; readonly conditions: Partial<Conditions> }
  /** The mini-program's pages ask for this many things at once. */
  | { readonly kind: 'burst'; readonly count: number };

export const isReport = (data: unknown): data is { readonly report: Report } =>
  typeof data === 'object' && data !== null && 'report' in data;

export const isCommand = (data: unknown): data is { readonly command: Command } =>
  typeof data === 'object' && data !== null && 'command' in data;
