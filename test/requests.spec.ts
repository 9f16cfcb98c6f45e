import { createSession, request, requestWithLogin, sessionRequest, weapp, withLogin } from 'rx-weapp-session';
import type { Credential, LoginOptions, RequestOptions, Session, SessionConfig } from 'rx-weapp-session';
import { deepFreeze } from './support/deep-freeze';
import { newCodes } from './support/new-codes';
import { errorOf, watched } from './support/watched';

interface Sent extends RequestOptions {
  success: (response: object) => void;
  fail: (result: object) => void;
}
interface App {
  readonly session: Session;
  /** What wx.request was given. */
  readonly sent: Sent[];
  readonly logins: jest.Mock;
}

const BASE = 'https://api.example.com';

/** An app that is logged in with `A`; the tokens of further logins are B, C, ... */
function app(config: Partial<SessionConfig> = {}, answers: readonly number[] = [], stored = 'A'): App {
  const sent: Sent[] = [];
  const logins = jest.fn(newCodes());
  let tokens = 0;
  const wx = {
    login: logins,
    request: (options: Sent) => {
      sent.push(options);
      const statusCode = answers[sent.length - 1] ?? 200;
      options.success({ statusCode, data: `answer ${sent.length}`, header: {} });
    },
  };
  const record = {
    version: 1 as const,
    source: 'shop',
    credential: { token: stored },
    receivedAt: Date.now(),
  };
  const session = createSession({
    source: 'shop',
    baseUrl: BASE,
    backend: {
      silentLogin: () => [{ credential: { token: 'BCDE'[tokens++] } }],
      login: () => [{ credential: { token: 'interactive' } }],
    },
    platform: weapp(wx),
    store: stored ? { read: () => record, write: () => undefined, remove: () => undefined } : null,
    ...config,
  });
  return { session, sent, logins };
}

const bearerOf = ({ header }: RequestOptions): string | undefined => header?.Authorization;

test('R1: the default attach takes the place of an authorization of the request, however it is spelled', () => {
  const { session, sent } = app();
  watched(sessionRequest(session, { url: '/a', header: { authorization: 'Basic b2xk', 'x-mine': '1' } }));
  expect(sent[0].header).toEqual({ authorization: 'Bearer A', 'x-mine': '1' });
});

describe('R1: a relative url is resolved against baseUrl', () => {
  test.each([
    ['/orders', `${BASE}/orders`],
    ['orders', `${BASE}/orders`],
    ['/orders?page=2#top', `${BASE}/orders?page=2#top`],
    ['orders/7/lines', `${BASE}/orders/7/lines`],
    ['/redirect?to=https://evil.com', `${BASE}/redirect?to=https://evil.com`],
    ['redirect?to=https://evil.com', `${BASE}/redirect?to=https://evil.com`],
    ['//orders', `${BASE}/orders`],
    ['?page=2', `${BASE}?page=2`],
    ['#top', `${BASE}#top`],
    ['', BASE],
  ])('R1: %s', (url, expected) => {
    const { session, sent } = app();
    watched(sessionRequest(session, { url }));
    expect(sent[0].url).toBe(expected);
    expect(bearerOf(sent[0])).toBe('Bearer A');
  });

  test.each([`${BASE}/v1`, `${BASE}/v1/`])(
    'R1: the path of baseUrl %s is kept, with one slash',
    (baseUrl) => {
      const { session, sent } = app({ baseUrl });
      watched(sessionRequest(session, { url: '/orders' }));
      watched(sessionRequest(session, { url: 'orders' }));
      expect(sent.map(({ url }) => url)).toEqual([`${BASE}/v1/orders`, `${BASE}/v1/orders`]);
    },
  );

  test('R1: an absolute url is sent as it is', () => {
    const { session, sent } = app({ trustedOrigins: ['https://cdn.example.com'] });
    watched(sessionRequest(session, { url: 'https://cdn.example.com/a%20b?x=1' }));
    expect(sent[0].url).toBe('https://cdn.example.com/a%20b?x=1');
  });
});

