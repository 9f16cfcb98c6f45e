// npm run bench: measures, and writes docs/benchmarks.md and its plots. With --quick: a look whether all of it runs; writes nothing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTENDERS } from './contenders/index';
import { afterCycles, CYCLES, perRequest, perWaiter } from './memory';
import { awaitedInSequence, coldBursts, interleaved, subscribedInSequence } from './overhead';
import type { Variant } from './overhead';
import { bars, lines } from './plot';
import type { Bar } from './plot';
import { PACE, play, SCENARIOS, SLOW } from './round-trips';
import type { Outcome } from './round-trips';
import { measureSizes, versionOf } from './size';
import { measureStarts } from './start';
import { figureOf, ratioOf } from './statistics';
import { factor, number, spread, table, whole } from './table';

const here = fileURLToPath(new URL('.', import.meta.url));
const plots = join(here, '../docs/benchmarks');
const quick = process.argv.includes('--quick');
if (!quick) mkdirSync(plots, { recursive: true });

// The peers report failures that are part of a scenario.
console.warn = console.error = () => undefined;

const sections = new Map<string, string>();
const progress = (text: string) => process.stdout.write(`${text}\n`);
const write = (name: string, ...parts: readonly string[]) => {
  sections.set(name, parts.join('\n\n'));
  progress(`\n## ${name}\n\n${parts.join('\n\n')}`);
};

const plot = (file: string, svg: string, alt: string): string => {
  if (!quick) writeFileSync(join(plots, file), svg);
  return `![${alt}](benchmarks/${file})`;
};

async function machine(): Promise<void> {
  const [{ model }] = cpus();
  const packages = ['rxjs', 'fancy-mini', 'alova', 'axios', 'axios-auth-refresh'];
  write(
    'machine',
    `${model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB · Node ${process.versions.node}, ` +
      `V8 ${process.versions.v8}, ${process.platform} ${process.arch} · ` +
      packages.map((name) => `${name} ${versionOf(name)}`).join(', '),
  );
}

const called = ({ calls }: Pick<Outcome, 'calls'>) =>
  `${calls.login} · ${calls.checkSession} · ${calls.exchange} · ${calls.request}`;

function result(outcome: Outcome | undefined): string {
  if (!outcome) return 'has none';
  const { ms, failed, pending } = outcome;
  const time = ms === undefined ? `**${pending} never**` : `${ms} ms`;
  return `${time}<br>${called(outcome)}${failed ? `<br>**${failed} failed**` : ''}`;
}

async function roundTrips(): Promise<void> {
  const parts: string[] = [];
  for (const [title, pace] of [
    ['1x', PACE],
    ['4x slower', SLOW],
  ] as const) {
    const rows: string[][] = [];
    const values: Bar[] = [];
    for (const scenario of SCENARIOS) {
      const bound = scenario.bound(pace);
      values.push({ group: scenario.name, name: 'lower bound', value: bound.ms });
      const cells: string[] = [];
      for (const contender of CONTENDERS) {
        const outcome = await play(contender, scenario, pace);
        cells.push(result(outcome));
        if (outcome?.ms !== undefined && !outcome.failed) {
          values.push({ group: scenario.name, name: contender.name, value: outcome.ms });
        }
      }
      rows.push([scenario.name, scenario.path, `${bound.ms} ms<br>${called(bound)}`, ...cells]);
    }
    const names = CONTENDERS.map(({ name }) => name);
    const file = `round-trips-${pace.request}.svg`;
    parts.push(
      `**${title}**: wx.login ${pace.login} ms, checkSession ${pace.checkSession} ms, exchange ${pace.exchange} ms, ` +
        `request ${pace.request} ms`,
      table(['scenario', 'critical path', 'lower bound', ...names], rows),
      plot(
        file,
        await bars(`Time to the last answer, ${title}`, 'virtual ms', values),
        'time to the last answer',
      ),
    );
  }
  write('round trips', ...parts);
}

async function compared(variants: readonly Variant[], rounds: number, base: number): Promise<string[][]> {
  const taken = await interleaved(variants, rounds);
  return variants.map(({ name }, index) => [
    name,
    spread(figureOf(taken[index])),
    factor(ratioOf(taken[index], taken[base])),
  ]);
}

/** Requests of a round, and rounds: 100,000 in sequence, with a look at the clock every 20,000. */
const REQUESTS = quick ? 1_000 : 20_000;
const ROUNDS = quick ? 1 : 5;

