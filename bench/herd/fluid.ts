import type { Policy } from './policy';
import { CODE, NETWORK, type Users } from './users';

/** What a client that always gets the same refusal does in the mean. */
export interface Pace {
  /** Attempts of a flight. */
  readonly attempts: number;
  /** Seconds from one request of its user to the next. */
  readonly cycle: number;
  /** The share of them that E7 holds back. */
  readonly away: number;
  /** Attempts a second. */
  readonly rate: number;
}

const SECOND = 1000;

/** Erlang's loss formula: the share that finds all places taken. */
function blocked(places: number, load: number): number {
  let share = 1;
  for (let place = 1; place <= places; place += 1) share = (load * share) / (place + load * share);
  return share;
}

/**
 * The mean pace of one client, by hand, for policies that leave nothing behind. E7 is a loss system: each flight takes one
 * of five places for half a minute, and who finds none is sent away.
 *
 * @param retryAfter - what refusals say, in ms; NaN: nothing
 */
export function paceOf(policy: Policy, { triesAgain }: Users, retryAfter: number): Pace {
  const obeyed = policy.obeysRetryAfter && retryAfter >= 0;
  const retries = obeyed && retryAfter > policy.timeout ? 0 : policy.retries;
  const pauses = Array.from({ length: retries }, (_, index) => {
    if (obeyed) return retryAfter * (1 + policy.spread / 2);
    const most = policy.delay * 2 ** index;
    return { 'full jitter': most / 2, exponential: most, none: 0 }[policy.backOff];
  });
  const flight = (retries + 1) * (CODE + 2 * NETWORK) + pauses.reduce((sum, pause) => sum + pause, 0);
  const attempts = (retries + 1) * policy.loginsPerRequest;

  // A tap that is sent away is soon followed by the next: how many are, and how often there are taps, hang together.
  const fits = policy.flights * flight < policy.loopWindow;
  let away = 0;
  const taps = () => 1 / (triesAgain + (1 - away) * flight);
  for (let round = 0; fits && round < 50; round += 1)
    away = blocked(policy.flights, taps() * policy.loopWindow);
  return {
    attempts,
    cycle: (flight + triesAgain) / SECOND,
    away,
    rate: attempts * taps() * (1 - away) * SECOND,
  };
}

export interface Fluid {
  /** Attempts, and logins, in each second. */
  readonly attempts: readonly number[];
  readonly served: readonly number[];
}

/**
 * The herd as a fluid: clients flow in as they ask for the first time, and out as they are served or give up; who is in
 * makes `rate` attempts a second, of which the server takes what its refusals leave of its capacity.
 */
export function fluid(
  pace: Pace,
  users: Users,
  capacity: number,
  refusalCost: number,
  seconds: number,
): Fluid {
  const { clients, shown, patience } = users;
  const [thinks, returns] = [users.thinks / SECOND, users.returns / SECOND];
  const attempts: number[] = [];
  const served: number[] = [];
  let waiting = 0;
  for (let second = 0; second < seconds; second += 1) {
    // Who asks for the first time within this second.
    const asks = (many: number, mean: number) =>
      many * (Math.exp(-second / mean) - Math.exp(-(second + 1) / mean));
    const first = asks(shown, thinks) + asks(clients - shown, returns);
    const tried = first + pace.rate * waiting;
    const taken = Math.min(tried, Math.max(0, (capacity - refusalCost * tried) / (1 - refusalCost)));
    const failed = (tried - taken) / pace.attempts;
    waiting = Math.max(0, waiting + first - taken - failed * (1 - patience));
    attempts.push(tried);
    served.push(taken);
  }
  return { attempts, served };
}
