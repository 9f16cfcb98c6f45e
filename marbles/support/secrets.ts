import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { isSessionError } from 'rx-weapp-session';
import type { SessionError, SessionEvent, SessionState } from 'rx-weapp-session';
import { failure, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';

/** The mark of every value that only credentials and requests may hold. */
export const SECRET = 'S3CRET';
export const codes = {
  a: `${SECRET}-code-1`,
  b: `${SECRET}-code-2`,
  c: `${SECRET}-code-3`,
  d: `${SECRET}-code-4`,
};
export const credentials = { A: { token: `${SECRET}-A` }, R: { token: `${SECRET}-R` } };
/** The token of R. */
export const { token } = credentials.R;

/** A response that is full of secrets, and an error. */
export const blab = {
  statusCode: 403,
  data: { token: `${SECRET}-token`, session_key: `${SECRET}-key`, code: `${SECRET}-code` },
  header: { 'Set-Cookie': `${SECRET}-cookie` },
  errMsg: `request:fail ${SECRET}-code`,
};
export const blabbing = Object.assign(new Error(`the code ${SECRET}-code is bad`), {
  session_key: `${SECRET}-key`,
});
/** What f stands for: a failure for this reason. */
export const failing = (reason: unknown) => ({ f: failure(reason) });

export interface Leak {
  readonly title: string;
  readonly config?: MarblesConfig;
  readonly script?: (scenario: Scenario) => void;
  /** Default: a login. */
  readonly run?: (scenario: Scenario) => Observable<unknown>;
  readonly end: string;
  /** The code of the error that it ends with. */
  readonly code?: string;
}

/** Runs what could tell a secret, and looks for it in all that a log may hold. */
export function tellsNoSecret({ config, script, run = ({ session }) => session.login(), end, code }: Leak) {
  const states: SessionState[] = [];
  const events: SessionEvent[] = [];
  const thrown: unknown[] = [];
  sessionMarbles(
    (scenario) => {
      const { session, wx, backend, at, expectObservable } = scenario;
      wx.login(['10ms a', '10ms b', '10ms c', '10ms d'], codes);
      backend.silentLogin.always('50ms A');
      backend.login.always('50ms A');
      script?.(scenario);
      at(0, () => session.session$.subscribe((state) => states.push(state)));
      session.event$.subscribe((event) => events.push(event));

      const caller = run(scenario).pipe(tap({ error: (error: unknown) => thrown.push(error) }));
      expectObservable(caller).toBe(end, { u: undefined }, code);
    },
    { credentials, ...config },
  );

  const inStates = states.map((state) => (state as { readonly error?: SessionError }).error);
  const inEvents = events.map(({ error }) => error);
  const errors = [...thrown, ...inStates, ...inEvents].filter((error) => isSessionError(error));
  const texts = [
    ...states.map((state) => JSON.stringify({ ...state, credential: undefined, previous: undefined })),
    ...events.map((event) => JSON.stringify(event)),
    ...errors.map((error) => JSON.stringify(error)),
    ...errors.map((error) => JSON.stringify({ ...error })),
    ...errors.map(({ message }) => message),
    ...errors.map((error) => String(error)),
  ];
  expect(texts.length).toBeGreaterThan(1);
  expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
  errors.forEach((error) => expect(Object.keys(error)).not.toContain('cause'));
}
