import { Observable } from 'rxjs';
import type { RequestOptions } from 'rx-weapp-session';
import type { Reading } from './lane';
import { inWords, oneLetter } from './words';

/** One call of the platform or the backend, or one request. */
export interface Call {
  /** `wx.login`, `backend.login`, `request`, … */
  readonly name: string;
  /** Virtual ms since the start. */
  readonly at: number;
  /** The letter of what it carried; `x` for nothing, `n` for a request without a credential. */
  readonly carried: string;
  /** What it was called with. */
  readonly detail: unknown;
  /** How it ended: `left` was unsubscribed or aborted; `open` has no answer yet. */
  result: 'open' | 'answered' | 'failed' | 'left';
  /** When, in virtual ms since the start. */
  end?: number;
  /** What it was answered with, or its error. */
  answer?: unknown;
}

/** What crossed the border to the platform and the backend. */
export interface CallLog {
  readonly calls: readonly Call[];
  /** Logs a call, and how it ends. */
  follow(name: string, carried: string, detail: unknown, answer: Observable<unknown>): Observable<unknown>;
}

/** How calls are written down: by the letter of what they carried. */
export const callReading: Reading = {
  mark: (call) => oneLetter((call as Call).carried),
  word: (call) => {
    const { name, detail } = call as Call;
    if (name === 'request') return `${name} ${(detail as RequestOptions).url}`;
    return detail === undefined ? name : `${name} ${inWords(detail)}`;
  },
  subject: (call) => (call as Call).detail,
};

export function createCallLog(now: () => number): CallLog {
  const calls: Call[] = [];
  return {
    calls,
    follow: (name, carried, detail, answer) => {
      const call: Call = { name, at: now(), carried, detail, result: 'open' };
      const end = (result: Call['result'], value?: unknown) => {
        if (call.result !== 'open') return;
        Object.assign(call, { result, end: now(), answer: value });
      };
      calls.push(call);
      return new Observable((subscriber) => {
        const subscription = answer.subscribe({
          next: (value) => {
            end('answered', value);
            subscriber.next(value);
          },
          error: (error: unknown) => {
            end('failed', error);
            subscriber.error(error);
          },
          complete: () => {
            end('answered');
            subscriber.complete();
          },
        });
        return () => {
          subscription.unsubscribe();
          end('left');
        };
      });
    },
  };
}
