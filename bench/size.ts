import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { packForMiniProgram } from '../examples/app-service/pack';

export interface Size {
  readonly name: string;
  readonly minified: number;
  readonly gzipped: number;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..');
const { resolve } = createRequire(import.meta.url);

const CORE =
  'createSession, weapp, httpBackend, requestWithLogin, sessionRequest, withLogin, silentOnly, retryOnExpired, whileAuthenticated, isSessionError';

const SETS: readonly { readonly name: string; readonly code: string }[] = [
  { name: 'operators only', code: "export * from './dist/operators/index.mjs'" },
  { name: 'core', code: `export { ${CORE} } from './dist/index.mjs'` },
  { name: 'everything', code: "export * from './dist/index.mjs'" },
];

/** What the peers need for the same: the imports of bench/contenders. */
const PEERS: readonly { readonly name: string; readonly code: string }[] = [
  {
    name: 'fancy-mini, login path',
    code: [
      ...['login/BaseLogin', 'login/auth/WechatAuth', 'request/plugin/LoginPlugin', 'request/Requester'],
      'request/plugin/InstantPlugin',
    ]
      .map((file, index) => `export * as _${index} from 'fancy-mini/lib/${file}.js';`)
      .join('\n')
      .concat("import 'regenerator-runtime/runtime.js'"),
  },
  {
    name: 'alova, both its token authentications',
    code: "export { createAlova } from 'alova'; export { createClientTokenAuthentication, createServerTokenAuthentication } from 'alova/client'",
  },
  {
    name: 'axios and axios-auth-refresh',
    code: "export { default } from 'axios'; export { createAuthRefresh } from 'axios-auth-refresh'",
  },
];

interface Bundling {
  readonly external?: string[];
  /** Export conditions besides esbuild's own. */
  readonly conditions?: string[];
}

async function sizeOf(
  name: string,
  contents: string,
  resolveDir: string,
  bundling: Bundling = {},
): Promise<Size> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2018',
    ...bundling,
    logLevel: 'error',
  });
  const [{ contents: code }] = outputFiles;
  return { name, minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
}

/** The files that a mini-program's package gets: "build npm" copies them, and uploads no declarations or maps. */
async function packed(): Promise<Size[]> {
  const into = join(here, '.run', 'packed');
  rmSync(into, { recursive: true, force: true });
  await packForMiniProgram({ packageRoot: root, into });
  const modules = join(into, 'miniprogram_npm');
  return readdirSync(modules).map((name) => {
    const files = filesBelow(join(modules, name)).filter((file) => /\.(js|json|wxml|wxss)$/.test(file));
    const code = files.map((file) => readFileSync(file));
    return {
      name: `packed: ${name}`,
      minified: code.reduce((sum, { length }) => sum + length, 0),
      gzipped: gzipSync(Buffer.concat(code), { level: 9 }).length,
    };
  });
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));

export async function measureSizes(): Promise<Size[]> {
  const sizes: Size[] = [];
  for (const { name, code } of SETS) {
    sizes.push(await sizeOf(`${name}, own code`, code, root, { external: ['rxjs'] }));
    sizes.push(await sizeOf(`${name}, with rxjs`, code, root));
    sizes.push(await sizeOf(`${name}, with rxjs in ES2015`, code, root, { conditions: ['es2015'] }));
  }
  for (const { name, code } of PEERS) sizes.push(await sizeOf(name, code, here));
  return [...sizes, ...(await packed())];
}

/** The version of a package as it is installed. */
export function versionOf(name: string): string {
  const paths = [join(here, 'node_modules', name), join(root, 'node_modules', name)];
  for (const path of paths) {
    try {
      const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { version: string };
      return version;
    } catch {
      continue;
    }
  }
  throw new Error(`${name} is not installed: ${resolve(name)}`);
}
