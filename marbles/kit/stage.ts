import type { CallLog } from './call-log';
import type { Names } from './names';
import type { Pace } from './pace';

/** What the parts of one scenario share. */
export interface Stage {
  readonly pace: Pace;
  readonly names: Names;
  readonly log: CallLog;
  /** Virtual ms since the scenario began. */
  now(): number;
  /** Notes what makes the scenario fail, whatever it expects. */
  fault(message: string): void;
}
