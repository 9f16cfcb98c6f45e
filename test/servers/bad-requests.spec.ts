import { connect } from 'node:net';
import { get, post, startServers, type Harness } from './harness';

let servers: Harness;
beforeAll(async () => void (servers = await startServers()));
afterAll(() => servers.close());

const url = (path: string) => `${servers.backend.url}${path}`;

/** Sends bytes as they are and gives what came back when the connection ended. */
function raw(bytes: string | Buffer, hangUp = false, { backend } = servers): Promise<string> {
  return new Promise((resolve) => {
    const { port } = new URL(backend.url);
    let received = '';
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(bytes, () => hangUp && socket.destroy());
    });
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

const head = (length: number, extra = '') =>
  `POST /session/silent HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${extra}content-length: ${length}\r\n\r\n`;

describe('400 bad_request', () => {
  test.each(['{', 'source=news', '{"source":"news"', '\u0000'])(
    'a body that is not JSON: %j',
    async (body) => {
      const reply = await post(url('/session/silent'), body);
      expect([reply.status, reply.body.error]).toEqual([400, 'bad_request']);
    },
  );

  test.each(['[]', 'null', '"text"', '1'])('a body that is no object: %s', async (body) => {
    expect((await post(url('/session/silent'), body)).body.error).toBe('bad_request');
  });

  test('a body that is not UTF-8', async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    expect(await raw(Buffer.concat([Buffer.from(head(body.length, 'connection: close\r\n')), body]))).toMatch(
      /^HTTP\/1.1 400/,
    );
  });

  const authorization = { code: 'x' };
  const login = { source: 'shop', method: 'phoneNumber', authorization, ticket: 'x' };
  test.each([
    ['/session/silent', {}, 'source'],
    ['/session/silent', { source: 'news' }, 'code'],
    ['/session/silent', { source: 'news', code: 7 }, 'code'],
    ['/session/silent', { source: 'news', code: '' }, 'code'],
    ['/session/silent', { source: 'news', code: 'x'.repeat(600) }, 'code'],
    ['/session/silent', { source: ['news'], code: 'x' }, 'source'],
    ['/session/silent', { source: 'news', code: 'a\0b' }, 'code'],
    ['/session/login', { ...login, method: undefined }, 'method'],
    ['/session/login', { ...login, method: 'smoke signals' }, 'method'],
    ['/session/login', { ...login, authorization: 'x' }, 'authorization'],
    ['/session/login', { ...login, authorization: {} }, 'authorization.encryptedData'],
    ['/session/login', { ...login, authorization: { code: 1 } }, 'authorization.code'],
    ['/session/login', { ...login, method: 'userInfo' }, 'authorization.rawData'],
    ['/session/login', { ...login, method: 'avatarNickname' }, 'authorization.nickName'],
    ['/session/login', { ...login, ticket: undefined }, 'code or ticket'],
    ['/session/login', { ...login, code: 'x' }, 'code or ticket'],
    ['/session/login', { ...login, ticket: { $ne: '' } }, 'ticket'],
  ])('%s %j: the message names %s', async (path, body, field) => {
    const reply = await post(url(path), body);
    expect([reply.status, reply.body.error]).toEqual([400, 'bad_request']);
    expect(reply.body.message).toContain(field);
  });

  test('a malformed answer costs the client neither its code nor a call of WeChat', async () => {
    const code = await servers.phone('forum').login();
    const reply = await servers.login('forum', 'userInfo', { rawData: 1 }, { code });
    expect(reply.body.error).toBe('bad_request');
    expect((await servers.silent('forum', code)).status).toBe(200);
  });
});

describe('other refusals', () => {
  test.each([
    '/',
    '/session',
    '/session/silent/',
    '/Session/silent',
    '/debug/counts',
    '//',
    '/%00',
    '/__proto__',
  ])('GET %s: 404 not_found', async (path) => {
    const reply = await get(url(path));
    expect([reply.status, reply.body.error]).toEqual([404, 'not_found']);
  });

  test('a known path with another method: 405 method_not_allowed with Allow', async () => {
    const session = await get(url('/session/silent'));
    expect([session.status, session.body.error, session.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'POST',
    ]);
    const comments = await fetch(url('/api/comments'), { method: 'DELETE' });
    expect([comments.status, comments.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=gbk', ''])(
    'a body of type %j: 415',
    async (type) => {
      const reply = await fetch(url('/session/silent'), {
        method: 'POST',
        headers: { 'content-type': type },
        body: Buffer.from('{"source":"news","code":"x"}'),
      });
      expect(reply.status).toBe(415);
    },
  );

  test('application/json with a charset in any case is fine', async () => {
    const reply = await fetch(url('/session/silent'), {
      method: 'POST',
      headers: { 'content-type': 'Application/JSON;charset=UTF-8' },
      body: '{"source":"nowhere","code":"x"}',
    });
    expect(((await reply.json()) as { error: string }).error).toBe('unknown_source');
  });

  test('any path answers a browser that asks first: 204 with the CORS headers', async () => {
    const reply = await fetch(url('/session/silent'), { method: 'OPTIONS' });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('access-control-allow-origin')).toBe('*');
    expect(reply.headers.get('access-control-allow-headers')).toBe('authorization, content-type');
  });
});

describe('413 too_large', () => {
  test('64 kB are read, one byte more is not', async () => {
    const padded = (size: number) => JSON.stringify({ source: '' }).padEnd(size);
    expect((await post(url('/session/silent'), padded(64 * 1024))).status).toBe(400);
    const reply = await post(url('/session/silent'), padded(64 * 1024 + 1));
    expect([reply.status, reply.body.error]).toEqual([413, 'too_large']);
  });

  test('20 MB get a readable answer, and the connection is closed', async () => {
    const body = 'x'.repeat(20 * 1024 * 1024);
    const reply = await post(url('/session/silent'), body);
    expect([reply.status, reply.body.error, reply.headers.get('connection')]).toEqual([
      413,
      'too_large',
      'close',
    ]);
  });

  test('a chunked body of unknown length is held to the same limit', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const request = 'POST /session/silent HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
    expect(await raw(`${request}${chunk}${chunk}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 [^]*"too_large"/);
  });
});

describe('clients that break off', () => {
  test('half a body and silence: 408, and the connection is closed', async () => {
    // Servers of its own: a slow machine needs longer than this for the large bodies above.
    const impatient = await startServers({ requestTimeout: 600 });
    expect(await raw(`${head(100)}{"source":`, false, impatient)).toMatch(/^HTTP\/1.1 408/);
    await impatient.close();
  });

  test('half a body and a closed connection: nothing happens', async () => {
    expect(await raw(`${head(100)}{"source":`, true)).toBe('');
    expect((await get(url('/api/recommendations'))).status).toBe(200);
  });

  test('bytes that are not HTTP: 400', async () => {
    expect(await raw('\u0016\u0003\u0001 not http\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
  });
});

test('after all of this the data is whole', async () => {
  const token = await servers.token();
  await post(url('/api/comments'), { text: 'before' }, token);
  await Promise.all([
    post(url('/api/comments'), '{', token),
    post(url('/api/comments'), 'x'.repeat(100_000), token),
    post(url('/api/comments'), { text: 'x'.repeat(501) }, token),
    get(url('/nowhere'), token),
  ]);
  const { body } = await get(url('/api/comments'), token);
  expect(body.items).toMatchObject([{ text: 'before' }]);
});
