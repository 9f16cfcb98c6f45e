import fc from 'fast-check';
import type { Command } from 'fast-check';
import { ANSWERS } from './answers';
import { VIAS } from './callers';
import type { CallerSpec, Reaction } from './callers';
import type { Recorder } from './recorder';
import type { Setting } from './setting';
import type { Kind } from './trace';
import { REPLIES } from './world';
import type { World } from './world';

/** One step of a schedule: what it is called, where it can happen, and what happens. */
export interface Step {
  readonly text: (world: World) => string;
  readonly enabled: (world: World) => boolean;
  readonly happen: (world: World) => void;
}

/** Takes a step, and throws where that broke a promise. */
export function take({ text, happen }: Step, world: World, recorder: Recorder): void {
  recorder.record({ what: 'step', text: text(world) });
  happen(world);
  if (recorder.broken) throw new Error(recorder.broken);
}

const always = () => true;

/** The element at a number, whatever the number. */
const at = <T>(list: readonly T[], number: number): T => list[number % list.length];

const names = Object.keys as <T extends object>(it: T) => (keyof T & string)[];

export const calls = (spec: CallerSpec): Step => {
  const { via, mode, method, verify, retries, takesOne, then } = spec;
  const more = [
    method,
    verify && 'verify',
    retries && `${retries} retries`,
    takesOne && 'take(1)',
    then && `then ${then}`,
  ];
  return {
    text: () => [`${via} ${mode}`, ...more.filter(Boolean)].join(', '),
    enabled: always,
    happen: (world) => world.call(spec),
  };
};

export const leaves = (number: number): Step => ({
  text: ({ callers }) => `caller ${at(callers, number).id} leaves`,
  enabled: ({ callers }) => callers.length > 0,
  happen: (world) => world.leave(at(world.callers, number).id),
});

/** An answer by its number; 0 is the usual one. */
const saying = (kind: Kind, choice: number) =>
  `${kind}: ${choice === 0 ? 'as usual' : at(names(ANSWERS[kind]), choice)}`;

export const answers = (number: number, choice: number): Step => ({
  text: ({ questions: { held } }) => `#${at(held, number).id} ${saying(at(held, number).kind, choice)}`,
  enabled: ({ questions: { held } }) => held.length > 0,
  happen: ({ questions: { held } }) => at(held, number).answer(choice || undefined),
});

export const answersAgain = (number: number, choice: number): Step => ({
  text: ({ questions: { past } }) => `again #${at(past, number).id} ${saying(at(past, number).kind, choice)}`,
  enabled: ({ questions: { past } }) => past.length > 0,
  happen: ({ questions: { past } }) => at(past, number).answer(choice || undefined),
});

export const answersInTheCall = (kind: Kind, choice: number): Step => ({
  text: () => `the next ${saying(kind, choice)}, inside the call`,
  enabled: always,
  happen: ({ questions }) => questions.arm(kind, choice),
});

export const replies = (reply: (typeof REPLIES)[number]): Step => ({
  text: ({ prompt }) => `the user ${reply} (prompt ${prompt?.id ?? '-'})`,
  enabled: ({ prompt }) => !!prompt,
  happen: (world) => void (world.prompt && world.reply(world.prompt, reply)),
});

export const repliesLate = (number: number, reply: (typeof REPLIES)[number]): Step => ({
  text: ({ prompts }) => `the user ${reply} (prompt ${at(prompts, number).id}, late)`,
  enabled: ({ prompts }) => prompts.length > 0,
  happen: (world) => world.reply(at(world.prompts, number), reply),
});

export const logsOut = (forget: boolean): Step => ({
  text: () => (forget ? 'logout, forget' : 'logout'),
  enabled: always,
  happen: (world) => world.logout(forget),
});

export const invalidates = (late: boolean): Step => ({
  text: () => (late ? 'an old credential is invalidated' : 'the credential is invalidated'),
  enabled: always,
  happen: (world) => world.invalidate(late),
});

export const waits = (ms: number): Step => ({
  text: () => `${ms} ms pass`,
  enabled: always,
  happen: ({ time }) => time.wait(ms),
});

export const jumps = (ms: number): Step => ({
  text: () => `the clock is set by ${ms} ms`,
  enabled: always,
  happen: (world) => world.jump(ms),
});

export const hidesOrShows: Step = {
  text: ({ time }) => (time.shown ? 'app hidden' : 'app shown'),
  enabled: ({ tellsShown }) => tellsShown,
  happen: (world) => world.show(!world.time.shown),
};

export const uiComes = (comes: boolean): Step => ({
  text: () => (comes ? 'a UI comes' : 'all UIs go'),
  enabled: always,
  happen: (world) => world.ui(comes),
});

