import type { Config } from 'jest';

// The same suite runs twice: against the sources, and against the built files.
// What goes through the public entries imports 'rx-weapp-session', which is mapped here.
const project = (
  displayName: string,
  tsconfig: string,
  entry: string,
  operators: string,
  marbles: string,
  elsewhere: string,
): Config => ({
  displayName,
  testEnvironment: 'node',
  // npm run docs draws what the marble tests did.
  setupFilesAfterEnv: process.env.RECORDINGS ? ['<rootDir>/marbles/support/keep-recordings.ts'] : [],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig }] },
  testMatch: ['<rootDir>/marbles/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', elsewhere],
  // WeChat's own tools, and what they make, are none of jest's business.
  modulePathIgnorePatterns: ['<rootDir>/gates/', '<rootDir>/.run/'],
  moduleNameMapper: {
    '^rx-weapp-session$': entry,
    '^rx-weapp-session/operators$': operators,
    '^rx-weapp-session/marbles$': marbles,
  },
});

const config: Config = {
  // jest leaves one core out by itself: of two, that is half.
  maxWorkers: '100%',
  projects: [
    // packaging.spec looks at built files only; app-service, walkthrough, servers and simulator at examples, commands at what
    // the repository runs, docs, structure and types at what compiles: once is enough.
    project(
      'source',
      'tsconfig.test.json',
      '<rootDir>/src/index.ts',
      '<rootDir>/operators/index.ts',
      '<rootDir>/marbles/index.ts',
      '/test/packaging\\.spec',
    ),
    project(
      'built',
      // Types are checked in the other project: these are the same files, in front of the same declarations.
      'tsconfig.built.json',
      '<rootDir>/dist/index.js',
      '<rootDir>/dist/operators/index.js',
      '<rootDir>/dist/marbles/index.js',
      '/test/((app-service|walkthrough|docs|commands|structure|types|herd)\\.spec|servers/|simulator/)',
    ),
  ],
};

export default config;
