// npm start: builds the library, then runs the example mini-program in the simulator (examples/simulator), or walks
// through the library in this terminal (examples/walkthrough).
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `npm start                                builds, then runs the example mini-program in a browser, until Ctrl-C
npm start -- --open                      the same, and opens the browser
npm start -- --port 8080                 the same, at this port (4173)
npm start -- --walkthrough               builds, then walks through the library in this terminal, and ends
npm start -- --walkthrough --serve       the same, and leaves the servers up`;

const flags = readFlags();

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
const example = flags.walkthrough ? 'walkthrough' : 'simulator';
const others = process.argv.slice(2).filter((flag) => flag !== '--walkthrough');
process.exitCode = built || (await run(['--import', 'tsx', `examples/${example}/main.ts`, ...others]));

/** The flags, looked at before the build: a slip is told at once. */
function readFlags() {
  const flag = { type: 'boolean', default: false };
  const options = { help: flag, open: flag, port: { type: 'string' }, serve: flag, walkthrough: flag };
  try {
    const { values } = parseArgs({ options });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    if (values.port !== undefined && !(/^\d+$/.test(values.port) && Number(values.port) < 65536))
      throw new Error(`--port must be a number below 65536, not "${values.port}"`);
    return values;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(1);
  }
}

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
