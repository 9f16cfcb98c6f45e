import { install } from '@sinonjs/fake-timers';
import type { Client, Contender } from './contender';
import { held } from './overhead';
import { createScript } from './wx';
import type { Pace } from './wx';

/** Bytes in use after a collection. */
function heapUsed(): number {
  if (!global.gc) throw new Error('run node with --expose-gc');
  global.gc();
  global.gc();
  return process.memoryUsage().heapUsed;
}

/** Lets every microtask that is due run. */
const settle = () => new Promise((done) => setImmediate(done));

const PENDING = 10_000;

async function bytesEach(client: Client): Promise<number> {
  const before = heapUsed();
  const answers = Array.from({ length: PENDING }, () => client.request('/orders').catch(() => undefined));
  await settle();
  const bytes = heapUsed() - before;
  return answers.length === PENDING ? bytes / PENDING : NaN;
}

/** What a caller costs who waits for a login in progress. */
export async function perWaiter({ create }: Contender): Promise<number> {
  const script = held();
  const client = create(script.wx);
  const bytes = await bytesEach(client);
  script.release();
  await settle();
  return bytes;
}

/** What a request costs, with a session, that is on the wire. */
export async function perRequest({ create }: Contender): Promise<number> {
  let waits = false;
  const answers: (() => void)[] = [];
  const script = createScript(NO_TIME, (_, then) => void (waits ? answers.push(then) : then()));
  const client = create(script.wx);
  await client.request('/orders');
  waits = true;
  const bytes = await bytesEach(client);
  answers.forEach((then) => then());
  await settle();
  return bytes;
}

const NO_TIME: Pace = { login: 0, checkSession: 0, exchange: 0, request: 0 };
const WARM_UP = 5_000;
export const CYCLES = 10_000;

/** Bytes that are kept of so many expiries, each with its login and its retry. */
export async function afterCycles({ create }: Contender): Promise<number> {
  // The clock goes on by a second each cycle: wx.login may be called four times a second.
  const clock = install({
    now: 0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  try {
    const script = createScript(NO_TIME, (_, then) => then());
    const client = create(script.wx);
    const cycle = async () => {
      script.expire();
      clock.tick(1000);
      await client.request('/orders');
    };
    for (let index = 0; index < WARM_UP; index++) await cycle();
    const before = heapUsed();
    for (let index = 0; index < CYCLES; index++) await cycle();
    return heapUsed() - before;
  } finally {
    clock.uninstall();
  }
}
