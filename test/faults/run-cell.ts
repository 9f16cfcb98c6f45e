import { config as rxjsConfig } from 'rxjs';
import { isSessionError, requestWithLogin } from 'rx-weapp-session';
import type { Credential, LoginOptions, SessionEvent, SessionState } from 'rx-weapp-session';
import { watched } from '../support/watched';
import type { Watched } from '../support/watched';
import type { Cell } from './cells';
import type { Ending } from './fault';
import { SECRET } from './secrets';
import { runTimers } from '../support/virtual-time';
import { createWorld, RESTORED } from './world';
import type { World } from './world';

/** What became of a cell. */
export interface Observed {
  /** How each caller ended: two logins and a request. */
  readonly logins: readonly (Ending | 'pending')[];
  readonly request: Ending | 'pending';
  /** Whether the request carried a credential. */
  readonly carried: boolean;
  readonly credential: 'new' | 'kept' | undefined;
  /** The state when all had settled. */
  readonly status: SessionState['status'];
  readonly error: string | undefined;
  /** The token in storage when all had settled. */
  readonly stored: unknown;
  readonly authenticatedBefore: boolean;
  readonly events: readonly SessionEvent['type'][];
  /** The logins after it: in the same mode, then a forced one. */
  readonly next: readonly (Ending | 'pending')[];
  /** What was said at the end of everything, late answers included. */
  readonly settled: { readonly credential: unknown; readonly last: unknown; readonly stored: unknown };
  /** Secrets that came out in a state, an event or an error. */
  readonly leaks: readonly string[];
  /** Errors that reached nobody: thrown in a subscriber, a timer or a callback. */
  readonly unhandled: readonly unknown[];
  readonly loggedOut: boolean;
  /** The step was called at all. */
  readonly reached: boolean;
  /** C3: timers that outlive the session. */
  readonly timersLeft: number;
}

const HOURS = 4 * 3_600_000;

const endingOf = ({ code, completed, errors }: Watched<unknown>): Ending | 'pending' => {
  if (completed) return 'ok';
  if (code !== undefined) return code as Ending;
  if (errors.length > 0) throw errors[0];
  return 'pending';
};

/** As a text, if it can be: a guest may be cyclic, and what only looks like a SessionError holds anything. */
function written(write: () => unknown): string {
  try {
    return String(write());
  } catch (error) {
    return String(error);
  }
}

/** All texts of an error that somebody might log, `cause` excepted. */
const textsOf = (error: unknown): readonly string[] =>
  isSessionError(error)
    ? [
        written(() => error.message),
        written(() => error),
        written(() => JSON.stringify(error)),
        written(() => JSON.stringify({ ...error })),
      ]
    : [String(error)];

/** A state, but for what may hold the credential. */
function textOf(state: SessionState): string {
  const said: Record<string, unknown> = { ...state };
  delete said.credential;
  delete said.previous;
  return written(() => JSON.stringify(said));
}

const tokenOf = (record: unknown) => (record as { credential?: Credential } | undefined)?.credential?.token;

/** Runs a cell in virtual time: its step is faulty while it is first used, then everything is healed. */
export async function runCell({ step, row, mode }: Cell): Promise<Observed> {
  const setup = { ...step.setup, ...row.setup };
  const unhandled: unknown[] = [];
  const texts: string[] = [];
  const events: SessionEvent[] = [];
  const seen: SessionState[] = [];
  rxjsConfig.onUnhandledError = (error) => unhandled.push(error);

  const world: World = createWorld(mode, step.name, row.does, setup);
  const { session } = world;
  session.event$.subscribe((event) => {
    events.push(event);
    texts.push(
      written(() => JSON.stringify(event)),
      ...(event.error ? textsOf(event.error) : []),
    );
  });
  session.session$.subscribe((state) => {
    seen.push(state);
    texts.push(textOf(state), ...('error' in state && state.error ? textsOf(state.error) : []));
  });
  const logout = setup.logoutFirst ? watched(session.logout()) : undefined;

  const options: LoginOptions = {
    mode,
    ...(setup.verify && { verify: true }),
    ...(mode === 'forceAuth' && setup.method !== undefined && { method: setup.method }),
  };
  const logins = [watched(session.login(options)), watched(session.login(options))];
  const request = watched(
    requestWithLogin(session, {
      url: '/orders',
      ...(setup.timeout !== undefined && { timeout: setup.timeout }),
      loginOptions: options,
    }),
  );
  const callers: readonly Watched<unknown>[] = [...logins, request];
  const settled = () => callers.every((caller) => endingOf(caller) !== 'pending');
  await runTimers(HOURS, settled);

  const { credential, snapshot } = session;
  const status = snapshot.status;
  const error = 'error' in snapshot ? snapshot.error?.code : undefined;
  const storedThen = tokenOf(world.stored());
  const authenticatedBefore = seen.some(
    (state) => state.status === 'authenticated' && state.credential.token !== RESTORED,
  );

  world.heal();
  const next = watched(session.login(options));
  await runTimers(HOURS, () => endingOf(next) !== 'pending');
  const again = watched(session.login({ mode: 'force' }));
  await runTimers(HOURS, () => endingOf(again) !== 'pending');
  // What is late comes now; all that the library still waits for ends, too.
  await runTimers(HOURS, () => false);

  const credentialAtEnd = session.credential?.token;
  session.dispose();
  for (const caller of [...callers, next, again]) texts.push(...caller.errors.flatMap(textsOf));
  const last = again.values[0] as Credential | undefined;
  return {
    logins: logins.map(endingOf),
    request: endingOf(request),
    carried: world.sent[0] !== undefined,
    credential: credential && (credential.token === RESTORED ? 'kept' : 'new'),
    status,
    error,
    stored: storedThen,
    authenticatedBefore,
    events: events.map(({ type }) => type),
    next: [endingOf(next), endingOf(again)],
    settled: { credential: credentialAtEnd, last: last?.token, stored: tokenOf(world.stored()) },
    leaks: texts.filter((text) => text.includes(SECRET)),
    unhandled,
    reached: world.count(step.name) > 0 || setup.missing !== undefined || setup.unattended === true,
    loggedOut: !logout || logout.completed,
    timersLeft: jest.getTimerCount(),
  };
}
