import type { Policy } from './policy';
import { REFUSED, SILENT, type LoginServer } from './server';
import { CODE, NETWORK, type Users } from './users';

export interface Simulation {
  readonly users: Users;
  readonly policy: Policy;
  readonly server: LoginServer;
  /** How long to look. */
  readonly seconds: number;
  /** Width of a bucket of events, in ms; the server sees no finer time. */
  readonly tick: number;
  /** From 0 to 1, for what this user does. */
  readonly whim: (client: number) => number;
  /** From 0 to 1, for this client's back-off. */
  readonly jitter: (client: number) => number;
  /** Told of each login that arrives at the server. */
  readonly onAttempt?: (client: number, at: number) => void;
}

/** What happened, second by second. */
export interface Curve {
  /** Logins that arrived at the server. */
  readonly attempts: Uint32Array;
  /** Clients that got their credential. */
  readonly served: Uint32Array;
  readonly refused: Uint32Array;
  /** Requests that ended in an error for the user. */
  readonly errors: Uint32Array;
  readonly flights: Uint32Array;
}

/** The events of a client: a request of its user, the end of the data request that found its session gone, an exchange. */
const REQUEST = 0;
const LOGIN = 1;
const ARRIVAL = 2;

const CODES_A_SECOND = 4;
const SECOND = 1000;
const NEVER = -1e9;

/**
 * Each client has one event to come. They lie in buckets of a few ms, as linked lists in typed arrays: a million clients
 * need no heap, and no object of their own.
 */
export function simulate(simulation: Simulation): Curve {
  const { users, policy, server, seconds, tick, whim, jitter, onAttempt } = simulation;
  const { clients } = users;
  const horizon = seconds * SECOND;
  const buckets = new Int32Array(Math.ceil(horizon / tick)).fill(-1);
  const next = new Int32Array(clients);
  const due = new Float64Array(clients);
  const kind = new Uint8Array(clients);
  const tries = new Uint8Array(clients);
  const failures = new Uint8Array(clients);
  const notBefore = new Float64Array(clients);
  const flightLimit = Number.isFinite(policy.flights) ? policy.flights : 0;
  const starts = new Float64Array(clients * flightLimit).fill(NEVER);
  const startsSeen = new Uint8Array(clients);
  const codes = new Float64Array(clients * CODES_A_SECOND).fill(NEVER);
  const codesSeen = new Uint8Array(clients);

  const perSecond = () => new Uint32Array(seconds);
  const curve = {
    attempts: perSecond(),
    served: perSecond(),
    refused: perSecond(),
    errors: perSecond(),
    flights: perSecond(),
  };
  const count = (counts: Uint32Array, at: number, times = 1) => {
    if (at < horizon) counts[Math.floor(at / SECOND)] += times;
  };

  let current = 0;
  const schedule = (client: number, what: number, at: number) => {
    if (at >= horizon) return;
    kind[client] = what;
    due[client] = at;
    const bucket = Math.max(current, Math.floor(at / tick));
    next[client] = buckets[bucket];
    buckets[bucket] = client;
  };
  const after = (mean: number, client: number) => -mean * Math.log(1 - whim(client));

  /** The request fails: its user tries again, or comes back some other time. */
  const disappoint = (client: number, now: number) => {
    count(curve.errors, now);
    const stays = whim(client) < users.patience;
    schedule(client, REQUEST, now + after(stays ? users.triesAgain : users.returns, client));
  };

  /** E7, by the last starts: false where the oldest of them is too young. */
  const mayStart = (client: number, now: number): boolean => {
    if (flightLimit === 0) return true;
    const slot = client * flightLimit + startsSeen[client];
    if (now - starts[slot] <= policy.loopWindow) return false;
    starts[slot] = now;
    startsSeen[client] = (startsSeen[client] + 1) % flightLimit;
    return true;
  };

  /** wx.login, W3: the fifth within a second waits; then the code travels to the server. */
  const takeCode = (client: number, now: number) => {
    const slot = client * CODES_A_SECOND + codesSeen[client];
    const turn = Math.max(now, codes[slot] + SECOND);
    codes[slot] = turn;
    codesSeen[client] = (codesSeen[client] + 1) % CODES_A_SECOND;
    schedule(client, ARRIVAL, turn + CODE + NETWORK);
  };

  const logIn = (client: number, now: number) => {
    const rest = Math.max(0, notBefore[client] - now);
    if (rest > policy.timeout || !mayStart(client, now)) return disappoint(client, now);
    tries[client] = 0;
    count(curve.flights, now);
    takeCode(client, now + rest);
  };

  /** Ms that a client makes of a Retry-After. */
  const spread = (client: number, asked: number): number =>
    policy.spread > 0 ? asked * (1 + policy.spread * jitter(client)) : asked;

  /** The flight ends in a transient failure. */
  const fail = (client: number, now: number, retryAfter: number) => {
    if (policy.rest > 0) {
      const longest = Math.min(policy.longestRest, policy.rest * 2 ** failures[client]);
      notBefore[client] = now + (retryAfter > 0 ? retryAfter : jitter(client) * longest);
      failures[client] = Math.min(30, failures[client] + 1);
    }
    disappoint(client, now);
  };

  const backOff = (client: number): number => {
    const most = policy.delay * 2 ** tries[client];
    switch (policy.backOff) {
      case 'full jitter':
        return jitter(client) * most;
      case 'exponential':
        return most;
      case 'none':
        return 0;
    }
  };

  const refuse = (client: number, now: number) => {
    const { retryAfter } = server;
    const asked = policy.obeysRetryAfter && retryAfter >= 0;
    if (tries[client] >= policy.retries || (asked && retryAfter > policy.timeout)) {
      return fail(client, now, policy.obeysRetryAfter ? retryAfter : NaN);
    }
    // Drawn, and counted, whether it is needed or not.
    const drawn = backOff(client);
    tries[client] += 1;
    takeCode(client, now + (asked ? spread(client, retryAfter) : drawn));
  };

  /** Logins that nobody shares: the others' answers change nothing but the load. */
  const arriveTogether = (at: number): number => {
    const answer = server.arrive(at);
    for (let more = 1; more < policy.loginsPerRequest; more += 1) server.arrive(at);
    return answer;
  };

  const arrive = (client: number, at: number) => {
    onAttempt?.(client, at);
    count(curve.attempts, at, policy.loginsPerRequest);
    const answer = arriveTogether(Math.max(at, current * tick));
    if (answer === REFUSED) {
      count(curve.refused, at);
      return refuse(client, at + NETWORK);
    }
    const given = at - NETWORK + policy.timeout;
    const answered = answer === SILENT ? Infinity : at + answer + NETWORK;
    if (answered < given) count(curve.served, answered);
    else fail(client, given, NaN);
  };

  for (let client = 0; client < clients; client += 1) {
    schedule(client, REQUEST, after(client < users.shown ? users.thinks : users.returns, client));
    // Nobody knows yet that the session is gone.
    notBefore[client] = NEVER;
  }
  const knows = new Uint8Array(clients);
  for (; current < buckets.length; current += 1) {
    for (let client = buckets[current]; client !== -1; client = buckets[current]) {
      buckets[current] = next[client];
      const now = due[client];
      if (kind[client] === ARRIVAL) arrive(client, now);
      else if (kind[client] === LOGIN || knows[client] === 1) logIn(client, now);
      else {
        knows[client] = 1;
        schedule(client, LOGIN, now + 2 * NETWORK);
      }
    }
  }
  return curve;
}
