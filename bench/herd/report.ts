import { lineChart, type Line, type Point } from '../plot/line-chart';
import { Random } from '../random';
import type { Report } from '../write-report';
import { fluid, paceOf } from './fluid';
import * as policies from './policy';
import type { Policy } from './policy';
import { evening, liveRoom, REFUSAL_COST, run, SECONDS, servers } from './scenarios';
import { REFUSED } from './server';
import { simulate, type Curve } from './simulate';
import type { Users } from './users';

type PolicyName = keyof typeof policies;
type ServerName = keyof ReturnType<typeof servers>;

const CAPACITY = 1000;

const POLICIES: Readonly<Record<PolicyName, string>> = {
  unshared: 'no session library: each of a page’s 3 requests logs in, none tries again',
  hasty: 'shared; 2 retries at once',
  inStep: 'shared; 2 retries after 0.3 and 0.6 s, no jitter',
  deaf: 'shared; back-off with jitter, Retry-After ignored',
  library: '**the library**: back-off with jitter, Retry-After obeyed',
  spreading: 'the library, Retry-After spread to up to twice its length',
  slower: 'the library, `retry.delay` 2000 in place of 300',
  resting: 'the library, a failed flight leaves a pause behind',
  proposed: '**proposed**: spread, pause, `retry.delay` 1000',
};

const SERVERS: Readonly<Record<ServerName, string>> = {
  silent: '429 or 503 without `Retry-After`',
  fixed: '`Retry-After: 5`',
  long: '`Retry-After: 60`',
  appointments: '`Retry-After` by turn, at most 15 s',
  longAppointments: '`Retry-After` by turn, at most 300 s',
  queue: 'no refusals: all wait in one queue, time-out after 15 s',
};

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M`;
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const upTo = (values: Uint32Array, second: number) =>
  values.subarray(0, second).reduce((total, value) => total + value, 0);
const around = (values: Uint32Array, second: number) =>
  (upTo(values, second + 10) - upTo(values, second)) / 10;

/** Runs are asked for by several tables and plots. */
function runner() {
  const known = new Map<string, Curve>();
  return (name: PolicyName, server: ServerName, { capacity = CAPACITY, live = false } = {}): Curve => {
    const key = JSON.stringify([name, server, capacity, live]);
    const curve = known.get(key) ?? run(policies[name], servers(capacity)[server], live ? liveRoom : evening);
    known.set(key, curve);
    return curve;
  };
}

type Runner = ReturnType<typeof runner>;

/** Computes it all: a minute or two. */
export function herdReport(): Report {
  const of = runner();
  return {
    markdown: [
      ...introduction(of),
      ...loadOfPolicies(of),
      ...advice(of),
      ...byHand(),
      ...proposals(of),
      ...limits(),
    ].join('\n'),
    plots: {
      'herd-load.svg': loadPlot(of),
      'herd-served.svg': servedPlot(of),
      'herd-advice.svg': advicePlot(of),
      'herd-live.svg': livePlot(of),
    },
  };
}

const HEAD = row(
  '',
  'attempts/s, most',
  'at 30 s',
  'at 60 s',
  'at 120 s',
  'in 10 min',
  'logged in after 1 min',
  '2 min',
  '5 min',
  'errors shown',
);
const RULE = row('---', ...Array<string>(9).fill('---:'));

const line = (name: string, { attempts, served, errors }: Curve): string =>
  row(
    name,
    count(attempts.reduce((most, value) => Math.max(most, value), 0)),
    count(around(attempts, 30)),
    count(around(attempts, 60)),
    count(around(attempts, 120)),
    millions(upTo(attempts, SECONDS)),
    count(upTo(served, 60)),
    count(upTo(served, 120)),
    count(upTo(served, 300)),
    millions(upTo(errors, SECONDS)),
  );

function introduction(of: Runner): string[] {
  const [worst, now, next] = [of('unshared', 'fixed'), of('library', 'fixed'), of('proposed', 'fixed')];
  return [
    '# The herd',
    '',
    `A backend drops a million sessions at once; 200,000 people have the mini-program open; the login endpoint can do ${count(CAPACITY)} logins a second and answers the rest with \`429\` and \`Retry-After: 5\`. ` +
      `A minute later it is asked for ${count(around(worst.attempts, 60))} logins a second by clients without a session library, ${count(around(now.attempts, 60))} by this one, ` +
      `and ${count(around(next.attempts, 60))} with the [defaults proposed below](#better-defaults); after two minutes ${count(upTo(worst.served, 120))}, ${count(upTo(now.served, 120))} and ${count(upTo(next.served, 120))} are logged in.`,
    '',
    'Written by `npm run herd`, from a seed; it gives the same numbers anywhere. `test/herd.spec.ts` holds the model against the library itself: real sessions in virtual time make each login in the same millisecond as the model.',
    '',
    '## The model',
    '',
    '- **Clients.** Each has a session that is no good any more and does not know it. 200,000 are open, and ask for something after 15 s in the mean (exponential); the other 800,000 are opened within 2 h in the mean.',
    '- **A client.** Its first request comes back with 401 after 100 ms; then a flight: `wx.login` (150 ms, at most 4 a second, W3), the exchange (50 ms each way), and after a refusal up to `retry.count` 2 more attempts, each with a new code, after a pause: ' +
      '`Retry-After`, where it is no more than `timeouts.exchange` (15 s; else the flight ends at once), or random up to 300 ms, then 600 ms. An exchange without an answer ends the flight after 15 s, and is not retried. At most 5 flights start in half a minute (E7).',
    '- **Its user.** Sees an error when the flight fails; nine in ten try again, after 5 s in the mean, which starts a new flight; the tenth leaves, and comes back within 2 h.',
    `- **A login endpoint** that does so many logins a second, and refuses the rest at once. A refusal costs ${REFUSAL_COST * 100} % of a login (connection, TLS, saying no); who is a second behind even with that answers nothing. What it says with a refusal varies; by turn means: as if everybody refused had a place in a queue. Or it refuses nobody and lets all wait in one queue.`,
    '- Not modelled: data requests, which the same outage may fail; the network of the phones; more than one mini-program.',
    '',
    'Each client has one event to come, in buckets of 10 ms, in typed arrays: ten minutes of a million clients take a second or two.',
    '',
  ];
}

