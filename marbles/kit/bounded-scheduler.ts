import { Subscription } from 'rxjs';
import type { SchedulerAction } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

const MOST_ACTIONS = 25000;

/** Longer than the longest timer there is (2^31 - 1 ms). */
const MOST_MS = 31 * 24 * 3600000;

/** rxjs's TestScheduler, but that it comes to an end whatever it is made to do. */
export class BoundedScheduler extends TestScheduler {
  private actionsLeft = MOST_ACTIONS;

  constructor() {
    super(() => undefined);
  }

  /** More was done than any scenario needs. */
  get spun(): boolean {
    return this.actionsLeft <= 0;
  }

  /** Something was going on for ever, and was cut off. */
  get exhausted(): boolean {
    return this.spun || this.actions.length > 0;
  }

  /** Sets how far virtual time goes; to be called in `run`, which knows no end of its own. */
  limit(ms: number = MOST_MS): void {
    this.maxFrames = ms;
  }

  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay?: number,
    state?: T,
  ): Subscription {
    if (this.actionsLeft <= 0) return new Subscription();
    this.actionsLeft--;
    return super.schedule(work, delay, state);
  }

  /** Drops what is left to do. */
  abandon(): void {
    this.actions.splice(0).forEach((action) => action.unsubscribe());
    this.actionsLeft = 0;
  }
}
