import {
  createSession,
  httpBackend,
  retryOnExpired,
  sessionRequest,
  weapp,
  withLogin,
} from 'rx-weapp-session';
import type { HttpResponse, Session } from 'rx-weapp-session';
import { catchError, map, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { setImmediate } from 'node:timers/promises';
import type { Contender } from './contender';

import { BASE_URL, createScript } from './wx';
import type { Script, Wx } from './wx';

/** Something whose processor time is taken, in microseconds for each of its parts. */
export interface Variant {
  readonly name: string;
  /** Does it once, and tells how many parts that had. */
  run(): Promise<number> | number;
}

/**
 * Takes the processor time of variants in turn, so that all of them meet the same machine.
 *
 * @param warmUps - rounds before those that count
 */
export async function interleaved(
  variants: readonly Variant[],
  rounds: number,
  warmUps = 1,
): Promise<number[][]> {
  const taken: number[][] = variants.map(() => []);
  const order = variants.map((_, index) => index);
  for (let round = -warmUps; round < rounds; round++) {
    order.push(...order.splice(0, 1));
    for (const index of order) {
      global.gc?.();
      const before = process.cpuUsage();
      const parts = await variants[index].run();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) taken[index].push((user + system) / parts);
    }
  }
  return taken;
}

const NO_TIME = { login: 0, checkSession: 0, exchange: 0, request: 0 };

/** A platform that answers inside the call: what is left is the library's own time. */
const instantly = () => createScript(NO_TIME, (_, then) => then());

const sessionOn = (wx: Wx): Session => {
  const platform = weapp(wx);
  const backend = httpBackend({ baseUrl: BASE_URL, platform });
  return createSession({ source: 'bench', baseUrl: BASE_URL, backend, platform });
};

type Response = Observable<HttpResponse>;

/** How a request is made, by subscribing. */
const SUBSCRIBED: readonly {
  readonly name: string;
  around(request: Response, session: Session): Response;
}[] = [
  { name: 'sessionRequest alone', around: (request) => request },
  {
    name: 'sessionRequest, map, catchError',
    around: (request) =>
      request.pipe(
        map((response) => response),
        catchError((error: unknown) => throwError(() => error)),
      ),
  },
  {
    name: 'sessionRequest, withLogin, retryOnExpired',
    around: (request, session) => request.pipe(withLogin(session), retryOnExpired(session)),
  },
];

/** Requests one after the other, with a session. */
export function subscribedInSequence(count: number): Variant[] {
  return SUBSCRIBED.map(({ name, around }) => {
    const session = sessionOn(instantly().wx);
    session.login().subscribe();
    return {
      name,
      run: () => {
        let answers = 0;
        const observer = { next: () => void answers++ };
        for (let index = 0; index < count; index++) {
          around(sessionRequest(session, { url: '/orders' }), session).subscribe(observer);
        }
        if (answers !== count) throw new Error(`${name}: ${answers} answers`);
        return count;
      },
    };
  });
}

/** The same through each contender, awaited. */
export async function awaitedInSequence(contenders: readonly Contender[], count: number): Promise<Variant[]> {
  const variants: Variant[] = [];
  for (const { name, create } of contenders) {
    const { request } = create(instantly().wx);
    await request('/orders');
    variants.push({
      name,
      run: async () => {
        for (let index = 0; index < count; index++) await request('/orders');
        return count;
      },
    });
  }
  return variants;
}

/** A platform whose `wx.login` waits until it is let go: everybody who needs a login waits with it. */
export function held(): Script & { release(): void } {
  let waiting: (() => void)[] = [];
  const script = createScript(
    { ...NO_TIME, login: 1 },
    (ms, then) => void (ms ? waiting.push(then) : then()),
  );
  const release = () => {
    const them = waiting;
    waiting = [];
    them.forEach((then) => then());
  };
  return { ...script, release };
}

/** Bursts of requests without a session, in each of which all wait for the one login. */
export const coldBursts = ({ name, create }: Contender, size: number, bursts: number): Variant => ({
  name,
  run: async () => {
    for (let burst = 0; burst < bursts; burst++) {
      const { wx, release } = held();
      const { request } = create(wx);
      const answers = Array.from({ length: size }, () => request('/orders'));
      await setImmediate();
      release();
      await Promise.all(answers);
    }
    return size * bursts;
  },
});
