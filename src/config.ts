import { EMPTY } from 'rxjs';
import { defined, fieldsOf, isText } from './fields';
import { builtInMethods } from './methods';
import { originOf } from './origin';
import { weapp } from './platform/weapp';
import { isSessionError, sessionError } from './session-error';
import type { Settings } from './settings';
import { topPageTips } from './tips';
import type { Credential, RequestOptions, SessionConfig } from './types';
import { weappStore } from './weapp-store';

/** Makes the error for a wrong configuration: names the field and the fix. */
export const configInvalid = (field: string, fix: string, cause?: unknown) =>
  sessionError('config-invalid', `${field} ${fix}`, cause);

/** Reads what the app handed over: whatever is thrown on the way is `config-invalid`. */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isSessionError(error) ? error : configInvalid(what, 'cannot be read', error);
  }
}

/** The default `attach`. */
export const bearer = (options: RequestOptions, { token }: Credential): RequestOptions => ({
  ...options,
  header: { ...options.header, Authorization: `Bearer ${token}` },
});

const CODES = ['before-prompt', 'after-answer', 'none'];
const EXAMPLE = 'https://api.example.com';

/** A function, where a model needs one. */
export const nothing = () => EMPTY;

const DEFAULTS = {
  defaultMethod: 'phoneNumber',
  privacy: true,
  isExpired: (outcome: unknown) => fieldsOf(outcome).statusCode === 401,
  afterLogin: nothing,
  attach: bearer,
  expiryLeeway: 30000,
  promptGrace: 3000,
  timeouts: { code: 10000, exchange: 15000, prompt: Infinity },
  retry: { count: 2, delay: 300 },
};
const MEMORY_ONLY = { read: () => undefined, write: () => undefined, remove: () => undefined };

/** Of which kind things must be: the same as these. */
const MODEL = {
  ...DEFAULTS,
  backend: { silentLogin: nothing, login: nothing },
  platform: { call: nothing, callSync: nothing, shown$: { subscribe: nothing } },
  store: MEMORY_ONLY,
};
const METHOD = { read: nothing, code: '' };
const OPTIONAL = { refresh: nothing, logout: nothing };

/** Throws `config-invalid` where something does not hold. */
export function need(holds: unknown, field: string, fix: string): asserts holds {
  if (!holds) throw configInvalid(field, fix);
}

/** Throws `config-invalid` for what is not in a list. */
export const needOneOf = (list: readonly unknown[], value: unknown, field: string): void =>
  need(list.includes(value), field, `must be one of ${list.join(', ')}`);

/** Throws `config-invalid` where a field is of another kind than in a model. */
export function needLike(model: object, given: unknown, path: string): void {
  Object.entries(model).forEach(([name, like]) => {
    const value = fieldsOf(given)[name];
    const kind = typeof like;
    need(typeof value === kind, path + name, `must be a ${kind}`);
    if (kind === 'number') need((value as number) >= 0, path + name, 'must be 0 or more');
    if (kind === 'object') needLike(like as object, value, `${path}${name}.`);
  });
}

/** Throws `config-invalid` for a base url that is not absolute. */
export const needBaseUrl = (baseUrl: unknown): void =>
  need(originOf(baseUrl) && !/[?#]/.test(baseUrl as string), 'baseUrl', `must be like "${EXAMPLE}"`);

const needFields = (parts: object, fix: string): void =>
  Object.entries(parts).forEach(([name, value]) => need(/function|object/.test(typeof value), name, fix));

/** Checks a configuration, and fills in what it leaves out; throws `config-invalid`. */
export function readConfig<C extends Credential>(config: SessionConfig<C>): Settings {
  const given = defined<SessionConfig>(config);
  const { source, baseUrl, trustedOrigins = [], platform = weapp() } = given;
  const { store = weappStore({ key: `rx-weapp-session:${source}`, platform }) } = given;
  const { tips = {}, pageTips = topPageTips, methods = {}, timeouts = {}, retry = {} } = given;
  const settings = {
    ...DEFAULTS,
    ...given,
    tips,
    pageTips,
    baseUrl,
    platform,
    methods: { ...builtInMethods(platform), ...methods },
    store: store === null ? MEMORY_ONLY : store,
    timeouts: defined<Settings['timeouts']>(DEFAULTS.timeouts, timeouts),
    retry: defined<Settings['retry']>(DEFAULTS.retry, retry),
  };

  need(isText(source), 'source', 'must name this mini-program');
  needLike(MODEL, settings, '');
  needLike(OPTIONAL, defined(OPTIONAL, settings.backend), 'backend.');
  need(Number.isInteger(settings.retry.count), 'retry.count', 'must be a whole number');
  needFields({ tips, pageTips }, 'must be texts or a function');
  needFields({ methods, timeouts, retry }, 'must be an object');
  if (baseUrl !== undefined) needBaseUrl(baseUrl);
  const origins: boolean = Array.isArray(trustedOrigins) && trustedOrigins.every(originOf);
  need(origins, 'trustedOrigins', `must be a list like ["${EXAMPLE}"]`);
  Object.entries(settings.methods).forEach(([name, method]) => {
    needLike(METHOD, method, `methods.${name}.`);
    needOneOf(CODES, method.code, `methods.${name}.code`);
  });
  need(fieldsOf(settings.methods[settings.defaultMethod]).read, 'defaultMethod', 'must be in methods');
  return { ...settings, trustedOrigins: [baseUrl, ...trustedOrigins].map(originOf).filter(isText) };
}
