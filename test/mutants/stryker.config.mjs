// npm run mutants: is there a test that fails, whatever is broken in src or operators? The report is docs/mutants.md.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/**/*.ts', 'operators/**/*.ts'],
  plugins: ['@stryker-mutator/jest-runner', import.meta.resolve('./ignore-texts.mjs')],
  ignorers: ['texts'],
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'test/mutants/jest.config.cjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // A slow machine must not count as a mutant killed.
  timeoutMS: 15_000,
  timeoutFactor: 4,
  concurrency: 2,
  // jest keeps something of every run: a young process is three times as fast as an old one.
  maxTestRunnerReuse: 60,
  ignorePatterns: ['docs', 'gates', 'bench', 'miniprogram_dist', '.run', 'coverage'],
  tempDirName: '.run/mutants',
  incremental: true,
  incrementalFile: '.run/mutants.json',
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { reportTests: false, allowColor: false },
  jsonReporter: { fileName: '.run/mutants-report.json' },
  tsconfigFile: 'none',
};
