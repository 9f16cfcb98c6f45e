/** What happened at one time on a lane. */
export interface Entry {
  readonly at: number;
  readonly kind: 'next' | 'error' | 'complete';
  /** The value, or the error. */
  readonly value?: unknown;
}

/** How the values of a lane are written down. */
export interface Reading {
  /** The one letter that stands for a value in a diagram, if it has one. */
  mark(value: unknown): string | undefined;
  /** The value in words. */
  word(value: unknown): string;
  /** What of a value is compared with fields that are expected; nothing = the value itself. */
  subject?(value: unknown): unknown;
}

/** One line of a scenario: what happened on it, one after the other. */
export interface Lane {
  readonly name: string;
  readonly reading: Reading;
  readonly entries: readonly Entry[];
  /** It has not ended; calls and events have no end. */
  readonly open?: boolean;
}
