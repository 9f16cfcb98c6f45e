import fc from 'fast-check';
import { play } from './play';
import { schedule, setting } from './steps';

const { MODEL_SCHEDULES = '2000', MODEL_SEED = '1', MODEL_PATH, MODEL_REPLAY } = process.env;
const BATCH = 10_000;

/** Plays some schedules from a seed; throws with the smallest that breaks a promise. */
function playFrom(seed: number, numRuns: number): void {
  const property = fc.property(setting, schedule(MODEL_REPLAY), (world, steps) => {
    play(world, (model, real) => fc.modelRun(() => ({ model, real }), steps));
  });
  const details = fc.check(property, {
    seed,
    numRuns,
    ...(MODEL_PATH !== undefined && { path: MODEL_PATH }),
  });
  if (!details.failed) return;
  const [world, steps] = details.counterexample ?? [];
  const replay = /replayPath="([^"]*)"/.exec(fc.stringify(steps))?.[1] ?? '';
  const variables = `MODEL_SEED=${seed} MODEL_PATH=${details.counterexamplePath ?? ''} MODEL_REPLAY=${replay}`;
  throw new Error(
    [
      details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance),
      `in the world ${JSON.stringify(world)}`,
      'to play it again:',
      `  ${variables} npx jest --selectProjects source --testPathPatterns=test/model/random`,
    ].join('\n'),
  );
}

test('in any schedule every promise holds, after each step and at the end', () => {
  const all = Number(MODEL_SCHEDULES);
  const seeds = Array.from({ length: Math.ceil(all / BATCH) }, (_, batch) => Number(MODEL_SEED) + batch);
  const startedAt = process.hrtime.bigint();
  seeds.forEach((seed, batch) => {
    if (batch > 0) process.stdout.write(`${batch * BATCH} of ${all} random schedules hold\n`);
    playFrom(seed, Math.min(BATCH, all - batch * BATCH));
  });
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  process.stdout.write(
    `${all} random schedules hold; seeds ${seeds[0]} to ${seeds[seeds.length - 1]}; ${seconds.toFixed(1)} s\n`,
  );
}, 3_600_000);
