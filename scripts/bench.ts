// npm run bench: installs the peers (bench/package.json), builds the library, measures, and writes docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { readFlags } from './read-flags';

const HELP = `npm run bench                installs the peers, builds, measures, and writes docs/benchmarks.md (some minutes)
npm run bench -- --quick     the same in a few rounds, to see whether all of it runs; writes nothing`;

const { quick } = readFlags(HELP, { quick: { type: 'boolean' } });

process.chdir(resolve(__dirname, '..'));

run('npm', ['ci', '--prefix', 'bench']);
run(process.execPath, ['scripts/build.mjs']);
run(process.execPath, ['--expose-gc', '--import', 'tsx', 'bench/main.ts', ...(quick ? ['--quick'] : [])], {
  TSX_TSCONFIG_PATH: 'bench/tsconfig.json',
});

function run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}
