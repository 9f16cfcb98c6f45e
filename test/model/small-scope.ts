import type { CallerSpec } from './callers';
import { play } from './play';
import { usual } from './setting';
import type { Setting } from './setting';
import { calls, logsOut, replies, take, waits } from './steps';
import type { Step } from './steps';
import type { Kind } from './trace';
import type { World } from './world';

const A: CallerSpec = { via: 'withLogin', mode: 'common', retries: 1 };
const B: CallerSpec = { via: 'requestWithLogin', mode: 'silent' };

const leaves = (spec: CallerSpec): Step => {
  const find = ({ callers }: World) => callers.find((caller) => caller.spec === spec);
  return {
    text: () => `${spec.mode} caller leaves`,
    enabled: (world) => !!find(world),
    happen: (world) => world.leave(find(world)?.id ?? 0),
  };
};

/** The question of a kind that was asked first, second, ... is answered; without a number, the first that waits. */
const answer = (kind: Kind, choice: string, nth?: number): Step => {
  const find = ({ questions: { held, past } }: World) => {
    const asked = [...past, ...held].filter((question) => question.kind === kind);
    const waiting = asked
      .sort((one, other) => one.id - other.id)
      .filter((question) => held.includes(question));
    return nth === undefined ? waiting[0] : waiting.find((question) => asked.indexOf(question) === nth - 1);
  };
  return {
    text: () => `${kind}: ${choice}`,
    enabled: (world) => !!find(world),
    happen: (world) => find(world)?.answer(choice),
  };
};

/**
 * The alphabet of a two-caller session. Each letter happens at most once in an order, and only where it can: a
 * question is answered when it has been asked, a prompt when it is open, a caller leaves while it is there.
 */
export const ALPHABET: Readonly<Record<string, Step>> = {
  // Both modes: a request guarded by withLogin, and one that goes anonymously rather than ask.
  'A (common) starts': calls(A),
  'B (silent) starts': calls(B),
  'A leaves': leaves(A),
  'B leaves': leaves(B),
  // wx.login answers: the one that is called first, and the one of a re-login.
  'code 1': answer('wx.login', 'code', 1),
  'code 2': answer('wx.login', 'code', 2),
  // The silent exchange answers: the first, the one of a re-login, and either in other ways.
  'credential 1': answer('silentLogin', 'credential', 1),
  'credential 2': answer('silentLogin', 'credential', 2),
  'backend asks for the phone number': answer('silentLogin', 'asks for the phone number'),
  'backend says no': answer('silentLogin', 'rejected'),
  'renewal answers': answer('refresh', 'credential'),
  // One prompt, answered or closed, and its exchange.
  'user grants': replies('grants'),
  'user refuses': replies('refuses'),
  'user closes it': replies('closes'),
  'interactive credential': answer('login', 'credential'),
  // A request in flight meets the expiry, or is answered well.
  'request expired': answer('request', 'expired'),
  'request answered': answer('request', 'status 200'),
  logout: logsOut(false),
  'clock passes the end': waits(61_000),
};

const restored: Setting = { ...usual, stored: 'credential for a minute' };

/** How it begins. */
export const BEGINNINGS: readonly (readonly [title: string, beginning: Setting])[] = [
  ['no session', usual],
  ['a restored one that ends within the minute', restored],
  ['the same, with a backend that can renew it', { ...restored, refresh: true }],
];

/**
 * Plays every order of up to `depth` distinct letters that are enabled at their place, each in a world of its own and
 * each brought to its end; throws where a promise is broken.
 *
 * @returns how many orders there are
 */
export function explore(beginning: Setting, depth: number): number {
  const explored = (order: readonly string[]): number => {
    let next: readonly string[] = [];
    play(beginning, (world, recorder) => {
      order.forEach((letter) => take(ALPHABET[letter], world, recorder));
      const unused = Object.keys(ALPHABET).filter((letter) => !order.includes(letter));
      next = order.length < depth ? unused.filter((letter) => ALPHABET[letter].enabled(world)) : [];
    });
    return next.reduce((count, letter) => count + explored([...order, letter]), Math.min(1, order.length));
  };
  return explored([]);
}
