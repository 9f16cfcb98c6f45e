import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const typescript = ['src', 'operators', 'marbles', 'components', 'test', 'examples', 'bench', 'gates']
  .map((folder) => `${folder}/**/*.ts`)
  .concat('*.ts');
const shipped = ['src/**/*.ts', 'operators/**/*.ts'];
const message = 'use the rxjs scheduler clock: asyncScheduler.now(), timer(), delay()';

// Import boundaries. A file group may import what `allowed` matches, and nothing else.
const rxjsRoot = { regex: '^rxjs/', message: "Only 'rxjs' reaches a mini-program." };
const operatorsFolder = {
  regex: '^(\\.\\./)+operators$',
  message:
    "Write 'operators/index': the folder's package.json names the built files, and WeChat resolves no folders.",
};
const only = (allowed, message) => ({ regex: `^(?!(${allowed})$)`, message });
const imports = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: [rxjsRoot, operatorsFolder, ...patterns] }],
});

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'miniprogram_dist/',
      'coverage/',
      '**/node_modules/',
      '**/miniprogram_npm/',
      '**/.run/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
      },
    },
  },
  {
    // A mini-program, for WeChat's tools.
    files: ['gates/fixture/**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { App: 'readonly', Page: 'readonly', getApp: 'readonly', wx: 'readonly' },
    },
  },
  {
    files: typescript,
    extends: [tseslint.configs.recommendedTypeChecked, rxjsX.configs.strict],
    languageOptions: {
      parserOptions: {
        project: 'tsconfig.test.json',
        tsconfigRootDir: dirname(fileURLToPath(import.meta.url)),
      },
    },
    rules: {
      ...imports(),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-misused-spread': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_$' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // WeChat resolves files, not folders: './methods/index' has to be written out.
      'rxjs-x/no-index': 'off',
      // What wx reports is a plain object, and what is caught is unknown: both are passed on as they came.
      'rxjs-x/throw-error': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      // A source that completes empty is a failure here, and the EmptyError of firstValueFrom says so.
      'rxjs-x/no-ignored-default-value': 'off',
      // Sessions, prompts and platforms are plain objects of closures: their methods need no `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['examples/simulator/browser/**/*.ts'],
    languageOptions: {
      parserOptions: { project: 'examples/simulator/browser/tsconfig.json' },
    },
  },
  {
    files: shipped,
    rules: {
      ...imports({
        regex: '^\\.{1,2}/index$',
        message: 'Import the file itself: the index imports everything.',
      }),
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'].map((name) => ({ name, message })),
        ...[
          'window',
          'document',
          'self',
          'global',
          'globalThis',
          'process',
          'Buffer',
          'navigator',
          'location',
          'localStorage',
          'fetch',
          'XMLHttpRequest',
          'WebSocket',
          'AbortController',
          'URL',
          'TextEncoder',
          'structuredClone',
          'queueMicrotask',
        ].map((name) => ({ name, message: 'a mini-program has no such global' })),
      ],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message }],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]',
          message,
        },
      ],
    },
  },
  {
    files: ['src/platform/**/*.ts'],
    rules: imports(
      only(
        'rxjs|\\./.+|\\.\\./(session-error|types|clock|fields|kept-on)',
        'src/platform knows rxjs, src/session-error, src/types, src/clock, src/fields and src/kept-on.',
      ),
    ),
  },
  {
    files: ['operators/**/*.ts'],
    rules: imports(
      only(
        'rxjs|\\./.+|\\.\\./src/(session-error|types|hooks)',
        'operators know rxjs, src/session-error, src/types and src/hooks.',
      ),
    ),
  },
  {
    files: ['test/**/*.ts', 'marbles/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts', 'gates/*.ts'],
    rules: {
      // A test lets an unexpected error fail it, and looks at subjects and floating streams on purpose.
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-floating-observables': 'off',
      'rxjs-x/no-exposed-subjects': 'off',
      // A made-up user answers each prompt in a time of its own.
      'rxjs-x/no-nested-subscribe': 'off',
      // Tests run where rxjs/testing is.
      'no-restricted-imports': 'off',
      // Jest's matchers, `expect.any(String)`, are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // What looks at some of many kinds of a thing says what it does with the others.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // An async function without await is the short way to a rejected promise.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['marbles/index.ts', 'marbles/kit/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            only(
              'rxjs|rxjs/testing|rx-weapp-session|\\./.+',
              'the test kit knows rxjs and the public entry, and no test framework.',
            ),
          ],
        },
      ],
    },
  },
  {
    files: ['gates/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', name: ['describe', 'test'], package: 'node:test' }] },
      ],
    },
  },
);
