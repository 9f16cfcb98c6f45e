/** What a client does about its login, in ms. */
export interface Policy {
  readonly title: string;
  /** Logins that a page starts together where nobody shares them; the library: 1. */
  readonly loginsPerRequest: number;
  /** Further attempts after a transient failure, in one flight. */
  readonly retries: number;
  readonly delay: number;
  /** The pause before a retry: random up to the exponential back-off, the back-off itself, or none. */
  readonly backOff: 'full jitter' | 'exponential' | 'none';
  /** The pause that the server asks for is kept, where it is no longer than `timeout`; else the flight fails at once. */
  readonly obeysRetryAfter: boolean;
  /** Limit of one exchange; reaching it ends the flight. */
  readonly timeout: number;
  /** E7: at most so many flights in `loopWindow` that the backend caused; Infinity: no such limit. */
  readonly flights: number;
  readonly loopWindow: number;
  /**
   * After a flight that ended in a transient failure no other begins for a while (requests fail at once): as long as the
   * server's last Retry-After said, and where it said nothing, random up to `pause` doubled with each failure, up to
   * `longestPause`. 0: no such pause. Retry-After is spread over its own length again, where `spread` says so.
   */
  readonly pause: number;
  readonly longestPause: number;
  readonly spread: boolean;
}

const SECOND = 1000;

/** What the library does. */
export const library: Policy = {
  title: 'the library',
  loginsPerRequest: 1,
  retries: 2,
  delay: 300,
  backOff: 'full jitter',
  obeysRetryAfter: true,
  timeout: 15 * SECOND,
  flights: 5,
  loopWindow: 30 * SECOND,
  pause: 0,
  longestPause: 0,
  spread: false,
};
