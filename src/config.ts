import { EMPTY } from 'rxjs';
import { defined, fieldsOf, isText } from './fields';
import { builtInMethods } from './methods';
import { originOf } from './origin';
import { weapp } from './platform/weapp';
import { sessionError } from './session-error';
import { topPageTips } from './tips';
import type { Credential, CredentialStore, RequestOptions, SessionConfig } from './types';
import { weappStore } from './weapp-store';

/** A configuration with its defaults filled in. */
export interface Settings extends Required<Omit<SessionConfig, Replaced>> {
  readonly baseUrl: string | undefined;
  readonly store: CredentialStore;
  readonly timeouts: Required<NonNullable<SessionConfig['timeouts']>>;
  readonly retry: Required<NonNullable<SessionConfig['retry']>>;
}

type Replaced = 'baseUrl' | 'store' | 'timeouts' | 'retry';

/** Makes the error for a wrong configuration: names the field and the fix. */
export const configInvalid = (field: string, fix: string, cause?: unknown) =>
  sessionError('config-invalid', `${field} ${fix}`, cause);

/** The default `attach`. */
export const bearer = (options: RequestOptions, { token }: Credential): RequestOptions => ({
  ...options,
  header: { ...options.header, Authorization: `Bearer ${token}` },
});

const MEMORY_ONLY = { read: () => undefined, write: () => undefined, remove: () => undefined };
const CODES = ['before-prompt', 'after-answer', 'none'];
const EXAMPLE = 'https://api.example.com';

const isFunction = (value: unknown) => typeof value === 'function';
const isAmount = (value: unknown) => typeof value === 'number' && value >= 0;

type Rule = readonly [fields: string, holds: (value: unknown) => unknown, fix: string];

/** What the fields hold; one with `?` may be left out. */
const RULES: readonly Rule[] = [
  ['source', isText, 'must name this mini-program'],
  [
    'backend.silentLogin backend.login backend.refresh? backend.logout? store.read store.write store.remove' +
      ' platform.call platform.callSync platform.shown$.subscribe isExpired afterLogin attach',
    isFunction,
    'must be a function',
  ],
  [
    'expiryLeeway promptGrace timeouts.code timeouts.exchange timeouts.prompt retry.delay',
    isAmount,
    'must be 0 or more',
  ],
  ['retry.count', (value) => isAmount(value) && Number.isInteger(value), 'must be a whole number, 0 or more'],
  ['tips pageTips', (value) => /function|object/.test(typeof value), 'must be texts or a function'],
  ['privacy', (value) => typeof value === 'boolean', 'must be true or false'],
  ['baseUrl?', originOf, `must be like "${EXAMPLE}"`],
  [
    'trustedOrigins',
    (value) => Array.isArray(value) && value.every(originOf),
    `must be a list like ["${EXAMPLE}"]`,
  ],
];

const METHOD_RULES: readonly Rule[] = [
  ['read', isFunction, 'must be a function'],
  ['code', (value) => CODES.includes(value as string), `must be one of ${CODES.join(', ')}`],
];

function check(holder: unknown, path: string, rules: readonly Rule[]): void {
  rules.forEach(([fields, holds, fix]) =>
    fields.split(' ').forEach((field) => {
      const [name, ...optional] = field.split('?');
      const value = name.split('.').reduce<unknown>((it, part) => fieldsOf(it)[part], holder);
      if (!holds(value) && !(optional.length && value === undefined)) throw configInvalid(path + name, fix);
    }),
  );
}

/** Checks a configuration, and fills in what it leaves out; throws `config-invalid`. */
export function readConfig<C extends Credential>(config: SessionConfig<C>): Settings {
  const { source, platform = weapp(), store, methods, timeouts, retry } = defined<SessionConfig>(config);
  const settings = defined<Settings>(
    {
      defaultMethod: 'phoneNumber',
      tips: {},
      pageTips: topPageTips,
      privacy: true,
      isExpired: (outcome: unknown) => fieldsOf(outcome).statusCode === 401,
      afterLogin: () => EMPTY,
      attach: bearer,
      trustedOrigins: [],
      expiryLeeway: 30000,
      promptGrace: 3000,
    },
    config,
    {
      platform,
      methods: { ...builtInMethods(platform), ...methods },
      store:
        store === undefined
          ? weappStore({ key: `rx-weapp-session:${source}`, platform })
          : store || MEMORY_ONLY,
      timeouts: defined({ code: 10000, exchange: 15000, prompt: Infinity }, timeouts),
      retry: defined({ count: 2, delay: 300 }, retry),
    },
  );
  check(settings, '', RULES);
  Object.keys(settings.methods).forEach((name) =>
    check(settings.methods[name], `methods.${name}.`, METHOD_RULES),
  );
  const { baseUrl, trustedOrigins, defaultMethod } = settings;
  if (!isFunction(fieldsOf(settings.methods[defaultMethod]).read)) {
    throw configInvalid('defaultMethod', 'must be in methods');
  }
  return { ...settings, trustedOrigins: [baseUrl, ...trustedOrigins].map(originOf).filter(isText) };
}
