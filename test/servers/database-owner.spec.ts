import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDatabase } from '../../examples/backend/database-owner';

const statOf = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');

// As in a container whose first process does not collect the children that it inherits.
test('a killed owner that nobody has waited for yet does not keep the database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rx-weapp-session-'));
  const db = join(folder, 'backend.db');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  try {
    writeFileSync(`${db}.owner`, JSON.stringify({ pid, startedAt: statOf(pid)[19] }));
    expect(() => claimDatabase(db)).toThrow(`in use by process ${pid}`);

    // Node waits for its children from the event loop, which this test does not let run.
    child.kill('SIGKILL');
    while (statOf(pid)[0] !== 'Z');
    claimDatabase(db).release();
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
