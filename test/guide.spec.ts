import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as jestGlobals from '@jest/globals';
import * as rxjs from 'rxjs';
import * as library from 'rx-weapp-session';
import * as marbles from 'rx-weapp-session/marbles';
import { runExample } from './support/run-example';

// The guide to testing is run: each of its examples passes, or fails with the very words that stand below it.

interface Block {
  readonly language: string;
  readonly fails: boolean;
  readonly code: string;
}

const FENCE = /^```(\w+)( fails)?\n([\s\S]*?)^```$/gm;

const blocksIn = (file: string): readonly Block[] =>
  [...readFileSync(join(__dirname, '../docs', file), 'utf8').matchAll(FENCE)].map(
    ([, language, fails, code]) => ({ language, fails: !!fails, code }),
  );

/** The tests that an example declares. */
function testsOf(code: string): ReadonlyMap<string, () => void> {
  const tests = new Map<string, () => void>();
  const modules: Readonly<Record<string, unknown>> = {
    '@jest/globals': { ...jestGlobals, test: (name: string, run: () => void) => tests.set(name, run) },
    rxjs,
    'rx-weapp-session': library,
    'rx-weapp-session/marbles': marbles,
  };
  runExample(code, { require: (name: string) => modules[name] });
  return tests;
}

/** What one test throws, if it does. */
function failureOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const guide = blocksIn('testing.md');
const examples = guide.filter(({ language }) => language === 'ts');

test.each(examples.filter(({ fails }) => !fails).map((example, number) => ({ ...example, number })))(
  'example $number passes',
  ({ code }) => {
    const tests = testsOf(code);
    expect(tests.size).toBe(1);
    tests.forEach((run) => expect(failureOf(run)).toBeUndefined());
  },
);

test('the example with the bug fails with the diagram below it', () => {
  const wrong = guide.findIndex(({ fails }) => fails);
  const [run] = testsOf(guide[wrong].code).values();
  expect(`${failureOf(run)}\n`).toBe(guide[wrong + 1].code);
});

test('there are examples, and the longest is under 25 lines from its test on', () => {
  expect(examples.length).toBeGreaterThanOrEqual(6);
  for (const { code } of examples) {
    expect(code.slice(code.indexOf('\ntest(')).trim().split('\n').length).toBeLessThan(25);
  }
});

test('both languages have the same examples, but for what the comments say', () => {
  const uncommented = (blocks: readonly Block[]) =>
    blocks.map((block) => ({ ...block, code: block.code.replace(/^\/\/ .*$/gm, '//') }));
  expect(uncommented(blocksIn('testing.zh-CN.md'))).toEqual(uncommented(guide));
});
