import type { LoginMode } from 'rx-weapp-session';
import { cells, cellsOf, rowsOf } from './cells';
import type { Cell } from './cells';
import { CLAUSES } from './clauses';
import type { Clause } from './clauses';
import { FAULTS, MODES } from './fault';
import type { NotApplicable, Row, Step } from './fault';
import { steps } from './steps/index';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((columns) => `| ${columns.join(' | ')} |`).join('\n');

const anchor = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replace(/ /g, '-');
const link = (clause: Clause) => `[${clause}](#${clause.toLowerCase()})`;
const code = (ending: string) => (ending === 'ok' ? 'ok' : `\`${ending}\``);

/** How a cell ends, in a word or two; what follows from the login is left out. */
function ending({ mode, expected }: Cell): string {
  const { login, request, credential, event } = expected;
  const follows = request === login || (mode === 'silent' && request === 'ok');
  return [
    code(login),
    ...(follows ? [] : [`request ${code(request)}`]),
    ...(credential === 'kept' ? ['kept'] : []),
    ...(event ? [`event \`${event}\``] : []),
  ].join(', ');
}

const endings = (step: Step, row: Row): readonly string[] => {
  const reached = new Map<LoginMode, Cell>(cellsOf(step, row).map((cell) => [cell.mode, cell]));
  return MODES.map((mode) => {
    const cell = reached.get(mode);
    return cell ? ending(cell) : '–';
  });
};

/** The rows of a step; what ends alike is put together. */
function rowsAlike(step: Step): readonly (readonly string[])[] {
  const alike = new Map<string, { readonly ways: string[]; readonly columns: readonly string[] }>();
  for (const fault of FAULTS) {
    for (const row of rowsOf(step).filter((it) => it.fault === fault)) {
      const columns = [...endings(step, row), link(row.clause)];
      const key = [fault, ...columns].join();
      const group = alike.get(key) ?? { ways: [], columns: [fault, ...columns] };
      alike.set(key, group);
      if (row.how) group.ways.push(row.how);
    }
  }
  return [...alike.values()].map(({ ways, columns: [fault, ...rest] }) => [fault, ways.join('; '), ...rest]);
}

/** Why cells are missing: by mode, and by fault. */
function reasons(step: Step): string {
  const byMode = new Map<string, string[]>();
  const note = (reason: string, what: string) => byMode.set(reason, [...(byMode.get(reason) ?? []), what]);
  for (const mode of MODES) {
    const reason = step.unreached?.[mode];
    if (reason !== undefined) note(reason, `\`${mode}\``);
  }
  for (const { fault, because } of step.rows.filter((row): row is NotApplicable => 'because' in row)) {
    note(because, fault);
  }
  const linked = (reason: string) =>
    reason.replace(/\((\w\d+)\)/g, (_, clause: Clause) => `(${link(clause)})`);
  return [...byMode].map(([reason, what]) => `- Not ${what.join('; ')}: ${linked(reason)}.`).join('\n');
}

const headingOf = (step: Step) =>
  steps.filter(({ name }) => name === step.name).length > 1
    ? `${step.name}: ${step.reached.split(/[,;]/)[0]}`
    : step.name;

const section = (step: Step): string =>
  [
    `### ${headingOf(step)}`,
    `Reached by: ${step.reached}.`,
    table(['Fault', 'How', ...MODES.map((mode) => `\`${mode}\``), 'Clause'], rowsAlike(step)),
    reasons(step),
  ]
    .filter(Boolean)
    .join('\n\n');

/** A step and a fault in one cell: all endings, whatever the way and the mode. */
function glance(step: Step, fault: Row['fault']): string {
  const seen = rowsOf(step)
    .filter((row) => row.fault === fault)
    .flatMap((row) => cellsOf(step, row))
    .map(({ expected: { login, request } }) => (login === 'ok' ? request : login));
  return seen.length > 0 ? [...new Set(seen)].map(code).join(' ') : '–';
}

const overview = () =>
  table(
    ['Step', ...FAULTS],
    steps.map((step) => [
      `[${headingOf(step)}](#${anchor(headingOf(step))})`,
      ...FAULTS.map((fault) => glance(step, fault)),
    ]),
  );

const groups = [...new Set(steps.map(({ group }) => group))];
const clauses = Object.keys(CLAUSES) as Clause[];

/** docs/faults.md. */
export const report = (): string => `# Faults

What a login comes to when one of its steps goes wrong: ${steps.length} steps, ${FAULTS.length} kinds of fault, ${MODES.length} modes; ${cells.length} cells.

\`npm run faults\` runs every cell in virtual time, prints this file and writes it; \`npm test\` runs them too, and fails
where this file is not what they say. The endings are derived from the clauses at the foot, by the rules that stand in
\`test/faults/steps\`, not from what the code was seen to do.

In each cell two callers log in and a third sends a request, all at once, while the step is faulty. It holds when

- both logins end as the cell says (${link('F1')}), and the request as they do (${link('R3')}; in mode \`silent\` it goes
  on anonymously instead, ${link('M4')});
- the state is what the failure leaves: a usable credential stays usable, an expired one expired, nobody stays nobody
  (${link('F4')}, ${link('M3')}, ${link('T4')});
- after the fault is gone, a login in the same mode and a forced one succeed, and storage holds what memory holds,
  whatever was answered late (${link('F1')}, ${link('F2')});
- no token, code, ticket or session_key came out in a state, an event or an error (${link('T3')});
- no exception reached a subscriber, a timer or the process, and no timer outlives \`dispose()\` (${link('C3')}).

How to read a cell: \`ok\` or the error's code; "request" where the request ends otherwise than the login; "kept" where
the credential from before is kept; "event" where an event tells of the fault; "–" where there is no such cell, for a
reason given below the table.

The forced modes begin with a usable credential, the others with none, where the table does not say otherwise.

## At a glance

All endings of a step and a fault, in any mode.

${overview()}

${groups
  .map((group) => [`## ${group}`, ...steps.filter((step) => step.group === group).map(section)].join('\n\n'))
  .join('\n\n')}

## Clauses

${table(
  ['Clause', 'Promises'],
  clauses.map((clause) => [`<a id="${clause.toLowerCase()}"></a>${clause}`, CLAUSES[clause]]),
)}
`;
