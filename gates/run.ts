// npm run gates: WeChat's own tools over the library as npm would publish it. Over gates/fixture and
// examples/miniprogram; each argument is the folder of one more mini-program (app.json, and package.json for its npm packages).
import { execFileSync } from 'node:child_process';
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
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import ts from 'typescript';
import { loadAppService } from '../examples/app-service/sandbox';
import type * as Operators from '../operators/index';
import type * as Library from '../src/index';

const gates = __dirname;
const fixture = join(gates, 'fixture');
const root = dirname(gates);
const require = createRequire(join(gates, 'package.json'));

interface Dependency {
  readonly type: string;
  readonly request: string;
  readonly path?: string | null;
  readonly error?: unknown;
}
interface CodeModule {
  readonly path: string;
  readonly errors?: readonly unknown[];
  readonly deps?: readonly Dependency[];
}
interface MiniprogramCi {
  readonly Project: new (options: object) => object;
  packNpm(project: object, options: object): Promise<readonly unknown[]>;
  analyseCode(project: object, options: object): Promise<{ readonly modules: readonly CodeModule[] }>;
  getCompiledResult(options: object, target: string): Promise<Readonly<Record<string, string | Buffer>>>;
}
interface Compiler {
  wxmlToJs(folder: string): string;
  wxssToJs(folder: string): string;
}

let failures = 0;

/** One gate: what it prints, or why it stays shut. */
async function gate(name: string, work: () => string | Promise<string>): Promise<void> {
  const began = Date.now();
  try {
    const said = await work();
    console.log(`  ok    ${name}: ${said} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.log(`  FAIL  ${name}: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
  }
}

/** miniprogram-ci gives its compiler's process 20 s to come up: too short on a busy machine. */
async function patiently<T>(work: () => Promise<T>, tries = 3): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (tries <= 1 || !/fork process timeout/.test(String(error))) throw error;
    return patiently(work, tries - 1);
  }
}

function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        pattern.test(file) && !file.startsWith('node_modules') && statSync(join(folder, file)).isFile(),
    )
    .sort();
}

const none = (things: readonly unknown[], what: string) => {
  if (things.length) throw new Error(`${what}: ${JSON.stringify(things, null, 1)}`);
};

/** The library as npm publishes it, unpacked, with what it depends on, where "build npm" looks for it. */
function installLibrary(app: string): void {
  const pack = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', app];
  const printed = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' });
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }];
  const modules = join(app, 'node_modules');
  mkdirSync(modules, { recursive: true });
  execFileSync('tar', ['-xzf', join(app, filename), '-C', modules]);
  rmSync(join(app, filename));
  cpSync(join(modules, 'package'), join(modules, 'rx-weapp-session'), { recursive: true });
  rmSync(join(modules, 'package'), { recursive: true });
  for (const name of ['rxjs', 'tslib'])
    cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true });
}

/** As the developer tools' TypeScript plugin does: file by file. */
function compileTypeScript(app: string): void {
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2017,
    esModuleInterop: true,
  };
  for (const file of filesBelow(app, /\.ts$/)) {
    const path = join(app, file);
    if (!file.endsWith('.d.ts')) {
      const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
        compilerOptions,
        fileName: file,
      });
      writeFileSync(path.replace(/ts$/, 'js'), outputText);
    }
    rmSync(path);
  }
}

/** Puts a mini-program where the tools may write into it. */
function copyProject(folder: string): string {
  const app = join(gates, '.run', basename(folder), 'app');
  rmSync(dirname(app), { recursive: true, force: true });
  cpSync(folder, app, {
    recursive: true,
    filter: (file) => !/(^|\/)(node_modules|miniprogram_npm)(\/|$)/.test(relative(folder, file)),
  });
  compileTypeScript(app);
  installLibrary(app);
  return app;
}

