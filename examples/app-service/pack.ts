import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface PackOptions {
  /** The package to pack: what `npm pack` would publish of it, built beforehand. */
  readonly packageRoot: string;
  /** The mini-program's folder. */
  readonly into: string;
}

interface Manifest {
  readonly name: string;
  readonly miniprogram?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * What the DevTools' "build npm" does with a package that has a `miniprogram` folder: that folder is copied as it stands, and
 * each of its `dependencies` is bundled from its main entry into one file, in miniprogram_npm.
 */
export async function packForMiniProgram({ packageRoot, into }: PackOptions): Promise<void> {
  const modules = join(into, 'miniprogram_npm');
  const scratch = mkdtempSync(join(tmpdir(), 'miniprogram-pack-'));
  try {
    const unpacked = unpackTarball(packageRoot, scratch);
    const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as Manifest;
    if (manifest.miniprogram === undefined)
      throw new Error(`${manifest.name}: package.json names no miniprogram folder`);
    cpSync(join(unpacked, manifest.miniprogram), join(modules, manifest.name), { recursive: true });

    const { resolve } = createRequire(join(packageRoot, 'package.json'));
    for (const dependency of Object.keys(manifest.dependencies ?? {}))
      await bundle(resolve(dependency), join(modules, dependency, 'index.js'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The tarball rather than the working copy: a file that `files` forgets is missing here too. */
function unpackTarball(packageRoot: string, scratch: string): string {
  const pack = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', scratch];
  const printed = execFileSync('npm', pack, { cwd: packageRoot, encoding: 'utf8' });
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }];
  execFileSync('tar', ['-xzf', join(scratch, filename), '-C', scratch]);
  return join(scratch, 'package');
}

const bundle = (entry: string, outfile: string) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'cjs',
    mainFields: ['main'],
    platform: 'neutral',
    treeShaking: false,
  });
