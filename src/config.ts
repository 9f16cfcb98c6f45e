import { fieldsOf, isText, over } from './fields';
import { builtInMethods } from './methods';
import { originOf } from './origin';
import { weapp } from './platform/weapp';
import { sessionError } from './session-error';
import { topPageTips } from './tips';
import type { Credential, CredentialStore, RequestOptions, SessionConfig } from './types';
import { weappStore } from './weapp-store';

type Filled = 'platform' | 'methods' | 'defaultMethod' | 'pageTips' | 'isExpired' | 'attach' | 'expiryLeeway';

/** A configuration with its defaults filled in. */
export interface Settings<C extends Credential>
  extends
    Omit<SessionConfig<C>, Filled | 'store' | 'trustedOrigins' | 'timeouts' | 'retry' | 'promptGrace'>,
    Required<Pick<SessionConfig<C>, Filled | 'trustedOrigins' | 'promptGrace'>> {
  readonly store: CredentialStore<C> | undefined;
  readonly timeouts: Required<NonNullable<SessionConfig<C>['timeouts']>>;
  readonly retry: Required<NonNullable<SessionConfig<C>['retry']>>;
}

type Check = readonly [holds: (value: unknown) => boolean, fix: string, fields: string];

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0;

/** What each field must be; one with `!` may not be left out, where the object that holds it is there. */
const CHECKS: readonly Check[] = [
  [isText, 'must name this mini-program', 'source!'],
  [isObject, 'must be one, such as httpBackend()', 'backend!'],
  [isObject, 'must be an object', 'platform methods timeouts retry'],
  [(value) => value === null || isObject(value), 'must be a store or null', 'store'],
  [
    isFunction,
    'must be a function',
    'backend.silentLogin! backend.login! backend.refresh backend.logout platform.call! platform.callSync! ' +
      'store.read! store.write! store.remove! isExpired afterLogin attach',
  ],
  [(value) => isFunction(value) || isObject(value), 'must be texts or a function', 'tips pageTips'],
  [(value) => typeof value === 'boolean', 'must be true or false', 'privacy'],
  [(value) => !!originOf(value), 'must be like "https://api.example.com"', 'baseUrl'],
  [
    (value) => Array.isArray(value) && value.every(originOf),
    'must list origins like "https://api.example.com"',
    'trustedOrigins',
  ],
  [
    isDuration,
    'must be 0 ms or more',
    'expiryLeeway promptGrace timeouts.code timeouts.exchange timeouts.prompt retry.delay',
  ],
  [(value) => isDuration(value) && Number.isInteger(value), 'must be a whole number', 'retry.count'],
];

const METHOD_CHECKS: readonly Check[] = [
  [isFunction, 'must be a function', 'read!'],
  [
    (value) => /^(before-prompt|after-answer|none)$/.test(String(value)),
    'must be "before-prompt", "after-answer" or "none"',
    'code!',
  ],
];

/** Makes the error for a wrong configuration: names the field and the fix. */
export const configInvalid = (field: string, fix: string, cause?: unknown) =>
  sessionError('config-invalid', `${field} ${fix}`, cause);

function check(config: unknown, checks: readonly Check[], prefix = ''): void {
  checks.forEach(([holds, fix, fields]) =>
    fields.split(' ').forEach((marked) => {
      const [field, required] = marked.split('!');
      const path = field.split('.');
      const name = path.pop() as string;
      const holder = path.reduce<unknown>((value, key) => fieldsOf(value)[key], config || {});
      const value = fieldsOf(holder)[name];
      if (holder == null) return;
      if (value === undefined ? required === '' : !holds(value)) throw configInvalid(prefix + field, fix);
    }),
  );
}

const bearer = (options: RequestOptions, { token }: Credential): RequestOptions => ({
  ...options,
  header: { ...options.header, Authorization: `Bearer ${token}` },
});

const isUnauthorized = (outcome: unknown): boolean => fieldsOf(outcome).statusCode === 401;

const DEFAULTS = {
  defaultMethod: 'phoneNumber',
  pageTips: topPageTips,
  isExpired: isUnauthorized,
  attach: bearer,
  expiryLeeway: 30000,
  promptGrace: 3000,
};
const TIMEOUTS = { code: 10000, exchange: 15000, prompt: Infinity };
const RETRY = { count: 2, delay: 300 };

/** Checks a configuration, and fills in what it leaves out; throws `config-invalid`. */
export function readConfig<C extends Credential>(config: SessionConfig<C>): Settings<C> {
  check(config, CHECKS);
  const { source, baseUrl, platform = weapp(), trustedOrigins = [] } = config;
  const { store = weappStore({ key: `rx-weapp-session:${source}`, platform }) } = config;
  // Without a prototype: no name that every object has is a method.
  const known = Object.create(null) as Settings<C>['methods'];
  const methods = Object.assign(known, builtInMethods(platform), config.methods);
  Object.keys(methods).forEach((name) => check(methods[name], METHOD_CHECKS, `methods.${name}.`));
  const settings = {
    ...over(DEFAULTS, config),
    backend: config.backend,
    source,
    platform,
    methods,
    store: store || undefined,
    trustedOrigins: [baseUrl, ...trustedOrigins].map(originOf).filter(Boolean) as string[],
    timeouts: over(TIMEOUTS, config.timeouts),
    retry: over(RETRY, config.retry),
  };
  if (!methods[settings.defaultMethod]) throw configInvalid('defaultMethod', 'must be in methods');
  return settings;
}
