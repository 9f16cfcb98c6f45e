import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { post, startServers, type Harness } from './harness';

let servers: Harness;
afterEach(() => servers.close());

const silently = async () => servers.silent('news', await servers.phone('news').login());

describe('WeChat itself fails', () => {
  beforeEach(async () => void (servers = await startServers()));

  test('-1: 503 wechat_busy with Retry-After', async () => {
    servers.wechat.failNext(-1);
    const reply = await silently();
    expect([reply.status, reply.body.error, reply.body.errcode]).toEqual([503, 'wechat_busy', -1]);
    expect(reply.headers.get('retry-after')).toBe('1');
    expect((await silently()).status).toBe(200);
  });

  test('45011: 429 too_many_requests with Retry-After', async () => {
    servers.wechat.failNext(45011);
    const reply = await silently();
    expect([reply.status, reply.body.error, reply.body.errcode]).toEqual([429, 'too_many_requests', 45011]);
    expect(reply.headers.get('retry-after')).toBe('1');
  });

  test('a busy phone service leaves ticket and phone code good for another try', async () => {
    const ticket = await servers.ticket('shop');
    const { code } = await servers.phone('shop').phone();
    servers.wechat.failNext(-1, 1, '/wxa/business/getuserphonenumber');
    expect((await servers.login('shop', 'phoneNumber', { code }, { ticket })).status).toBe(503);
    expect((await servers.login('shop', 'phoneNumber', { code }, { ticket })).status).toBe(200);
  });

  const prepare = async (user: string) => ({
    ticket: await servers.ticket('shop', user),
    code: (await servers.phone('shop', user).phone()).code,
  });
  const login = ({ ticket, code }: Awaited<ReturnType<typeof prepare>>) =>
    servers.login('shop', 'phoneNumber', { code }, { ticket });
  const register = async (user: string) => login(await prepare(user));

  test('an access token that WeChat no longer takes is replaced unnoticed', async () => {
    await register('ming');
    servers.wechat.revokeAccessTokens();
    expect((await register('hong')).status).toBe(200);
    expect(servers.wechat.calls.get('/cgi-bin/token')).toBe(2);
  });

  test('many phone logins at once fetch one access token', async () => {
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map(register));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(servers.wechat.calls.get('/cgi-bin/token')).toBe(1);
  });

  test('many whose access token is refused at once fetch one more', async () => {
    const prepared = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(prepare));
    await register('ming');
    servers.wechat.revokeAccessTokens();
    const replies = await Promise.all(prepared.map(login));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(servers.wechat.calls.get('/cgi-bin/token')).toBe(2);
  });

  test('nobody there: 502 wechat_unreachable', async () => {
    await servers.wechat.close();
    const reply = await post(`${servers.backend.url}/session/silent`, { source: 'news', code: 'x' });
    expect([reply.status, reply.body.error]).toEqual([502, 'wechat_unreachable']);
  });
});

describe('something else answers in place of WeChat', () => {
  let impostor: Server;
  const answerWith = async (status: number, body: string, delay = 0) => {
    impostor = createServer((_request, response) => {
      setTimeout(() => response.writeHead(status).end(body), delay);
    });
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', () => resolve()));
    const { port } = impostor.address() as AddressInfo;
    servers = await startServers({ wechat: `http://127.0.0.1:${port}`, wechatTimeout: 100 });
  };
  afterEach(() => void impostor.close());

  test.each([
    ['a page of HTML', 200, '<html>session_key</html>', 0],
    ['a status that is not 200', 502, '{}', 0],
    ['an answer without openid', 200, '{"session_key":"k"}', 0],
    ['an empty openid, the same for all', 200, '{"openid":"","session_key":"k"}', 0],
    ['an errcode that is no number', 200, '{"errcode":"oops"}', 0],
    ['no answer in time', 200, '{}', 200],
  ])('%s: 502 wechat_unreachable', async (_name, status, body, delay) => {
    await answerWith(status, body, delay);
    const reply = await servers.silent('news', 'x');
    expect([reply.status, reply.body.error]).toEqual([502, 'wechat_unreachable']);
    expect(reply.text).not.toContain('session_key');
  });

  test('a wrong appsecret is our fault and told to nobody: 500 internal', async () => {
    await answerWith(200, '{"errcode":40125,"errmsg":"invalid appsecret"}');
    const reply = await servers.silent('news', 'x');
    expect(reply.status).toBe(500);
    expect(reply.body).toEqual({ error: 'internal', message: 'something went wrong here' });
    expect(servers.log.join('\n')).toContain('40125');
  });
});

test('a client that asks too often: 429 too_many_requests until the minute is over', async () => {
  servers = await startServers({ requestsPerMinute: 2 });
  await silently();
  await silently();
  const reply = await silently();
  expect([reply.status, reply.body.error, reply.body.errcode]).toEqual([429, 'too_many_requests', undefined]);
  const wait = Number(reply.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  servers.clock.advance(wait * 1000);
  expect((await silently()).status).toBe(200);
});
