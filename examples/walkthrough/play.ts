import { setTimeout as wait } from 'node:timers/promises';
import { COUNTED, isRight, type Counts, type Result } from './counting';
import { messageOf } from './message-of';
import { Stage, type Requisites, type Scene } from './stage';

const LIMIT = 30_000;

const NOTHING = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;

/** Plays a scene to its end, or to where it breaks off, and says what was seen. */
export async function play(scene: Scene, requisites: Requisites): Promise<Result> {
  const { timeline, workshop } = requisites;
  const { title, expected } = scene;
  const stage = new Stage(requisites);
  let failure: string | undefined;
  let seen = NOTHING;
  try {
    await stage.begin();
    await Promise.race([scene.play(stage), tooLong()]);
  } catch (error) {
    failure = workshop.clean(messageOf(error));
  }
  const took = timeline.elapsed;
  try {
    seen = await stage.counted();
  } catch {
    failure ??= 'the backend does not answer';
  }
  stage.close();
  const result: Result = {
    title,
    expected,
    seen,
    facts: stage.facts,
    took,
    ...(failure !== undefined && { failure }),
  };
  timeline.remark(
    isRight(result) ? '✓' : '✗',
    failure ?? COUNTED.map((name) => `${name} ${seen[name]}`).join(' · '),
  );
  return result;
}

async function tooLong(): Promise<never> {
  await wait(LIMIT, undefined, { ref: false });
  throw new Error(`no end after ${LIMIT / 1000} s`);
}
