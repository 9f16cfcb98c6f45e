/** How a request ended. */
export type Ending =
  /** Its own answer, or as a guest where it may. */
  | 'answered'
  /** A status that the proxy made up, or a 401 for one that went out as a guest or without a guard. */
  | 'status'
  /** A SessionError. */
  | 'error'
  /** The page had left. */
  | 'withdrawn';

export const ENDINGS: readonly Ending[] = ['answered', 'status', 'error', 'withdrawn'];

export interface Settled {
  readonly at: number;
  readonly took: number;
  readonly ending: Ending;
  /** The error's code, or the status. */
  readonly detail: string;
}

/** What has happened, and what must not have. */
export class Ledger {
  startedAt = Date.now();
  readonly settled: Settled[] = [];
  readonly violations: string[] = [];
  readonly marks: { readonly at: number; readonly what: 'killed' | 'listening' | 'all expired' }[] = [];
  /** Times at which a client was told of a failed or finished exchange. */
  readonly exchanges: { readonly at: number; readonly failed: boolean }[] = [];
  asked = 0;

  private readonly listeners = new Set<() => void>();

  readonly violation = (what: string): void => void this.violations.push(what);

  settle(settled: Settled): void {
    this.settled.push(settled);
    for (const listener of this.listeners) listener();
  }

  mark(what: 'killed' | 'listening' | 'all expired'): void {
    this.marks.push({ at: Date.now(), what });
  }

  /** Settles when so many requests have. */
  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (this.settled.length < count) return;
        this.listeners.delete(check);
        resolve();
      };
      this.listeners.add(check);
      check();
    });
  }
}