const TRUSTED_ORIGINS = ['https://cdn.example.com:8443', 'http://127.0.0.1:3000', 'http://[::1]:3000'];
const isTrusted = (url: string) => {
  const { origin } = new URL(url, BASE);
  return [BASE, ...TRUSTED_ORIGINS].includes(origin);
};

const SAME = [
  BASE,
  `${BASE}/`,
  `${BASE}/orders`,
  `${BASE}?q=1`,
  `${BASE}#top`,
  `${BASE}:443/orders`,
  'HTTPS://API.EXAMPLE.COM/orders',
  'https://Api.Example.com/@evil.com',
  'https://api.example.com/\\evil.com',
  'https://cdn.example.com:8443/a.png',
  'http://127.0.0.1:3000/',
  'http://[::1]:3000/',
];
const OTHER = [
  'http://api.example.com/orders',
  'https://api.example.com:8443/orders',
  'https://api.example.com:80/orders',
  'https://api.example.com:0/orders',
  'https://api.example.com:4430/orders',
  'https://cdn.example.com/a.png',
  'https://cdn.example.com:443/a.png',
  'http://cdn.example.com:8443/a.png',
  'http://127.0.0.1/',
  'https://127.0.0.1:3000/',
  'http://[::1]/',
  'https://example.com/',
  'https://www.api.example.com/',
  'https://api.example.com.evil.com/',
  'https://api.example.comevil.com/',
  'https://api-example.com/',
  'https://apiXexample.com/',
  'https://evil.com/api.example.com',
  'https://evil.com/https://api.example.com/',
  'https://evil.com?https://api.example.com/',
  'https://evil.com#https://api.example.com/',
  'https://evil.com\\https://api.example.com/',
  'https://user@evil.com/https://api.example.com/',
  'ftp://evil.com/https://api.example.com/',
  'https://evil.com\\api.example.com',
  'https://evil.com\\@api.example.com/',
  'https://api.example.com@evil.com/',
  'https://api.example.com:443@evil.com/',
  'https://api.example.com:pass@evil.com/',
  'https://api.example.com%40evil.com/',
  'https://api.example.com\\.evil.com@evil.com/',
  'https://api.example.com./orders',
  'https://\u0430pi.example.com/', // a Cyrillic a
  'https://xn--pi-7kc.example.com/',
  'https://api.example.com\u3002evil.com/', // an ideographic full stop
  'ftp://api.example.com/',
  'ws://api.example.com/',
  'data:text/plain,api.example.com',
  'wxfile://usr/api.example.com',
];
// Where parsers disagree it does not matter what is done, as long as nobody else sees the credential.
const ODD = [
  '//evil.com/orders',
  '///evil.com/orders',
  '/\\evil.com/orders',
  '\\\\evil.com/orders',
  '\\/evil.com',
  '@evil.com/',
  '.evil.com/',
  ':8443/',
  ':@evil.com',
  '..//evil.com',
  ' //evil.com/',
  '\t//evil.com/',
  '/\t/evil.com/',
  '/\n/evil.com/',
  ' https://evil.com/',
  '\thttps://evil.com/',
  '\u0000https://evil.com/',
  '\u001fhttps://evil.com/',
  '\u00a0https://evil.com/',
  'ht\ntps://evil.com/',
  'https\n://evil.com/',
  'https:\n//evil.com/',
  'https:evil.com/',
  'https:/evil.com/',
  'https:///evil.com/',
  'https:\\\\evil.com/',
  'https://\tevil.com/',
  'https://api.example.com\t.evil.com/',
  'https://api.example.com\n.evil.com/',
  'https://api.example.com\n@evil.com/',
  'https://api.example.com\\@evil.com/',
  'https://user@api.example.com/',
  'https://user:pass@api.example.com/',
  'https://api.example.com:/',
  'https://api.example.com:99999/',
  'https://api.example.com:443x/',
  'https://api.example.com:0443/',
  'https://api\u3002example.com/',
  'https://api.example.com\u2044evil.com/',
  'https://api.example.com\uff0fevil.com/',
  'https://ａpi.example.com/',
  ' https://api.example.com/',
];

