// npm run build: dist/ (CJS, ESM and declarations, for Node and bundlers) and miniprogram_dist/ (what "build npm" copies).
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

/**
 * One bundle per public entry; `miniprogram: false` keeps an entry out of the mini-program folder. The test kit works on the
 * copy of the library that the app under test has, and is read in stack traces: it is neither bundled with it nor minified.
 */
const entries = [
  { source: 'src/index.ts', output: 'index', miniprogram: true },
  { source: 'operators/index.ts', output: 'operators/index', miniprogram: true },
  {
    source: 'marbles/index.ts',
    output: 'marbles/index',
    miniprogram: false,
    options: ['--external', 'rxjs,rx-weapp-session', '--compress', 'false'],
  },
];

// Babel's target. Chrome 58 is the last one that speaks exactly ES2017: everything up to it stays native, object spread and later
// is compiled. Lower targets make microbundle compile array spread and destructuring in "loose" mode, where `[...set]` is wrong.
process.env.BROWSERSLIST = 'chrome 58';

const keptOut = entries
  .filter(({ miniprogram }) => !miniprogram)
  .map(({ output }) => join('dist/types', dirname(output)));

process.chdir(root);
for (const folder of ['dist', 'miniprogram_dist']) rmSync(folder, { recursive: true, force: true });

for (const entry of entries) bundle(entry);
emitDeclarations('dist/types');
addModuleDeclarations('dist/types');
for (const entry of entries) if (entry.miniprogram) copyForMiniProgram(entry);
cpSync('dist/types', 'miniprogram_dist/types', {
  recursive: true,
  filter: (file) => !file.endsWith('.mts') && !keptOut.some((folder) => join(file).startsWith(folder)),
});

await bundleForMiniProgram('operators/index', /^\.\//);
for (const name of readdirSync('components')) await buildComponent(name);

for (const { output } of entries) {
  for (const file of [`dist/${output}.js`, `dist/${output}.mjs`]) {
    const code = readFileSync(file);
    console.log(`${file}  ${code.length} B, ${gzipSync(code).length} B gzipped`);
  }
}

function bundle({ source, output, options = [] }) {
  const files = ['-i', source, '-o', `dist/${output}.js`, '-f', 'cjs,esm'];
  run('microbundle', 'dist/cli.js', ['build', ...files, '--strict', '--generateTypes', 'false', ...options]);
  if (!options.length) for (const extension of ['js', 'mjs']) useNativeAssign(`dist/${output}.${extension}`);
}

/**
 * Babel's object spread helper falls back for engines without Object.assign, which every ES2017 engine has; its option to
 * use it directly is out of microbundle's reach. The replacement is padded to the same length, so that the source map holds.
 */
function useNativeAssign(file) {
  const helper = /function ([\w$]+)\(\)\{return \1=Object\.assign\?.*?\.apply\((?:null|this),arguments\)\}/;
  const code = readFileSync(file, 'utf8');
  if (!helper.test(code)) throw new Error(`${file}: no helper for object spread found`);
  const native = (found, name) => `var ${name}=Object.assign;`.padEnd(found.length);
  writeFileSync(file, code.replace(helper, native));
}

function emitDeclarations(outDir) {
  const options = ['--emitDeclarationOnly', '--declarationMap', '--sourceMap', 'false', '--outDir', outDir];
  run('typescript', 'bin/tsc', ['-p', 'tsconfig.json', ...options]);
}

/** Runs a package's command; what it prints is shown only where it fails. */
function run(packageName, command, args) {
  const file = join(dirname(require.resolve(`${packageName}/package.json`)), command);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
  if (status === 0) return;
  console.error(stdout + stderr);
  process.exit(1);
}

/** `import` from an ES module needs .d.mts files, whose relative specifiers name files: './types' becomes './types.mjs'. */
function addModuleDeclarations(folder) {
  for (const file of filesBelow(folder)) {
    if (!file.endsWith('.d.ts')) continue;
    const named = readFileSync(file, 'utf8').replace(
      /(\bfrom\s+|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\2/g,
      (_, before, quote, specifier) => `${before}${quote}${moduleFile(dirname(file), specifier)}${quote}`,
    );
    writeFileSync(file.replace(/\.ts$/, '.mts'), named);
  }
}

function moduleFile(folder, specifier) {
  if (existsSync(join(folder, `${specifier}.d.ts`))) return `${specifier}.mjs`;
  if (existsSync(join(folder, specifier, 'index.d.ts'))) return `${specifier}/index.mjs`;
  throw new Error(`${folder}: no declarations for '${specifier}'`);
}

/** The declaration beside the code names the copied tree by path: there are no package exports in a mini-program. */
function copyForMiniProgram({ source, output }) {
  const target = join('miniprogram_dist', output);
  mkdirSync(dirname(target), { recursive: true });
  for (const extension of ['.js', '.js.map']) cpSync(`dist/${output}${extension}`, target + extension);
  const up = relative(dirname(target), 'miniprogram_dist') || '.';
  writeFileSync(`${target}.d.ts`, `export * from '${up}/types/${source.replace(/\.ts$/, '')}';\n`);
}

/** A component is copied as it is, but for its code. */
async function buildComponent(name) {
  const [source, target] = [`components/${name}`, `miniprogram_dist/components/${name}`];
  cpSync(source, target, { recursive: true, filter: (file) => !/\.(ts|md)$/.test(file) });
  await bundleForMiniProgram(`${source}/index`, /^rx-weapp-session$/);
  const sizes = ['js', 'wxml', 'wxss', 'json'].map((kind) => {
    const { size } = statSync(join(target, `index.${kind}`));
    return `${kind} ${size} B`;
  });
  console.log(`${target}  ${sizes.join(', ')}`);
}

/** Code that takes the library from the one file that a mini-program has of it, rather than bring its own. */
async function bundleForMiniProgram(entry, library) {
  const target = join('miniprogram_dist', entry);
  const path = `${relative(dirname(target), 'miniprogram_dist')}/index.js`;
  const setup = ({ onResolve }) =>
    onResolve({ filter: library }, ({ kind }) => (kind === 'entry-point' ? null : { path, external: true }));
  await build({
    entryPoints: [`${entry}.ts`],
    outfile: `${target}.js`,
    bundle: true,
    format: 'cjs',
    target: 'es2017',
    charset: 'utf8',
    minify: true,
    sourcemap: true,
    plugins: [{ name: 'library', setup }],
    logLevel: 'warning',
  });
}

function filesBelow(folder) {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}
