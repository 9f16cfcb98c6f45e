/** What a login server answers with, instead of the ms that it takes. */
export const REFUSED = -1;
export const SILENT = -2;

/** A login endpoint of limited capacity. */
export interface LoginServer {
  /** A login arrives; returns the ms until its answer leaves, or REFUSED, or SILENT where none ever does. */
  arrive(now: number): number;
  /** Ms that the last refusal asked to wait; NaN where it said nothing. */
  readonly retryAfter: number;
}

/** What a refusal says in Retry-After. */
export type Advice =
  | { readonly kind: 'nothing' }
  /** The same seconds for everybody. */
  | { readonly kind: 'fixed'; readonly seconds: number }
  /** The next second with room, as if everybody who was refused had a place in a queue; at most so many seconds. */
  | { readonly kind: 'appointment'; readonly longest: number };

export interface SheddingOptions {
  /** Logins a second. */
  readonly capacity: number;
  /** What a refusal costs, in logins. */
  readonly refusalCost: number;
  readonly advice: Advice;
}

const SERVICE = 20;
const SECOND = 1000;

/**
 * Refuses at once what it has no capacity for. Refusing costs something too: a server that is a second behind with its
 * refusals does not even get to them.
 */
export function sheddingServer({ capacity, refusalCost, advice }: SheddingOptions): LoginServer {
  const perMs = capacity / SECOND;
  const most = Math.max(1, capacity / 10);
  let credit = most;
  let last = 0;
  let nextFree = 0;
  let retryAfter = NaN;

  const advise = (now: number): number => {
    switch (advice.kind) {
      case 'nothing':
        return NaN;
      case 'fixed':
        return advice.seconds * SECOND;
      case 'appointment': {
        nextFree = Math.max(nextFree, now) + 1 / perMs;
        return Math.min(advice.longest, Math.ceil((nextFree - now) / SECOND)) * SECOND;
      }
    }
  };

  return {
    get retryAfter() {
      return retryAfter;
    },
    arrive: (now) => {
      credit = Math.min(most, credit + Math.max(0, now - last) * perMs);
      last = Math.max(last, now);
      if (credit >= 1) {
        credit -= 1;
        return SERVICE;
      }
      if (credit < -capacity) return SILENT;
      credit -= refusalCost;
      retryAfter = advise(now);
      return REFUSED;
    },
  };
}

/** Lets everybody wait in one queue, and answers who has long gone as well. */
export function queueingServer({ capacity }: { readonly capacity: number }): LoginServer {
  let free = 0;
  return {
    retryAfter: NaN,
    arrive: (now) => {
      free = Math.max(free, now) + SECOND / capacity;
      return Math.max(SERVICE, free - now);
    },
  };
}
