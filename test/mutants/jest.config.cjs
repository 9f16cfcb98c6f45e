const { dirname } = require('node:path');

const ROOT = dirname(require.resolve('../../package.json'));

// The source's own tests in one file: Stryker starts jest once for each mutant, and loading sixty files takes longer than the
// tests in them.
module.exports = {
  rootDir: ROOT,
  testEnvironment: require.resolve('./environment.cjs'),
  testMatch: ['<rootDir>/test/mutants/every.ts'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/mutants/tsconfig.json', diagnostics: false }],
  },
  moduleNameMapper: {
    '^rx-weapp-session$': '<rootDir>/src/index.ts',
    '^rx-weapp-session/operators$': '<rootDir>/operators/index.ts',
    '^rx-weapp-session/marbles$': '<rootDir>/marbles/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/gates/', '<rootDir>/.run/'],
};
