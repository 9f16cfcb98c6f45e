import { posix } from 'node:path';
import { parseJson } from './json';
import { ProjectError, type Problem } from './problem';
import type { Project } from './project';
import { withTheme, type Theme } from './theme';
import { compileTemplates } from './wxml';
import { compileWxss } from './wxss';
import type { AppJson, ComponentJson, MiniProgramCode } from '../browser/shared/mini-program-code';

/**
 * Compiles a project for the phone.
 *
 * @returns a script that hands it to `startMiniProgram`
 * @throws ProjectError
 */
export function compileForPhone(project: Project): string {
  const { texts, maps } = project;
  const plain = jsonAt<AppJson>(texts, 'app.json');
  const theme = themeOf(texts, plain);
  const app = withTheme('app.json', plain, theme);
  const components = collectComponents(texts, app, theme);
  const styles = Object.fromEntries(
    [...components].map(([path, { scope }]) => [path, compileWxss(`${path}.wxss`, texts, scope)]),
  );
  const code: MiniProgramCode = {
    app,
    components: Object.fromEntries(components),
    styles: { app: compileWxss('app.wxss', texts), ...styles },
    modules: Object.fromEntries([...texts].filter(([path]) => path.endsWith('.js'))),
    maps: Object.fromEntries(maps),
  };
  const templates = compileTemplates(texts, [...components.keys()]);
  return `startMiniProgram(${JSON.stringify(code)}, ${templates});\n`;
}

/** WeChat reads the variables of an app that says it knows the dark. */
function themeOf(texts: ReadonlyMap<string, string>, { darkmode, themeLocation }: AppJson): Theme {
  const none: Theme = { light: {}, dark: {} };
  if (!darkmode) return none;
  if (themeLocation !== undefined) return { ...none, ...jsonAt<Partial<Theme>>(texts, themeLocation) };
  throw new ProjectError([{ file: 'app.json', message: 'darkmode needs a themeLocation' }]);
}

type Components = Map<string, MiniProgramCode['components'][string]>;

/** The pages of app.json and every component that they use, those first that others use. */
function collectComponents(texts: ReadonlyMap<string, string>, app: AppJson, theme: Theme): Components {
  const components: Components = new Map();
  const problems: Problem[] = [];

  const visit = (path: string, isPage: boolean): void => {
    if (components.has(path)) return;
    const plain = jsonAt<ComponentJson>(texts, `${path}.json`, isPage ? {} : undefined);
    const json = withTheme(`${path}.json`, plain, theme);
    const used: Record<string, string> = {};
    const isolated = json.component === true && !/shared$/.test(json.styleIsolation ?? '');
    const scope = isolated ? `c${components.size}` : undefined;
    components.set(path, { isPage, json, ...(scope && { scope }) });
    for (const [tag, reference] of Object.entries({ ...app.usingComponents, ...json.usingComponents })) {
      const found = resolveComponent(texts, path, reference);
      if (found === undefined) {
        const message = `component <${tag}> is not found: "${reference}"`;
        problems.push({ file: json.usingComponents?.[tag] ? `${path}.json` : 'app.json', message });
        continue;
      }
      visit(found, false);
      used[tag] = `/${found}`;
    }
    components.set(path, { isPage, json: { ...json, usingComponents: used }, ...(scope && { scope }) });
    for (const extension of ['js', 'wxml'])
      if (!texts.has(`${path}.${extension}`))
        problems.push({ file: `${path}.${extension}`, message: 'this file is missing' });
  };

  for (const page of app.pages) visit(page, true);
  if (problems.length > 0) throw new ProjectError(problems);
  return components;
}

/** As WeChat resolves usingComponents: a path, or a package of the nearest miniprogram_npm; no package.json, no exports. */
function resolveComponent(
  texts: ReadonlyMap<string, string>,
  user: string,
  reference: string,
): string | undefined {
  const exists = (path: string) => texts.has(`${path}.json`);
  if (reference.startsWith('/')) return [reference.slice(1)].find(exists);
  const places = [posix.join(posix.dirname(user), reference)];
  for (let folder = posix.dirname(user); ; folder = posix.dirname(folder)) {
    const place = posix.join(folder, 'miniprogram_npm', reference);
    places.push(place, `${place}/index`);
    if (folder === '.') return places.find(exists);
  }
}

function jsonAt<T>(texts: ReadonlyMap<string, string>, path: string, otherwise?: T): T {
  const text = texts.get(path);
  if (text !== undefined) return parseJson<T>(path, text);
  if (otherwise !== undefined) return otherwise;
  throw new ProjectError([{ file: path, message: 'this file is missing' }]);
}
