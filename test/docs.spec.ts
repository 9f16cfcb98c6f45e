import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

// Every TypeScript example in doc comments and documents compiles against the public entries, in strict mode.

const root = join(__dirname, '..');

interface Example {
  /** The file that the example stands in, and the line at which it begins. */
  readonly where: string;
  readonly line: number;
  readonly code: string;
  /** Whether it stands in a doc comment of a source. */
  readonly inSource: boolean;
}

const FENCE = /^([ \t]*(?:\* ?)?[ \t]*)```(?:ts|typescript)\b[^\n]*\n([\s\S]*?)^[ \t]*(?:\* ?)?[ \t]*```/gm;

function filesIn(folder: string, extension: string): readonly string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension) && !name.includes('node_modules'))
    .map((name) => join(path, name));
}

function examplesIn(file: string): readonly Example[] {
  const text = readFileSync(file, 'utf8');
  const inSource = file.endsWith('.ts');
  return [...text.matchAll(FENCE)].map((match) => {
    const [, margin, body] = match;
    const strip = inSource ? /^[ \t]*\* ?/gm : new RegExp(`^${margin.replace(/\S/g, '')}`, 'gm');
    return {
      where: relative(root, file),
      line: text.slice(0, match.index).split('\n').length + 1,
      code: body.replace(strip, ''),
      inSource,
    };
  });
}

const sources = [...filesIn('src', '.ts'), ...filesIn('operators', '.ts'), ...filesIn('marbles', '.ts')];
const documents = [
  ...['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md']
    .map((name) => join(root, name))
    .filter((name) => existsSync(name)),
  ...filesIn('docs', '.md'),
  ...filesIn('components', '.md'),
];
const examples = [...sources, ...documents].flatMap(examplesIn);

/** Compiles all examples as one program: each is a module of its own at the root of the repository. */
function compile(all: readonly Example[]): ReadonlyMap<string, readonly string[]> {
  const texts = new Map(
    // An example without imports would be a script, and share its names with the others.
    all.map(({ code }, index) => [join(root, `example-${index}.ts`), `${code}\nexport {};\n`]),
  );
  const path = join(root, 'tsconfig.json');
  const config: unknown = ts.readConfigFile(path, (name) => ts.sys.readFile(name)).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const compilerOptions: ts.CompilerOptions = {
    ...options,
    noEmit: true,
    declaration: false,
    sourceMap: false,
    strict: true,
    // An example may show a name without going on to use it.
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: {
      'rx-weapp-session': ['./src/index.ts'],
      'rx-weapp-session/operators': ['./operators/index.ts'],
      'rx-weapp-session/marbles': ['./marbles/index.ts'],
    },
    pathsBasePath: root,
  };
  const host = ts.createCompilerHost(compilerOptions);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.getSourceFile = (name, language, ...rest) => {
    const text = texts.get(name);
    return text === undefined
      ? getSourceFile(name, language, ...rest)
      : ts.createSourceFile(name, text, language);
  };
  const program = ts.createProgram([...texts.keys()], compilerOptions, host);
  return new Map(
    [...texts.keys()].map((name) => {
      const file = program.getSourceFile(name);
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return [name, found.map((diagnostic) => describeDiagnostic(diagnostic))];
    }),
  );
}

function describeDiagnostic({ file, start, messageText }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
  return `line ${line} of the example: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}

const errors = compile(examples);

test.each(examples.map((example, index) => ({ ...example, index })))('$where:$line compiles', ({ index }) => {
  expect(errors.get(join(root, `example-${index}.ts`))).toEqual([]);
});

test('what does not compile is told', () => {
  const wrong = [
    "import { nobody } from 'rx-weapp-session';\nnobody();",
    'const n: number = "text";',
    'let = ;',
  ];
  const told = compile(wrong.map((code) => ({ where: '', line: 1, code, inSource: false })));
  told.forEach((messages) => expect(messages.join()).toMatch(/^line [12] of the example: ./));
  expect(told.size).toBe(3);
});

test('an example imports the library by its public names, and rxjs as rxjs', () => {
  for (const { where, line, code } of examples) {
    const imported = [...code.matchAll(/from\s+'([^'.][^']*)'/g)].map(([, name]) => name);
    const strange = imported.filter(
      (name) => !/^(rx-weapp-session(\/(operators|marbles))?|rxjs(\/testing)?|@jest\/globals)$/.test(name),
    );
    expect({ at: `${where}:${line}`, strange }).toEqual({ at: `${where}:${line}`, strange: [] });
  }
});

test('every public function has an example, found and extracted', () => {
  const inSources = examples.filter(({ inSource }) => inSource).map(({ code }) => code);
  const NAMES = [
    ...[
      'createSession',
      'httpBackend',
      'weapp',
      'weappStore',
      'request',
      'sessionRequest',
      'requestWithLogin',
      'uploadFile',
      'uploadFileWithLogin',
      'downloadFile',
      'downloadFileWithLogin',
      'provideSession',
      'injectSession',
      'sessionBehavior',
      'promptByPage',
    ],
    ...['withLogin', 'silentOnly', 'retryOnExpired', 'whileAuthenticated', 'sessionError', 'isSessionError'],
  ];
  const without = NAMES.filter((name) => !inSources.some((code) => new RegExp(`\\b${name}[<(]`).test(code)));
  expect(without).toEqual([]);
  // No fence is missed by the expression above.
  const fences = [...sources, ...documents]
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => /^\s*(\* ?)?\s*```(ts|typescript)\b/.test(line));
  expect(examples).toHaveLength(fences.length);
});
