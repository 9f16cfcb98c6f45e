import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database as Sqlite } from 'node-sqlite3-wasm';
import { Database } from '../../examples/backend/database';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-weapp-session-database-'));
  path = join(folder, 'backend.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Changes the file, as only another version of the backend would. */
function alter(sql: string): void {
  const sqlite = new Sqlite(path);
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
  sqlite.exec(sql);
  sqlite.close();
}

/** A database with one session in it. */
function makeDatabase(): void {
  const database = new Database(path);
  const { userId } = database.register({ source: 'news', openid: 'o1' }, 1);
  database.addSession('hash', { userId, source: 'news', since: 5, expiresAt: 10 });
  database.close();
}

test('a database of the first version is brought up to date, and keeps what it holds', () => {
  makeDatabase();
  alter(
    'ALTER TABLE sessions DROP COLUMN since; ALTER TABLE tickets DROP COLUMN failures; PRAGMA user_version = 1',
  );
  const database = new Database(path);
  expect(database.session('hash')).toMatchObject({ source: 'news', since: 0, expiresAt: 10 });
  database.countFailure('none', 1);
  database.close();
});

test('one of today’s version is as it was', () => {
  makeDatabase();
  const database = new Database(path);
  expect(database.session('hash')).toMatchObject({ since: 5 });
  database.close();
});

test('one of a later version is refused', () => {
  makeDatabase();
  alter('PRAGMA user_version = 99');
  expect(() => new Database(path)).toThrow('a later version of this backend');
});
