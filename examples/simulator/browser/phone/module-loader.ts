import { HIDDEN_GLOBALS } from '../../../app-service/hidden-globals';

/** What the loader's users put before a module's eyes: wx, getApp, Page, … */
export type Globals = Readonly<Record<string, unknown>>;

interface Module {
  exports: unknown;
}

/** Where the browser's stack traces say that a module is. */
export const moduleUrl = (path: string) => `/miniprogram/${path}`;

/** A mini-program's modules: CommonJS; relative paths name files, bare ones packages of the nearest miniprogram_npm. */
export class ModuleLoader {
  private readonly loaded = new Map<string, Module>();

  constructor(
    private readonly modules: Readonly<Record<string, string>>,
    private readonly globals: Globals,
  ) {}

  /** Runs a module, once; pages and components find constructors of their own. */
  load(path: string, globals: Globals = {}): unknown {
    const known = this.loaded.get(path);
    if (known) return known.exports;

    const module: Module = { exports: {} };
    this.loaded.set(path, module);
    const given = {
      ...this.globals,
      ...globals,
      require: this.requireFrom(path),
      module,
      exports: module.exports,
    };
    const hidden = HIDDEN_GLOBALS.filter((name) => !(name in given));
    const parameters = [...Object.keys(given), ...hidden].join(', ');
    try {
      // On one line with the module's first one: its line numbers stay right.
      const wrapped = `(function (${parameters}) {${this.modules[path]}\n})\n//# sourceURL=${moduleUrl(path)}`;
      const run = (0, eval)(wrapped) as (...values: unknown[]) => void;
      run(...Object.values(given));
    } catch (error) {
      this.loaded.delete(path);
      throw error;
    }
    return module.exports;
  }

  private readonly requireFrom = (importer: string) => (id: string) => {
    const path = this.resolve(importer, id);
    if (path === undefined) throw new Error(`module '${id}' is not defined, required by ${importer}`);
    return this.load(path);
  };

  private resolve(importer: string, id: string): string | undefined {
    const folder = folderOf(importer);
    if (id.startsWith('.')) return this.fileAt(join(folder, id));
    if (id.startsWith('/')) return this.fileAt(id.slice(1));
    for (let place = folder; ; place = folderOf(place)) {
      const inPackages = join(place, `miniprogram_npm/${id}`);
      const found = this.fileAt(inPackages) ?? this.fileAt(`${inPackages}/index`);
      if (found !== undefined || place === '') return found;
    }
  }

  private fileAt(path: string): string | undefined {
    return [path, `${path}.js`].find((file) => file.endsWith('.js') && Object.hasOwn(this.modules, file));
  }
}

const folderOf = (path: string) => path.split('/').slice(0, -1).join('/');

function join(folder: string, relative: string): string {
  const parts: string[] = [];
  for (const part of `${folder}/${relative}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