export const observes = (reaction?: Reaction): Step => ({
  text: () => `an observer comes${reaction ? `: on ${reaction.on}, ${reaction.act}` : ''}`,
  enabled: always,
  happen: (world) => world.observe(reaction),
});

export const unobserves: Step = {
  text: () => 'an observer goes',
  enabled: ({ observers }) => observers > 1,
  happen: (world) => world.unobserve(),
};

export const disposes: Step = {
  text: () => 'dispose',
  enabled: always,
  happen: (world) => world.dispose(),
};

class StepCommand implements Command<World, Recorder> {
  constructor(private readonly step: Step) {}
  check(world: Readonly<World>): boolean {
    return this.step.enabled(world);
  }
  run(world: World, recorder: Recorder): void {
    take(this.step, world, recorder);
  }
  toString(): string {
    return 'step';
  }
}

const number = fc.nat(20);
/** Mostly well. */
const choice = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(20) });
const flag = fc.boolean();
/** What a subscriber does inside its handler. */
const act: fc.Arbitrary<Reaction['act']> = fc.constantFrom(
  'request',
  'silent login',
  'logout',
  'invalidate',
  'throw',
);

const caller: fc.Arbitrary<CallerSpec> = fc
  .record({
    via: fc.constantFrom(...names(VIAS)),
    mode: fc.constantFrom('common', 'silent', 'force', 'forceSilent', 'forceAuth'),
    method: fc.constantFrom(undefined, undefined, 'phoneNumber', 'userInfo'),
    verify: fc.constantFrom(false, false, false, true),
    retries: fc.constantFrom(1, undefined, 2, 3),
    takesOne: flag,
    then: fc.option(act, { freq: 5, nil: undefined }),
  })
  .map((spec) => (spec.via === 'bare retry' ? { ...spec, retries: spec.retries ?? 1 } : spec));

const reply = fc.oneof(
  { weight: 2, arbitrary: fc.constant('grants' as const) },
  { weight: 1, arbitrary: fc.constantFrom(...REPLIES) },
);
const kind = fc.constantFrom(...names(ANSWERS));

const STEPS: readonly (readonly [weight: number, step: fc.Arbitrary<Step>])[] = [
  [10, caller.map(calls)],
  [20, fc.tuple(number, choice).map(([nth, it]) => answers(nth, it))],
  [2, fc.tuple(number, choice).map(([nth, it]) => answersAgain(nth, it))],
  [3, fc.tuple(kind, choice).map(([which, it]) => answersInTheCall(which, it))],
  [5, reply.map(replies)],
  [1, fc.tuple(number, reply).map(([nth, it]) => repliesLate(nth, it))],
  [3, number.map(leaves)],
  [2, flag.map(logsOut)],
  [1, flag.map(invalidates)],
  [5, fc.constantFrom(0, 1, 300, 1000, 3000, 10_000, 15_000, 30_000, 90_000, 280_000, 700_000).map(waits)],
  [1, fc.constantFrom(60_000, -60_000, 3_600_000, -3_600_000).map(jumps)],
  [2, fc.constant(hidesOrShows)],
  [1, flag.map(uiComes)],
  [
    1,
    fc
      .option(
        fc.record({
          on: fc.constantFrom('authenticated', 'anonymous', 'authenticating', 'expired'),
          act,
        }),
        { nil: undefined },
      )
      .map(observes),
  ],
  [1, fc.constant(unobserves)],
  [0.2, fc.constant(disposes)],
];

const scale = 5;

/** Any schedule. */
export const schedule = (replayPath?: string) =>
  fc.commands(
    [
      fc.oneof(
        ...STEPS.map(([weight, arbitrary]) => ({
          weight: weight * scale,
          arbitrary: arbitrary.map((step) => new StepCommand(step)),
        })),
      ),
    ],
    { maxCommands: 40, size: 'max', ...(replayPath !== undefined && { replayPath }) },
  );

/** Any world. */
export const setting: fc.Arbitrary<Setting> = fc.record({
  synchronous: fc.constantFrom(false, false, false, true),
  mood: fc.constantFrom('kind', 'kind', 'kind', 'refusing', 'busy'),
  backend: fc.constantFrom('observable', 'promise'),
  refresh: flag,
  logout: flag,
  afterLogin: fc.constantFrom('none', 'none', 'asks', 'sends'),
  store: fc.constantFrom('synchronous', 'none', 'asynchronous'),
  stored: fc.constantFrom(
    'nothing',
    'nothing',
    'credential',
    'credential for a minute',
    'over',
    'forget',
    'corrupt',
  ),
  ui: fc.constantFrom(true, true, true, false),
  eager: fc.constantFrom(false, false, false, true),
  promptLimit: fc.constantFrom(undefined, 60_000),
  old: fc.constantFrom(false, false, false, true),
  finale: fc.constantFrom('answers', 'silence'),
});
