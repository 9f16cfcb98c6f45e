import { install } from '@sinonjs/fake-timers';
import type { Client, Contender } from './contender';
import { createScript } from './wx';
import type { Calls, Pace, Script } from './wx';

/** The figures of a phone on a good network, and of the same on a bad one. */
export const PACE: Pace = { login: 10, checkSession: 200, exchange: 50, request: 20 };
export const SLOW: Pace = { login: 40, checkSession: 800, exchange: 200, request: 80 };

/** The least that a scenario can take. */
export interface Bound {
  readonly ms: number;
  readonly calls: Calls;
}

export interface Scenario {
  readonly name: string;
  /** The backend's session is there when the clock starts. */
  readonly warm?: boolean;
  readonly forced?: boolean;
  run(client: Client, script: Script, pace: Pace): Promise<unknown>[];
  /** The critical path: what has to wait for what. */
  readonly path: string;
  bound(pace: Pace): Bound;
}

export interface Outcome {
  readonly contender: string;
  readonly scenario: string;
  /** Virtual ms to the last answer; nothing where one never came. */
  readonly ms?: number;
  readonly calls: Calls;
  readonly failed: number;
  readonly pending: number;
}

const times = (count: number, request: () => Promise<unknown>) => Array.from({ length: count }, request);
const least = (login: number, exchange: number, request: number): Calls => ({
  login,
  checkSession: 0,
  exchange,
  request,
});
const logIn = ({ login, exchange }: Pace) => login + exchange;

const cold = (count: number): Scenario => ({
  name: count === 1 ? 'cold, 1 request' : `cold, burst of ${count}`,
  run: ({ request }) => times(count, () => request('/orders')),
  path: 'code → exchange → request',
  bound: (pace) => ({ ms: logIn(pace) + pace.request, calls: least(1, 1, count) }),
});

/** A user who asks once more where the first answer is a failure. */
const stubborn = async (request: () => Promise<unknown>) => {
  try {
    return await request();
  } catch {
    return request();
  }
};

const failingOnce = (count: number): Scenario => ({
  name: count === 1 ? 'wx.login fails once, asked again' : `wx.login fails once, ${count} ask again`,
  run: ({ request }, script) => {
    script.failLogins(1);
    return times(count, () => stubborn(() => request('/orders')));
  },
  path: 'failed code → code → exchange → request',
  bound: (pace) => ({ ms: pace.login + logIn(pace) + pace.request, calls: least(2, 1, count) }),
});

export const SCENARIOS: readonly Scenario[] = [
  cold(1),
  cold(10),
  cold(100),
  {
    name: 'warm',
    warm: true,
    run: ({ request }) => [request('/orders')],
    path: 'request',
    bound: ({ request }) => ({ ms: request, calls: least(0, 0, 1) }),
  },
  {
    name: '5 expire together',
    warm: true,
    run: ({ request }, script) => {
      script.expire();
      return times(5, () => request('/orders'));
    },
    path: 'refusal → code → exchange → request',
    bound: (pace) => ({ ms: pace.request + logIn(pace) + pace.request, calls: least(1, 1, 10) }),
  },
  {
    name: 'late expiry',
    warm: true,
    run: ({ request }, script, pace) => {
      script.expire();
      script.delay('/late', 7 * pace.request);
      return [request('/orders'), request('/late')];
    },
    path: 'late refusal → request (the login was over before)',
    bound: (pace) => ({ ms: 8 * pace.request, calls: least(1, 1, 4) }),
  },
  failingOnce(1),
  failingOnce(10),
  {
    name: 'forced',
    warm: true,
    forced: true,
    run: ({ forced }) => (forced ? [forced('/orders')] : []),
    path: 'code → exchange → request',
    bound: (pace) => ({ ms: logIn(pace) + pace.request, calls: least(1, 1, 1) }),
  },
];

const CLOCK = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'];

/** Plays one scenario for one contender in virtual time; nothing where the contender has no such thing. */
export async function play(
  { name, create }: Contender,
  { name: scenario, warm, forced, run }: Scenario,
  pace: Pace,
): Promise<Outcome | undefined> {
  const clock = install({ now: 0, toFake: CLOCK });
  try {
    const script = createScript(pace, (ms, then) => setTimeout(then, ms));
    const client = create(script.wx);
    if (forced && !client.forced) return undefined;
    if (warm) {
      const ready = client.request('/orders');
      await clock.runAllAsync();
      await ready;
    }
    const before = { ...script.calls };
    const start = clock.now;
    let [last, failed, pending] = [start, 0, 0];
    for (const answer of run(client, script, pace)) {
      pending++;
      const settled = () => {
        pending--;
        last = clock.now;
      };
      answer.then(settled, () => {
        failed++;
        settled();
      });
    }
    await clock.runAllAsync();
    const { calls } = script;
    const made: Calls = {
      login: calls.login - before.login,
      checkSession: calls.checkSession - before.checkSession,
      exchange: calls.exchange - before.exchange,
      request: calls.request - before.request,
    };
    return {
      contender: name,
      scenario,
      ms: pending ? undefined : last - start,
      calls: made,
      failed,
      pending,
    };
  } finally {
    clock.uninstall();
  }
}
