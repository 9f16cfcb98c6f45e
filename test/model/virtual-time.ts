import { asyncScheduler, config } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

/** Time that passes only when it is told to, step by step. */
export interface VirtualTime {
  /** Ms since the start, as timers see them. */
  readonly passed: number;
  /** The wall clock, epoch ms. */
  readonly clock: number;
  /** Ms that the app has been shown. */
  readonly foreground: number;
  readonly shown: boolean;
  /** Shows the app, or sends it to the background, where WeChat freezes timers after a while. */
  show(shown: boolean): void;
  /** Lets time pass: what is due runs, in order. */
  wait(ms: number): void;
  /** Sets the wall clock on, or back, and no timer runs. */
  jump(ms: number): void;
}

const START = 1_000_000_000;
const FROZEN_AFTER = 5000;

/**
 * Runs some work in virtual time. The same work takes the same course each time: chance is no chance in here.
 *
 * @param unhandled - told of what was thrown where nobody could catch it
 */
export function inVirtualTime(unhandled: (error: unknown) => void, work: (time: VirtualTime) => void): void {
  const scheduler = new TestScheduler(() => undefined);
  let ahead = START;
  let shown = true;
  let turnedAt = 0;
  let shownBefore = 0;

  const clock = () => scheduler.frame + ahead;
  const foreground = () => shownBefore + (shown ? scheduler.frame - turnedAt : 0);
  const run = (ms: number) => {
    scheduler.schedule(() => undefined, ms);
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
  };
  const jump = (ms: number) => {
    ahead += ms;
  };
  const time: VirtualTime = {
    get passed() {
      return scheduler.frame;
    },
    get clock() {
      return clock();
    },
    get foreground() {
      return foreground();
    },
    get shown() {
      return shown;
    },
    show: (toBeShown) => {
      shownBefore = foreground();
      turnedAt = scheduler.frame;
      shown = toBeShown;
    },
    wait: (ms) => {
      const running = shown ? ms : Math.max(0, Math.min(ms, turnedAt + FROZEN_AFTER - scheduler.frame));
      run(running);
      jump(ms - running);
    },
    jump,
  };

  const before = { now: asyncScheduler.now, random: Math.random, report: config.onUnhandledError };
  scheduler.run(() => {
    asyncScheduler.now = clock;
    Math.random = () => 0.5;
    config.onUnhandledError = unhandled;
    try {
      work(time);
      run(0);
    } finally {
      asyncScheduler.now = before.now;
      Math.random = before.random;
      config.onUnhandledError = before.report;
      // What still waits, waits for ever.
      scheduler.maxFrames = -1;
    }
  });
}
