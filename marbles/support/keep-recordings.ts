import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { onRecording } from 'rx-weapp-session/marbles';
import type { Recording } from 'rx-weapp-session/marbles';

/** A run with the name of its test. */
export interface KeptRecording extends Recording {
  readonly test: string;
}

// Keeps what every scenario of this spec file did, for the drawings of `npm run docs`.
const folder = String(process.env.RECORDINGS);
const kept: KeptRecording[] = [];
const stop = onRecording((recording) => {
  const { currentTestName = '' } = expect.getState();
  kept.push({ ...recording, test: currentTestName });
});

afterAll(() => {
  stop();
  if (!kept.length) return;
  mkdirSync(folder, { recursive: true });
  const spec = basename(String(expect.getState().testPath), '.spec.ts');
  writeFileSync(join(folder, `${spec}.json`), JSON.stringify(kept));
});