function loadOfPolicies(of: Runner): string[] {
  const names = ['unshared', 'hasty', 'inStep', 'deaf', 'library'] as const;
  const table = (server: ServerName) => [
    HEAD,
    RULE,
    ...names.map((name) => line(POLICIES[name], of(name, server))),
    '',
  ];
  return [
    '## What back-off, jitter and Retry-After do',
    '',
    '![Logins that arrive a second](plots/herd-load.svg)',
    '',
    '![Logged in](plots/herd-served.svg)',
    '',
    `Capacity ${count(CAPACITY)} a second, refusals with \`Retry-After: 5\`:`,
    '',
    ...table('fixed'),
    'Refusals without a word:',
    '',
    ...table('silent'),
    '- **Sharing** a login divides the first blow by three. After that people’s taps and two hasty retries make up for it.',
    '- **Back-off** with a base of 300 ms changes little: it spaces the attempts of one flight by half a second, and the user’s next tap comes after five. It is there for the hiccup of one server, not for this.',
    '- **Jitter** on pauses this short changes nothing that a second’s resolution can show, since people do not tap in step.',
    '- **Retry-After** is what counts: a client that waits 10 s in each flight makes half as many attempts, its user sees a spinner in place of an error, and the server has capacity left for logins.',
    '- **Refusing is not free.** With 50,000 attempts a second at 2 % each there is nothing left of 1,000 logins: until people give up nobody gets in, as the second table shows.',
    '',
  ];
}

