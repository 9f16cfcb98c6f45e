import { get, post, startServers, type Harness } from './harness';

let servers: Harness;
beforeEach(
  async () =>
    void (servers = await startServers({ ttl: 60, refreshWindow: 600, longestSession: 3600, debug: true })),
);
afterEach(() => servers.close());

const me = (token?: string) => get(`${servers.backend.url}/api/me`, token);
const refresh = (token?: string) => post(`${servers.backend.url}/session/refresh`, {}, token);
const logout = (token?: string) => post(`${servers.backend.url}/session/logout`, {}, token);

const expectUnauthorized = (reply: { status: number; headers: Headers; body: { error?: string } }) => {
  expect([reply.status, reply.body.error]).toEqual([401, 'unauthorized']);
  expect(reply.headers.get('www-authenticate')).toBe('Bearer');
};

describe('a session', () => {
  test('lasts as long as expiresIn said', async () => {
    const token = await servers.token();
    servers.clock.advance(59_000);
    expect((await me(token)).status).toBe(200);
    servers.clock.advance(1_000);
    expectUnauthorized(await me(token));
  });

  test('needs a token that this backend gave', async () => {
    expectUnauthorized(await me());
    expectUnauthorized(await me('made-up'));
  });
});

describe('POST /session/refresh', () => {
  test('gives the same user a new token and ends the old one', async () => {
    const token = await servers.token();
    const reply = await refresh(token);
    expect(reply.body.credential).toMatchObject({
      expiresIn: 60,
      userId: (await me(reply.body.credential?.token)).body.userId,
    });
    expectUnauthorized(await me(token));
    expectUnauthorized(await refresh(token));
  });

  test('accepts a token that expired within the refresh window, with no code and no call of WeChat', async () => {
    const token = await servers.token();
    servers.clock.advance(60_000 + 599_000);
    const calls = servers.wechat.calls.get('/sns/jscode2session');
    expect((await me((await refresh(token)).body.credential?.token)).status).toBe(200);
    expect(servers.wechat.calls.get('/sns/jscode2session')).toBe(calls);
  });

  test('refuses a token that expired longer ago, an unknown one and none at all', async () => {
    const token = await servers.token();
    servers.clock.advance(60_000 + 600_000);
    expectUnauthorized(await refresh(token));
    expectUnauthorized(await refresh('made-up'));
    expectUnauthorized(await refresh());
  });

  test('renews a session for so long after its login, and no longer', async () => {
    let token = await servers.token();
    const renew = async () => (await refresh(token)).body.credential?.token ?? '';
    for (let minutes = 10; minutes < 60; minutes += 10) {
      servers.clock.advance(10 * 60_000);
      token = await renew();
    }
    expect((await me(token)).status).toBe(200);
    servers.clock.advance(10 * 60_000);
    expectUnauthorized(await refresh(token));
  });

  test('of two refreshes at once with one token, one succeeds', async () => {
    const token = await servers.token();
    const replies = await Promise.all([refresh(token), refresh(token)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

describe('POST /session/logout', () => {
  test('ends the session: 204 without a body', async () => {
    const token = await servers.token();
    const reply = await logout(token);
    expect([reply.status, reply.text]).toEqual([204, '']);
    expectUnauthorized(await me(token));
    expectUnauthorized(await refresh(token));
  });

  test('is 204 again, and for an unknown token too', async () => {
    const token = await servers.token();
    await logout(token);
    expect((await logout(token)).status).toBe(204);
    expect((await logout('made-up')).status).toBe(204);
  });

  test('without a token there is nothing to end: 401', async () => expectUnauthorized(await logout()));

  test('leaves the other sessions of the user alone', async () => {
    const [one, other] = [await servers.token(), await servers.token()];
    await logout(one);
    expect((await me(other)).status).toBe(200);
  });
});

describe('what the session is for', () => {
  test('recommendations are for guests and users, but not for a token that is no longer good', async () => {
    const url = `${servers.backend.url}/api/recommendations`;
    const token = await servers.token();
    const { userId } = (await me(token)).body;
    expect((await get(url)).body).toMatchObject({ for: 'guest', items: expect.any(Array) });
    expect((await get(url, token)).body).toMatchObject({ for: userId, items: expect.any(Array) });
    expectUnauthorized(await get(url, 'made-up'));
  });

  test.each(['Bearer a!b', 'Basic abc', 'made-up'])(
    'an authorization that cannot be read is no guest’s: %s',
    async (given) => {
      const headers = { authorization: given };
      const reply = await fetch(`${servers.backend.url}/api/recommendations`, { headers });
      expect(reply.status).toBe(401);
      const left = await fetch(`${servers.backend.url}/session/logout`, { method: 'POST', headers });
      expect(left.status).toBe(204);
    },
  );

  test('comments are kept, and each user sees only their own', async () => {
    const url = `${servers.backend.url}/api/comments`;
    const [ming, hong] = [await servers.token('ming'), await servers.token('hong')];
    const posted = await post(url, { text: '好茶' }, ming);
    expect([posted.status, posted.body.text]).toEqual([201, '好茶']);
    expect((await get(url, ming)).body.items).toEqual([posted.body]);
    expect((await get(url, hong)).body.items).toEqual([]);
    expectUnauthorized(await get(url));
    expectUnauthorized(await post(url, { text: 'anonymous' }));
  });

  test('of many comments the newest are shown, in their order', async () => {
    const url = `${servers.backend.url}/api/comments`;
    const token = await servers.token('ming');
    for (let each = 1; each <= 201; each++) await post(url, { text: `${each}` }, token);
    const { items } = (await get(url, token)).body as { items: readonly { text: string }[] };
    expect([items.length, items[0].text, items[199].text]).toEqual([200, '2', '201']);
  });

  test('echo tells requests and users apart', async () => {
    const token = await servers.token();
    const { userId } = (await me(token)).body;
    expect((await get(`${servers.backend.url}/api/echo?n=7`, token)).body).toEqual({ n: 7, userId });
    expect((await get(`${servers.backend.url}/api/echo?n=seven`, token)).body).toMatchObject({
      error: 'bad_request',
      message: 'n must be a whole number',
    });
    expectUnauthorized(await get(`${servers.backend.url}/api/echo?n=7`));
  });
});

describe('/debug', () => {
  const debug = (name: string, body: object) => post(`${servers.backend.url}/debug/${name}`, body);

  test('expire ends the sessions of one user or of all; a refresh still renews them', async () => {
    const [ming, hong] = [await servers.token('ming'), await servers.token('hong')];
    const { userId } = (await me(ming)).body;
    expect((await debug('expire', { userId })).body).toEqual({ sessions: 1 });
    expectUnauthorized(await me(ming));
    expect((await me(hong)).status).toBe(200);
    await debug('expire', { all: true });
    expectUnauthorized(await me(hong));
    expect((await refresh(hong)).status).toBe(200);
  });

  test('expire with revoke leaves nothing to refresh', async () => {
    const token = await servers.token();
    await debug('expire', { all: true, revoke: true });
    expectUnauthorized(await refresh(token));
  });

  test('expire wants to know whose', async () => {
    expect((await debug('expire', {})).body.error).toBe('bad_request');
  });

  test('fail answers the next requests of an endpoint without doing them', async () => {
    await debug('fail', { endpoint: '/session/silent', status: 429, times: 2, retryAfter: 3 });
    const code = await servers.phone('news').login();
    for (const _ of [1, 2]) {
      const reply = await servers.silent('news', code);
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '3']);
    }
    expect((await servers.silent('news', code)).status).toBe(200);
  });

  test('delay holds the next requests of an endpoint back', async () => {
    await debug('delay', { endpoint: '/api/recommendations', ms: 150, times: 1 });
    const order: string[] = [];
    const url = `${servers.backend.url}/api/recommendations`;
    const slow = get(url).then(() => order.push('delayed'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await get(url).then(() => order.push('next'));
    await slow;
    expect(order).toEqual(['next', 'delayed']);
  });

  test('fail and delay refuse what makes no sense', async () => {
    const wrong = [
      debug('fail', { endpoint: '/nowhere', status: 500 }),
      debug('fail', { endpoint: '/api/me', status: 200 }),
      debug('fail', { endpoint: '/api/me', status: 500, times: 1e9 }),
      debug('delay', { endpoint: '/api/me', ms: -1 }),
    ];
    for (const reply of await Promise.all(wrong)) expect(reply.body.error).toBe('bad_request');
  });

  test('counts tells how often each endpoint answered which status', async () => {
    const token = await servers.token();
    await me(token);
    await me();
    await get(`${servers.backend.url}/not/here`);
    expect((await get(`${servers.backend.url}/debug/counts`)).body).toEqual({
      'POST /session/silent': { 200: 1 },
      'GET /api/me': { 200: 1, 401: 1 },
      other: { 404: 1 },
    });
  });

  test('is not there unless asked for', async () => {
    const plain = await startServers();
    expect((await post(`${plain.backend.url}/debug/expire`, { all: true })).status).toBe(404);
    await plain.close();
  });
});
