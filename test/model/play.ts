import { diagram } from './diagram';
import { bringToItsEnd } from './finale';
import { createRecorder } from './recorder';
import type { Recorder } from './recorder';
import type { Setting } from './setting';
import type { Entry } from './trace';
import { inVirtualTime } from './virtual-time';
import { createWorld, Slip } from './world';
import type { World } from './world';

/**
 * Plays one schedule in a new world, brings it to its end, and throws where a promise was broken.
 *
 * @param steps - takes the steps
 * @returns all that happened
 */
export function play(setting: Setting, steps: (world: World, recorder: Recorder) => void): readonly Entry[] {
  let recorder: Recorder | undefined;
  const unhandled = (error: unknown) => {
    if (!(error instanceof Slip))
      recorder?.fault(`something is thrown that nobody can catch: ${String(error)}`);
  };
  try {
    inVirtualTime(unhandled, (time) => {
      recorder = createRecorder(time);
      const world = createWorld(setting, time, recorder);
      steps(world, recorder);
      bringToItsEnd(world, setting, recorder);
    });
    if (recorder?.broken) throw new Error(recorder.broken);
  } catch (error) {
    throw new Error(`${String(error)}\n\n${diagram(recorder?.trace ?? [])}\n`, { cause: error });
  }
  return recorder?.trace ?? [];
}
