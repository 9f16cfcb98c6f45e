import { createSession, httpBackend, weapp } from 'rx-weapp-session';
import type { HttpBackendOptions, LoginMode, LoginOptions, SessionConfig } from 'rx-weapp-session';
import { errorOf, thrownBy, watched } from './support/watched';

const backend = { silentLogin: () => [], login: () => [] };
const complete: SessionConfig = {
  source: 'shop',
  backend: { ...backend, refresh: () => [], logout: () => [] },
  platform: weapp({}),
  store: { read: () => undefined, write: () => undefined, remove: () => undefined },
  methods: { wechatPay: { code: 'none', read: (detail) => detail } },
  defaultMethod: 'wechatPay',
  tips: { title: 'title' },
  pageTips: () => undefined,
  privacy: false,
  isExpired: () => false,
  afterLogin: () => [],
  baseUrl: 'https://api.example.com/v1',
  trustedOrigins: ['https://cdn.example.com', 'http://127.0.0.1:3000'],
  attach: (options) => options,
  expiryLeeway: 1000,
  timeouts: { code: 1, exchange: 2, prompt: 3 },
  retry: { count: 1, delay: 100 },
  promptGrace: 500,
};

/** What an app without type checks may hand over. */
const made = (fields: object) => createSession({ ...complete, ...fields });
const method = (fields: object) => ({ methods: { mine: { code: 'none', read: String, ...fields } } });

const text = 'a text';
const NOT_TEXT = ['', 7, null, {}] as const;
const NOT_FUNCTION = [text, 7, {}, null] as const;
const NOT_MS = [-1, NaN, text, null] as const;

const wrong = (field: string, values: readonly unknown[], named = field) =>
  values.map((value) => ({ fields: nest(field, value), value, named }));

/** `timeouts.code` = 1 as `{ timeouts: { code: 1 } }`. */
function nest(path: string, value: unknown): object {
  const [head, ...rest] = path.split('.');
  return { [head]: rest.length > 0 ? nest(rest.join('.'), value) : value };
}

const CASES = [
  ...wrong('source', [undefined, ...NOT_TEXT]),
  ...wrong('backend', [undefined, null, text, {}, { login: () => [] }, { silentLogin: () => [] }]),
  ...wrong('backend', [{ ...backend, login: text }]),
  ...NOT_FUNCTION.filter((value) => value !== null).flatMap((value) => [
    { fields: { backend: { ...backend, refresh: value } }, value, named: 'backend.refresh' },
    { fields: { backend: { ...backend, logout: value } }, value, named: 'backend.logout' },
  ]),
  ...wrong('platform', [text, {}, { call: () => [] }]),
  ...[{}, text, undefined].map((value) => ({
    fields: { platform: { ...weapp({}), shown$: value } },
    value,
    named: 'platform.shown$',
  })),
  ...wrong('store', [text, '', 0, false, {}, { read: () => undefined, write: () => undefined }]),
  ...wrong('methods', [text, 7, true]),
  { fields: { methods: { mine: {} } }, value: 'a method without anything', named: 'methods.mine' },
  { fields: { methods: { mine: null } }, value: 'no method', named: 'methods.mine' },
  { fields: method({ read: undefined }), value: 'a method without read', named: 'methods.mine' },
  { fields: method({ code: undefined }), value: 'a method without code', named: 'methods.mine' },
  { fields: method({ code: 'sometimes' }), value: 'a method of another code', named: 'methods.mine' },
  ...wrong('defaultMethod', ['', 'nobody', 'constructor', 'toString', 7]),
  ...wrong('tips', [text, 7]),
  ...wrong('pageTips', [text, 7]),
  ...wrong('privacy', [text, 0]),
  ...wrong('isExpired', NOT_FUNCTION),
  ...wrong('afterLogin', NOT_FUNCTION),
  ...wrong('baseUrl', ['', '/v1', 'api.example.com', '//api.example.com', 'ftp://api.example.com', 7]),
  ...wrong('baseUrl', ['https://api.example.com/v1?x=', 'https://api.example.com#x']),
  ...wrong('trustedOrigins', ['https://cdn.example.com', ['cdn.example.com'], ['*'], [7], [undefined]]),
  ...wrong('attach', NOT_FUNCTION),
  ...wrong('expiryLeeway', NOT_MS),
  ...wrong('timeouts', [text, 5000, true]),
  ...wrong('timeouts.code', NOT_MS),
  ...wrong('timeouts.exchange', NOT_MS),
  ...wrong('timeouts.prompt', NOT_MS),
  ...wrong('retry', [text, 3, true]),
  ...wrong('retry.count', [-1, NaN, 1.5, Infinity, text, null]),
  ...wrong('retry.delay', NOT_MS),
  ...wrong('promptGrace', NOT_MS),
];

