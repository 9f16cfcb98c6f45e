import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { ProjectError, problemsOf, type Problem } from './problem';

/** A mini-program's files as WeChat takes them: paths from its root, TypeScript compiled, npm built. */
export interface Project {
  readonly texts: ReadonlyMap<string, string>;
  /** Of what was compiled: source map by path. */
  readonly maps: ReadonlyMap<string, string>;
}

const TEXT = /\.(json|js|wxml|wxss|wxs)$/;
const SOURCE = /(?<!\.d)\.ts$/;

/**
 * Reads a mini-program.
 *
 * @param folders - where its files are; the project itself, and the folder that holds its miniprogram_npm
 * @throws ProjectError for TypeScript that cannot be compiled
 */
export async function readProject(folders: readonly string[]): Promise<Project> {
  const texts = new Map<string, string>();
  const maps = new Map<string, string>();
  const problems: Problem[] = [];

  for (const folder of folders) {
    for (const path of filesBelow(folder)) {
      const file = join(folder, path);
      if (TEXT.test(path)) texts.set(path, readFileSync(file, 'utf8'));
      if (!SOURCE.test(path)) continue;
      try {
        const { code, map } = await compileTypeScript(path, readFileSync(file, 'utf8'));
        texts.set(path.replace(/ts$/, 'js'), code);
        maps.set(path.replace(/ts$/, 'js'), map);
      } catch (error) {
        problems.push(...problemsOf(path, error));
      }
    }
  }
  if (problems.length > 0) throw new ProjectError(problems);
  return { texts, maps };
}

function filesBelow(folder: string, path = ''): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(folder, below) : [below];
  });
}

const compileTypeScript = (path: string, text: string) =>
  transform(text, {
    loader: 'ts',
    format: 'cjs',
    target: 'es2017',
    sourcefile: path,
    sourcemap: 'external',
    logLevel: 'silent',
  });
