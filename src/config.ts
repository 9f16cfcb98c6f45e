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
export interface Settings<C extends Credential> extends Required<Omit<SessionConfig<C>, Replaced>> {
  readonly baseUrl: string | undefined;
  readonly store: CredentialStore<C> | undefined;
  readonly timeouts: Required<NonNullable<SessionConfig<C>['timeouts']>>;
  readonly retry: Required<NonNullable<SessionConfig<C>['retry']>>;
}

type Replaced = 'baseUrl' | 'store' | 'timeouts' | 'retry';

/** Makes the error for a wrong configuration: names the field and the fix. */
export const configInvalid = (field: string, fix: string, cause?: unknown) =>
  sessionError('config-invalid', `${field} ${fix}`, cause);

function need(holds: boolean, field: string, fix: string): void {
  if (!holds) throw configInvalid(field, fix);
}

/** Checks fields that must be functions; those with `?` may be missing. */
function needFunctions(holder: unknown, path: string, names: string): void {
  names.split(' ').forEach((name) => {
    const field = name.replace('?', '');
    const value = fieldsOf(holder)[field];
    const left = value === undefined && field !== name;
    need(left || typeof value === 'function', path + field, 'must be a function');
  });
}

function needDurations(holder: unknown, path: string, names: string): void {
  names.split(' ').forEach((name) => {
    const value = fieldsOf(holder)[name];
    need(typeof value === 'number' && value >= 0, path + name, 'must be a number, 0 or more');
  });
}

/** The default `attach`. */
export const bearer = (options: RequestOptions, { token }: Credential): RequestOptions => ({
  ...options,
  header: { ...options.header, Authorization: `Bearer ${token}` },
});

const isUnauthorized = (outcome: unknown): boolean => fieldsOf(outcome).statusCode === 401;

const DEFAULTS = {
  defaultMethod: 'phoneNumber',
  tips: {},
  pageTips: topPageTips,
  privacy: true,
  isExpired: isUnauthorized,
  afterLogin: () => EMPTY,
  attach: bearer,
  trustedOrigins: [],
  expiryLeeway: 30000,
  promptGrace: 3000,
};

/** Checks a configuration, and fills in what it leaves out; throws `config-invalid`. */
export function readConfig<C extends Credential>(config: SessionConfig<C>): Settings<C> {
  const given = defined<SessionConfig<C>>(config);
  const { source, backend, baseUrl, platform = weapp(), store } = given;
  const settings = {
    ...DEFAULTS,
    ...given,
    platform,
    // Without a prototype: no name that every object has is a method.
    methods: Object.assign(
      Object.create(null),
      builtInMethods(platform),
      given.methods,
    ) as Settings<C>['methods'],
    store:
      store === undefined
        ? weappStore<C>({ key: `rx-weapp-session:${source}`, platform })
        : store || undefined,
    timeouts: defined({ code: 10000, exchange: 15000, prompt: Infinity }, given.timeouts),
    retry: defined({ count: 2, delay: 300 }, given.retry),
  };
  const { methods, trustedOrigins, tips, pageTips } = settings;

  need(isText(source), 'source', 'must name this mini-program');
  needFunctions(backend, 'backend.', 'silentLogin login refresh? logout?');
  needFunctions(platform, 'platform.', 'call callSync');
  needFunctions(platform.shown$, 'platform.shown$.', 'subscribe');
  need(Array.isArray(trustedOrigins), 'trustedOrigins', 'must be a list like ["https://api.example.com"]');
  if (store) needFunctions(store, 'store.', 'read write remove');
  needFunctions(settings, '', 'isExpired afterLogin attach');
  needDurations(settings, '', 'expiryLeeway promptGrace');
  needDurations(settings.timeouts, 'timeouts.', 'code exchange prompt');
  needDurations(settings.retry, 'retry.', 'count delay');
  need(/function|object/.test(typeof tips), 'tips', 'must be texts or a function');
  need(/function|object/.test(typeof pageTips), 'pageTips', 'must be texts or a function');
  need(Number.isInteger(settings.retry.count), 'retry.count', 'must be a whole number');
  need(typeof settings.privacy === 'boolean', 'privacy', 'must be true or false');
  Object.keys(methods).forEach((name) => {
    needFunctions(methods[name], `methods.${name}.`, 'read');
    const known = /^(before-prompt|after-answer|none)$/.test(methods[name].code);
    need(known, `methods.${name}.code`, 'must be "before-prompt", "after-answer" or "none"');
  });
  need(settings.defaultMethod in methods, 'defaultMethod', 'must be in methods');
  const origins = baseUrl === undefined ? trustedOrigins : [baseUrl, ...trustedOrigins];
  need(origins.every(originOf), 'baseUrl or trustedOrigins', 'must be like "https://api.example.com"');
  return { ...settings, baseUrl, trustedOrigins: origins.map(originOf) as string[] };
}
