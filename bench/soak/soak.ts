import { setTimeout as wait } from 'node:timers/promises';
import { demoApps } from '../../examples/wechat-server/demo-apps';
import { Chaos, type ChaosReport } from './chaos';
import { checkClient, checkComments, checkRecovery } from './checks';
import { Client, type Acknowledged, type Habit, type Source } from './client';
import type { Tally } from './fault-proxy';
import { Ledger } from './ledger';
import { boundOf, type LoginBound } from './login-bound';
import { People } from './people';
import { TokenBook } from './token-book';
import { createWorld, packBuilt, type WorldOptions } from './world';

export interface SoakOptions {
  readonly seed: string;
  readonly requests: number;
  readonly clients: number;
  /** How often the backend is killed. */
  readonly kills: number;
  /** Default: what was built. */
  readonly pack?: WorldOptions['pack'];
}

export interface SoakResult {
  readonly options: SoakOptions;
  readonly ledger: Ledger;
  readonly chaos: ChaosReport;
  readonly faults: { readonly backend: Tally; readonly wechat: Tally };
  /** What arrived at the backend, and what it issued. */
  readonly arrived: { readonly requests: number; readonly exchanges: number; readonly sessions: number };
  readonly bounds: readonly LoginBound[];
  readonly comments: { readonly acknowledged: number; readonly stored: number };
  /** Ms, from the first request until the last has settled. */
  readonly took: number;
}

const SESSION_SECONDS = 60;
const SETTLING_LIMIT = 60_000;
const PROGRESS = 10_000;

const SOURCES = Object.keys(demoApps) as Source[];
const HABITS: readonly Habit[] = ['own', 'own', 'own', 'shared', 'careless'];

/**
 * Plays it all. What must not happen is a violation in the ledger.
 *
 * @param tell - told now and then how many requests have settled
 */
export async function soak(
  options: SoakOptions,
  tell: (settled: number) => void = () => undefined,
): Promise<SoakResult> {
  const { seed, requests, clients: count, kills, pack = packBuilt } = options;
  const ledger = new Ledger();
  const book = new TokenBook(ledger.violation);
  const people = new People(ledger.violation);
  const comments: Acknowledged[] = [];
  const world = await createWorld({ seed, pack, lifetime: SESSION_SECONDS }, book);
  const progress = setInterval(() => tell(ledger.settled.length), PROGRESS);
  const clients = createClients();

  try {
    const chances = { seed, requests, kills, expiries: requests / 100, massExpiries: requests / 2000 };
    const chaos = new Chaos(chances, world.backend, world.wechatUrl, book, ledger, comments);
    const began = Date.now();
    ledger.startedAt = began;
    const share = (index: number) => Math.floor(requests / count) + (index < requests % count ? 1 : 0);
    const used = clients.map((client, index) => client.use(share(index)));
    const over = new AbortController();
    await Promise.race([Promise.all([...used, chaos.run()]), hang(ledger, over.signal)]);
    over.abort();
    const took = Date.now() - began;

    await world.calm();
    await Promise.all(clients.map((client) => checkRecovery(client, ledger)));
    clients.forEach((client) => checkClient(client, ledger));
    people.checkUnsure();
    world.backend.failures.forEach((line) => ledger.violation(`the backend ${line}`));
    const bounds = clients.map((client) => boundOf(client, book));
    for (const { client, codes, bound } of bounds) {
      if (codes > bound)
        ledger.violation(`client ${client}: ${codes} calls of wx.login, over its bound of ${bound}`);
    }
    // The file is read after one more kill and a recovery.
    await world.backend.kill();
    await world.backend.start();
    await world.backend.stop();
    const stored = checkComments(world.database, comments, book, ledger);

    return {
      options,
      ledger,
      chaos: chaos.report,
      faults: world.faults,
      arrived: { requests: book.requests, exchanges: book.exchanges, sessions: book.all.length },
      bounds,
      comments: { acknowledged: comments.length, stored },
      took,
    };
  } finally {
    clearInterval(progress);
    clients.forEach((client) => client.close());
    await world.close();
  }

  function createClients(): Client[] {
    const { root, urls } = world;
    const surroundings = {
      root,
      baseUrl: urls.backend,
      wechatUrl: urls.wechat,
      ledger,
      people,
      comments,
      userOf: (request: string) => book.userOf(request),
    };
    return Array.from({ length: count }, (_, index) => {
      const habit = HABITS[index % HABITS.length];
      const names = [0, 7, 13]
        .slice(0, habit === 'own' ? 1 : 3)
        .map((more) => person((index + more) % count));
      const source = SOURCES[index % SOURCES.length];
      return new Client({ index, seed, source, habit, names, refreshes: index % 3 === 0 }, surroundings);
    });
  }
}

/** Somewhat fewer people than phones: some have two. */
const person = (index: number): string => `person${Math.floor((index * 4) / 5)}`;

/** Settles only where nothing else does any more. */
async function hang(ledger: Ledger, signal: AbortSignal): Promise<void> {
  for (let before = -1; before !== ledger.settled.length;) {
    before = ledger.settled.length;
    await wait(SETTLING_LIMIT, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
  ledger.violation(`nothing settled for ${SETTLING_LIMIT} ms`);
}
