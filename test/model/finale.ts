import type { Recorder } from './recorder';
import type { Setting } from './setting';
import type { World } from './world';

const MINUTE = 60_000;

/**
 * Lets all answers come in: the app is shown, the user says yes, and platform, backend and storage answer as usual;
 * or, with `silence`, none of them ever answers, and what waits for them is left to its time limits. Requests of
 * the app always end: they have no time limit but WeChat's.
 */
export function bringToItsEnd(world: World, { finale }: Setting, { trace, record }: Recorder): void {
  const { questions, time } = world;
  record({ what: 'step', text: finale === 'answers' ? 'all answers come in' : 'nothing answers any more' });
  if (!time.shown) world.show(true);
  world.ui(true);
  for (let idle = 0, round = 0; idle < 2; round++) {
    if (round > 1000) throw new Error('it never comes to its end');
    const before = trace.length;
    const question = questions.held.find(({ kind }) => finale === 'answers' || kind === 'request');
    if (question) question.answer();
    else if (world.prompt) world.reply(world.prompt, 'grants');
    else time.wait(MINUTE);
    idle = trace.length === before ? idle + 1 : 0;
  }
  world.end();
}