describe('R1: the credential goes to trusted origins and nowhere else', () => {
  const config = { trustedOrigins: TRUSTED_ORIGINS };

  test.each(SAME)('R1: %j gets it', (url) => {
    expect(isTrusted(url)).toBe(true);
    const { session, sent } = app(config);
    watched(sessionRequest(session, { url }));
    expect(sent.map(bearerOf)).toEqual(['Bearer A']);
  });

  test.each(OTHER)('R1: %j is sent as it is, without it', (url) => {
    const { session, sent } = app(config);
    watched(sessionRequest(session, { url, header: { 'x-mine': '1' } }));
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ url, header: { 'x-mine': '1' } });
    expect(JSON.stringify(sent[0])).not.toContain('Bearer');
  });

  test.each(OTHER)('R3: requestWithLogin to %j is config-invalid: no login, nothing sent', (url) => {
    const { session, sent, logins } = app(config, [], '');
    expect(errorOf(requestWithLogin(session, { url })).code).toBe('config-invalid');
    expect(sent).toEqual([]);
    expect(logins).not.toHaveBeenCalled();
  });

  test.each([...SAME, ...OTHER, ...ODD])('R1: %j shows it to nobody else, however it is parsed', (url) => {
    const { session, sent } = app(config, [], 'secret');
    watched(sessionRequest(session, { url }));
    const carrying = sent.filter((options) => bearerOf(options) !== undefined);
    carrying.forEach((options) => {
      expect(URL.canParse(options.url)).toBe(true);
      expect(isTrusted(options.url)).toBe(true);
      // Never in the URL unless `attach` says so.
      expect(options.url).not.toMatch(/Bearer|secret/);
    });
  });

  test('R1: a trusted origin may be written with a path, a port or capitals', () => {
    const { session, sent } = app({ trustedOrigins: ['HTTPS://CDN.example.com:443/files/'] });
    watched(sessionRequest(session, { url: 'https://cdn.example.com/other' }));
    expect(sent.map(bearerOf)).toEqual(['Bearer A']);
  });

  // The default port is no part of an origin, and what only begins or ends like it is another port.
  test.each([
    ['http://10.0.0.1', 'http://10.0.0.1:80/a', true],
    ['http://10.0.0.1', 'http://10.0.0.1:0080/a', true],
    ['http://10.0.0.1:80', 'http://10.0.0.1/a', true],
    ['https://10.0.0.1', 'https://10.0.0.1:00443/a', true],
    ['http://10.0.0.180', 'http://10.0.0.1:8080/a', false],
    ['http://10.0.0.1', 'http://10.0.0.1:8080/a', false],
    ['https://10.0.0.10', 'https://10.0.0.1:4430/a', false],
    ['http://10.0.0.1', 'http://10.0.0.1:443/a', false],
  ])('R1: with %s trusted, %s gets it: %p', (trusted, url, gets) => {
    expect(new URL(url).origin === new URL(trusted).origin).toBe(gets);
    const { session, sent } = app({ trustedOrigins: [trusted] });
    watched(sessionRequest(session, { url }));
    expect(sent.map(bearerOf)).toEqual([gets ? 'Bearer A' : undefined]);
  });

  test('R1: trustedOrigins are enough without baseUrl', () => {
    const { session, sent } = app({ baseUrl: undefined, ...config });
    watched(sessionRequest(session, { url: 'https://cdn.example.com:8443/a' }));
    watched(sessionRequest(session, { url: `${BASE}/a` }));
    expect(sent.map(bearerOf)).toEqual(['Bearer A', undefined]);
  });
});