function advice(of: Runner): string[] {
  const names = Object.keys(SERVERS) as ServerName[];
  const table = (capacity: number) => [
    HEAD,
    RULE,
    ...names.map((name) => line(SERVERS[name], of('library', name, { capacity }))),
    '',
  ];
  return [
    '## What the server can do',
    '',
    'The library as it is, by what the server does with those it cannot serve.',
    '',
    '![Logged in, by what the server does](plots/herd-advice.svg)',
    '',
    `Capacity ${count(CAPACITY)} a second:`,
    '',
    ...table(CAPACITY),
    `Capacity ${count(2 * CAPACITY)} a second:`,
    '',
    ...table(2 * CAPACITY),
    '- Best: `Retry-After` by turn, up to 15 s. Everybody keeps waiting inside the flight, and comes when there is room.',
    '- A `Retry-After` above 15 s ends the flight at once: fewer attempts, but the user sees an error, and the next tap does not know of it.',
    '- Worst: one long queue. When it is longer than 15 s, all that it serves has left already; the server works at capacity, and for nobody. Refuse what you cannot serve in time.',
    '',
  ];
}

const HAND: readonly (readonly [PolicyName, string, number])[] = [
  ['unshared', 'nothing', NaN],
  ['hasty', 'nothing', NaN],
  ['inStep', 'nothing', NaN],
  ['library', 'nothing', NaN],
  ['library', '`Retry-After: 5`', 5000],
  ['library', '`Retry-After: 60`', 60_000],
  ['spreading', '`Retry-After: 5`', 5000],
];

/** Attempts a second of one client, as the simulation has it where everybody is always refused. */
function simulatedRate(policy: Policy, retryAfter: number): number {
  const random = new Random('by hand');
  const draw = () => random.next();
  const clients = 20_000;
  const users: Users = { ...evening, clients, shown: clients, patience: 1 };
  const server = { retryAfter, arrive: () => REFUSED };
  const [from, seconds] = [120, 600];
  const { attempts } = simulate({ users, policy, server, seconds, tick: 10, whim: draw, jitter: draw });
  return (upTo(attempts, seconds) - upTo(attempts, from)) / (seconds - from) / clients;
}

function byHand(): string[] {
  const rows = HAND.map(([name, says, retryAfter]) => {
    const policy: Policy = policies[name];
    const { attempts, cycle, away, rate } = paceOf(policy, evening, retryAfter);
    return row(
      POLICIES[name],
      says,
      String(attempts),
      cycle.toFixed(2),
      away.toFixed(2),
      rate.toFixed(3),
      simulatedRate(policy, retryAfter).toFixed(3),
      count(CAPACITY / REFUSAL_COST / rate),
    );
  });
  return [
    '## By hand',
    '',
    'How much of this follows from a few lines of arithmetic? Let *N* = 200,000 clients be open, asking after *τ* = 15 s in the mean, *C* the capacity, *ρ* = 0.02 the cost of a refusal in logins, *u* = 5 s the pause of a user, 1 − *p* = 0.1 the share that gives up.',
    '',
    '1. **First blow.** First requests come at *N*/*τ* · e^(−t/τ): 13,300 a second at first, whatever the clients do later. Overload is certain where *N*/*τ* > *C*, and the last cannot be in before *N*/*C* = 200 s (100 s at 2,000).',
    '2. **Pace of a client.** A flight makes *m* attempts, 250 ms each, with pauses *w₁ … w₍ₘ₋₁₎* between. Refused throughout, a client takes *T* = 0.25 *m* + Σ*wᵢ* + *u* seconds from request to request, and makes *a* = *m*/*T* attempts a second. ' +
      'In the mean *w* is half the base with full jitter, so Σ*w* = 0.45 s for the library, and 2*r* where `Retry-After` says *r* ≤ 15 s; above that *m* = 1 and Σ*w* = 0.',
    '3. **E7** is a loss system: a flight takes one of five places for half a minute, and a tap that finds none is sent away. So the share of taps held back is Erlang’s *B*(5, 30 *λ*), with *λ* taps a second, 1/*λ* = *u* + (1 − *B*)(*T* − *u*); and *a* = *m* (1 − *B*) *λ*. (*B* = 0 where five flights do not fit into half a minute.)',
    '4. **Load.** With *n* clients waiting, *A* = *a n* attempts a second arrive. What is served, *S*, and what is refused share the capacity: *S* + *ρ*(*A* − *S*) = *C*, so *S* = (*C* − *ρA*)/(1 − *ρ*).',
    '5. **Collapse.** *S* is 0 where *ρ a n* ≥ *C*: from *n\\** = *C*/(*ρ a*) waiting clients on, refusing takes everything. The only ways out are a smaller *a*, a smaller *ρ*, and people who give up.',
    '6. **In time.** d*n*/d*t* = first requests − *S* − (1 − *p*)(*A* − *S*)/*m*. Summed up second by second this is the dashed line in the first plot.',
    '',
    row(
      'client',
      'a refusal says',
      '*m*',
      '*T* in s',
      '*B*',
      '*a* by hand',
      '*a* simulated',
      '*n\\** at 1,000/s',
    ),
    row('---', '---', '---:', '---:', '---:', '---:', '---:', '---:'),
    ...rows,
    '',
    '200,000 waiting clients are beyond *n\\** for every client without `Retry-After`, and within it for the library with `Retry-After: 5`: that is the whole difference between the two tables above.',
    '',
  ];
}

