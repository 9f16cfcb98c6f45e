import { setTimeout as wait } from 'node:timers/promises';
import { Database as Sqlite } from 'node-sqlite3-wasm';
import type { StoredSession } from 'rx-weapp-session';
import type { Acknowledged, Client } from './client';
import type { Ledger } from './ledger';
import type { TokenBook } from './token-book';

const TRIES = 40;

/** With nothing in the way a client gets its answer: its user may say no, and E7 may hold it back, but not for long. */
export async function checkRecovery(client: Client, ledger: Ledger): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await client.succeeds()) return;
    await wait(1000);
  }
  ledger.violation(`client ${client.index} did not recover`);
}

/** Everything has settled, and storage ends equal to memory. */
export function checkClient({ index, session, stored, unsettled }: Client, ledger: Ledger): void {
  if (unsettled.length > 0) ledger.violation(`requests ${unsettled.join()} never settled`);
  const record = stored as StoredSession | undefined;
  const token = record && 'credential' in record ? record.credential.token : undefined;
  if (token !== session.credential?.token) ledger.violation(`client ${index}: storage and memory differ`);
}

/** Each acknowledged comment is in the file, under its user, and nothing was written twice. Returns how many there are. */
export function checkComments(
  path: string,
  acknowledged: readonly Acknowledged[],
  book: TokenBook,
  ledger: Ledger,
): number {
  const database = new Sqlite(path);
  try {
    // Without shared memory a write-ahead log can be read only so.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    const rows = database.all('SELECT id, user_id, text FROM comments');
    const stored = new Set(rows.map(({ id, user_id, text }) => JSON.stringify([id, user_id, text])));
    for (const { id, text, request } of acknowledged) {
      const expected = JSON.stringify([id, book.userOf(request), text]);
      if (!stored.has(expected)) ledger.violation(`comment ${expected} was acknowledged, and is not there`);
    }
    const texts = new Set(rows.map(({ text }) => text));
    if (texts.size !== rows.length)
      ledger.violation(`${rows.length - texts.size} comments were written twice`);
    return rows.length;
  } finally {
    database.close();
  }
}
