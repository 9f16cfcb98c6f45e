import { COUNTED, isMet, isRight, isTrue, show, type Expectation, type Result } from './counting';
import type { Paint } from './paint';

const TITLE = 28;
const HEADERS = [...COUNTED, 'facts', 'ms'];

const showExpected = (expected: Expectation): string =>
  typeof expected === 'number' ? `${expected}` : `${expected.atLeast}+`;

/** The counts of each scene, "seen/expected" in each cell. */
export function formatTable(results: readonly Result[], paint: Paint): string {
  const header = [
    'seen/expected'.padEnd(TITLE),
    ...HEADERS.map((name) => name.padStart(columnWidth(name))),
  ].join('');
  const rule = paint('dim', '─'.repeat(header.length + 3));
  const rows = results.map((result, index) => formatRow(result, index + 1, paint));
  return [paint('bold', header), rule, ...rows, rule].join('\n');
}

const columnWidth = (name: string): number => Math.max(6, name.length) + 1;

function formatRow(result: Result, number: number, paint: Paint): string {
  const { title, expected, seen, facts, took } = result;
  const counts = COUNTED.map((name) => {
    const cell = `${seen[name]}/${showExpected(expected[name])}`.padStart(columnWidth(name));
    if (!isMet(expected[name], seen[name])) return paint('red', cell);
    return seen[name] === 0 ? paint('dim', cell) : cell;
  });
  const held = facts.filter(isTrue).length;
  const fact = `${held}/${facts.length}`.padStart(columnWidth('facts'));
  const ms = `${Math.round(took)}`.padStart(columnWidth('ms'));
  return [
    `${number}  ${title}`.slice(0, TITLE).padEnd(TITLE),
    ...counts,
    held === facts.length ? fact : paint('red', fact),
    paint('dim', ms),
    `  ${isRight(result) ? paint('green', '✓') : paint('red', '✗')}`,
  ].join('');
}

/** What is wrong, expected against seen; nothing where all is right. */
export function formatDifferences(results: readonly Result[], paint: Paint): string {
  return results
    .flatMap((result, index) =>
      isRight(result)
        ? []
        : [paint('bold', `✗ ${index + 1}  ${result.title}`), ...differencesOf(result, paint)],
    )
    .join('\n');
}

function differencesOf({ expected, seen, facts, failure }: Result, paint: Paint): string[] {
  const differing = (name: string, wanted: string, got: string) => [
    `    ${name}`,
    paint('green', `      - expected  ${wanted}`),
    paint('red', `      + seen      ${got}`),
  ];
  return [
    ...(failure === undefined ? [] : [paint('red', `    broke off: ${failure}`)]),
    ...COUNTED.filter((name) => !isMet(expected[name], seen[name])).flatMap((name) =>
      differing(name, showExpected(expected[name]), `${seen[name]}`),
    ),
    ...facts
      .filter((fact) => !isTrue(fact))
      .flatMap((fact) => differing(fact.text, show(fact.expected), show(fact.seen))),
  ];
}

export function formatSummary(results: readonly Result[], paint: Paint): string {
  const right = results.filter(isRight).length;
  const seconds = (results.reduce((sum, { took }) => sum + took, 0) / 1000).toFixed(1);
  const facts = results.reduce((sum, result) => sum + result.facts.length, 0);
  return right === results.length
    ? paint(
        'green',
        `✓ ${right} scenes, ${right * COUNTED.length} counts and ${facts} facts as expected, in ${seconds} s`,
      )
    : paint('red', `✗ ${results.length - right} of ${results.length} scenes are not as expected`);
}