function proposals(of: Runner): string[] {
  const compared = ['library', 'spreading', 'resting', 'proposed'] as const;
  const table = (server: ServerName, live = false, names: readonly PolicyName[] = compared) => [
    HEAD,
    RULE,
    ...names.map((name) => line(POLICIES[name], of(name, server, { live }))),
    '',
  ];
  return [
    '## Better defaults',
    '',
    '`Retry-After: 5`:',
    '',
    ...table('fixed'),
    '`Retry-After` by turn, at most 15 s:',
    '',
    ...table('appointments'),
    'Refusals without a word:',
    '',
    ...table('silent', false, ['library', 'slower', 'resting', 'proposed']),
    'One queue, no refusals:',
    '',
    ...table('queue', false, ['library', 'proposed']),
    'And where people are in step: a live room, whose 200,000 ask within the same second or two. `Retry-After: 5` sends the crowd away in one piece, and has it back in one piece:',
    '',
    '![A live room](plots/herd-live.svg)',
    '',
    ...table('fixed', true, ['library', 'spreading', 'proposed']),
    'What follows:',
    '',
    '1. **Spread `Retry-After`**: wait *r* · (1 + random) in place of *r*. No earlier than the server asked, and no longer in step. (A flight may then wait up to twice `timeouts.exchange`.)',
    '2. **Let a flight that failed by overload leave a pause behind**: the next one first waits what is left of the last `Retry-After`, or, where none was said, random up to 5 s, doubled with each failed flight in a row up to 60 s; ' +
      'where that is more than `timeouts.exchange` it fails at once with `backend-unreachable`, without a request. A success takes it back, and so should a tap (`forceAuth`) and a logout, as with E7. It is what helps most where the server says nothing, and the only thing that lightens its load where it answers nothing.',
    '3. **`retry.delay` 1000** in place of 300: free here, and kinder to a server that restarts. Longer is no better: the pause between flights decides.',
    '4. **Not more retries.** Each is one more attempt per flight on a server that has none to spare. `retry.count` 2 stays.',
    '',
  ];
}

const limits = (): string[] => [
  '## For a backend',
  '',
  '- Do not drop all sessions at once. If you must, do it in slices: *C* / 2 a second leaves room for ordinary logins.',
  '- Refuse early and cheaply, before the code is exchanged with WeChat, and say `Retry-After`. By turn and at most 15 s is best; any is better than none.',
  '- Never let logins wait longer than clients do.',
  '- `refresh`, where you have it, spares WeChat, not your endpoint: it is an attempt like any other.',
  '',
];

