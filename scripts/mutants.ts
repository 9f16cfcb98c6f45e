// npm run mutants: breaks src and operators in every way that Stryker knows, and writes docs/mutants.md: the score, and what no
// test noticed, each with the reason that stood in that file before. Fails below 90 %, and where a reason is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

interface Mutant {
  readonly location: { readonly start: Place; readonly end: Place };
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
}
interface Place {
  readonly line: number;
  readonly column: number;
}
interface Report {
  readonly files: Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>;
}

const REPORT = '.run/mutants-report.json';
const DOC = 'docs/mutants.md';
const LEAST = 90;

process.chdir(resolve(__dirname, '..'));
const stryker = createRequire(__filename).resolve('@stryker-mutator/core/package.json');
if (!process.argv.includes('--report')) {
  const { status } = spawnSync(
    process.execPath,
    [
      resolve(stryker, '../bin/stryker.js'),
      'run',
      'test/mutants/stryker.config.mjs',
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}

/** In one line, as a cell of a table: `|` would end it. */
const cell = (code: string) => `\`${code.replace(/\s+/g, ' ').replace(/\|/g, '¦').replace(/`/g, 'ˋ')}\``;

function textBetween(source: string, { start, end }: Mutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join('\n');
}

/** The reasons of the rows that stand in the file now. */
function reasonsBefore(): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  if (!existsSync(DOC)) return reasons;
  let file = '';
  for (const line of readFileSync(DOC, 'utf8').split('\n')) {
    file = /^## `(.+)`$/.exec(line)?.[1] ?? file;
    const [, , was, became, why] = line.split('|').map((part) => part.trim());
    if (why) reasons.set(`${file} ${was} ${became}`, why);
  }
  return reasons;
}

const { files } = JSON.parse(readFileSync(REPORT, 'utf8')) as Report;
const reasons = reasonsBefore();
const counts: Record<string, number> = {};
const sections: string[] = [];
let unexplained = 0;

for (const [file, { source, mutants }] of Object.entries(files).sort(([one], [other]) =>
  one < other ? -1 : 1,
)) {
  for (const { status } of mutants) counts[status] = (counts[status] ?? 0) + 1;
  const survivors = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  if (survivors.length === 0) continue;
  const rows = survivors
    .sort((one, other) => one.location.start.line - other.location.start.line)
    .map((mutant) => {
      const was = cell(textBetween(source, mutant.location));
      const became = cell(mutant.replacement ?? mutant.mutatorName);
      const why = reasons.get(`${file} ${was} ${became}`) ?? '';
      if (!why) {
        unexplained++;
        console.error(`no reason given: ${file}:${mutant.location.start.line}  ${was}  became  ${became}`);
      }
      return `| ${mutant.location.start.line} | ${was} | ${became} | ${why} |`;
    });
  sections.push(
    [
      `## \`${file}\``,
      '',
      '| line | was | became | why no test can, or need, tell |',
      '|---|---|---|---|',
      ...rows,
    ].join('\n'),
  );
}

const { Killed = 0, Timeout = 0, Survived = 0, NoCoverage = 0 } = counts;
const all = Killed + Timeout + Survived + NoCoverage;
const score = ((Killed + Timeout) / all) * 100;
writeFileSync(
  DOC,
  `Mutation score: ${score.toFixed(1)} % of ${all} mutants in \`src\` and \`operators\` (${Killed} killed by a test, ${Timeout} by its time limit, ${Survived + NoCoverage} survived).

# Mutants

Stryker breaks the code in one place at a time, and jest runs the marble tests and the jest tests that come by there: a mutant
that no test notices shows a line that is not tested, or that does nothing. \`npm run mutants\` runs it all (an hour on two
cores; the next run only what has changed since), writes this file, and fails below ${LEAST} % and where a survivor has no reason
here. Left out are the words of error messages and of the default tips, nothing else.

In the tables \`|\` is written as \`¦\`.

${sections.join('\n\n')}
`,
);
console.log(readFileSync(DOC, 'utf8').split('\n')[0]);
if (unexplained) console.error(`${unexplained} survivors without a reason in ${DOC}`);
process.exitCode = score < LEAST || unexplained > 0 ? 1 : 0;
