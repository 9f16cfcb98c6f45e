// npm run gates: installs WeChat's own tools (gates/package.json, some 300 MB) where they are missing, then runs them.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));

const run = (command, args, options) =>
  spawnSync(command, args, { stdio: 'inherit', ...options }).status ?? 1;

function install() {
  const installed = 'gates/node_modules/.package-lock.json';
  const wanted = statSync('gates/package-lock.json').mtimeMs;
  if (existsSync(installed) && statSync(installed).mtimeMs >= wanted) return 0;
  console.log("installing WeChat's own tools (two minutes, some 300 MB, once)");
  const status = run('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: 'gates' });
  if (status !== 0) {
    console.error(
      'The gates need miniprogram-ci, miniprogram-compiler and miniprogram-simulate from the npm registry, and could not get\n' +
        'them (see above). Everything else does without: npm test, npm run lint, npm run size, npm run pack:check.\n' +
        'To try again: npm ci --prefix gates, then npm run gates.',
    );
  }
  return status;
}

const steps = [
  install,
  () => run(process.execPath, ['scripts/build.mjs']),
  () => run(process.execPath, ['--import', 'tsx', 'gates/run.ts', ...process.argv.slice(2)]),
  () =>
    run(process.execPath, ['--test', '--test-reporter=spec', '--import', 'tsx', 'gates/auth-prompt.test.ts']),
];
process.exitCode = steps.reduce((status, step) => status || step(), 0);
