import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { createContext, Script } from 'node:vm';
import { HIDDEN_GLOBALS } from './hidden-globals';

export interface AppServiceOptions {
  /** The folder with app.js and miniprogram_npm. */
  readonly root: string;
  readonly wx: object;
  readonly console?: Pick<Console, 'log' | 'info' | 'warn' | 'error' | 'debug'>;
}

export type Definition = Record<string, unknown>;

/** What a mini-program's code finds as globals; tests may look at them, or put something there. */
export interface AppServiceGlobals {
  wx: object;
  App(definition: Definition): void;
  Page(definition: Definition): void;
  Component(definition: Definition): void;
  Behavior(definition: Definition): Definition;
  getApp(): Definition | undefined;
  getCurrentPages(): Definition[];
  [name: string]: unknown;
}

export interface AppService {
  /** Runs a module as `require` at the root would: `./app`, `./pages/home`, or a package of miniprogram_npm. */
  require(id: string): unknown;
  readonly globals: AppServiceGlobals;
  /** What App, Page and Component were given: pages and components by module path, as in app.json. */
  readonly registered: {
    app?: Definition;
    readonly pages: Map<string, Definition>;
    readonly components: Map<string, Definition>;
  };
  /** What getCurrentPages gives, the top page last. */
  readonly pageStack: Definition[];
}

/**
 * A mini-program's app service: one JavaScript context for all modules, with WeChat's globals and no others, without
 * `eval` and `new Function`, and with WeChat's module resolution, which knows files and miniprogram_npm but no package.json.
 */
export function loadAppService({ root, wx, console = globalThis.console }: AppServiceOptions): AppService {
  const top = resolve(root);
  const registered: AppService['registered'] = { pages: new Map(), components: new Map() };
  const pageStack: Definition[] = [];
  const cache = new Map<string, { exports: unknown }>();
  let running = '';

  const globals: AppServiceGlobals = {
    wx,
    console,
    ...timers(),
    App: (definition) => void (registered.app = definition),
    Page: (definition) => void registered.pages.set(running, definition),
    Component: (definition) => void registered.components.set(running, definition),
    Behavior: (definition) => definition,
    getApp: () => registered.app,
    getCurrentPages: () => [...pageStack],
  };
  const context = createContext(globals, { codeGeneration: { strings: false, wasm: false } });

  function run(file: string): unknown {
    const known = cache.get(file);
    if (known) return known.exports;

    const module = { exports: {} as unknown };
    cache.set(file, module);
    const outer = running;
    running = moduleName(top, file).replace(/\.js$/, '');
    try {
      const parameters = ['require', 'module', 'exports', ...HIDDEN_GLOBALS].join(', ');
      const script = new Script(`(function (${parameters}) {${readFileSync(file, 'utf8')}\n})`, {
        filename: file,
      });
      const body = script.runInContext(context) as (...given: unknown[]) => void;
      body(requireFrom(file), module, module.exports);
    } catch (error) {
      cache.delete(file);
      throw error;
    } finally {
      running = outer;
    }
    return module.exports;
  }

  const requireFrom = (importer: string) => (id: string) => {
    const file = resolveModule(top, importer, id);
    if (file === undefined) throw new Error(notDefined(top, importer, id));
    return run(file);
  };

  return { require: requireFrom(join(top, 'app.js')), globals, registered, pageStack };
}

const timers = () => ({
  setTimeout: (handler: () => void, delay?: number) => Number(setTimeout(handler, delay)),
  clearTimeout: (id?: number) => clearTimeout(id),
  setInterval: (handler: () => void, delay?: number) => Number(setInterval(handler, delay)),
  clearInterval: (id?: number) => clearInterval(id),
});

function resolveModule(root: string, importer: string, id: string): string | undefined {
  if (id.startsWith('.')) return fileAt(root, resolve(dirname(importer), id));
  if (id.startsWith('/')) return fileAt(root, join(root, id));
  for (let folder = dirname(importer); isWithin(root, folder); folder = dirname(folder)) {
    const place = join(folder, 'miniprogram_npm', id);
    const file = fileAt(root, place) ?? fileAt(root, join(place, 'index'));
    if (file !== undefined) return file;
  }
  // The developer tools put what their compiler needs at the root.
  return id.startsWith('@babel/runtime/') ? fileAt(root, join(root, id)) : undefined;
}

const fileAt = (root: string, path: string) =>
  [path, `${path}.js`].find(
    (file) => file.endsWith('.js') && isWithin(root, file) && existsSync(file) && statSync(file).isFile(),
  );

const isWithin = (root: string, path: string) => path === root || path.startsWith(root + sep);

const moduleName = (root: string, file: string) => relative(root, file).split(sep).join('/');

function notDefined(root: string, importer: string, id: string): string {
  const isFile = id.startsWith('.') || id.startsWith('/');
  const path = id.startsWith('.') ? moduleName(root, resolve(dirname(importer), id)) : id.replace(/^\//, '');
  return `module '${isFile ? `${path.replace(/\.js$/, '')}.js` : id}' is not defined, require args is '${id}'`;
}
