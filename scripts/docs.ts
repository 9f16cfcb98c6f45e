// npm run docs: runs the marble tests, and draws each scenario as it went: docs/scenarios/*.svg and the pages that show them.
// npm run docs -- --check: says which of them are stale, and changes nothing.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { KeptRecording } from '../marbles/support/keep-recordings';
import { gallery } from './gallery/pages';
import { drawn } from './gallery/scenario';

process.chdir(resolve(__dirname, '..'));
const check = process.argv.includes('--check');

/** The kit's own tests are about wrong expectations, not about logins. */
const NOT_DRAWN = ['kit'];

function recorded(): Map<string, readonly KeptRecording[]> {
  const folder = mkdtempSync(join(tmpdir(), 'recordings-'));
  const { status, stderr } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--selectProjects=source', '--testPathPatterns=/marbles/', '--silent'],
    { env: { ...process.env, RECORDINGS: folder }, encoding: 'utf8' },
  );
  if (status !== 0) {
    console.error(stderr);
    console.error('The marble tests fail: there is nothing to draw.');
    process.exit(1);
  }
  const specs = readdirSync(folder)
    .sort()
    .map((file): [string, KeptRecording[]] => [
      basename(file, '.json'),
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as KeptRecording[],
    ]);
  rmSync(folder, { recursive: true });
  return new Map(specs.filter(([spec]) => !NOT_DRAWN.includes(spec)));
}

const pages = gallery([...recorded()].flatMap(([spec, recordings]) => drawn(spec, recordings)));
const drawings = existsSync('docs/scenarios') ? readdirSync('docs/scenarios') : [];
const gone = drawings
  .map((file) => `docs/scenarios/${file}`)
  .filter((path) => !pages.some((page) => page.path === path));
const changed = pages.filter(
  ({ path, content }) => !existsSync(path) || readFileSync(path, 'utf8') !== content,
);

if (check) {
  const stale = [...changed.map(({ path }) => path), ...gone];
  stale.forEach((path) => console.error(`stale: ${path}`));
  if (stale.length) console.error('\nThe gallery differs from what the tests do. Run: npm run docs');
  else console.log(`The gallery is what the tests do: ${pages.length - 2} scenarios.`);
  process.exit(stale.length ? 1 : 0);
}
mkdirSync('docs/scenarios', { recursive: true });
gone.forEach((path) => rmSync(path));
for (const { path, content } of changed) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
console.log(`${pages.length - 2} scenarios drawn; ${changed.length} files changed, ${gone.length} removed.`);
