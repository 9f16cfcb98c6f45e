// npm run bench: installs the peers (bench/package.json), builds the library, measures, and writes docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));

run('npm', ['ci', '--prefix', 'bench']);
run(process.execPath, ['scripts/build.mjs']);
run(process.execPath, ['--expose-gc', '--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)], {
  TSX_TSCONFIG_PATH: 'bench/tsconfig.json',
});

function run(command, args, env) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}
