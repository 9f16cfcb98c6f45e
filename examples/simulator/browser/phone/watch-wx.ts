import type { CallLane } from '../shared/messages';
import type { Device } from './device';

type Callbacks = Record<'success' | 'fail', ((result: object) => void) | undefined>;

/** Of little interest: they tell about the phone, or register a listener. */
const QUIET =
  /^(on|off|canIUse|nextTick|get.*Info|getExtConfig|getLaunch|getEnter|hide|stop|set(Nav|TabBar))/;

let calls = 0;

/** Tells of every call of wx: when it begins, and how it ends. */
export function watchWx(wx: Readonly<Record<string, unknown>>, device: Device): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(wx).map(([name, member]) => [
      name,
      typeof member === 'function' ? watched(name, member as Call, device) : member,
    ]),
  );
}

type Call = (...given: unknown[]) => unknown;

const watched =
  (name: string, call: Call, device: Device): Call =>
  (...given) => {
    const id = `${performance.timeOrigin}-${++calls}`;
    const request = name === 'request' ? requestOf(given[0]) : undefined;
    const lane: CallLane = request?.lane ?? 'wx';
    const text = request?.text ?? describeCall(name, given);
    device.tell({ kind: 'call', id, lane, text, credential: request?.credential, quiet: QUIET.test(name) });

    let over = false;
    const done = (text: string, bad: boolean, credential?: string) => {
      if (over) return;
      over = true;
      device.tell({ kind: 'done', id, text, bad, credential });
    };
    const succeeded = (result: object) => {
      const { statusCode, data } = result as { statusCode?: number; data?: unknown };
      if (!request || statusCode === undefined) return done('ok', false);
      const token = (data as { credential?: { token?: string } } | undefined)?.credential?.token;
      done(String(statusCode), statusCode >= 400, token === undefined ? undefined : digest(token));
    };
    const failed = (result: object) => done(reasonOf(result), true);

    const [options] = given;
    const hasCallbacks =
      typeof options === 'object' && options !== null && ('success' in options || 'fail' in options);
    if (!hasCallbacks) {
      const result = call(...given);
      if (result instanceof Promise) result.then(succeeded, (reason: unknown) => failed(reason as object));
      else done('', false);
      return result;
    }
    const { success, fail } = options as Callbacks;
    const overheard = {
      success: (result: object) => (succeeded(result), success?.(result)),
      fail: (result: object) => (failed(result), fail?.(result)),
    };
    return call({ ...options, ...overheard }, ...given.slice(1));
  };

function requestOf(options: unknown): { lane: CallLane; text: string; credential?: string } {
  const {
    url,
    method = 'GET',
    header = {},
  } = options as {
    url: string;
    method?: string;
    header?: Record<string, string>;
  };
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const token = /^Bearer (.+)/.exec(header.Authorization ?? '')?.[1];
  return {
    lane: path.startsWith('/session/') ? 'exchange' : 'request',
    text: `${method} ${path}`,
    ...(token !== undefined && { credential: digest(token) }),
  };
}

/** A storage call by its key, a navigation by its url. */
function describeCall(name: string, [first]: readonly unknown[]): string {
  const { key, url } = (typeof first === 'object' && first !== null ? first : {}) as Record<string, unknown>;
  const what = typeof first === 'string' ? first : (key ?? url);
  return typeof what === 'string' ? `wx.${name} ${what}` : `wx.${name}`;
}

const reasonOf = (result: object): string =>
  'errMsg' in result ? String(result.errMsg).replace(/^.*?:\s*fail:?\s*(-\d+:net::ERR_)?/, '') : 'failed';

/** Names a token without telling it. */
export function digest(token: string): string {
  let hash = 0x811c9dc5;
  for (const letter of token) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(16);
}
