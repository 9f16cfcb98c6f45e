// What a login may cost at most: virtual milliseconds to the last answer, and calls. Each is the least that the
// order of things allows, because a request needs a credential, a credential a code, and an expiry a refusal.
import { asyncScheduler, catchError, merge } from 'rxjs';
import type { Observable } from 'rxjs';
import { requestWithLogin } from 'rx-weapp-session';
import type { HttpResponse, LoginMode } from 'rx-weapp-session';
import { asynchronous, createWorld, fails, later, record, virtually } from '../marbles/support/world';
import type { Pace, Script, World } from '../marbles/support/world';

// marbles/support/world takes so long for a call.
const CODE = 10;
const EXCHANGE = 50;
const REQUEST = 20;
const LOGIN = CODE + EXCHANGE;

const SPEEDS: readonly { readonly factor: number; readonly pace: Pace }[] = [1, 4].map((factor) => ({
  factor,
  pace: {
    title: `a platform that is ${factor} times as slow`,
    after: (ms, answer) => asynchronous.after(ms * factor, answer),
  },
}));

interface Budget {
  readonly title: string;
  readonly script?: (factor: number) => Script;
  /** Tokens that the backend has expired before the start. */
  readonly refused?: readonly string[];
  readonly requests: (world: World) => readonly Observable<HttpResponse>[];
  readonly ms: number;
  readonly calls: { readonly code: number; readonly exchange: number; readonly request: number };
}

const send = ({ session }: World, url = '/orders', mode?: LoginMode) =>
  requestWithLogin(session, { url, loginOptions: { mode } });

const times = (count: number, world: World) => Array.from({ length: count }, () => send(world));

/** Somebody who asks once more where the first answer is a failure. */
const stubborn = (request: Observable<HttpResponse>) => request.pipe(catchError(() => request));

const stored = record('R');
const failsOnce = [fails('login:fail'), { errMsg: 'login:ok', code: 'code' }];

/** Refuses R; late, where the request is of that kind. */
const lateRefusal =
  (factor: number): Script['respond'] =>
  ({ url, header = {} }) => {
    const expired = header.Authorization === 'Bearer R';
    const answer = { statusCode: expired ? 401 : 200, data: '', header: {} };
    return expired && url.endsWith('/late') ? later(6 * REQUEST * factor, answer) : answer;
  };

const BUDGETS: readonly Budget[] = [
  ...[1, 10, 100].map((count): Budget => ({
    title: `S1: ${count} at once without a session`,
    requests: (world) => times(count, world),
    ms: LOGIN + REQUEST,
    calls: { code: 1, exchange: 1, request: count },
  })),
  {
    title: 'S3: one with a session',
    script: () => ({ stored }),
    requests: (world) => times(1, world),
    ms: REQUEST,
    calls: { code: 0, exchange: 0, request: 1 },
  },
  {
    title: 'E3: five that expire together',
    script: () => ({ stored }),
    refused: ['R'],
    requests: (world) => times(5, world),
    ms: REQUEST + LOGIN + REQUEST,
    calls: { code: 1, exchange: 1, request: 10 },
  },
  {
    title: 'E4: one that expires when the login for another one is over',
    script: (factor) => ({ stored, respond: lateRefusal(factor) }),
    requests: (world) => [send(world), send(world, '/late')],
    ms: 7 * REQUEST + REQUEST,
    calls: { code: 1, exchange: 1, request: 4 },
  },
  {
    title: 'E5: one after the end of its credential',
    script: () => ({ stored: record('R', { expiresAt: 0 }) }),
    requests: (world) => times(1, world),
    ms: LOGIN + REQUEST,
    calls: { code: 1, exchange: 1, request: 1 },
  },
  ...[1, 10].map((count): Budget => ({
    title: `F1: ${count} that ask again, where wx.login fails once`,
    script: () => ({ login: failsOnce }),
    requests: (world) => times(count, world).map(stubborn),
    ms: CODE + LOGIN + REQUEST,
    calls: { code: 2, exchange: 1, request: count },
  })),
  {
    title: 'M2: one in mode force with a session',
    script: () => ({ stored }),
    requests: (world) => [send(world, '/orders', 'force')],
    ms: LOGIN + REQUEST,
    calls: { code: 1, exchange: 1, request: 1 },
  },
];

for (const { factor, pace } of SPEEDS) {
  describe(`round trips on ${pace.title}`, () => {
    for (const { title, script, refused = [], requests, ms, calls } of BUDGETS) {
      test(
        title,
        virtually(({ flush }) => {
          const world = createWorld({ pace, ...(script && script(factor)) });
          refused.forEach((token) => world.refused.add(token));
          const answers: { readonly status: number; readonly at: number }[] = [];
          const asked = requests(world);
          merge(...asked).subscribe(({ statusCode }) =>
            answers.push({ status: statusCode, at: asyncScheduler.now() }),
          );
          flush();
          expect(answers.map(({ status }) => status)).toEqual(asked.map(() => 200));
          expect(Math.max(...answers.map(({ at }) => at))).toBe(ms * factor);
          expect({
            code: world.count('wx.login'),
            checkSession: world.count('wx.checkSession'),
            exchange: world.count('silentLogin'),
            request: world.count('wx.request'),
          }).toEqual({ ...calls, checkSession: 0 });
        }),
      );
    }
  });
}
