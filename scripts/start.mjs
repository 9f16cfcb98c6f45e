// npm start: builds the library, then runs the example mini-program in the simulator, until Ctrl-C (examples/simulator).
// npm start -- --open: opens it in a browser.
// npm start -- --walkthrough: walks through the library in this terminal instead (examples/walkthrough), and ends;
//   with --serve as well, its servers stay up.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));

let child;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child?.kill(signal));

console.log('building the library (some 20 s)');
const progress = reportOutputs([
  'dist/index.js',
  'dist/operators/index.js',
  'dist/types/src/index.d.ts',
  'miniprogram_dist/index.js',
  'miniprogram_dist/components/auth-prompt/index.js',
]);
const built = await run(['scripts/build.mjs']);
clearInterval(progress);
const flags = process.argv.slice(2);
const example = flags.includes('--walkthrough') ? 'walkthrough' : 'simulator';
const others = flags.filter((flag) => flag !== '--walkthrough');
process.exitCode = built || (await run(['--import', 'tsx', `examples/${example}/main.ts`, ...others]));

/** Runs a script in a process of its own; gives its exit code. */
function run(args) {
  child = spawn(process.execPath, args, { stdio: 'inherit' });
  return new Promise((done) =>
    child.once('exit', (code, signal) => done(code ?? 128 + constants.signals[signal])),
  );
}

/** The build is silent until its end, so this says what is there already. */
function reportOutputs(paths) {
  const began = Date.now();
  const awaited = new Set(paths);
  return setInterval(() => {
    for (const path of awaited) {
      if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < began) continue;
      awaited.delete(path);
      console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${path}`);
    }
  }, 100);
}
