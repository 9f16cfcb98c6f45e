import { lineChart, type Point } from '../plot/line-chart';
import type { Report } from '../write-report';
import { FAULT_KINDS } from './faults';
import { ENDINGS, type Settled } from './ledger';
import type { LoginBound } from './login-bound';
import type { SoakResult } from './soak';

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
const row = (...cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => (typeof cell === 'number' ? number(cell) : cell)).join(' | ')} |`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const CAUSES: Readonly<Record<keyof LoginBound['causes'], string>> = {
  starts: 'starts of the mini-program',
  logouts: 'logouts',
  refused: 'credentials that the backend answered with 401',
  aged: 'credentials renewed by the clock',
  forced: 'requests that asked for a fresh login (`force`, `forceSilent`, `forceAuth`, `verify`)',
  questions: 'silent logins that ended in a question to the user',
  faults: '`wx.login` calls and exchanges that brought neither a yes nor a no',
};

export function soakReport(result: SoakResult): Report {
  return {
    markdown: [
      ...summary(result),
      ...parts(),
      ...endings(result),
      ...faults(result),
      ...durability(result),
      ...logins(result),
    ].join('\n'),
    plots: {
      'soak-requests.svg': requestsPlot(result),
      'soak-latency.svg': latencyPlot(result),
      'soak-logins.svg': loginsPlot(result),
    },
  };
}

const summary = ({ options, ledger, chaos, took }: SoakResult): string[] => [
  '# The soak',
  '',
  `${number(ledger.settled.length)} requests of ${options.clients} app services in ${number(took / 1000)} s, the backend killed ${chaos.kills} times: ` +
    `**${ledger.violations.length} violations**. Seed \`${options.seed}\`.`,
  '',
  `Written by \`npm run soak -- --seed ${options.seed} --requests ${options.requests} --clients ${options.clients} --kills ${options.kills}\`, which builds the library first. ` +
    'A seed fixes what each client asks for and does, what its user answers, and what the proxy does to its nth request. ' +
    'Real processes and real sockets decide the order, so that two runs of a seed are alike, not equal. ' +
    'Time limits are real too: on a busy machine more requests end in a time-out, which changes the shares below and must not change the violations.',
  '',
  ...(ledger.violations.length > 0
    ? ['## Violations', '', ...ledger.violations.map((one) => `- ${one}`), '']
    : []),
];

const parts = (): string[] => [
  '## What stands where',
  '',
  '```text',
  'app services (vm, packed library) ──▶ proxy ──▶ examples/backend (a process, SQLite on disk)',
  '        │                                              │',
  '        └──────────────▶ proxy ◀───────────────────────┘',
  '                           └──▶ examples/wechat-server (a process)',
  '```',
  '',
  '- Phones of one person; of several, who log out before they hand it on; and of several, who do not. All four sources of the demo backend; a third renews by `/session/refresh`.',
  '- Requests come in bursts of up to six, in every mode, alone and composed from the operators; some are left before they settle.',
  '- Prompts are answered, refused, closed and released by scripted users. In between: logouts, `forget`, restarts of the mini-program, background and foreground.',
  '- Sessions live 60 s, are expired or revoked for one user every hundred requests, and for everybody every two thousand. WeChat says busy (-1) or quota (45011) now and then.',
  '',
  'Checked on each request: it settles exactly once, with its own answer (its number, its text, its user) or a `SessionError`; it was never sent without a credential where it asked for a login, ' +
    "never with another client's, never more than twice, never again as another user, never after a logout where it was asked before; and no error holds a token. " +
    'On the whole: no 401 for a session that nothing had ended; after each restart the acknowledged sessions and comments are there; no comment is there twice; nothing is thrown into a timer and nothing written to the console; ' +
    'with the faults gone every client gets its answer, and its storage ends equal to its memory.',
  '',
];

