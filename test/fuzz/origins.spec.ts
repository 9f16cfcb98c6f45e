import * as fc from 'fast-check';
import { config as rxjsConfig } from 'rxjs';
import { createSession, requestWithLogin, sessionRequest, weapp } from 'rx-weapp-session';
import type { RequestOptions, Session, SessionConfig } from 'rx-weapp-session';
import { thrownBy, watched } from '../support/watched';
import { runs } from './runs';

// R1: no credential leaves for an origin that is not trusted, however the url is written. What a url means is what
// the WHATWG parser says of it, which browsers and WeChat's developer tools follow.

const unhandled: unknown[] = [];
beforeAll(() => void (rxjsConfig.onUnhandledError = (error) => unhandled.push(error)));
afterAll(() => {
  rxjsConfig.onUnhandledError = null;
  expect(unhandled).toEqual([]);
});

const BASE = 'https://api.example.com';
const TRUSTED = [BASE, 'https://files.example.com:8443', 'http://[2001:db8::1]:8080'];
const TOKEN = 'the-token';

interface Sent {
  readonly url: string;
  readonly carries: boolean;
}

/** A session with a usable credential, and what left the phone. */
function phone(config: Partial<SessionConfig> = {}): { readonly session: Session; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const reply = () => [{ credential: { token: TOKEN } }];
  const session = createSession({
    source: 'shop',
    store: null,
    baseUrl: BASE,
    trustedOrigins: TRUSTED,
    backend: { silentLogin: reply, login: reply },
    ...config,
    platform: weapp({
      login: ({ success }: { success: (result: unknown) => void }) => success({ code: `code${sent.length}` }),
      request: ({ success, ...call }: RequestOptions & { success: (result: unknown) => void }) => {
        // Each look at it may tell something else: what counts is what is sent.
        const url = String(call.url);
        sent.push({ url, carries: JSON.stringify(call).includes(TOKEN) });
        success({ statusCode: 200, data: {}, header: {} });
      },
    }),
  });
  watched(session.login());
  return { session, sent };
}

const originOf = (url: string): string | undefined => {
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
};
const isTrusted = (url: string) => TRUSTED.includes(originOf(url) ?? '');

/** Sends a request to a url; gives what left. */
function sendTo(url: string, config?: Partial<SessionConfig>): readonly Sent[] {
  const { session, sent } = phone(config);
  watched(sessionRequest(session, { url }));
  watched(requestWithLogin(session, { url }));
  watched(requestWithLogin(session, { url, loginOptions: { mode: 'silent' } }));
  session.dispose();
  return sent;
}

const checkAll = (sent: readonly Sent[]) => {
  for (const { url, carries } of sent) if (carries) expect([url, isTrusted(url)]).toEqual([url, true]);
};

const EVIL = [
  'http://api.example.com/',
  'https://api.example.com:444/',
  'https://api.example.com.:443/',
  'https://api.example.com./',
  'https://api.example.com.evil.example/',
  'https://evil.example/',
  'https://evil.example/api.example.com',
  'https://evil.example/https://api.example.com/',
  'https://evil.example?https://api.example.com/',
  'https://evil.example#https://api.example.com/',
  'https://evil.example@api.example.com.evil.example/',
  'https://api.example.com@evil.example/',
  'https://api.example.com:443@evil.example/',
  'https://api.example.com:@evil.example/',
  'https://user:api.example.com@evil.example/',
  'https://api.example.com%40evil.example/',
  'https://api.example.com\\@evil.example/',
  'https://api.example.com\\.evil.example/',
  'https://evil.example\\@api.example.com/',
  'https://evil.example\\api.example.com/',
  'https://evil.example%2fapi.example.com/',
  'https://api.example.com%2eevil.example/',
  'https://api.example.com%00.evil.example/',
  'https://api.example.com\0.evil.example/',
  'https://api.example.com\t.evil.example/',
  'https://api.example.com\n.evil.example/',
  'https://api.example.com .evil.example/',
  'https:\\\\evil.example/',
  'https:/evil.example/',
  'https:evil.example',
  'https:///evil.example/',
  'https://///evil.example/',
  'ht\ntps://evil.example/',
  '\thttps://evil.example/',
  ' https://evil.example/',
  '\u0000https://evil.example/',
  '\u00a0https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example/',
  '\\/evil.example/',
  '/\t/evil.example/',
  '///evil.example/',
  '@evil.example/',
  '.evil.example/',
  ':443@evil.example/',
  ':pass@evil.example/',
  '?@evil.example/',
  '#@evil.example/',
  '\\@evil.example/',
  'https://ap\u0456.example.com/',
  'https://xn--ap-xlc.example.com/',
  'https://\u212bpi.example.com/',
  'https://api\u3002example\u3002com.evil.example/',
  'https://api.example.com\u3002evil.example/',
  'https://api.example.com\uff0eevil.example/',
  'https://\u{1d41a}pi.example.com.evil.example/',
  'https://api.example.com\u2044.evil.example/',
  'https://api.example.com\uff0f.evil.example/',
  'https://api.example.com\u00ad.evil.example/',
  'http://[2001:db8::1]/',
  'http://[2001:db8::2]:8080/',
  'http://[2001:db8::1]:8081/',
  'https://[2001:db8::1]:8080/',
  'http://[::ffff:127.0.0.1]:8080/',
  'http://2130706433/',
  'ws://api.example.com/',
  'wss://api.example.com/',
  'ftp://api.example.com/',
  'file:///api.example.com/',
  'javascript:alert(1)//https://api.example.com/',
  'data:text/html,https://api.example.com/',
  'blob:https://api.example.com/x',
  'https://',
  'https://:443/',
  'https://api.example.com:99999/',
  'https://api.example.com:port/',
];

