import type { Pace } from './pace';

/**
 * What happened in one scenario, as plain data that JSON can hold: the source of a drawing of it.
 *
 * Times are virtual ms since the scenario began.
 */
export interface Recording {
  /** `config.title`, or empty. */
  readonly title: string;
  /** How fast platform and backend answered. */
  readonly pace: Pace;
  /** The time of the last thing that happened. */
  readonly end: number;
  /** In the order: app, user, prompt$, platform, backend, requests, session$, event$, and streams that were expected. */
  readonly lanes: readonly RecordedLane[];
  /** Why the scenario failed, if it did. */
  readonly failure?: string;
}

/** One line of it; lanes on which nothing happened are left out. */
export interface RecordedLane {
  /** `wx.login`, `backend.silentLogin`, `session$`, … */
  readonly name: string;
  /** What it is about, for its look. */
  readonly kind:
    'app' | 'user' | 'prompt' | 'platform' | 'backend' | 'request' | 'session' | 'event' | 'stream';
  /** What happened, in order. */
  readonly marks: readonly RecordedMark[];
}

/** One thing that happened. */
export interface RecordedMark {
  /** Virtual ms since the start. */
  readonly at: number;
  /** When a call, a request or a prompt ended; nothing = at once, or never. */
  readonly end?: number;
  /** The letter or the short word to draw: what a call carried, a state, a deed. */
  readonly label: string;
  /** The same in words. */
  readonly text: string;
  /** The letter of the credential that it is about, for its colour. */
  readonly credential?: string;
  /** How a call or request ended: `left` was unsubscribed, `open` got no answer. */
  readonly result?: 'open' | 'answered' | 'failed' | 'left';
  /** What it was answered with: the letter of a code or credential, a status, an error's code. */
  readonly answer?: string;
  /** A stream's end. */
  readonly ends?: 'complete' | 'error';
}

const listeners = new Set<(recording: Recording) => void>();

/**
 * Tells of every scenario when it is over, failed ones included; so a setup file of your test runner can collect them.
 *
 * @param listener - told each scenario when it is over
 * @returns stops it
 * @example
 * ```ts
 * import { onRecording } from 'rx-weapp-session/marbles';
 * import type { Recording } from 'rx-weapp-session/marbles';
 *
 * const recordings: Recording[] = [];
 * const stop = onRecording((recording) => void recordings.push(recording));
 * ```
 */
export function onRecording(listener: (recording: Recording) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const report = (recording: Recording): void => listeners.forEach((listener) => listener(recording));
