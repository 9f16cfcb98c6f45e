import { join } from 'node:path';
import { build } from 'esbuild';
import { soak } from '../../bench/soak/soak';
import { soakReport } from '../../bench/soak/report';
import { stopServers } from '../../examples/walkthrough/server-process';

const root = join(__dirname, '../..');

afterAll(stopServers);

/** The sources, in the place of what "build npm" makes of the built package. */
const packSources = (into: string) =>
  build({
    entryPoints: [join(root, 'src/index.ts')],
    outfile: join(into, 'miniprogram_npm/rx-weapp-session/index.js'),
    bundle: true,
    external: ['rxjs'],
    format: 'cjs',
    target: 'es2017',
  }).then(() =>
    build({
      absWorkingDir: root,
      entryPoints: ['rxjs'],
      outfile: join(into, 'miniprogram_npm/rxjs/index.js'),
      bundle: true,
      format: 'cjs',
      platform: 'neutral',
      mainFields: ['main'],
    }),
  );

// `npm run soak` is the same for longer.
test('a small soak: every request settles once, with its own answer or a typed error, over a SIGKILL', async () => {
  const result = await soak({ seed: 'small', requests: 400, clients: 16, kills: 1, pack: packSources });
  const { ledger, chaos, arrived, faults, comments } = result;
  expect(ledger.violations).toEqual([]);
  expect(ledger.settled.length).toBeGreaterThanOrEqual(400);

  // None of it was in vain.
  expect(chaos.kills).toBe(1);
  expect(chaos.sessionsChecked).toBeGreaterThan(0);
  expect(arrived.sessions).toBeGreaterThan(16);
  expect(comments.acknowledged).toBeGreaterThan(0);
  for (const kind of ['delay', 'drop-request', 'drop-answer', 'truncate', 'status'] as const) {
    expect([kind, faults.backend[kind] > 0]).toEqual([kind, true]);
  }
  const { markdown, plots } = soakReport(result);
  expect(markdown).toContain('**0 violations**');
  for (const plot of Object.keys(plots)) expect(markdown).toContain(`plots/${plot}`);
}, 180_000);
