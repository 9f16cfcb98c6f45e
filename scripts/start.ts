// npm start: builds the library, then runs the example mini-program in the simulator (examples/simulator), or walks
// through the library in this terminal (examples/walkthrough).
import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { portNumber, readFlags, refuseFlags } from './read-flags';

const HELP = `npm start                                builds, then runs the example mini-program in a browser, until Ctrl-C
npm start -- --open                      the same, and opens the browser
npm start -- --port 8080                 the same, at this port (4173), or at any where it is taken
npm start -- --walkthrough               builds, then walks through the library in this terminal, and ends
npm start -- --walkthrough --serve       the same, and leaves the servers up`;

let child: ChildProcess | undefined;

async function main(): Promise<number> {
  // Looked at before the build: a slip is told at once.
  const { walkthrough, open, port } = readFlags(HELP, {
    open: { type: 'boolean' },
    port: { type: 'string' },
    serve: { type: 'boolean' },
    walkthrough: { type: 'boolean' },
  });
  if (port !== undefined) portNumber(HELP, port);
  if (walkthrough && (open || port !== undefined))
    refuseFlags(HELP, '--walkthrough runs in this terminal: it takes neither --open nor --port');

  process.chdir(resolve(__dirname, '..'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child?.kill(signal));

  console.log('building the library (half a minute or so)');
  const report = outputsReport([
    'dist/index.js',
    'dist/operators/index.js',
    'dist/types/src/index.d.ts',
    'miniprogram_dist/index.js',
    'miniprogram_dist/components/auth-prompt/index.js',
  ]);
  const progress = setInterval(report, 100);
  // What it prints at its end are the sizes of the same files.
  const built = await run(['scripts/build.mjs'], 'ignore');
  clearInterval(progress);
  report();
  const example = walkthrough ? 'walkthrough' : 'simulator';
  const others = process.argv.slice(2).filter((flag) => flag !== '--walkthrough');
  return built || run(['--import', 'tsx', `examples/${example}/main.ts`, ...others]);
}

/** Runs a script in a process of its own; gives its exit code. */
function run(args: readonly string[], output: 'inherit' | 'ignore' = 'inherit'): Promise<number> {
  const started = (child = spawn(process.execPath, args, { stdio: ['inherit', output, 'inherit'] }));
  return new Promise((done) =>
    started.once('exit', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 0))),
  );
}

/** The build is silent until its end, so this says what has come since it was asked last. */
function outputsReport(paths: readonly string[]): () => void {
  const began = Date.now();
  const awaited = new Set(paths);
  return () => {
    for (const path of awaited) {
      if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < began) continue;
      awaited.delete(path);
      console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${path}`);
    }
  };
}

void main().then((code) => (process.exitCode = code));
