import { readFileSync, renameSync, linkSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';

// node-sqlite3-wasm locks a database by creating the directory `<file>.lock`, which nobody removes when the process is
// killed. So a file beside the database says which process has it open, and a lock whose owner is dead is cleared.

interface Owner {
  readonly pid: number;
  readonly startedAt: string; // tells a process from a later one that got the same pid
}

export interface Ownership {
  release(): void;
}

export function claimDatabase(path: string): Ownership {
  const file = `${path}.owner`;
  const own = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) } satisfies Owner);
  // Written aside and moved into place, so that no other process ever reads half of it.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, own, { mode: 0o600 });
  try {
    if (!linkIfAbsent(draft, file)) takeOver(path, file, draft);
  } finally {
    removeIfPresent(draft);
  }
  return { release: () => void removeIfPresent(file) };
}

function takeOver(path: string, file: string, draft: string): void {
  const owner = readOwner(file);
  if (owner && isAlive(owner)) {
    throw new Error(`${path} is in use by process ${owner.pid}`);
  }
  // Who moves the dead owner's file away, and it alone, may put its own there and clear the lock.
  const aside = `${draft}.dead`;
  const moved = moveIfPresent(file, aside);
  const isDead = moved && JSON.stringify(readOwner(aside)) === JSON.stringify(owner);
  if (moved && !isDead) linkIfAbsent(aside, file);
  removeIfPresent(aside);
  if (!isDead || !linkIfAbsent(draft, file)) throw new Error(`${path} was just taken by another process`);
  removeLock(`${path}.lock`);
}

const moveIfPresent = (file: string, to: string) => done('ENOENT', () => renameSync(file, to));
const linkIfAbsent = (draft: string, file: string) => done('EEXIST', () => linkSync(draft, file));
const removeIfPresent = (file: string) => done('ENOENT', () => unlinkSync(file));
const removeLock = (directory: string) => done('ENOENT', () => rmdirSync(directory));

/** Whether something could be done; false where it failed with this code, which is no fault. */
function done(unless: string, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (hasCode(error, unless)) return false;
    throw error;
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { pid, startedAt } = owner as Partial<Owner>;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, startedAt }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Anything but "no such process" means that there is one, if only somebody else's.
    if (hasCode(error, 'ESRCH')) return false;
  }
  const [state] = statOf(pid);
  // Killed, and its parent has not asked after it: a pid without a process.
  if (state === 'Z' || state === 'X') return false;
  const started = startOf(pid);
  return started === '' || startedAt === '' || started === startedAt;
}

// Where /proc is missing the pid alone decides, which errs on the side of leaving a lock alone.
const startOf = (pid: number): string => statOf(pid)[19] ?? '';

/** The fields that Linux gives from the process's state on. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name comes before, in parentheses, and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

const hasCode = (error: unknown, code: string) => (error as NodeJS.ErrnoException).code === code;
