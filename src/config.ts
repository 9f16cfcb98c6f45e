import { bearer } from './bearer';
import { defined, fieldsOf, isText } from './fields';
import { builtInMethods } from './methods/index';
import { EXAMPLE, need, needBaseUrl, needLike, needOneOf, nothing } from './need';
import { originOf } from './origin';
import { weapp } from './platform/weapp';
import type { Settings } from './settings';
import { topPageTips } from './tips';
import type { Credential, SessionConfig } from './types';
import { weappStore } from './weapp-store';

const CODES = ['before-prompt', 'after-answer', 'none'];

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

const needFields = (parts: object, fix: string): void =>
  Object.entries(parts).forEach(([name, value]) => need(/function|object/.test(typeof value), name, fix));

/** Checks a configuration, and fills in what it leaves out; throws `config-invalid`. */
export function readConfig<C extends Credential>(config: SessionConfig<C>): Settings {
  // From here on a credential is a `Credential`: what the app hands in is what it gets back.
  const given = defined(config as unknown as SessionConfig);
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
  needLike(OPTIONAL, defined<object>(OPTIONAL, settings.backend), 'backend.');
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
