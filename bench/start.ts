import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Figure } from './statistics';
import { figureOf } from './statistics';

/** What the first answer of an app waits for, in ms of a process of its own. */
export interface Start {
  readonly contender: string;
  /** The session of an earlier run is in the storage. */
  readonly stored: boolean;
  /** Reading, compiling and running the module. */
  readonly load: Figure;
  /** From making the client to the first answer, on a platform that answers inside the call. */
  readonly answer: Figure;
  /** The second answer: a request with a session, before anything is optimised. */
  readonly second: Figure;
}

interface Took {
  readonly load: number;
  readonly answer: number;
  readonly second: number;
  readonly storage: readonly (readonly [string, unknown])[];
}

const here = fileURLToPath(new URL('.', import.meta.url));
const bundleOf = (module: string) => join(here, '.run', `${module}.cjs`);

/** The contenders' modules, and the names that they export. */
const MODULES: readonly { readonly module: string; readonly export: string; readonly keeps: boolean }[] = [
  { module: 'rx-weapp-session', export: 'rxWeappSession', keeps: true },
  { module: 'singleton-promise', export: 'singletonPromise', keeps: false },
  { module: 'fancy-mini', export: 'fancyMini', keeps: true },
  { module: 'alova', export: 'alova', keeps: false },
  { module: 'axios-auth-refresh', export: 'axiosAuthRefresh', keeps: false },
];

/** What a fresh process runs; `before` is what an earlier one left in the storage. */
const program = (file: string, name: string, before: Took['storage']) => `
console.error = console.warn = () => undefined;
const now = () => Number(process.hrtime.bigint()) / 1e6;
const began = now();
const { createScript, ${name} } = require(${JSON.stringify(file)});
const loaded = now();
const script = createScript({ login: 0, checkSession: 0, exchange: 0, request: 0 }, (_, then) => then());
const before = ${JSON.stringify(before)};
before.forEach(([key, value]) => script.storage.set(key, value));
if (before.length) script.issue();
(async () => {
  const made = now();
  const client = ${name}.create(script.wx);
  await client.request('/orders');
  const answered = now();
  await client.request('/orders');
  const took = { load: loaded - began, answer: answered - made, second: now() - answered };
  console.log(JSON.stringify({ ...took, storage: [...script.storage] }));
})();
`;

function run(code: string): Took {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as Took;
}

/** Starts each contender in fresh processes, in turn. */
export async function measureStarts(rounds: number): Promise<Start[]> {
  for (const { module, export: name } of MODULES) {
    await build({
      stdin: {
        contents: `export { ${name} } from './contenders/${module}'; export { createScript } from './wx';`,
        resolveDir: here,
        loader: 'ts',
      },
      outfile: bundleOf(module),
      tsconfig: join(here, 'tsconfig.json'),
      bundle: true,
      minify: true,
      platform: 'browser',
      format: 'cjs',
      logLevel: 'error',
    });
  }
  const starts = MODULES.flatMap(({ module, export: name, keeps }) => {
    const cold = () => program(bundleOf(module), name, []);
    const kept = () => program(bundleOf(module), name, run(cold()).storage);
    const fresh = { contender: module.replace('-p', ' p'), stored: false, code: cold(), took: [] as Took[] };
    return keeps ? [fresh, { ...fresh, stored: true, code: kept(), took: [] }] : [fresh];
  });
  for (let round = 0; round < rounds; round++) starts.forEach(({ code, took }) => took.push(run(code)));
  return starts.map(({ contender, stored, took }) => ({
    contender,
    stored,
    load: figureOf(took.map(({ load }) => load)),
    answer: figureOf(took.map(({ answer }) => answer)),
    second: figureOf(took.map(({ second }) => second)),
  }));
}