describe('R1: config-invalid, and nothing is sent', () => {
  const CASES: readonly (readonly [string, Partial<SessionConfig>, string])[] = [
    [
      'a relative url without baseUrl',
      { baseUrl: undefined, trustedOrigins: ['https://cdn.example.com'] },
      '/orders',
    ],
    ['an absolute url with neither baseUrl nor trustedOrigins', { baseUrl: undefined }, `${BASE}/orders`],
    ['a relative url with neither', { baseUrl: undefined, trustedOrigins: [] }, '/orders'],
  ];
  const SENDERS: readonly (readonly [string, typeof sessionRequest])[] = [
    ['sessionRequest', sessionRequest],
    ['requestWithLogin', requestWithLogin],
    [
      'a silent requestWithLogin',
      (session, options) => requestWithLogin(session, { ...options, loginOptions: { mode: 'silent' } }),
    ],
    ['withLogin', (session, options) => sessionRequest<never>(session, options).pipe(withLogin(session))],
  ];
  test.each(
    CASES.flatMap(([title, config, url]) =>
      SENDERS.map(([name, send]) => ({ title, config, url, name, send })),
    ),
  )('R1: $title, by $name', ({ config, url, send }) => {
    const { session, sent } = app(config);
    const error = errorOf(send(session, { url }));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(/baseUrl|trusted/);
    expect(sent).toEqual([]);
  });

  test('T3: the message does not repeat a query', () => {
    const { session } = app({ baseUrl: undefined, trustedOrigins: ['https://cdn.example.com'] });
    expect(errorOf(sessionRequest(session, { url: '/a?token=secret' })).message).not.toContain('secret');
  });
});

describe('R1 R3: untrusted origins in mode silent', () => {
  const options = { url: 'https://other.example.org/', loginOptions: { mode: 'silent' } } as const;

  test('R3: are sent, without a credential', () => {
    const { session, sent } = app();
    expect(watched(requestWithLogin(session, options)).values).toHaveLength(1);
    expect(sent.map(bearerOf)).toEqual([undefined]);
  });

  test('R1 E1: what they answer never expires the session, and passes untouched', () => {
    const { session, sent, logins } = app({}, [401]);
    const response = watched(requestWithLogin(session, options));
    expect(response.values).toMatchObject([{ statusCode: 401 }]);
    expect(session.credential).toEqual({ token: 'A' });
    expect(sent).toHaveLength(1);
    expect(logins).not.toHaveBeenCalled();
  });

  test('R1 E1: nor does one behind withLogin', () => {
    const { session, sent } = app({}, [401]);
    const response = watched(sessionRequest(session, { url: options.url }).pipe(withLogin(session)));
    expect(response.values).toMatchObject([{ statusCode: 401 }]);
    expect(session.credential).toEqual({ token: 'A' });
    expect(sent).toHaveLength(1);
  });
});

