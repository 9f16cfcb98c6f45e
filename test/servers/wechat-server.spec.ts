import { createDecipheriv, createHash } from 'node:crypto';
import { createWechatServer, type WechatServer } from '../../examples/wechat-server/wechat-server';
import { get, post } from './harness';

const one = { appid: 'wx0000000000000001', secret: 'secret one' };
const two = { appid: 'wx0000000000000002', secret: 'secret two' };

let wechat: WechatServer;
beforeEach(async () => {
  wechat = createWechatServer({
    apps: { [one.appid]: one.secret, [two.appid]: two.secret },
    users: { ming: { nickName: '小明' } },
  });
  await wechat.listen();
});
afterEach(() => wechat.close());

const ask = async (path: string, query: Record<string, string>) =>
  (await get(`${wechat.url}${path}?${new URLSearchParams(query).toString()}`)).body;
const onPhone = (api: string, app = one, user = 'ming') => ask(`/__wx/${api}`, { appid: app.appid, user });
const codeOf = async (app = one, user = 'ming') => String((await onPhone('login', app, user)).code);
const exchange = (code: string, app = one) =>
  ask('/sns/jscode2session', { ...app, js_code: code, grant_type: 'authorization_code' });
const control = (name: string, body: object) => post(`${wechat.url}/__control/${name}`, body);

const decrypt = (sessionKey: unknown, iv: unknown, data: unknown): unknown => {
  const bytes = (text: unknown) => Buffer.from(String(text), 'base64');
  const decipher = createDecipheriv('aes-128-cbc', bytes(sessionKey), bytes(iv));
  return JSON.parse(Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString());
};

test('a code gives openid, session_key and unionid, once', async () => {
  const code = await codeOf();
  expect(await exchange(code)).toEqual({
    openid: expect.stringMatching(/^o[\w-]{27}$/),
    session_key: expect.stringMatching(/^[\w+/]{22}==$/),
    unionid: expect.stringMatching(/^o[\w-]{27}$/),
  });
  expect(await exchange(code)).toEqual({
    errcode: 40163,
    errmsg: expect.stringMatching(/^code been used, rid: /),
  });
});

test('openid differs by app, unionid does not', async () => {
  const [first, second] = [await exchange(await codeOf(one)), await exchange(await codeOf(two), two)];
  expect(first.openid).not.toBe(second.openid);
  expect(first.unionid).toBe(second.unionid);
});

test.each([
  ['an unknown code', { js_code: 'made-up' }, 40029],
  ['an unknown appid', { appid: 'wx0' }, 40013],
  ['a wrong secret', { secret: 'guess' }, 40125],
  ['another grant_type', { grant_type: 'password' }, 40002],
])('jscode2session with %s', async (_name, wrong, errcode) => {
  const query = { ...one, js_code: await codeOf(), grant_type: 'authorization_code', ...wrong };
  expect((await ask('/sns/jscode2session', query)).errcode).toBe(errcode);
});

test('every wx.login rotates the session_key', async () => {
  const before = await exchange(await codeOf());
  const after = await exchange(await codeOf());
  expect(after.openid).toBe(before.openid);
  expect(after.session_key).not.toBe(before.session_key);
});

test('user info is signed and encrypted under the current session_key, with a watermark', async () => {
  const session = await exchange(await codeOf());
  const info = await onPhone('userinfo');
  expect(decrypt(session.session_key, info.iv, info.encryptedData)).toMatchObject({
    nickName: '小明',
    openId: session.openid,
    watermark: { appid: one.appid, timestamp: expect.any(Number) },
  });
  const signature = createHash('sha1')
    .update(`${String(info.rawData)}${String(session.session_key)}`)
    .digest('hex');
  expect(info.signature).toBe(signature);
});

test('a phone code gives the number once, to a valid access token of its own app', async () => {
  const tokenOf = async (app: typeof one) =>
    String((await ask('/cgi-bin/token', { ...app, grant_type: 'client_credential' })).access_token);
  const number = async (token: string, code: unknown) =>
    (await post(`${wechat.url}/wxa/business/getuserphonenumber?access_token=${token}`, { code })).body;
  const { code } = await onPhone('phone');
  expect((await number('made-up', code)).errcode).toBe(40001);
  expect((await number(await tokenOf(two), code)).errcode).toBe(40029);
  expect(await number(await tokenOf(one), code)).toMatchObject({
    errcode: 0,
    errmsg: 'ok',
    phone_info: { purePhoneNumber: expect.stringMatching(/^138\d{8}$/), watermark: { appid: one.appid } },
  });
  expect((await number(await tokenOf(one), code)).errcode).toBe(40029);
});

test('checkSession fails before the first login and after the key is dropped', async () => {
  expect((await onPhone('checkSession')).ok).toBe(false);
  await codeOf();
  expect((await onPhone('checkSession')).ok).toBe(true);
  await control('drop-session-key', { appid: one.appid, user: 'ming' });
  expect((await onPhone('checkSession')).ok).toBe(false);
});

test('the controls work over HTTP: failures, blocks and the clock, and reset takes them back', async () => {
  await control('fail', { errcode: 45011, times: 2 });
  expect((await exchange(await codeOf())).errcode).toBe(45011);
  expect((await exchange(await codeOf())).errcode).toBe(45011);
  await control('block', { user: 'ming' });
  expect((await exchange(await codeOf())).errcode).toBe(40226);
  await control('unblock', { user: 'ming' });
  const code = await codeOf();
  await control('clock', { offset: 5 * 60_000 + 1 });
  expect((await exchange(code)).errcode).toBe(40029);
  await control('fail', { errcode: -1 });
  await control('reset', {});
  expect((await exchange(await codeOf())).errcode).toBeUndefined();
});

test('calls are counted by endpoint, the controls are not', async () => {
  await exchange(await codeOf());
  await codeOf();
  expect(Object.fromEntries(wechat.calls)).toEqual({ '/__wx/login': 2, '/sns/jscode2session': 1 });
  expect((await get(`${wechat.url}/__control/calls`)).body).toEqual(Object.fromEntries(wechat.calls));
});

test('what the stand-in cannot read it refuses in words', async () => {
  expect((await get(`${wechat.url}/__wx/login`)).status).toBe(400);
  expect((await get(`${wechat.url}/__wx/login?appid=wx0&user=ming`)).text).toContain('invalid appid');
  expect((await control('fail', { errcode: 1 })).status).toBe(400);
  expect((await get(`${wechat.url}/__control/reset`)).status).toBe(405);
  expect((await get(`${wechat.url}/nowhere`)).status).toBe(404);
  expect((await get(`${wechat.url}//`)).status).toBe(404);
  for (const times of [1e9, -3, 1.5])
    expect((await control('fail', { errcode: -1, times })).text).toContain('whole number from 0 to 10000');
  expect((await post(`${wechat.url}/__control/fail`, '{')).status).toBe(400);
});