async function overhead(): Promise<void> {
  const subscribed = await compared(subscribedInSequence(REQUESTS), ROUNDS, 1);
  const awaited = await compared(await awaitedInSequence(CONTENDERS, REQUESTS), ROUNDS, 0);
  write(
    'overhead',
    `${whole(ROUNDS * REQUESTS)} requests in sequence, subscribed:`,
    table(['', 'µs each', 'times the second row'], subscribed),
    `${whole(ROUNDS * REQUESTS)} requests in sequence, awaited:`,
    table(['', 'µs each', 'times rx-weapp-session'], awaited),
    plot(
      'overhead.svg',
      await bars(
        'Processor time of a request with a session',
        'µs',
        awaited.map(([name, text]) => ({ group: 'awaited', name, value: parseFloat(text) })),
      ),
      'processor time of a request',
    ),
  );
}

const LARGEST = quick ? 10_000 : 100_000;

/** Sizes of a burst, how many make a round, and the rounds. */
const BURSTS: readonly (readonly [size: number, bursts: number, rounds: number])[] = [
  [10, 100, 3],
  [1_000, 10, 3],
  [LARGEST, 1, 1],
];

async function bursts(): Promise<void> {
  const names = CONTENDERS.map(({ name }) => name);
  const taken = new Map<string, readonly number[]>();
  for (const [size, count, rounds] of BURSTS) {
    const variants = CONTENDERS.map((contender) => coldBursts(contender, size, count));
    const figures = await interleaved(variants, quick ? 1 : rounds, 0);
    names.forEach((name, index) => taken.set(`${name} ${size}`, figures[index]));
  }
  const figure = (name: string, size: number) => figureOf(taken.get(`${name} ${size}`) ?? []);
  write(
    'bursts',
    table(
      ['µs per waiter', ...BURSTS.map(([size]) => `burst of ${whole(size)}`), 'largest to 1,000'],
      names.map((name) => [
        name,
        ...BURSTS.map(([size]) => spread(figure(name, size))),
        (figure(name, LARGEST).median / figure(name, 1_000).median).toFixed(2),
      ]),
    ),
    plot(
      'bursts.svg',
      await lines(
        'Processor time of a waiter in a cold burst',
        'requests in the burst',
        'µs per waiter',
        names.flatMap((name) =>
          BURSTS.map(([size]) => ({ group: `${size}`, name, value: figure(name, size).median })),
        ),
      ),
      'processor time of a waiter',
    ),
  );
}

async function memory(): Promise<void> {
  const rows: string[][] = [];
  const values: Bar[] = [];
  for (const contender of CONTENDERS) {
    // The first round fills caches of the engine.
    await perWaiter(contender);
    await perRequest(contender);
    const waiter = await perWaiter(contender);
    const request = await perRequest(contender);
    const { name } = contender;
    rows.push([name, whole(waiter), whole(request), number((await afterCycles(contender)) / CYCLES)]);
    values.push(
      { group: 'waiting for a login', name, value: waiter },
      { group: 'request on the wire', name, value: request },
    );
  }
  write(
    'memory',
    table(
      ['bytes', 'per waiter', 'per pending request', `kept per expiry, over ${whole(CYCLES)} cycles`],
      rows,
    ),
    plot('memory.svg', await bars('Memory', 'bytes', values), 'memory of a waiter and of a request'),
  );
}

async function starts(): Promise<void> {
  const measured = await measureStarts(quick ? 1 : 11);
  write(
    'start',
    table(
      ['ms', 'module load', 'to the first answer', 'second answer'],
      measured.map(({ contender, stored, load, answer, second }) => [
        stored ? `${contender}, session stored` : contender,
        spread(load),
        spread(answer),
        spread(second),
      ]),
    ),
    plot(
      'start.svg',
      await bars(
        'Start of an app',
        'ms',
        measured.flatMap(({ contender, stored, load, answer }) => [
          { group: 'module load', name: contender, value: stored ? 0 : load.median },
          {
            group: stored ? 'first answer, session stored' : 'first answer',
            name: contender,
            value: answer.median,
          },
        ]),
      ),
      'start of an app',
    ),
  );
}

async function sizes(): Promise<void> {
  const measured = await measureSizes();
  write(
    'size',
    table(
      ['bytes', 'minified', 'gzipped'],
      measured.map(({ name, minified, gzipped }) => [name, whole(minified), whole(gzipped)]),
    ),
    plot(
      'size.svg',
      await bars(
        'Size, minified and gzipped',
        'bytes',
        measured.map(({ name, gzipped }) => ({ group: name, name: 'gzipped', value: gzipped })),
      ),
      'size',
    ),
  );
}

// What turns the clock comes after what takes the time: a peer may keep timers that stand still with it.
for (const part of [machine, overhead, bursts, memory, roundTrips, starts, sizes]) await part();

const text = readFileSync(join(here, 'benchmarks.md'), 'utf8').replace(
  /<!-- (.+?) -->/g,
  (_, name: string) => {
    const section = sections.get(name);
    if (section === undefined) throw new Error(`benchmarks.md asks for "${name}"`);
    return section;
  },
);
if (!quick) writeFileSync(join(here, '../docs/benchmarks.md'), text);