describe('R1: sessionRequest', () => {
  test('R1: takes the credential of the moment of subscription, again at each', () => {
    const { session, sent } = app();
    const orders$ = sessionRequest(session, { url: '/orders' });
    expect(sent).toEqual([]);
    watched(orders$);
    watched(session.login({ mode: 'force' }));
    watched(orders$);
    expect(sent.map(bearerOf)).toEqual(['Bearer A', 'Bearer B']);
  });

  test('R1: goes without where none is usable, and never logs in', () => {
    const { session, sent, logins } = app({}, [], '');
    expect(watched(sessionRequest(session, { url: '/orders' })).values).toHaveLength(1);
    expect(sent.map(bearerOf)).toEqual([undefined]);
    expect(logins).not.toHaveBeenCalled();
  });

  test('R1: a refused credential is not attached any more', () => {
    const { session, sent } = app();
    session.invalidate({ token: 'A' });
    watched(sessionRequest(session, { url: '/orders' }));
    expect(sent.map(bearerOf)).toEqual([undefined]);
  });

  test.each([200, 204, 301, 400, 401, 403, 404, 429, 500, 503])('R2: status %i is a value', (status) => {
    const { session } = app({}, [status]);
    const response = watched(sessionRequest(session, { url: '/orders' }));
    expect(response).toMatchObject({ values: [{ statusCode: status, data: 'answer 1' }], completed: true });
  });

  test('R2: a platform that has no wx.request is request-failed', () => {
    expect(watched(request({ url: '/x' }, weapp({}))).code).toBe('request-failed');
  });

  test('R2: a platform failure is request-failed with its result as cause, and keeps the session', () => {
    const result = { errMsg: 'request:fail url not in domain list', errno: 600002 };
    const wx = { request: ({ fail }: Sent) => fail(result) };
    const { session, logins } = app({ platform: weapp(wx) });
    const error = errorOf(requestWithLogin(session, { url: '/orders' }));
    expect(error.code).toBe('request-failed');
    expect(error.cause).toEqual(result);
    expect(session.credential).toEqual({ token: 'A' });
    expect(logins).not.toHaveBeenCalled();
  });
});

describe('R3: what reaches the platform', () => {
  const all: RequestOptions & { loginOptions: LoginOptions } = {
    url: '/orders',
    method: 'POST',
    data: { text: 'hi' },
    header: { 'x-mine': '1' },
    timeout: 5000,
    dataType: 'json',
    responseType: 'text',
    enableHttp2: true,
    enableCache: false,
    loginOptions: { mode: 'silent', tips: { title: 'mine' } },
  };

  test.each([
    ['requestWithLogin', requestWithLogin],
    ['sessionRequest', sessionRequest],
  ])('R3: %s: every field of wx.request, the credential beside the header', (_, send) => {
    const { session, sent } = app();
    const { loginOptions: _login, ...plain } = all;
    watched(send(session, send === requestWithLogin ? all : plain));
    const { success: _success, fail: _fail, ...given } = sent[0];
    expect(given).toEqual({
      ...plain,
      url: `${BASE}/orders`,
      header: { 'x-mine': '1', Authorization: 'Bearer A' },
    });
  });

  test.each(['common', 'silent', 'force', 'forceSilent'] as const)(
    'R3: loginOptions of mode %s never do',
    (mode) => {
      const { session, sent } = app();
      watched(requestWithLogin(session, { url: '/a', loginOptions: { mode, tips: { title: 'mine' } } }));
      watched(requestWithLogin(session, { url: 'https://x.org', loginOptions: { mode: 'silent' } }));
      expect(sent).toHaveLength(2);
      sent.forEach((options) => expect(options).not.toHaveProperty('loginOptions'));
    },
  );

  test('R3: loginOptions say how far the login goes', () => {
    const asks = { silentLogin: () => [{ authorize: { method: 'phoneNumber' } }], login: () => [] };
    const { session, sent, logins } = app({ backend: asks }, [], '');
    const prompts = watched(session.prompt$);
    expect(
      watched(requestWithLogin(session, { url: '/a', loginOptions: { mode: 'forceSilent' } })).code,
    ).toBe('interaction-required');
    expect(sent).toEqual([]);
    expect(
      watched(requestWithLogin(session, { url: '/a', loginOptions: { mode: 'silent' } })).values,
    ).toHaveLength(1);
    expect(sent.map(bearerOf)).toEqual([undefined]);
    expect(logins).toHaveBeenCalledTimes(2);
    expect(prompts.values).toEqual([null]);
  });

  test('R3: verify goes with it, also in mode silent', () => {
    const checkSession = jest.fn(({ fail }: Sent) => fail({ errMsg: 'checkSession:fail' }));
    const sent: Sent[] = [];
    const wx = {
      login: newCodes(),
      checkSession,
      request: (options: Sent) => {
        sent.push(options);
        options.success({ statusCode: 200, data: {}, header: {} });
      },
    };
    const { session } = app({ platform: weapp(wx) });
    watched(requestWithLogin(session, { url: '/a', loginOptions: { mode: 'silent', verify: true } }));
    expect(checkSession).toHaveBeenCalledTimes(1);
    expect(sent.map(bearerOf)).toEqual(['Bearer B']);
  });

  test('R3 E2: an expiry is one login and one retry, in either mode', () => {
    for (const mode of ['common', 'silent'] as const) {
      const { session, sent, logins } = app({}, [401, 200]);
      const response = watched(requestWithLogin(session, { url: '/a', loginOptions: { mode } }));
      expect(response).toMatchObject({ values: [{ statusCode: 200 }], completed: true });
      expect(sent.map(bearerOf)).toEqual(['Bearer A', 'Bearer B']);
      expect(logins).toHaveBeenCalledTimes(1);
    }
  });
});

