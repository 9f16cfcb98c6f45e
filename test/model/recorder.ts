import { createJudge } from './judge';
import type { Entry, Happening } from './trace';
import type { VirtualTime } from './virtual-time';

/** Writes down what crosses the border, and has it judged as it comes. */
export interface Recorder {
  readonly trace: readonly Entry[];
  /** The first broken promise, and how it was broken. */
  readonly broken: string | undefined;
  record(happening: Happening): void;
  /** Something happened that must never happen, whatever the contract says. */
  fault(what: string): void;
}

export function createRecorder(time: VirtualTime): Recorder {
  const trace: Entry[] = [];
  const judge = createJudge();
  let broken: string | undefined;
  const fault = (what: string) => {
    broken ??= what;
  };
  return {
    trace,
    get broken() {
      return broken;
    },
    record: (happening) => {
      const { passed: at, clock, foreground } = time;
      const entry = { at, clock, foreground, ...happening };
      trace.push(entry);
      judge(entry).forEach(fault);
    },
    fault,
  };
}
