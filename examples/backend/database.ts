import { closeSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Database as Sqlite, type SQLiteValue } from 'node-sqlite3-wasm';
import type { Grant, Profile } from './authorizations';
import { claimDatabase, type Ownership } from './database-owner';
import { newUserId } from './secrets';

export interface Identity {
  readonly source: string;
  readonly openid: string;
  readonly unionid?: string;
}

export interface Account {
  readonly userId: string;
  readonly granted: readonly string[]; // kinds of authorisation that the user gave in this source
}

export interface SessionRow {
  readonly userId: string;
  readonly source: string;
  /** When the user logged in; a renewed session is as old as the one before it. */
  readonly since: number;
  readonly expiresAt: number;
}

export interface TicketRow {
  readonly source: string;
  readonly openid: string;
  readonly unionid?: string;
  readonly sealedKey: Uint8Array;
  readonly expiresAt: number;
}

export interface Comment {
  readonly id: number;
  readonly text: string;
  readonly createdAt: number;
}

// One for each version of the schema; a database of an older version goes through those that it has not seen.
const MIGRATIONS = [
  `
  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    unionid TEXT UNIQUE,
    phone TEXT,
    nickname TEXT,
    avatar TEXT,
    created_at INTEGER NOT NULL
  );
  CREATE TABLE identities (
    source TEXT NOT NULL,
    openid TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (source, openid)
  );
  CREATE TABLE grants (
    source TEXT NOT NULL,
    openid TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (source, openid, kind),
    FOREIGN KEY (source, openid) REFERENCES identities (source, openid)
  );
  CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    source TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  );
  CREATE INDEX sessions_by_end ON sessions (expires_at);
  CREATE TABLE tickets (
    ticket_hash TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    openid TEXT NOT NULL,
    unionid TEXT,
    sealed_key BLOB NOT NULL,
    expires_at INTEGER NOT NULL
  );
  CREATE INDEX tickets_by_end ON tickets (expires_at);
  CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
  );
  CREATE INDEX comments_by_user ON comments (user_id);
`,
  // Of a session that is there already nobody knows how old it is: it ends when it ends.
  `
  ALTER TABLE sessions ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE tickets ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
`,
] as const;

type Row = Readonly<Record<string, unknown>>;

// Every statement goes through the run/get/all of node-sqlite3-wasm, which finalize what they prepare.
export class Database {
  private readonly sqlite: Sqlite;
  private readonly ownership: Ownership;

  constructor(given: string) {
    mkdirSync(dirname(given), { recursive: true });
    // A link to a file that is not there yet has no real path.
    closeSync(openSync(given, 'a', 0o600));
    // The log, and what marks a database as taken, stand beside it: under one name, whatever links lead to it.
    const path = realpathSync(given);
    if (statSync(path).nlink > 1) throw new Error(`${path} has a second name, a hard link`);
    this.ownership = claimDatabase(path);
    let sqlite: Sqlite | undefined;
    try {
      sqlite = new Sqlite(path);
      prepareFile(sqlite);
      this.sqlite = sqlite;
    } catch (error) {
      sqlite?.close();
      this.ownership.release();
      throw error;
    }
  }

  close(): void {
    if (!this.sqlite.isOpen) return;
    this.sqlite.close();
    this.ownership.release();
  }