describe('E8: attach', () => {
  type Attach = NonNullable<SessionConfig['attach']>;
  const data = (options: RequestOptions) => options.data as Record<string, unknown>;
  const WAYS: readonly (readonly [string, Attach, (sent: RequestOptions) => unknown])[] = [
    [
      'a header',
      (options, { token }) => ({ ...options, header: { ...options.header, 'X-Token': token } }),
      ({ header }) => header?.['X-Token'],
    ],
    [
      'a cookie',
      (options, { token }) => ({ ...options, header: { ...options.header, Cookie: `sid=${token}` } }),
      ({ header }) => header?.Cookie.replace('sid=', ''),
    ],
    [
      'the body',
      (options, { token }) => ({ ...options, data: { ...data(options), token } }),
      (sent) => data(sent).token,
    ],
    [
      'the query',
      (options, { token }) => ({ ...options, url: `${options.url}?token=${token}` }),
      ({ url }) => url.split('?token=')[1],
    ],
    [
      'a header, by writing into what it was given',
      (options, { token }) => {
        options.header = Object.assign(options.header ?? {}, { 'X-Token': token });
        return options;
      },
      ({ header }) => header?.['X-Token'],
    ],
    [
      'the body, by writing into what it was given',
      (options, { token }) => {
        data(options).token = token;
        return options;
      },
      (sent) => data(sent).token,
    ],
    [
      'the query, by writing into what it was given',
      (options, { token }) => {
        options.url += `?token=${token}`;
        return options;
      },
      ({ url }) => url.split('?token=')[1],
    ],
  ];
  const options = () =>
    ({ url: '/a', method: 'POST', data: { text: 'hi' }, header: { 'x-mine': '1' } }) as const;

  test.each(WAYS)('E8: into %s: the retry carries the new one alone', (_, attach, tokenOf) => {
    const { session, sent } = app({ attach }, [401, 200]);
    expect(watched(requestWithLogin(session, options())).values).toHaveLength(1);
    expect(sent.map(tokenOf)).toEqual(['A', 'B']);
    sent.forEach(({ url }) => expect(url.startsWith(`${BASE}/a`)).toBe(true));
    expect(JSON.stringify(sent[1])).not.toContain('"A"');
    expect(sent[1]).not.toHaveProperty('header.Authorization');
  });

  test.each(WAYS)('E8: into %s: the options of the caller stay as they were', (_, attach) => {
    const { session } = app({ attach }, [401, 200]);
    const given = options();
    watched(requestWithLogin(session, given));
    watched(sessionRequest(session, given));
    expect(given).toEqual(options());
  });

  test.each(WAYS)('E8: into %s: frozen options are accepted', (_, attach, tokenOf) => {
    const { session, sent } = app({ attach }, [401, 200]);
    const response = watched(requestWithLogin(session, deepFreeze(options())));
    expect(response).toMatchObject({ values: [{ statusCode: 200 }], errors: [] });
    expect(sent.map(tokenOf)).toEqual(['A', 'B']);
  });

  test('E8: the default attach leaves frozen options alone too', () => {
    const { session, sent } = app({}, [401, 200]);
    const given = deepFreeze(options());
    watched(requestWithLogin(session, given));
    expect(sent.map(bearerOf)).toEqual(['Bearer A', 'Bearer B']);
    expect(given).toEqual(options());
  });

  test('E8: data that is no plain object is handed on as it is', () => {
    const { session, sent } = app();
    const buffer = new ArrayBuffer(8);
    watched(sessionRequest(session, { url: '/a', method: 'POST', data: buffer }));
    watched(sessionRequest(session, { url: '/a', method: 'POST', data: 'text' }));
    expect(sent[0].data).toBe(buffer);
    expect(sent[1].data).toBe('text');
  });

  test('R1: it is given the resolved url and the credential of the session', () => {
    const attach = jest.fn((given: RequestOptions, _: Credential) => given);
    const { session, sent } = app({ attach });
    watched(sessionRequest(session, { url: '/a' }));
    expect(attach).toHaveBeenCalledTimes(1);
    expect(attach.mock.calls[0]).toMatchObject([{ url: `${BASE}/a` }, { token: 'A' }]);
    expect(sent.map(bearerOf)).toEqual([undefined]);
  });

  test('R1: it is not asked for an untrusted url, nor without a credential', () => {
    const attach = jest.fn((given: RequestOptions) => given);
    watched(sessionRequest(app({ attach }).session, { url: 'https://other.example.org/' }));
    watched(sessionRequest(app({ attach }, [], '').session, { url: '/a' }));
    expect(attach).not.toHaveBeenCalled();
  });

  const MOVED = ['https://evil.com/', 'http://api.example.com/a', '//evil.com/', `${BASE}@evil.com/`, ''];
  test.each(MOVED)('R1: the origin is checked after it as well: moved to %j nothing is sent', (url) => {
    const attach: Attach = (given, { token }) => ({ ...given, url, header: { Authorization: token } });
    const { session, sent } = app({ attach });
    const error = errorOf(sessionRequest(session, { url: '/a' }));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toContain('attach');
    expect(errorOf(requestWithLogin(session, { url: '/a' })).code).toBe('config-invalid');
    expect(sent).toEqual([]);
  });

  test('R1: one that puts back the relative url that the caller wrote sends nothing', () => {
    const attach: Attach = (given, { token }) => ({ ...given, url: '/a', header: { Authorization: token } });
    const { session, sent } = app({ attach });
    expect(errorOf(sessionRequest(session, { url: '/a' })).code).toBe('config-invalid');
    expect(errorOf(requestWithLogin(session, { url: '/a' })).code).toBe('config-invalid');
    expect(sent).toEqual([]);
  });

  test('R1: moving it to another trusted origin is fine', () => {
    const attach: Attach = (given) => ({ ...given, url: 'https://cdn.example.com/a' });
    const { session, sent } = app({ attach, trustedOrigins: ['https://cdn.example.com'] });
    watched(sessionRequest(session, { url: '/a' }));
    expect(sent.map(({ url }) => url)).toEqual(['https://cdn.example.com/a']);
  });

  test('F7: one that throws, or gives no request, lets nothing go out unauthenticated', () => {
    const nothing = (() => undefined) as unknown as Attach;
    const broken: Attach = () => {
      throw new Error('no such header');
    };
    for (const attach of [nothing, broken]) {
      const { session, sent } = app({ attach });
      expect(watched(requestWithLogin(session, { url: '/a' })).errors).toHaveLength(1);
      expect(watched(sessionRequest(session, { url: '/a' })).errors).toHaveLength(1);
      expect(sent).toEqual([]);
      expect(session.credential).toEqual({ token: 'A' });
    }
  });
});
