import { library } from '../bench/herd/policy';
import { queueingServer, REFUSED, sheddingServer, SILENT, type LoginServer } from '../bench/herd/server';
import { simulate, type Simulation } from '../bench/herd/simulate';
import { Random } from '../bench/random';
import { realHerd } from './support/real-herd';

jest.setTimeout(120_000);
afterEach(() => jest.restoreAllMocks());

type Setting = Omit<Simulation, 'policy' | 'tick'>;

/** Each client draws from generators of its own, so that the model and the library draw the same. */
function perClient(label: string): (client: number) => number {
  const generators = new Map<number, Random>();
  return (client) => {
    const random = generators.get(client) ?? new Random('herd', label, client);
    generators.set(client, random);
    return random.next();
  };
}

const setting = (server: LoginServer, users: Simulation['users'], seconds: number): Setting => ({
  users,
  server,
  seconds,
  whim: perClient('whim'),
  jitter: perClient('jitter'),
});

const sum = (values: Uint32Array) => values.reduce((total, value) => total + value, 0);

/** No client's answer hangs on another's: refuses, or says nothing, until a time; then takes everybody in. */
const notBefore = (ms: number, answer: number, retryAfter: number): LoginServer => ({
  retryAfter,
  arrive: (now) => (now < ms ? answer : 20),
});

describe('one by one: the model makes each login of each client when the library makes it', () => {
  const users = {
    clients: 30,
    shown: 20,
    thinks: 4000,
    returns: 30_000,
    patience: 0.9,
    triesAgain: 1200,
  };
  test.each([
    ['refused without a word', REFUSED, NaN],
    ['Retry-After: 3', REFUSED, 3000],
    ['Retry-After: 0', REFUSED, 0],
    ['a Retry-After that is longer than the client waits', REFUSED, 30_000],
    ['no answer at all', SILENT, NaN],
  ])('%s', (_, answer, retryAfter) => {
    const attemptsOf = (run: (simulation: Setting) => unknown) => {
      const attempts: string[] = [];
      const onAttempt = (client: number, at: number) => attempts.push(`${client} ${at.toFixed(3)}`);
      run({ ...setting(notBefore(45_000, answer, retryAfter), users, 60), onAttempt });
      return attempts.sort();
    };
    const modelled = attemptsOf((simulation) => simulate({ ...simulation, policy: library, tick: 1 }));
    expect(modelled.length).toBeGreaterThan(60);
    expect(modelled).toEqual(attemptsOf(realHerd));
  });
});

describe('together: the curves of a server with limits', () => {
  const users = {
    clients: 200,
    shown: 150,
    thinks: 5000,
    returns: 60_000,
    patience: 0.9,
    triesAgain: 3000,
  };
  const shedding = (advice: Parameters<typeof sheddingServer>[0]['advice']) => () =>
    sheddingServer({ capacity: 2, refusalCost: 0.02, advice });
  test.each([
    ['refuses without a word', shedding({ kind: 'nothing' })],
    ['says Retry-After: 5', shedding({ kind: 'fixed', seconds: 5 })],
    ['gives appointments', shedding({ kind: 'appointment', longest: 15 })],
    ['lets everybody wait', () => queueingServer({ capacity: 2 })],
  ])('%s', (_, server) => {
    const modelled = simulate({ ...setting(server(), users, 60), policy: library, tick: 1 });
    const real = realHerd(setting(server(), users, 60));
    expect(sum(real.served)).toBeGreaterThan(25);
    for (const name of ['attempts', 'served', 'refused', 'errors', 'flights'] as const) {
      let [one, other, apart] = [0, 0, 0];
      real[name].forEach((value, second) => {
        one += value;
        other += modelled[name][second];
        apart = Math.max(apart, Math.abs(one - other));
      });
      // How far the two have ever been apart, in parts of all there was.
      expect([name, apart / Math.max(20, one) < 0.05]).toEqual([name, true]);
    }
  });
});
