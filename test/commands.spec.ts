import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(__dirname, '..');

/** Each command as its users start it: what only loads in jest does not start here. */
const run = (script: string, ...flags: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', script, ...flags], { cwd: root, encoding: 'utf8' });

test('--help tells the flags, and does nothing', () => {
  const { status, stdout, stderr } = run('scripts/start.ts', '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('--walkthrough');
});

test.each([
  ['scripts/start.ts', '--walkthrough'],
  ['scripts/bench.ts', '--quick'],
  ['scripts/herd.ts', 'docs/herd.md'],
  ['scripts/soak.ts', '--kills 6'],
  ['examples/backend/main.ts', '--ttl 7200'],
  ['examples/wechat-server/main.ts', '--port 8788'],
])('%s refuses a flag that it does not know, and tells those it knows', (script, known) => {
  const { status, stdout, stderr } = run(script, '--nonsense');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain("Unknown option '--nonsense'");
  expect(stderr).toContain(known);
});

test.each([
  ['scripts/start.ts', ['--port', '65536'], '--port must be a whole number, from 0 to 65535, not "65536"'],
  ['scripts/start.ts', ['--walkthrough', '--open'], 'it takes neither --open nor --port'],
  ['examples/backend/main.ts', ['--ttl', '0'], '--ttl must be a whole number, from 1 to 316224000, not "0"'],
])('%s %j: %s', (script, flags, message) => {
  const { status, stderr } = run(script, ...flags);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});