function endings({ ledger, options }: SoakResult): string[] {
  const counts = new Map<string, number>();
  for (const { ending, detail } of ledger.settled) {
    const name = ending === 'error' ? `\`${detail}\`` : detail;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort((one, other) => other[1] - one[1]);
  return [
    '## How the requests ended',
    '',
    '![Requests settled a second, by how they ended](plots/soak-requests.svg)',
    '',
    row('ended', 'requests'),
    row('---', '---:'),
    ...sorted.map(([name, times]) => row(name, times)),
    row('**all**', ledger.settled.length),
    '',
    `The last ${options.clients} or more were made with the faults gone, until each client had an answer. ` +
      'A status of 401 went to who asked without needing a login; 429, 500 and 503 are the proxy’s, with the request’s own number.',
    '',
    '![Time to settle](plots/soak-latency.svg)',
    '',
  ];
}

const faults = ({ faults: { backend, wechat }, chaos }: SoakResult): string[] => [
  '## What went wrong on the way',
  '',
  row('the proxy', 'before the backend', 'before WeChat'),
  row('---', '---:', '---:'),
  ...[...FAULT_KINDS, 'down' as const].map((kind) => row(FAULTS[kind], backend[kind], wechat[kind])),
  '',
  `Besides, ${chaos.expiries} times one user’s sessions were ended, ${chaos.massExpiries} times everybody’s, and ${chaos.wechatTroubles} times WeChat was busy. ` +
    `The backend was away for ${chaos.downtimes.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')}.`,
  '',
];

const FAULTS: Readonly<Record<keyof SoakResult['faults']['backend'], string>> = {
  none: 'let it through',
  delay: 'delayed it, 5 to 250 ms',
  late: 'delayed it past the time limit of an exchange, 4.1 to 6.5 s',
  'drop-request': 'dropped the request',
  'drop-answer': 'dropped the answer',
  truncate: 'cut the answer in half',
  status: 'answered 429, 500 or 503 itself, with and without `Retry-After`',
  down: 'found no server',
};

const durability = ({ chaos, comments, arrived }: SoakResult): string[] => [
  '## After a SIGKILL',
  '',
  row('', ''),
  row('---', '---:'),
  row('kills, each followed by a start on the same file', chaos.kills),
  row('acknowledged sessions that were tried after them, all good', chaos.sessionsChecked),
  row('acknowledged comments that were looked for after them, all there', chaos.commentsChecked),
  row('sessions issued in all', arrived.sessions),
  row('comments acknowledged in all', comments.acknowledged),
  row('comments in the file in the end, each once (an answer may be lost)', comments.stored),
  '',
  'A restart finds the lock that the killed process left, sees that its owner is dead, and recovers the write-ahead log: `examples/backend/database-owner.ts`.',
  '',
];

function logins({ bounds }: SoakResult): string[] {
  const total = (of: (bound: LoginBound) => number) => sum(bounds.map(of));
  const worst = Math.max(...bounds.map(({ codes, bound }) => codes / bound));
  return [
    '## How many logins',
    '',
    '![wx.login calls of each client, and their bound](plots/soak-logins.svg)',
    '',
    'The bound is counted where the library meets `wx` and at the proxy, never from what the library says of itself. A flight starts only',
    '',
    '1. where there is no usable credential: at a start, after a logout, after a refusal by the backend (E1; a late one counts for nothing, E4), after an expiry by the clock (E5);',
    '2. where a request asks for a fresh one;',
    '3. after a flight that brought none: by a fault, or by a question that the user did not answer with a yes, or may not be asked.',
    '',
    'Requests that wait share a flight (S1), so the number of requests does not come in. A flight takes one code, and one more for each fault that it retries; a fault that ends it instead allows one more flight. ' +
      'So each fault is good for one call of `wx.login`, and with *n* for the counts of a client:',
    '',
    '> `wx.login` calls ≤ n(starts) + n(logouts) + n(refused) + n(aged) + n(forced) + n(questions) + n(faults)',
    '',
    row('cause', 'counted'),
    row('---', '---:'),
    ...(Object.keys(CAUSES) as (keyof typeof CAUSES)[]).map((cause) =>
      row(
        CAUSES[cause],
        total(({ causes }) => causes[cause]),
      ),
    ),
    row(
      '**bound**',
      total(({ bound }) => bound),
    ),
    row(
      '**calls of `wx.login`**',
      total(({ codes }) => codes),
    ),
    '',
    `It holds for each client alone; the one that came nearest used ${number(worst * 100)} % of its bound. ` +
      'It is not reached, because causes coincide: a forced login that comes after a refusal answers both.',
    '',
  ];
}

const STEP = 2;

/** How many fall into each step of time, per second. */
function rate(times: readonly number[], seconds: number): Point[] {
  const counts = Array<number>(Math.ceil(seconds / STEP)).fill(0);
  for (const time of times) counts[Math.min(counts.length - 1, Math.floor(time / STEP))] += 1;
  return counts.map((count, index) => [(index + 0.5) * STEP, count / STEP] as const);
}

function requestsPlot({ ledger, took }: SoakResult): string {
  const seconds = took / 1000;
  const since = (at: number) => (at - ledger.startedAt) / 1000;
  const during = ledger.settled.filter(({ at }) => since(at) < seconds);
  const rates = ENDINGS.map((ending) =>
    rate(
      during.filter((settled) => settled.ending === ending).map(({ at }) => since(at)),
      seconds,
    ),
  );
  const stacked = rates.map((_, index) =>
    rates[index].map(
      ([x], step) => [x, sum(rates.slice(0, index + 1).map((points) => points[step][1]))] as const,
    ),
  );
  return lineChart({
    title: 'Requests settled a second, by how they ended',
    description:
      'Stacked areas over time; vertical lines where the backend was killed and where all sessions were expired.',
    x: { label: 's', most: seconds },
    y: { label: 'requests / s', most: Math.max(...stacked[ENDINGS.length - 1].map(([, y]) => y)) * 1.05 },
    lines: ENDINGS.map((ending, index) => ({
      name: ending,
      points: stacked[index],
      fill: index === 0 ? ('axis' as const) : ('previous' as const),
    })),
    marks: ledger.marks
      .filter(({ what }) => what !== 'listening')
      .map(({ at, what }) => ({ x: since(at), name: what })),
  });
}

function latencyPlot({ ledger }: SoakResult): string {
  const most = 10;
  const shares = (chosen: readonly Settled[]): Point[] => {
    const times = chosen.map(({ took }) => took / 1000).sort((one, other) => one - other);
    const points = Array.from({ length: 201 }, (_, index) => (index / 200) * most);
    let below = 0;
    return points.map((x) => {
      while (below < times.length && times[below] <= x) below += 1;
      return [x, (100 * below) / times.length] as const;
    });
  };
  const of = (ending: Settled['ending']) =>
    shares(ledger.settled.filter((settled) => settled.ending === ending));
  return lineChart({
    title: 'Time to settle',
    description:
      'For requests that were answered, and for those that ended in an error: the share that had settled by then.',
    x: { label: 's since the request', most },
    y: { label: '% settled', most: 100 },
    lines: [
      { name: 'answered', points: of('answered') },
      { name: 'error', points: of('error') },
    ],
  });
}

function loginsPlot({ bounds }: SoakResult): string {
  const sorted = [...bounds].sort((one, other) => one.bound - other.bound);
  return lineChart({
    title: 'wx.login calls of each client, and their bound',
    description: 'Two lines over the clients, sorted by bound; the calls stay below the bound.',
    x: { label: 'clients, by their bound', most: sorted.length },
    y: { label: 'calls', most: Math.max(...sorted.map(({ bound }) => bound)) * 1.05 },
    lines: [
      { name: 'bound', points: sorted.map(({ bound }, index) => [index + 1, bound] as const), dashed: true },
      { name: 'wx.login', points: sorted.map(({ codes }, index) => [index + 1, codes] as const) },
    ],
  });
}
