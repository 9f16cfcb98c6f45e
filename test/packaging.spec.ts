// What is shipped, as npm and WeChat would take it. Runs in the 'built' project: after `npm run build`.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Linter } from 'eslint';
import ts from 'typescript';

jest.setTimeout(60_000);

const root = join(__dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Manifest {
  readonly name: string;
  readonly main: string;
  readonly module: string;
  readonly types: string;
  readonly miniprogram: string;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: object;
}
const manifest = JSON.parse(read('package.json')) as Manifest;
const entries = Object.keys(manifest.exports).filter((entry) => !/\.json$|\*/.test(entry));
const nameOf = (entry: string) => posix.join(manifest.name, entry);

const packed = (() => {
  const printed = execFileSync(
    'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const [{ files }] = JSON.parse(printed) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
})();
/** Of a file, or of a folder. */
const isPacked = (file: string) => packed.some((path) => path === file || path.startsWith(`${file}/`));
const packedIn = (folder: string, pattern: RegExp) =>
  packed.filter((path) => path.startsWith(`${folder}/`) && pattern.test(path));
const components = `${manifest.miniprogram}/components`;
const code = [...packedIn('dist', /\.m?js$/), ...packedIn(manifest.miniprogram, /\.js$/)];
const bytes = (files: readonly string[]) =>
  files.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);

/** Every file that a field names, conditions included. */
const filesNamed = (value: unknown): string[] =>
  typeof value === 'string' ? [posix.normalize(value)] : Object.values(value as object).flatMap(filesNamed);

test('there is something to look at', () => {
  expect(existsSync(join(root, 'dist'))).toBe(true);
  expect(entries).toEqual(expect.arrayContaining(['.', './operators', './marbles']));
  expect(code.length).toBeGreaterThanOrEqual(3 * entries.length - 1);
});

describe('W1: importing touches no global', () => {
  /** Any access, `typeof wx` included, is recorded; any access to a part of it too. */
  const trap = `
    const touched = [];
    for (const name of ['wx', 'App', 'Page', 'Component', 'Behavior', 'getApp', 'getCurrentPages'])
      Object.defineProperty(globalThis, name, { get: () => void touched.push(name), configurable: true });`;
  const report = (names: string) => `process.stdout.write(JSON.stringify({ touched, names: ${names} }));`;

  const runNode = (script: string, type: 'commonjs' | 'module') => {
    const options = [`--input-type=${type}`, '--unhandled-rejections=strict', '--eval', script];
    const printed = execFileSync(process.execPath, options, { cwd: root, encoding: 'utf8' });
    return JSON.parse(printed) as { touched: string[]; names: string[] };
  };
  const required = (id: string, before = trap) =>
    runNode(`${before} const lib = require('${id}'); ${report('Object.keys(lib)')}`, 'commonjs');
  const imported = (id: string, before = trap) =>
    runNode(`${before} const lib = await import('${id}'); ${report('Object.keys(lib)')}`, 'module');

  const NAMES: Readonly<Record<string, readonly string[]>> = {
    '.': ['createSession', 'withLogin', 'isSessionError'],
    './operators': ['withLogin'],
    './marbles': ['sessionMarbles', 'failure', 'promised', 'onRecording', 'PACES'],
  };
  const expectedNames = (entry: string) => expect.arrayContaining([...NAMES[entry]]) as string[];

  test('the trap sees a mere typeof', () => {
    expect(required('node:path', `${trap} typeof wx;`).touched).toEqual(['wx']);
  });

  test.each(entries)('%s: require and import by name, with and without a wx', (entry) => {
    const quiet = { touched: [], names: expectedNames(entry) };
    expect(required(nameOf(entry))).toEqual(quiet);
    expect(imported(nameOf(entry))).toEqual(quiet);
    expect(required(nameOf(entry), 'const touched = [];').names).toEqual(quiet.names);
  });

  test.each(packedIn('dist', /(^|\/)index\.mjs$/))('%s: the ES module has named exports', (file) => {
    const { touched, names } = imported(`./${file}`);
    expect(touched).toEqual([]);
    const folder = file.split('/').slice(1, -1).join('/');
    expect(names).toEqual(expectedNames(folder ? `./${folder}` : '.'));
    expect(names).not.toContain('default');
    expect(new Set(required(`./${file.replace('.mjs', '.js')}`).names)).toEqual(new Set(names));
  });
});

describe('W2: what shipped code may use', () => {
  const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'];
  const allowed = [...timers, 'wx', 'getCurrentPages', 'Behavior', 'console'];

  /** Syntax beyond ES2017, and globals beyond ES2017's own and the allowed ones, `typeof` included. */
  const complaints = (text: string, isModule: boolean, more: readonly string[] = []) => {
    const globals = Object.fromEntries([...allowed, ...more].map((name) => [name, 'readonly' as const]));
    const languageOptions = {
      ecmaVersion: 2017,
      sourceType: isModule ? 'module' : 'commonjs',
      globals,
    } as const;
    const config: Linter.Config = { languageOptions, rules: { 'no-undef': ['error', { typeof: true }] } };
    return new Linter().verify(text, config).map(({ message }) => message);
  };

  test.each([
    'a => ({ ...a })',
    'a => a?.b',
    'typeof window',
    'fetch("/")',
    'globalThis',
    'new URL("")',
    'process.env',
  ])('the check sees %s', (text) => expect(complaints(text, false)).toHaveLength(1));

  test.each(code)('%s is ES2017 and knows no other globals', (file) => {
    const more = file.startsWith(components) ? ['Component'] : [];
    expect(complaints(read(file), file.endsWith('.mjs'), more)).toEqual([]);
  });

  test.each(code)(
    '%s needs rxjs alone; the test kit the library too, which it does not bring along',
    (file) => {
      const statements = read(file).replace(/\/\*[^]*?\*\//g, '');
      const needed = [...statements.matchAll(/(?:\brequire\(|\bfrom|\bimport\(?)\s*["']([^"']+)["']/g)].map(
        ([, id]) => id,
      );
      const kit = file.startsWith('dist/marbles/');
      const allowed = kit ? ['rxjs', 'rxjs/testing', manifest.name] : ['rxjs'];
      const elsewhere = needed.filter((id) => !allowed.includes(id) && !/^\.{1,2}\/.+\.js$/.test(id));
      expect(elsewhere).toEqual([]);
      expect(needed.includes(manifest.name)).toBe(kit);
      // A text of the library's own, which it has once for all entries.
      expect(read(file).includes('no authorisation')).toBe(/^(miniprogram_)?dist\/index\.m?js$/.test(file));
    },
  );
});

describe('layout', () => {
  test('every file that package.json names is packed', () => {
    const { main, module, types, exports } = manifest;
    const named = filesNamed({ main, module, types, exports }).map(
      (file) => new RegExp(`^${file.replace('*', '.+')}$`),
    );
    const missing = named.filter((name) => !packed.some((file) => name.test(file)));
    expect(missing).toEqual([]);
    expect([manifest.miniprogram, ...manifest.files].filter((file) => !isPacked(file))).toEqual([]);
  });

  test.each(entries.filter((entry) => entry !== '.'))('%s resolves without exports too', (entry) => {
    const folder = posix.normalize(entry);
    const stub = JSON.parse(read(`${folder}/package.json`)) as Record<string, unknown>;
    const files = [stub.main, stub.module, stub.types].map((file) => posix.join(folder, String(file)));
    expect(files.filter((file) => !packed.includes(file))).toEqual([]);
  });

  test('rxjs is a dependency, the only one, and no peer: "build npm" drops peers', () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['rxjs']);
    expect(manifest.peerDependencies).toBeUndefined();
  });

  test('no tests are packed, and the mini-program gets no test kit', () => {
    expect(packed.filter((path) => /(^|\/)(test|__tests__)\/|\.spec\./.test(path))).toEqual([]);
    expect(packedIn(manifest.miniprogram, /marbles|testing|jest/)).toEqual([]);
    const speaks = packedIn(manifest.miniprogram, /\.(js|ts)$/).filter((file) =>
      /sessionMarbles|rxjs\/testing/.test(read(file)),
    );
    expect(speaks).toEqual([]);
  });

  test('the test kit runs in plain Node, on the library that is there', () => {
    const script = `
      const { sessionMarbles } = require('rx-weapp-session/marbles');
      const { isSessionError } = require('rx-weapp-session');
      sessionMarbles(({ session, wx, expectSession, expectObservable }) => {
        wx.login('10ms #');
        expectSession(session).toBe('(ns) 6ms e', { e: 'anonymous !code-unavailable' });
        expectObservable(session.login()).toBe('10ms #', { '#': isSessionError });
      });
      process.stdout.write('settled');`;
    expect(execFileSync(process.execPath, ['--eval', script], { cwd: root, encoding: 'utf8' })).toBe(
      'settled',
    );
  });

  test('each component is there whole: code, template, style and configuration', () => {
    const folders = new Set(packedIn(components, /./).map((file) => posix.dirname(file)));
    const files = [...folders].flatMap((folder) =>
      ['js', 'json', 'wxml', 'wxss'].map((kind) => `${folder}/index.${kind}`),
    );
    expect(files).toContain(`${components}/auth-prompt/index.wxml`);
    expect(files.filter((file) => !packed.includes(file))).toEqual([]);
    const shipped = packedIn(components, /./).filter((file) => !file.endsWith('.map'));
    expect(shipped.filter((file) => !files.includes(file))).toEqual([]);
  });

  test('auth-prompt weighs at most 12 kB, template included', () => {
    expect(bytes(packedIn(`${components}/auth-prompt`, /\.(js|json|wxml|wxss)$/))).toBeLessThanOrEqual(
      12_000,
    );
  });

  test('the mini-program gets at most 40 kB of JavaScript', () => {
    expect(bytes(packedIn(manifest.miniprogram, /\.js$/))).toBeLessThanOrEqual(40_000);
  });

  test('every source map leads to packed sources', () => {
    const maps = packed.filter((path) => path.endsWith('.map'));
    const lost = maps.flatMap((map) => {
      const { sources } = JSON.parse(read(map)) as { sources: string[] };
      return sources
        .map((source) => posix.join(posix.dirname(map), source))
        .filter((path) => !packed.includes(path));
    });
    expect(lost).toEqual([]);
    expect(code.filter((file) => !maps.includes(`${file}.map`))).toEqual([]);
  });
});

describe('texts', () => {
  /** What README says is in the repository alone. */
  const REPOSITORY =
    /^(docs\/(scenarios|faults|mutants|soak|herd|benchmarks)(\.zh-CN)?\.md|examples\/miniprogram|CONTRIBUTING\.md)$/;
  const texts = packed.filter((file) => file.endsWith('.md'));
  const linked = (pattern: RegExp) =>
    texts.flatMap((file) =>
      [...read(file).matchAll(pattern)]
        .map(([, link]) => link)
        .filter((link) => !/^\w+:/.test(link))
        .map((link) => posix.join(posix.dirname(file), link)),
    );

  test('what they show is packed', () => {
    const shown = linked(/!\[[^\]]*\]\(([^)]+)\)/g);
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((file) => !isPacked(file))).toEqual([]);
  });

  test('what they link to is packed, or stands in the repository', () => {
    const links = linked(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g);
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((file) => !isPacked(file) && !REPOSITORY.test(file))).toEqual([]);
    expect(links.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

test('the examples that are packed bring what they import', () => {
  const files = packed.filter((file) => /^examples\/.*\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(20);
  const lost = files.flatMap((file) =>
    [...read(file).matchAll(/from '(\.[^']+)'/g)]
      .map(([, path]) => `${posix.join(posix.dirname(file), path)}.ts`)
      .filter((path) => !packed.includes(path)),
  );
  expect(lost).toEqual([]);
});

describe('declarations', () => {
  const errorsIn = (folder: string, options: ts.CompilerOptions) => {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.d\.m?ts$/.test(file),
    );
    const program = ts.createProgram(
      files.map((file) => join(root, folder, file)),
      {
        ...options,
        noEmit: true,
        strict: true,
        lib: ['lib.es2017.d.ts'],
        types: ['miniprogram-api-typings'],
      },
    );
    const errors = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => file?.fileName.startsWith(join(root, folder)));
    return errors.map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  };
  const byPath = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
  const node16 = { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 };

  test('the mini-program folder: by path alone', () => {
    expect(errorsIn(manifest.miniprogram, byPath)).toEqual([]);
  });

  test('none has what TypeScript 4 cannot read', () => {
    const files = packed.filter((file) => /\.d\.m?ts$/.test(file));
    expect(files.length).toBeGreaterThan(100);
    const later = /export type \*|<const [A-Z]|\baccessor\b/;
    expect(files.filter((file) => later.test(read(file)))).toEqual([]);
  });

  test('dist: as CJS and as ESM', () => {
    expect(errorsIn('dist', node16)).toEqual([]);
  });

  const required = packedIn(manifest.miniprogram, /\.js$/).filter((file) => !file.startsWith(components));

  test.each(required)('%s has a declaration beside it', (file) => {
    expect(packed).toContain(file.replace(/\.js$/, '.d.ts'));
  });
});
