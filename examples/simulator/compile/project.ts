import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';
import { ProjectError, problemsOf, type Problem } from './problem';

/** A mini-program's files as WeChat takes them: paths from its root, TypeScript compiled, npm built. */
export interface Project {
  readonly texts: ReadonlyMap<string, string>;
  /** Of what was compiled: source map by path. */
  readonly maps: ReadonlyMap<string, string>;
  /** Where the files that are no text are, by path. */
  readonly assets: ReadonlyMap<string, string>;
}

const TEXT = /\.(json|js|wxml|wxss|wxs)$/;
const SOURCE = /(?<!\.d)\.ts$/;
const ASSET = /\.(png|jpe?g|gif|svg|webp)$/;

/**
 * Reads a mini-program.
 *
 * @param folders - where its files are; the project itself, and the folder that holds its miniprogram_npm
 * @throws ProjectError for TypeScript that cannot be compiled
 */
export async function readProject(folders: readonly string[]): Promise<Project> {
  const texts = new Map<string, string>();
  const maps = new Map<string, string>();
  const assets = new Map<string, string>();
  const problems: Problem[] = [];

  for (const folder of folders) {
    for (const path of filesBelow(folder)) {
      const file = join(folder, path);
      if (ASSET.test(path)) assets.set(path, file);
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
  return { texts, maps, assets };
}

/** Writes a project out as a folder that WeChat's own tools take. */
export function writeProject({ texts, assets }: Project, into: string): void {
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    writeFileSync(join(into, path), content);
  };
  for (const [path, text] of texts) write(path, text);
  for (const [path, file] of assets) write(path, readFileSync(file));
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
