/** What a client does about its login. Times in ms. */
export interface Policy {
  /** Logins that a page starts together, where nobody shares them. */
  readonly loginsPerRequest: number;
  /** Further attempts after a transient failure, in one flight. */
  readonly retries: number;
  /** The base of the pause between them. */
  readonly delay: number;
  /** The pause: random up to the doubled base, the doubled base itself, or none. */
  readonly backOff: 'full jitter' | 'exponential' | 'none';
  /** Waits as long as Retry-After says; where that is longer than `timeout`, the flight fails at once. */
  readonly obeysRetryAfter: boolean;
  /** Waits up to that share of Retry-After longer, at random. */
  readonly spread: number;
  /** Limit of one exchange; reaching it ends the flight. */
  readonly timeout: number;
  /** E7: that many flights in `loopWindow`, at most. */
  readonly flights: number;
  readonly loopWindow: number;
  /**
   * What a flight that failed by overload leaves behind: the next one waits until that is over, where it is no longer
   * than `timeout`, and fails at once where it is. As long as the last Retry-After said; without one, random
   * up to this base, doubled with each failure in a row up to `longestRest`. 0: nothing is left behind.
   */
  readonly rest: number;
  readonly longestRest: number;
}

/** What the library does. */
export const library: Policy = {
  loginsPerRequest: 1,
  retries: 2,
  delay: 300,
  backOff: 'full jitter',
  obeysRetryAfter: true,
  spread: 0,
  timeout: 15_000,
  flights: 5,
  loopWindow: 30_000,
  rest: 0,
  longestRest: 0,
};

/** A page that logs in by itself for each of its three requests, and does not try again. */
export const unshared: Policy = {
  ...library,
  loginsPerRequest: 3,
  retries: 0,
  obeysRetryAfter: false,
  flights: Infinity,
};

/** Shared, and tried again at once. */
export const hasty: Policy = { ...library, backOff: 'none', obeysRetryAfter: false, flights: Infinity };

/** Tried again after pauses that are the same for everybody. */
export const inStep: Policy = { ...library, backOff: 'exponential', obeysRetryAfter: false };

/** The library, deaf to Retry-After. */
export const deaf: Policy = { ...library, obeysRetryAfter: false };

/** Retry-After, and up to as long again. */
export const spreading: Policy = { ...library, spread: 1 };

/** A longer base. */
export const slower: Policy = { ...library, delay: 2000 };

/** A failed flight is not followed by the next one at once. */
export const resting: Policy = { ...library, rest: 5000, longestRest: 60_000 };

/** What follows from the rest. */
export const proposed: Policy = { ...resting, delay: 1000, spread: 1 };