/** Mean over some seconds, so that lines can be told apart. */
function smooth(values: ArrayLike<number>, seconds: number, width = 5): Point[] {
  return Array.from({ length: Math.floor(seconds / width) }, (_, index) => {
    const part = Array.from({ length: width }, (__, offset) => values[index * width + offset]);
    return [(index + 0.5) * width, part.reduce((sum, value) => sum + value, 0) / width] as const;
  });
}

function total(values: Uint32Array, seconds: number): Point[] {
  let sum = 0;
  return Array.from(
    values.subarray(0, seconds),
    (value, second) => [second + 1, (sum += value)] as const,
  ).filter((_, index) => index % 5 === 4);
}

const SHORT: Readonly<Partial<Record<PolicyName, string>>> = {
  unshared: 'no library',
  inStep: 'back-off, no jitter',
  deaf: 'no Retry-After',
  library: 'the library',
  spreading: 'spread',
  proposed: 'proposed',
};
const shortName = (name: PolicyName): string => SHORT[name] ?? name;
const COMPARED = ['unshared', 'inStep', 'deaf', 'library', 'proposed'] as const;

function loadPlot(of: Runner): string {
  const seconds = 400;
  const byFluid = fluid(paceOf(policies.library, evening, 5000), evening, CAPACITY, REFUSAL_COST, seconds);
  return lineChart({
    title: 'Logins that arrive a second (capacity 1,000, Retry-After: 5)',
    description:
      'Attempts per second over time for five kinds of client, on a logarithmic axis, with the fluid model of the library.',
    x: { label: 's since the sessions were dropped', most: seconds },
    y: { label: 'logins / s', least: 100, most: 100_000 },
    lines: [
      ...COMPARED.map((name): Line => ({
        name: shortName(name),
        points: smooth(of(name, 'fixed').attempts, seconds),
      })),
      { name: 'by hand', points: smooth(byFluid.attempts, seconds), dashed: true },
    ],
  });
}

function servedPlot(of: Runner): string {
  const seconds = 600;
  return lineChart({
    title: 'Logged in (capacity 1,000, Retry-After: 5)',
    description: 'Clients logged in over time for five kinds of client, and what the capacity would allow.',
    x: { label: 's since the sessions were dropped', most: seconds },
    y: { label: 'clients', most: 250_000 },
    lines: [
      ...COMPARED.map((name): Line => ({
        name: shortName(name),
        points: total(of(name, 'fixed').served, seconds),
      })),
      {
        name: 'at capacity',
        points: [
          [0, 0],
          [250, 250 * CAPACITY],
        ],
        dashed: true,
      },
    ],
  });
}

function advicePlot(of: Runner): string {
  const seconds = 600;
  const lines: readonly (readonly [ServerName, string])[] = [
    ['appointments', 'by turn ≤ 15 s'],
    ['fixed', '5 s'],
    ['longAppointments', 'by turn ≤ 300 s'],
    ['long', '60 s'],
    ['silent', 'nothing'],
    ['queue', 'one queue'],
  ];
  return lineChart({
    title: 'Logged in, by what the server says (the library, capacity 1,000)',
    description: 'Clients logged in over time, for six ways to treat logins that cannot be served.',
    x: { label: 's since the sessions were dropped', most: seconds },
    y: { label: 'clients', most: 250_000 },
    lines: lines.map(([server, name]) => ({
      name,
      points: total(of('library', server).served, seconds),
      dashed: server === 'long', // it lies upon another
    })),
  });
}

function livePlot(of: Runner): string {
  const seconds = 60;
  const names = ['library', 'spreading', 'proposed'] as const;
  return lineChart({
    title: 'A live room: logins that arrive a second (capacity 1,000, Retry-After: 5)',
    description:
      'Attempts per second in the first minute; with a Retry-After that is not spread they come in waves, five seconds apart.',
    x: { label: 's since the sessions were dropped', most: seconds },
    y: { label: 'logins / s', most: 100_000 },
    lines: names.map((name) => ({
      name: shortName(name),
      points: smooth(of(name, 'fixed', { live: true }).attempts, seconds, 1),
    })),
  });
}
