// What a login may cost at most: virtual milliseconds to the last answer, and calls. Each is the least that the
// order of things allows, because a request needs a credential, a credential a code, and an expiry a refusal.
import { catchError, map, merge, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import { requestWithLogin } from 'rx-weapp-session';
import type { HttpResponse, LoginMode, Session } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';

// On the fast platform a call takes so long.
const CODE = 10;
const EXCHANGE = 50;
const REQUEST = 20;
const LOGIN = CODE + EXCHANGE;

interface Budget {
  readonly title: string;
  readonly config?: MarblesConfig;
  /** What is not as on a good day; all times are so many times as long. */
  readonly script?: (scenario: Scenario, factor: number) => void;
  readonly requests: (session: Session) => readonly Observable<HttpResponse>[];
  readonly ms: number;
  readonly calls: { readonly code: number; readonly exchange: number; readonly request: number };
}

const send = (session: Session, url = '/orders', mode?: LoginMode) =>
  requestWithLogin(session, { url, loginOptions: { mode } });

const times = (count: number, session: Session) => Array.from({ length: count }, () => send(session));

/** Somebody who asks once more where the first answer is a failure. */
const stubborn = (request: Observable<HttpResponse>) => request.pipe(catchError(() => request));

const stored = ({ storage }: Scenario) => storage.holds('R');

const BUDGETS: readonly Budget[] = [
  ...[1, 10, 100].map((count): Budget => ({
    title: `S1: ${count} at once without a session`,
    requests: (session) => times(count, session),
    ms: LOGIN + REQUEST,
    calls: { code: 1, exchange: 1, request: count },
  })),
  {
    title: 'S3: one with a session',
    script: stored,
    requests: (session) => times(1, session),
    ms: REQUEST,
    calls: { code: 0, exchange: 0, request: 1 },
  },
  {
    title: 'E3: five that expire together',
    script: (scenario, factor) => {
      stored(scenario);
      scenario.resources({ R: `${REQUEST * factor}ms x` });
    },
    requests: (session) => times(5, session),
    ms: REQUEST + LOGIN + REQUEST,
    calls: { code: 1, exchange: 1, request: 10 },
  },
  {
    title: 'E4: one that expires when the login for another one is over',
    script: (scenario, factor) => {
      stored(scenario);
      scenario.resources({ R: `${REQUEST * factor}ms x` });
      scenario.resources.at('/late', { R: `${7 * REQUEST * factor}ms x` });
    },
    requests: (session) => [send(session), send(session, '/late')],
    ms: 7 * REQUEST + REQUEST,
    calls: { code: 1, exchange: 1, request: 4 },
  },
  {
    title: 'E5: one after the end of its credential',
    config: { credentials: { R: { expiresAt: 0 } } },
    script: stored,
    requests: (session) => times(1, session),
    ms: LOGIN + REQUEST,
    calls: { code: 1, exchange: 1, request: 1 },
  },
  ...[1, 10].map((count): Budget => ({
    title: `F1: ${count} that ask again, where wx.login fails once`,
    script: ({ wx }, factor) => wx.login([`${CODE * factor}ms #`, `${CODE * factor}ms a`]),
    requests: (session) => times(count, session).map(stubborn),
    ms: CODE + LOGIN + REQUEST,
    calls: { code: 2, exchange: 1, request: count },
  })),
  {
    title: 'M2: one in mode force with a session',
    script: stored,
    requests: (session) => [send(session, '/orders', 'force')],
    ms: LOGIN + REQUEST,
    calls: { code: 1, exchange: 1, request: 1 },
  },
];

for (const factor of [1, 4])
  describe(`round trips on a platform that is ${factor} times as slow`, () => {
    for (const { title, config, script, requests, ms, calls } of BUDGETS)
      test(title, () =>
        sessionMarbles((scenario) => {
          const { session, wx, backend, resources, expectCalls, expectRequests, expectObservable } = scenario;
          wx.login(`${CODE * factor}ms a`);
          backend.silentLogin(`${EXCHANGE * factor}ms A`);
          resources(`${REQUEST * factor}ms o`);
          script?.(scenario, factor);
          const asked = requests(session);
          const statuses = merge(...asked.map((one) => one.pipe(map(({ statusCode }) => statusCode))));

          expectObservable(statuses.pipe(toArray())).toBe(`${ms * factor}ms (a|)`, {
            a: asked.map(() => 200),
          });
          expectCalls(wx.login).times(calls.code);
          expectCalls(wx.checkSession).times(0);
          expectCalls(backend.silentLogin).times(calls.exchange);
          expectRequests().times(calls.request);
        }, config),
      );
  });