describe('config-invalid', () => {
  test.each(CASES)('createSession: $named must not be $value; the message names it and the fix', (row) => {
    const error = thrownBy(() => made(row.fields));
    expect(error.code).toBe('config-invalid');
    // First the field, by its whole path: that is what the developer looks for.
    expect(error.message).toMatch(new RegExp(`^${row.named.replace(/[.$]/g, '\\$&')}[ .]`));
    // After the field, what it has to be.
    expect(error.message).toMatch(/must .{8,}/);
  });

  test('each fix is its own: a hint for the field, not one sentence for all', () => {
    const hint = (fields: object) => thrownBy(() => made(fields)).message;
    expect(hint({ source: '' })).toMatch(/mini-program|name/);
    expect(hint({ backend: {} })).toMatch(/silentLogin|httpBackend/);
    expect(hint({ baseUrl: '/v1' })).toContain('https://');
    expect(hint({ trustedOrigins: 'x' })).toContain('https://');
    expect(hint({ store: {} })).toMatch(/read/);
    expect(hint({ defaultMethod: 'nobody' })).toMatch(/methods|phoneNumber/);
    expect(hint(method({ code: 'x' }))).toMatch(/code|after-answer/);
  });

  test.each([undefined, null, 'shop', 7])('createSession(%p) is config-invalid too', (config) => {
    const build = createSession as (config: unknown) => unknown;
    expect(thrownBy(() => build(config)).code).toBe('config-invalid');
  });

  test('a configuration with everything in it is accepted, and so is the least one', () => {
    expect(made({}).source).toBe('shop');
    expect(createSession({ source: 'shop', backend }).snapshot).toEqual({ status: 'anonymous' });
  });

  test.each(Object.keys(complete).filter((field) => !['source', 'backend'].includes(field)))(
    '%s may be left out, or undefined',
    (field) => {
      const { [field]: _, ...rest } = complete as unknown as Record<string, unknown>;
      const withoutDefault = field === 'methods' ? { defaultMethod: 'phoneNumber' } : {};
      expect(() => createSession({ ...(rest as unknown as SessionConfig), ...withoutDefault })).not.toThrow();
      expect(() => made({ [field]: undefined, ...withoutDefault })).not.toThrow();
    },
  );

  test('zero is a duration and a count', () => {
    const zero = {
      expiryLeeway: 0,
      timeouts: { code: 0, exchange: 0, prompt: 0 },
      retry: { count: 0, delay: 0 },
      promptGrace: 0,
    };
    expect(() => made(zero)).not.toThrow();
  });

  test('store: null is memory only', () => {
    expect(made({ store: null }).snapshot).toEqual({ status: 'anonymous' });
  });

  test('each built-in method can be the default one', () => {
    for (const name of ['phoneNumber', 'realtimePhoneNumber', 'avatarNickname', 'userInfo', 'userProfile']) {
      expect(() => made({ defaultMethod: name })).not.toThrow();
    }
  });
});

describe('config-invalid: httpBackend', () => {
  test.each([undefined, null, '', '/session', 'api.example.com', '//api.example.com', 'ftp://x.org', 7])(
    'a baseUrl of %p throws at once',
    (baseUrl) => {
      const error = thrownBy(() => httpBackend({ baseUrl } as HttpBackendOptions));
      expect(error.code).toBe('config-invalid');
      expect(error.message).toContain('baseUrl');
      expect(error.message).toContain('https://');
    },
  );

  test.each([
    ['baseUrl', { baseUrl: 'https://api.example.com?a=1' }],
    ['platform.call', { platform: {} }],
    ['readReply', { readReply: 5 }],
    ['paths.silentLogin', { paths: { silentLogin: 5 } }],
    ['paths.silentLogin', { paths: { silentLogin: null } }],
    ['paths.login', { paths: { login: () => '' } }],
  ])('a wrong %s is named: %j', (field, options) => {
    const given = { baseUrl: 'https://api.example.com', ...options } as unknown as HttpBackendOptions;
    const error = thrownBy(() => httpBackend(given));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(new RegExp(`^${field.replace('.', '\\.')} must be `));
  });

  test.each([undefined, null])('options of %p: the message names what cannot be read', (options) => {
    const make = httpBackend as (options: unknown) => unknown;
    const error = thrownBy(() => make(options));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(/^options /);
  });
});

describe('config-invalid: login', () => {
  const session = () => {
    const wxLogin = jest.fn();
    return { wxLogin, session: made({ platform: weapp({ login: wxLogin }), store: null }) };
  };
  const asks = (options: object): LoginOptions => options;

  test.each(['', 'loud', 'constructor', 'toString', '__proto__', 7, null])(
    'an unknown mode, %p: nothing is started',
    (mode) => {
      const { session: it, wxLogin } = session();
      const error = errorOf(it.login(asks({ mode: mode as LoginMode })));
      expect(error.code).toBe('config-invalid');
      expect(error.message).toContain('mode');
      for (const known of ['common', 'silent', 'force', 'forceSilent', 'forceAuth']) {
        expect(error.message).toContain(known);
      }
      expect(wxLogin).not.toHaveBeenCalled();
      expect(it.snapshot).toEqual({ status: 'anonymous' });
    },
  );

  test.each(['nobody', 'constructor', 'hasOwnProperty', '__proto__'])(
    'P9: an unknown method from the caller, %p: no prompt, no code',
    (name) => {
      const { session: it, wxLogin } = session();
      const prompts = watched(it.prompt$);
      const error = errorOf(it.login({ mode: 'forceAuth', method: name }));
      expect(error.code).toBe('config-invalid');
      expect(error.message).toContain('method');
      expect(error.message).toContain(name);
      expect(prompts.values).toEqual([null]);
      expect(wxLogin).not.toHaveBeenCalled();
    },
  );

  test.each(['nobody', 'constructor', '__proto__'])(
    'P9: an unknown method from the backend, %p, is the fault of the backend',
    (name) => {
      const asking = { ...backend, silentLogin: () => [{ authorize: { method: name } }] };
      const wx = { login: ({ success }: { success(result: object): void }) => success({ code: '1' }) };
      const it = made({ backend: asking, platform: weapp(wx), store: null });
      const prompts = watched(it.prompt$);
      const error = errorOf(it.login());
      expect(error.code).toBe('backend-invalid');
      expect(error.message).toContain(name);
      expect(prompts.values).toEqual([null]);
    },
  );
});