  transaction<T>(work: () => T): T {
    this.sqlite.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.sqlite.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.sqlite.inTransaction) this.sqlite.exec('ROLLBACK');
      throw error;
    }
  }

  account({ source, openid }: Identity): Account | undefined {
    const found = this.get('SELECT user_id FROM identities WHERE source = ? AND openid = ?', [
      source,
      openid,
    ]);
    if (!found) return undefined;
    const grants = this.all('SELECT kind FROM grants WHERE source = ? AND openid = ?', [source, openid]);
    return { userId: text(found, 'user_id'), granted: grants.map((row) => text(row, 'kind')) };
  }

  // Call it inside a transaction. A person known from another mini-program by the unionid stays one user.
  register(identity: Identity, now: number, grant?: Grant): Account {
    const { source, openid, unionid } = identity;
    const userId =
      this.account(identity)?.userId ?? this.userByUnionid(unionid) ?? this.addUser(unionid ?? null, now);
    this.run('INSERT OR IGNORE INTO identities VALUES (?, ?, ?)', [source, openid, userId]);
    // An app that joined the open platform later learns the unionid late. Two users that turn out to be
    // one person are left apart: merging their data is a decision for people.
    this.run('UPDATE OR IGNORE users SET unionid = ? WHERE id = ? AND unionid IS NULL', [
      unionid ?? null,
      userId,
    ]);
    if (grant) {
      this.run('INSERT OR IGNORE INTO grants VALUES (?, ?, ?)', [source, openid, grant.kind]);
      this.updateProfile(userId, grant.profile);
    }
    return this.account(identity) ?? { userId, granted: [] };
  }

  profile(userId: string): Profile {
    const row = this.get('SELECT phone, nickname, avatar FROM users WHERE id = ?', [userId]) ?? {};
    return {
      ...optionalText(row, 'phone'),
      ...optionalText(row, 'nickname'),
      ...optionalText(row, 'avatar'),
    };
  }

  addSession(tokenHash: string, { userId, source, since, expiresAt }: SessionRow): void {
    this.run('INSERT INTO sessions (token_hash, user_id, source, since, expires_at) VALUES (?, ?, ?, ?, ?)', [
      tokenHash,
      userId,
      source,
      since,
      expiresAt,
    ]);
  }

  session(tokenHash: string): SessionRow | undefined {
    const row = this.get('SELECT * FROM sessions WHERE token_hash = ?', [tokenHash]);
    return (
      row && {
        userId: text(row, 'user_id'),
        source: text(row, 'source'),
        since: number(row, 'since'),
        expiresAt: number(row, 'expires_at'),
      }
    );
  }

  removeSession(tokenHash: string): void {
    this.run('DELETE FROM sessions WHERE token_hash = ?', [tokenHash]);
  }

  removeSessionsEndedBefore(time: number): void {
    this.run('DELETE FROM sessions WHERE expires_at < ?', [time]);
  }

  expireSessions(at: number, userId?: string): number {
    return this.run(
      'UPDATE sessions SET expires_at = ? WHERE expires_at > ? AND user_id = coalesce(?, user_id)',
      [at, at, userId ?? null],
    );
  }

  revokeSessions(userId?: string): number {
    return this.run('DELETE FROM sessions WHERE user_id = coalesce(?, user_id)', [userId ?? null]);
  }

  addTicket(ticketHash: string, { source, openid, unionid, sealedKey, expiresAt }: TicketRow): void {
    this.run(
      'INSERT INTO tickets (ticket_hash, source, openid, unionid, sealed_key, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
      [ticketHash, source, openid, unionid ?? null, sealedKey, expiresAt],
    );
  }

  ticket(ticketHash: string): TicketRow | undefined {
    const row = this.get('SELECT * FROM tickets WHERE ticket_hash = ?', [ticketHash]);
    if (!row || !(row.sealed_key instanceof Uint8Array)) return undefined;
    return {
      source: text(row, 'source'),
      openid: text(row, 'openid'),
      ...optionalText(row, 'unionid'),
      sealedKey: row.sealed_key,
      expiresAt: number(row, 'expires_at'),
    };
  }

  /** False if the ticket was gone already: of two logins with one ticket only one may go on. */
  removeTicket(ticketHash: string): boolean {
    return this.run('DELETE FROM tickets WHERE ticket_hash = ?', [ticketHash]) === 1;
  }

  /** Notes that an answer which came with the ticket was refused; after so many it is gone. */
  countFailure(ticketHash: string, most: number): void {
    this.run('UPDATE tickets SET failures = failures + 1 WHERE ticket_hash = ?', [ticketHash]);
    this.run('DELETE FROM tickets WHERE ticket_hash = ? AND failures >= ?', [ticketHash, most]);
  }

  removeTicketsEndedBefore(time: number): void {
    this.run('DELETE FROM tickets WHERE expires_at < ?', [time]);
  }

  addComment(userId: string, comment: string, now: number): Comment {
    const sql =
      'INSERT INTO comments (user_id, text, created_at) VALUES (?, ?, ?) RETURNING id, text, created_at';
    const row = this.get(sql, [userId, comment, now]);
    if (!row) throw new Error('the comment was not stored');
    return commentIn(row);
  }

  comments(userId: string): Comment[] {
    const sql = 'SELECT id, text, created_at FROM comments WHERE user_id = ? ORDER BY id DESC LIMIT 200';
    return this.all(sql, [userId]).map(commentIn).reverse();
  }

  private userByUnionid(unionid: string | undefined): string | undefined {
    const row = unionid && this.get('SELECT id FROM users WHERE unionid = ?', [unionid]);
    return row ? text(row, 'id') : undefined;
  }

  private addUser(unionid: string | null, now: number): string {
    const userId = newUserId();
    this.run('INSERT INTO users (id, unionid, created_at) VALUES (?, ?, ?)', [userId, unionid, now]);
    return userId;
  }

  private updateProfile(userId: string, { phone, nickname, avatar }: Profile): void {
    this.run(
      'UPDATE users SET phone = coalesce(?, phone), nickname = coalesce(?, nickname), avatar = coalesce(?, avatar) WHERE id = ?',
      [phone ?? null, nickname ?? null, avatar ?? null, userId],
    );
  }

  private run(sql: string, values: SQLiteValue[]): number {
    return this.sqlite.run(sql, values).changes;
  }

  private get(sql: string, values: SQLiteValue[]): Row | undefined {
    return this.sqlite.get(sql, values) ?? undefined;
  }

  private all(sql: string, values: SQLiteValue[]): Row[] {
    return this.sqlite.all(sql, values);
  }
}

// Exclusive locking lets the write-ahead log work without shared memory, which this build has not got. The plain
// rollback journal is no choice here: with a lock that has but one level SQLite takes the journal of a killed process
// for a live one's and never rolls it back. FULL makes a commit outlast a power cut.
function prepareFile(sqlite: Sqlite): void {
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
  const mode = sqlite.get('PRAGMA journal_mode = WAL')?.journal_mode;
  if (mode !== 'wal') throw new Error('the database cannot keep a write-ahead log');
  sqlite.exec('PRAGMA synchronous = FULL');
  const version = Number(sqlite.get('PRAGMA user_version')?.user_version);
  if (version > MIGRATIONS.length)
    throw new Error('the database was made by a later version of this backend');
  const steps = MIGRATIONS.slice(version).join('');
  if (steps) sqlite.exec(`BEGIN; ${steps} PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`column ${column} holds no text`);
  return value;
}

function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new Error(`column ${column} holds no number`);
  return value;
}

function optionalText<K extends string>(row: Row, column: K): { readonly [key in K]?: string } {
  return typeof row[column] === 'string' ? ({ [column]: row[column] } as { [key in K]?: string }) : {};
}

const commentIn = (row: Row): Comment => ({
  id: number(row, 'id'),
  text: text(row, 'text'),
  createdAt: number(row, 'created_at'),
});
