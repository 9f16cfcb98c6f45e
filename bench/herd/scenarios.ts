import { Random } from '../random';
import type { Policy } from './policy';
import { queueingServer, sheddingServer, type Advice, type LoginServer } from './server';
import { simulate, type Curve } from './simulate';
import type { Users } from './users';

const MINUTE = 60_000;

const users = {
  clients: 1_000_000,
  shown: 200_000,
  returns: 120 * MINUTE,
  patience: 0.9,
  triesAgain: 5_000,
};

/** An ordinary evening: a fifth of them have the mini-program open, and ask for something every 15 s. */
export const evening: Users = { ...users, thinks: 15_000 };

/** A live room: who has it open asks for something within the same second. */
export const liveRoom: Users = { ...users, thinks: 300 };

/** What a refusal costs of a login: the connection, TLS, and saying no. */
export const REFUSAL_COST = 0.02;

export const SECONDS = 600;

const refusing =
  (capacity: number, advice: Advice): (() => LoginServer) =>
  () =>
    sheddingServer({ capacity, refusalCost: REFUSAL_COST, advice });

/** Login endpoints that a million clients could meet. */
export const servers = (capacity: number) => ({
  silent: refusing(capacity, { kind: 'nothing' }),
  fixed: refusing(capacity, { kind: 'fixed', seconds: 5 }),
  long: refusing(capacity, { kind: 'fixed', seconds: 60 }),
  appointments: refusing(capacity, { kind: 'appointment', longest: 15 }),
  longAppointments: refusing(capacity, { kind: 'appointment', longest: 300 }),
  queue: () => queueingServer({ capacity }),
});

/** One run; a seed gives the same curve anywhere. */
export function run(policy: Policy, server: () => LoginServer, crowd: Users, seed = 'herd'): Curve {
  const random = new Random(seed);
  const draw = () => random.next();
  return simulate({
    users: crowd,
    policy,
    server: server(),
    seconds: SECONDS,
    tick: 10,
    whim: draw,
    jitter: draw,
  });
}
