import { distance, now } from './clock';

const FLIGHTS = 5;
const HALF_MINUTE = 30000;

/** Bounds what a backend can cause that refuses every fresh credential it issues. */
export interface LoopGuard {
  /** The backend refused the current credential: the next flights are its doing. */
  refused(): void;
  /** A credential was issued: a later flight needs a cause of its own. */
  issued(): void;
  /** A fresh credential worked, or the user acted: what was counted no longer counts. */
  reset(): void;
  /** Counts a flight that is about to start; false where it must not. */
  mayStart(): boolean;
}

export function createLoopGuard(): LoopGuard {
  let caused = false;
  let starts: readonly number[] = [];
  return {
    refused: () => (caused = true),
    issued: () => (caused = false),
    reset: () => {
      caused = false;
      starts = [];
    },
    mayStart: () => {
      if (!caused) return true;
      starts = starts.filter((start) => distance(start) <= HALF_MINUTE);
      if (starts.length >= FLIGHTS) return false;
      starts = [...starts, now()];
      return true;
    },
  };
}