async function check(folder: string): Promise<void> {
  const ci = require('miniprogram-ci') as MiniprogramCi;
  const { DefaultProjectAttr } = require('miniprogram-ci/dist/config/config') as {
    DefaultProjectAttr: object;
  };
  const compiler = require('miniprogram-compiler') as Compiler;

  console.log(relative(root, folder));
  const app = copyProject(folder);
  const npm = join(app, 'miniprogram_npm');
  const { appid } = JSON.parse(readFileSync(join(app, 'project.config.json'), 'utf8')) as { appid: string };
  const project = new ci.Project({
    appid,
    type: 'miniProgram',
    projectPath: app,
    // Only uploads need the real one, and only an upload asks WeChat for the project's attributes.
    privateKey: 'none',
    ignores: ['node_modules/**/*'],
    attr: () => Promise.resolve(DefaultProjectAttr),
  });

  await gate('build npm (miniprogram-ci packNpm)', async () => {
    none(await ci.packNpm(project, { ignores: [], reporter: () => undefined }), 'warnings');
    const wanted = ['rx-weapp-session/index.js', 'rx-weapp-session/operators/index.js', 'rxjs/index.js'];
    wanted.push(
      ...['js', 'json', 'wxml', 'wxss'].map(
        (kind) => `rx-weapp-session/components/auth-prompt/index.${kind}`,
      ),
    );
    none(
      wanted.filter((file) => !existsSync(join(npm, file))),
      'missing',
    );
    const own = filesBelow(join(npm, 'rx-weapp-session'), /\.js$/);
    const size = own.reduce((sum, file) => sum + statSync(join(npm, 'rx-weapp-session', file)).size, 0);
    return `${own.length} files of the library's, ${size} B`;
  });

  await gate('requires and components resolve (analyseCode)', async () => {
    const { modules } = await ci.analyseCode(project, { silent: true });
    const edges = modules.flatMap(({ path, deps = [] }) => deps.map((dep) => ({ from: path, ...dep })));
    none(
      modules.filter(({ errors }) => errors?.length).map(({ path, errors }) => ({ path, errors })),
      'errors',
    );
    none(
      // Every app is asked for plugin pages of a fixed name, which none needs to have.
      edges.filter(({ error, path, type }) => error || (!path && type !== 'FunctionalPages')),
      'unresolved',
    );
    const library = edges.filter(({ path }) => path?.includes('rx-weapp-session/'));
    if (!library.length) throw new Error('nothing asks for the library');
    return `${modules.length} modules, ${edges.length} edges, ${library.length} of them into the library`;
  });

  await gate('WXML and WXSS compile (wcc, wcsc)', () => {
    const [wxml, wxss] = [filesBelow(app, /\.wxml$/), filesBelow(app, /\.wxss$/)];
    const templates: unknown = runInContext(
      `(function (global) {${compiler.wxmlToJs(app)}; return $gwx; })({})`,
      createContext({ window: {}, console }),
    );
    if (typeof templates !== 'function') throw new Error('wcc gave no templates');
    const render = templates as (path: string) => unknown;
    none(
      wxml.filter((file) => typeof render(file) !== 'function'),
      'templates that wcc left out',
    );
    const style = compiler.wxssToJs(app);
    none(
      wxss.filter((file) => !style.includes(file)),
      'styles that wcsc left out',
    );
    return `${wxml.length} templates, ${wxss.length} styles`;
  });

  const compiled = join(dirname(app), 'compiled');
  await gate('official compile output (getCompiledResult)', async () => {
    const setting = {
      es6: true,
      es7: true,
      minify: true,
      minifyJS: true,
      minifyWXML: true,
      minifyWXSS: true,
    };
    const options = { project, version: '1.0.0', desc: 'gate', setting, onProgressUpdate: () => undefined };
    const result = await patiently(() => ci.getCompiledResult(options, join(dirname(app), 'compiled.zip')));
    let size = 0;
    for (const [file, content] of Object.entries(result)) {
      const target = join(compiled, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      size += statSync(target).size;
    }
    if (size > 2 * 1024 * 1024) throw new Error(`${size} B: WeChat takes 2 MB of a package`);
    return `${Object.keys(result).length} files, ${size} B`;
  });

  await gate('runs in a bare app service', () => runApp(compiled, folder === fixture));
}

/** Loads what was compiled as the app service does, with no window and no eval; logs in where the app needs no network for it. */
async function runApp(folder: string, logsIn: boolean): Promise<string> {
  const { pages } = JSON.parse(readFileSync(join(folder, 'app.json'), 'utf8')) as { pages: string[] };
  const storage = new Map<string, unknown>();
  const wx = {
    login: ({ success }: { success(result: object): void }) => success({ code: 'code' }),
    getAccountInfoSync: () => ({
      miniProgram: { appId: 'wx0000000000000001', envVersion: 'develop', version: '' },
    }),
    getExtConfigSync: () => ({}),
    getStorageSync: (key: string) => storage.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => storage.set(key, value),
    removeStorageSync: (key: string) => storage.delete(key),
  };
  const service = loadAppService({ root: folder, wx });
  service.require('./app');
  for (const page of pages) service.require(`./${page}`);
  const component = 'miniprogram_npm/rx-weapp-session/components/auth-prompt/index';
  service.require(`./${component}`);
  none(
    pages.filter((page) => !service.registered.pages.has(page) && !service.registered.components.has(page)),
    'pages that registered nothing',
  );
  if (!service.registered.components.has(component)) throw new Error('auth-prompt registered nothing');

  if (!logsIn) return `${pages.length} pages loaded`;
  const { injectSession } = service.require('rx-weapp-session') as typeof Library;
  const { withLogin } = service.require('rx-weapp-session/operators') as typeof Operators;
  if (typeof withLogin !== 'function') throw new Error('no operators');
  const session = injectSession();
  const seen: string[] = [];
  session.session$.subscribe(({ status }) => seen.push(status));
  session.prompt$.subscribe((prompt) => prompt?.answer({ code: 'phone', errMsg: 'getPhoneNumber:ok' }));
  await new Promise<void>((done, failed) => session.login().subscribe({ complete: done, error: failed }));
  return seen.join(', ');
}

async function main(): Promise<void> {
  const projects = process.argv.slice(2).map((folder) => resolve(folder));
  const example = join(root, 'examples/miniprogram');
  if (existsSync(join(example, 'app.json'))) projects.unshift(example);
  for (const project of [fixture, ...projects]) await check(project);
  if (failures) console.log(`${failures} gates stay shut`);
  // miniprogram-ci leaves a child process behind that would keep this one.
  process.exit(failures ? 1 : 0);
}

void main();
