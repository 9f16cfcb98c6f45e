import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cells, rowsOf } from './cells';
import { CLAUSES } from './clauses';
import { FAULTS, MODES } from './fault';
import { report } from './report';
import { steps } from './steps/index';

const file = join(__dirname, '../../docs/faults.md');

// Set by `npm run faults`.
if (process.env.FAULTS === 'write') writeFileSync(file, report());

test('docs/faults.md is up to date: `npm run faults` writes it', () => {
  expect(readFileSync(file, 'utf8')).toBe(report());
});

test('each step has each kind of fault in each mode, or says why it cannot have it', () => {
  for (const step of steps) {
    for (const fault of FAULTS) {
      const rows = step.rows.filter((row) => row.fault === fault);
      expect([step.name, fault, rows.length > 0]).toEqual([step.name, fault, true]);
    }
  }
  const had = new Set(cells.map(({ step, row, mode }) => `${step.name} ${row.fault} ${mode}`));
  expect(had.size).toBeGreaterThan(600);
  for (const mode of MODES) expect(cells.some((cell) => cell.mode === mode)).toBe(true);
});

test('no two rows of a step are the same, and each clause is cited', () => {
  for (const step of steps) {
    const ways = rowsOf(step).map(({ fault, how }) => `${fault}: ${how}`);
    expect(ways).toEqual([...new Set(ways)]);
  }
  for (const clause of Object.keys(CLAUSES)) {
    expect([clause, report().includes(`](#${clause.toLowerCase()})`)]).toEqual([clause, true]);
  }
});
