import { TestScheduler } from 'rxjs/testing';

/** One mark of a diagram: a letter, `|` for the end or `#` for an error. */
export interface Mark {
  readonly at: number;
  readonly letter: string;
}

/** Reads a marble diagram in run mode; must be called within a run. */
export function readDiagram(marbles: string): readonly Mark[] {
  // Without a space after it, rxjs reads a last "10ms" as four letters.
  return TestScheduler.parseMarbles(`${marbles} `, undefined, undefined, false, true).map(
    ({ frame, notification }) => ({
      at: frame,
      letter: notification.kind === 'N' ? String(notification.value) : notification.kind === 'E' ? '#' : '|',
    }),
  );
}

/** When a source is subscribed to, and when it is left. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Reads a subscription diagram: `'10ms ^ 5ms !'`; nothing = from the start, and to the end. */
export function readStretch(marbles: string | undefined): Stretch {
  if (!marbles || !marbles.trim()) return { from: 0, to: Infinity };
  if (!/[\^!]/.test(marbles)) throw new Error(`"${marbles}" says no moment: write "${marbles.trim()} ^"`);
  const { subscribedFrame, unsubscribedFrame } = TestScheduler.parseMarblesAsSubscriptions(
    `${marbles} `,
    true,
  );
  return { from: subscribedFrame === Infinity ? 0 : subscribedFrame, to: unsubscribedFrame };
}
