// npm run faults: runs the fault matrix on the sources, writes docs/faults.md and prints it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(
  process.execPath,
  [jest, '--selectProjects=source', '--testPathPatterns=test/faults', '--reporters=summary'],
  { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, FAULTS: 'write' } },
);
if (status === 0) console.log(readFileSync('docs/faults.md', 'utf8'));
process.exitCode = status ?? 1;
