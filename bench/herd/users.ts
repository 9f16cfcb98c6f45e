/** Who is there when all sessions go, and what people do when a page shows an error. Times in ms. */
export interface Users {
  readonly clients: number;
  /** Of these so many have the mini-program open at that moment. */
  readonly shown: number;
  /** Mean time to the next request of an open mini-program. */
  readonly thinks: number;
  /** Mean time until one that is not open is opened. */
  readonly returns: number;
  /** The share that tries again after an error; the others close the mini-program, and return some time. */
  readonly patience: number;
  /** Mean time until they do. */
  readonly triesAgain: number;
}

/** How long things take on the way, in ms. */
export const CODE = 150;
export const NETWORK = 50;
