import { defer, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { answerAfter } from './pace';
import { createPlayer } from './script';
import type { Script } from './script';
import type { Stage } from './stage';

/** The storage of the phone. Its calls never fail, unless they are scripted to: `'#'`. */
export interface Storage {
  /** How it is read: `#` throws. */
  readonly read: Script;
  /** How a record is stored: `#` throws. */
  readonly write: Script;
  /** How it is removed: `#` throws. */
  readonly remove: Script;
  /**
   * Puts into storage what an earlier run of the app left there.
   *
   * @param record - the letter of a credential, or what was stored as it is
   * @param source - whose record
   */
  holds(record: unknown, source?: string): void;
  /** What lies in storage now. */
  content(source?: string): unknown;
  /** The keys that are in use. */
  keys(): readonly string[];
}

const keyOf = (source: string) => `rx-weapp-session:${source}`;

/** Storage copies what it is given. */
const copied = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

/** The value of a source that answers inside the call; throws what it fails with. */
function atOnce(answer: Observable<unknown>): unknown {
  let got: { readonly value?: unknown; readonly error?: unknown } = {};
  answer.subscribe({ next: (value) => (got = { value }), error: (error: unknown) => (got = { error }) });
  if ('error' in got) throw got.error;
  return got.value;
}

/** What the asynchronous calls of `wx` are given. */
export interface StorageOptions {
  readonly key: string;
  readonly data?: unknown;
  readonly success?: (result: unknown) => void;
  readonly fail?: (result: unknown) => void;
}

const ASYNCHRONOUS = 10;

/** Storage, and the part of `wx` that reaches it. */
export function createStorage(stage: Stage, source: string) {
  const { names, pace } = stage;
  const content = new Map<string, unknown>();

  const recordOf = (letter: string, of = source) => ({
    version: 1,
    source: of,
    credential: names.credential(letter),
    receivedAt: 0,
  });
  const vocabulary = {
    read: (letter: string, letters: Readonly<Record<string, unknown>>) =>
      letter in letters ? letters[letter] : recordOf(letter),
    error: { errMsg: 'storage:fail' },
  };
  const read = createPlayer(stage, 'storage.read', vocabulary);
  const write = createPlayer(stage, 'storage.write', vocabulary);
  const remove = createPlayer(stage, 'storage.remove', vocabulary);

  /** The letter of what a record holds. */
  const carriedBy = (record: unknown): string => {
    const { credential, forget } = record as { credential?: { token?: unknown }; forget?: boolean };
    return (credential && names.letterOf(credential.token)) || (forget ? 'f' : 'x');
  };

  const put = (key: string, value: unknown): void => void content.set(key, copied(value));
  const drop = (key: string): void => void content.delete(key);

  const storage: Storage = {
    read,
    write,
    remove,
    holds: (record, of = source) =>
      put(keyOf(of), typeof record === 'string' && record.length === 1 ? recordOf(record, of) : record),
    content: (of = source) => content.get(keyOf(of)),
    keys: () => [...content.keys()],
  };

  /** The usual answer, which has an effect; a scripted one has none. */
  const now = (effect: () => unknown) => () => defer(() => of(effect()));
  const soon = (effect: () => unknown) => () => answerAfter(pace, ASYNCHRONOUS, effect);

  const settle = (
    answer: Observable<unknown>,
    { success, fail }: StorageOptions,
    result: (value: unknown) => object,
  ) =>
    void answer.subscribe({
      next: (value) => success?.(result(value)),
      error: (error: unknown) => fail?.(error),
    });

  const wx = {
    getStorageSync: (key: string) =>
      atOnce(
        read.play(
          'x',
          key,
          now(() => content.get(key)),
        ),
      ) ?? '',
    setStorageSync: (key: string, value: unknown) =>
      void atOnce(
        write.play(
          carriedBy(value),
          value,
          now(() => put(key, value)),
        ),
      ),
    removeStorageSync: (key: string) =>
      void atOnce(
        remove.play(
          'x',
          key,
          now(() => drop(key)),
        ),
      ),
    getStorage: (options: StorageOptions) => {
      const { key } = options;
      const answer = read.play(
        'x',
        key,
        soon(() => content.get(key)),
      );
      answer.subscribe({
        next: (data) =>
          data === undefined
            ? options.fail?.({ errMsg: 'getStorage:fail data not found' })
            : options.success?.({ errMsg: 'getStorage:ok', data }),
        error: (error: unknown) => options.fail?.(error),
      });
    },
    setStorage: (options: StorageOptions) => {
      const { key, data } = options;
      const answer = write.play(
        carriedBy(data),
        data,
        soon(() => put(key, data)),
      );
      settle(answer, options, () => ({ errMsg: 'setStorage:ok' }));
    },
    removeStorage: (options: StorageOptions) => {
      const answer = remove.play(
        'x',
        options.key,
        soon(() => drop(options.key)),
      );
      settle(answer, options, () => ({ errMsg: 'removeStorage:ok' }));
    },
  };
  return { storage, wx };
}