test.each(EVIL)('R1: no credential leaves for %j', (url) => {
  const sent = sendTo(url);
  checkAll(sent);
  // Where it was sent with a credential, it stayed at home: it was appended to the base url.
  for (const it of sent) if (it.carries) expect(it.url).toMatch(/^https:\/\/api\.example\.com[/?#]/);
});

const GOOD = [
  '',
  '/',
  '/orders?a=b#c',
  'orders',
  '?a=b',
  '#c',
  'https://api.example.com',
  'https://api.example.com/',
  'https://api.example.com?a=b',
  'https://api.example.com#c',
  'https://api.example.com:443/',
  'https://api.example.com:0443/',
  'HTTPS://API.Example.COM/Orders',
  'https://api.example.com/https://evil.example/',
  'https://api.example.com/\\evil.example',
  'https://api.example.com/@evil.example',
  'https://files.example.com:8443/x',
  'http://[2001:db8::1]:8080/',
  'http://[2001:DB8::1]:8080/',
];
test.each(GOOD)('R1: the credential goes to %j', (url) => {
  const sent = sendTo(url);
  expect(sent).toHaveLength(3);
  expect(sent.every(({ carries }) => carries)).toBe(true);
  checkAll(sent);
});

/** Urls, put together of what parsers fall out over. */
const part = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'api.example.com',
      'evil.example',
      'files.example.com',
      '[2001:db8::1]',
      'api',
      'com',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'https:',
      'http:',
      'HTTPS:',
      '//',
      '/',
      '\\',
      ':',
      '@',
      '.',
      ':443',
      ':80',
      ':8443',
      ':8080',
      '?',
      '#',
      '%2f',
      '%40',
      '%2e',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\t',
      '\n',
      '\r',
      ' ',
      '\0',
      '\u00a0',
      '\u3002',
      '\uff0e',
      '\uff0f',
      '\u00ad',
      '\u200b',
      '\ufeff',
      'xn--',
      '[',
      ']',
      ';',
      ',',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 4, unit: 'binary' }) },
);
const anyUrl = fc
  .tuple(fc.constantFrom('', '', ...TRUSTED, 'https://'), fc.array(part, { maxLength: 7 }))
  .map(([start, parts]) => start + parts.join(''));

test('R1: where the parser sees another origin, no credential was attached', () => {
  fc.assert(
    fc.property(anyUrl, (url) => checkAll(sendTo(url))),
    runs(300),
  );
});

test('R1: nor where attach moves the url', () => {
  fc.assert(
    fc.property(anyUrl, fc.boolean(), (url, inBody) => {
      const attach = (options: RequestOptions) => ({
        ...options,
        url,
        ...(inBody ? { data: { token: TOKEN } } : { header: { 'X-Token': TOKEN } }),
      });
      checkAll(sendTo('/orders', { attach }));
    }),
    runs(200),
  );
});

test('R1: nor to a base url alone that a request escapes from', () => {
  const bases = [
    'https://api.example.com',
    'https://api.example.com/',
    'https://api.example.com/v1',
    'https://api.example.com:443',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...bases), anyUrl, (baseUrl, url) =>
      checkAll(sendTo(url, { baseUrl, trustedOrigins: [] })),
    ),
    runs(300),
  );
});

/** Tells a trusted origin first and another one after it. */
const turning = () => {
  let looks = 0;
  return () => (looks++ === 0 ? `${BASE}/` : 'https://evil.example/');
};

test('R1: the origin that is checked is the one that is sent to, though attach gives a url that turns', () => {
  const sentTo = (url: string) => [undefined, [url]] as const;
  const NOT_SENT = ['config-invalid', []] as const;
  for (const [make, outcome] of [
    [() => Object.defineProperty({}, 'url', { get: turning(), enumerable: true }), sentTo(`${BASE}/`)],
    [() => new Proxy({ url: '' }, { get: turning() }), sentTo(`${BASE}/`)],
    [() => ({ url: { toString: turning() } }), NOT_SENT],
    [() => ({ url: { [Symbol.toPrimitive]: turning() } }), NOT_SENT],
    [() => ({ url: new String('https://evil.example/') }), NOT_SENT],
  ] as const) {
    const attach = () => Object.assign(make() as RequestOptions, { header: { 'X-Token': TOKEN } });
    const { session, sent } = phone({ attach });
    const { code } = watched(sessionRequest(session, { url: '/orders' }));
    expect([code, sent.map(({ url }) => url)]).toEqual(outcome);
    checkAll(sent);
  }
});

test('R1: nor though the request options have a url that turns', () => {
  const options = Object.defineProperty({}, 'url', { get: turning(), enumerable: true }) as RequestOptions;
  const { session, sent } = phone();
  watched(sessionRequest(session, options));
  expect(sent).toHaveLength(1);
  expect(watched(requestWithLogin(session, options)).code).toBe('config-invalid');
  expect(sent).toHaveLength(1);
  checkAll(sent);
});

test('R1: a trusted origin that is no plain origin is config-invalid, not guessed at', () => {
  const ODD = [
    'api.example.com',
    '//api.example.com',
    'https://a@api.example.com',
    'https://*.example.com',
    'https://api.example.com\\',
    'https:api.example.com',
    ' https://api.example.com',
    'ftp://api.example.com',
    '',
    '*',
    'null',
  ];
  for (const odd of ODD) {
    expect(thrownBy(() => phone({ trustedOrigins: [odd] })).code).toBe('config-invalid');
  }
});
