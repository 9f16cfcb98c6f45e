import type { Endpoint, Endpoints } from './endpoint';
import { openidOf } from './identities';
import { BadParameter, type Parameters } from './parameters';
import type { PlannedErrcode } from './planned-failures';
import { CODE_TO_SESSION } from './server-endpoints';
import type { World } from './world';

export interface WechatControls {
  /** The next calls of an endpoint (default: jscode2session) answer this errcode. */
  failNext(errcode: PlannedErrcode, times?: number, endpoint?: string): void;
  block(user: string): void;
  unblock(user: string): void;
  /** How far WeChat's clock is ahead of the real one, in ms: what was issued before grows older by it. */
  setClockOffset(ms: number): void;
  /** checkSession fails until the user's next wx.login. */
  dropSessionKey(appid: string, user: string): void;
  /** Ends every access token early, as a fetch by another server of the app would. */
  revokeAccessTokens(): void;
  /** Takes back every failure, block and clock offset, and empties the call log. */
  reset(): void;
}

export function worldControls(world: World, calls: Map<string, number>): WechatControls {
  return {
    failNext: (errcode, times = 1, endpoint = CODE_TO_SESSION) =>
      world.failures.plan(endpoint, errcode, times),
    block: (user) => void world.blocked.add(user),
    unblock: (user) => void world.blocked.delete(user),
    setClockOffset: (ms) => void (world.clockOffset = ms),
    dropSessionKey: (appid, user) => world.sessionKeys.drop(openidOf(appid, user)),
    revokeAccessTokens: () => world.accessTokens.clear(),
    reset: () => {
      world.failures.clear();
      world.blocked.clear();
      world.clockOffset = 0;
      calls.clear();
    },
  };
}

const MOST_TIMES = 10_000;

function plannedErrcode(parameters: Parameters): PlannedErrcode {
  const errcode = parameters.number('errcode');
  if (errcode !== -1 && errcode !== 45011) throw new BadParameter('fail errcode must be -1 or 45011');
  return errcode;
}

function plannedTimes(parameters: Parameters): number {
  const times = parameters.optionalNumber('times') ?? 1;
  if (!Number.isInteger(times) || times < 0 || times > MOST_TIMES)
    throw new BadParameter(`fail times must be a whole number from 0 to ${MOST_TIMES}`);
  return times;
}

// The same controls over HTTP, for a walkthrough that runs in another process.
export function controlEndpoints(controls: WechatControls, calls: ReadonlyMap<string, number>): Endpoints {
  const command = (run: (parameters: Parameters) => void): Endpoint => ({
    methods: ['POST'],
    answer: (parameters) => {
      run(parameters);
      return { ok: true };
    },
  });
  return {
    '/__control/calls': { methods: ['GET'], answer: () => Object.fromEntries(calls) },
    '/__control/fail': command((given) =>
      controls.failNext(plannedErrcode(given), plannedTimes(given), given.optionalText('endpoint')),
    ),
    '/__control/block': command((given) => controls.block(given.text('user'))),
    '/__control/unblock': command((given) => controls.unblock(given.text('user'))),
    '/__control/clock': command((given) => controls.setClockOffset(given.number('offset'))),
    '/__control/drop-session-key': command((given) =>
      controls.dropSessionKey(given.text('appid'), given.text('user')),
    ),
    '/__control/revoke-access-tokens': command(() => controls.revokeAccessTokens()),
    '/__control/reset': command(() => controls.reset()),
  };
}
