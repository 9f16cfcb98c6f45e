import { spawn } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../examples/backend/database';
import { claimDatabase } from '../../examples/backend/database-owner';

const statOf = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-weapp-session-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

// As in a container whose first process does not collect the children that it inherits.
test('a killed owner that nobody has waited for yet does not keep the database', () => {
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
  }
});

test('a database is taken by whichever name it was opened', () => {
  const [real, link] = [join(folder, 'real.db'), join(folder, 'link.db')];
  new Database(real).close();
  symlinkSync(real, link);
  const open = new Database(link);
  expect(() => new Database(real)).toThrow(`in use by process ${process.pid}`);
  open.close();
  new Database(real).close();
});

test('a link to a database that is not there yet leads to one and the same', () => {
  const [real, link] = [join(folder, 'data', 'real.db'), join(folder, 'link.db')];
  mkdirSync(join(folder, 'data'));
  symlinkSync(real, link);
  const first = new Database(link);
  expect(() => new Database(link)).toThrow(`in use by process ${process.pid}`);
  // What is not yet in the database itself is in the log beside it, where the next start looks.
  expect(readdirSync(folder)).toEqual(['data', 'link.db']);
  first.close();
});

test('a database with a second name of its own right is refused: each would have its log', () => {
  const [one, other] = [join(folder, 'one.db'), join(folder, 'other.db')];
  new Database(one).close();
  linkSync(one, other);
  for (const name of [one, other]) expect(() => new Database(name)).toThrow('a hard link');
});

test('of many that start after an owner was killed, one gets the database', async () => {
  const module = join(__dirname, '../../examples/backend/database-owner.ts');
  const claim = `
    const { claimDatabase } = require(process.argv[1]);
    const claims = process.argv.slice(2).map((db) => {
      while (Date.now() % 50);
      try { claimDatabase(db); return 1; } catch { return 0; }
    });
    process.stdout.write(JSON.stringify(claims));
    process.stdin.resume().on('end', () => process.exit());
  `;
  const dbs = Array.from({ length: 40 }, (_, each) => join(folder, `${each}.db`));
  dbs.forEach((db) => writeFileSync(`${db}.owner`, JSON.stringify({ pid: 999_999_999, startedAt: '1' })));
  const starts = [1, 2, 3].map(() => {
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', claim, module, ...dbs], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // Nobody ends before all have tried: an owner that has gone may be followed.
    const claims = new Promise<number[]>((resolve) =>
      child.stdout.on('data', (text: Buffer) => resolve(JSON.parse(text.toString()) as number[])),
    );
    return { child, claims };
  });
  const claims = await Promise.all(starts.map((start) => start.claims));
  starts.forEach(({ child }) => child.stdin.end());
  const owners = dbs.map((_, each) => claims.reduce((sum, got) => sum + got[each], 0));
  expect(owners).toEqual(dbs.map(() => 1));
}, 30_000);
