import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { build, type BuildResult } from 'esbuild';

const folder = join(__dirname, '../browser');

export const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

export interface File {
  readonly type: string;
  readonly content: string | Uint8Array;
}

/** The simulator's own pages, by path: bundled once, kept in memory. */
export async function buildPages(): Promise<ReadonlyMap<string, File>> {
  const { outputFiles } = await bundle();
  const files = new Map<string, File>();
  const add = (path: string, content: string | Uint8Array) =>
    files.set(path, { type: TYPES[extname(path) || '.html'], content });
  for (const { path, contents } of outputFiles) add(path.slice(folder.length), contents);
  add('/', readFileSync(join(folder, 'panel/index.html'), 'utf8'));
  add('/phone.html', readFileSync(join(folder, 'phone/index.html'), 'utf8'));
  for (const number of [1, 2, 3, 4]) {
    const name = `/avatars/${number}.svg`;
    add(name, readFileSync(join(folder, 'phone', name), 'utf8'));
  }
  return files;
}

const bundle = (): Promise<BuildResult<{ write: false }>> =>
  build({
    entryPoints: {
      panel: join(folder, 'panel/main.ts'),
      phone: join(folder, 'phone/main.ts'),
      'panel-style': join(folder, 'panel/panel.css'),
      'phone-style': join(folder, 'phone/phone.css'),
    },
    outdir: folder,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    sourcemap: 'linked',
    write: false,
    logLevel: 'silent',
    tsconfig: join(folder, 'tsconfig.json'),
  });
