import type { Client } from './client';
import type { TokenBook } from './token-book';

/** What may make one client call wx.login, each counted outside the library. */
export interface LoginBound {
  readonly client: number;
  /** Calls of wx.login. */
  readonly codes: number;
  readonly causes: {
    /** Starts of the app: none of them needs to find a stored session. */
    readonly starts: number;
    readonly logouts: number;
    /** Credentials that the backend answered with 401. */
    readonly refused: number;
    /** Credentials that were old enough to be renewed by the clock. */
    readonly aged: number;
    /** Requests that asked for a fresh login. */
    readonly forced: number;
    /** Silent logins that ended in a question to the user. */
    readonly questions: number;
    /** Exchanges and wx.login calls that gave neither a yes nor a no. */
    readonly faults: number;
  };
  readonly bound: number;
}

export function boundOf(
  { index, counts, causes: { starts, logouts, forced } }: Client,
  book: TokenBook,
): LoginBound {
  const { codes, questions, faults } = counts;
  const causes = { starts, logouts, ...book.lostBy(index), forced, questions, faults };
  return {
    client: index,
    codes,
    causes,
    bound: Object.values(causes).reduce((sum, times) => sum + times, 0),
  };
}
