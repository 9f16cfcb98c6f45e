import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { openidOf } from '../../examples/wechat-server/identities';
import { apps, get, post, startServers, type Harness } from './harness';

let servers: Harness;
beforeEach(async () => void (servers = await startServers()));
afterEach(() => servers.close());

describe('POST /session/silent', () => {
  test('gives a credential to any openid where the source asks for nothing', async () => {
    const reply = await servers.silent('news', await servers.phone('news').login());
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      credential: {
        token: expect.stringMatching(/^[\w-]{43}$/),
        expiresIn: 7200,
        userId: expect.any(String),
      },
    });
  });

  test('asks a new openid for an authorisation, with a ticket and something to show to a guest', async () => {
    const reply = await servers.silent('shop', await servers.phone('shop').login());
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      authorize: { method: 'phoneNumber', ticket: expect.stringMatching(/^[\w-]{43}$/) },
      guest: { segment: 'newcomer' },
    });
  });

  test('gives a credential at once to an openid that is registered', async () => {
    const phone = servers.phone('shop');
    const ticket = await servers.ticket('shop');
    const first = await servers.login('shop', 'phoneNumber', await phone.phone(), { ticket });
    const second = await servers.silent('shop', await phone.login());
    expect(second.body.credential?.userId).toBe(first.body.credential?.userId);
    expect(second.body.credential?.token).not.toBe(first.body.credential?.token);
  });

  test('never sends openid, unionid or session_key', async () => {
    const code = await servers.phone('news').login();
    const reply = await servers.silent('news', code);
    expect(reply.text).not.toMatch(/session_key|sessionKey|unionid/i);
    expect(reply.text).not.toContain(openidOf(apps.news.appid, 'ming'));
    expect(reply.headers.get('cache-control')).toBe('no-store');
  });

  test('a code works once: 400 code_used 40163 after that', async () => {
    const code = await servers.phone('news').login();
    await servers.silent('news', code);
    const replay = await servers.silent('news', code);
    expect([replay.status, replay.body.error, replay.body.errcode]).toEqual([400, 'code_used', 40163]);
  });

  test('a code that WeChat does not know, or one of another app: 400 code_invalid 40029', async () => {
    for (const code of ['made-up', await servers.phone('shop').login()]) {
      const reply = await servers.silent('news', code);
      expect([reply.status, reply.body.error, reply.body.errcode]).toEqual([400, 'code_invalid', 40029]);
    }
  });

  test('a code older than five minutes: 400 code_invalid 40029', async () => {
    const code = await servers.phone('news').login();
    servers.wechat.setClockOffset(5 * 60_000 + 1000);
    expect((await servers.silent('news', code)).body.errcode).toBe(40029);
  });

  test('a user whom WeChat blocks: 403 user_blocked 40226', async () => {
    servers.wechat.block('ming');
    const reply = await servers.silent('news', await servers.phone('news').login());
    expect([reply.status, reply.body.error, reply.body.errcode]).toEqual([403, 'user_blocked', 40226]);
  });

  test.each(['elsewhere', 'constructor', '__proto__'])(
    'source %s is not configured: 400 unknown_source',
    async (source) => {
      const reply = await post(`${servers.backend.url}/session/silent`, { source, code: 'x' });
      expect([reply.status, reply.body.error]).toEqual([400, 'unknown_source']);
    },
  );
});

describe('POST /session/login', () => {
  test('phoneNumber by the code of the button', async () => {
    const ticket = await servers.ticket('shop');
    const { code } = await servers.phone('shop').phone();
    const reply = await servers.login('shop', 'phoneNumber', { code }, { ticket });
    expect(reply.status).toBe(200);
    const me = await get(`${servers.backend.url}/api/me`, reply.body.credential?.token);
    expect(me.body).toEqual({
      userId: expect.any(String),
      phone: expect.stringMatching(/^138\d{8}$/),
      source: 'shop',
    });
  });

  test('phoneNumber by the encrypted data of older base libraries', async () => {
    const ticket = await servers.ticket('shop');
    const { encryptedData, iv } = await servers.phone('shop').phone();
    const reply = await servers.login('shop', 'phoneNumber', { encryptedData, iv }, { ticket });
    expect(reply.body.credential).toBeDefined();
  });

  test('userInfo with signature and encrypted data', async () => {
    const ticket = await servers.ticket('forum');
    const reply = await servers.login('forum', 'userInfo', await servers.phone('forum').userInfo(), {
      ticket,
    });
    const me = await get(`${servers.backend.url}/api/me`, reply.body.credential?.token);
    expect(me.body).toEqual({ userId: expect.any(String), nickname: '微信用户', source: 'forum' });
  });

  test('with a code in place of a ticket', async () => {
    const code = await servers.phone('forum').login();
    const reply = await servers.login('forum', 'userInfo', await servers.phone('forum').userInfo(), { code });
    expect(reply.body.credential).toBeDefined();
  });

  test('one more authorisation is asked for with a new ticket: phone, then avatar', async () => {
    const ticket = await servers.ticket('club');
    const phone = await servers.login('club', 'phoneNumber', await servers.phone('club').phone(), { ticket });
    expect(phone.body.authorize?.method).toBe('avatarNickname');
    const next = phone.body.authorize?.ticket ?? '';
    expect(next).not.toBe(ticket);
    const answer = { nickName: '小明', avatarUrl: 'wxfile://tmp_1.png' };
    const done = await servers.login('club', 'avatarNickname', answer, { ticket: next });
    const me = await get(`${servers.backend.url}/api/me`, done.body.credential?.token);
    expect(me.body).toMatchObject({ nickname: '小明', phone: expect.any(String) });
  });

  test('a user who left after the first of two authorisations is asked only for the second', async () => {
    const ticket = await servers.ticket('club');
    await servers.login('club', 'phoneNumber', await servers.phone('club').phone(), { ticket });
    const later = await servers.silent('club', await servers.phone('club').login());
    expect(later.body.authorize?.method).toBe('avatarNickname');
  });

  test('an answer that is not the one needed is kept, and the needed one asked for', async () => {
    const code = await servers.phone('shop').login();
    const answer = { nickName: '小明', avatarUrl: 'wxfile://tmp_1.png' };
    const reply = await servers.login('shop', 'avatarNickname', answer, { code });
    expect(reply.body.authorize?.method).toBe('phoneNumber');
  });

  test('data made before a later wx.login: unreadable with the new code, readable through the ticket', async () => {
    const phone = servers.phone('forum');
    const ticket = await servers.ticket('forum');
    const info = await phone.userInfo();
    const laterCode = await phone.login();
    const byCode = await servers.login('forum', 'userInfo', info, { code: laterCode });
    expect([byCode.status, byCode.body.error]).toEqual([400, 'authorization_invalid']);
    const byTicket = await servers.login('forum', 'userInfo', info, { ticket });
    expect(byTicket.body.credential).toBeDefined();
  });

  test('one person in two mini-programs is one user with a session for each', async () => {
    const inNews = (await servers.silent('news', await servers.phone('news').login())).body.credential;
    const ticket = await servers.ticket('shop');
    const inShop = (
      await servers.login('shop', 'phoneNumber', await servers.phone('shop').phone(), { ticket })
    ).body.credential;
    expect(inShop?.userId).toBe(inNews?.userId);
    await post(`${servers.backend.url}/session/logout`, {}, inNews?.token);
    expect((await get(`${servers.backend.url}/api/me`, inNews?.token)).status).toBe(401);
    expect((await get(`${servers.backend.url}/api/me`, inShop?.token)).body.source).toBe('shop');
  });

  test('two persons are two users', async () => {
    const users = await Promise.all(
      ['ming', 'hong'].map(async (user) => servers.silent('news', await servers.phone('news', user).login())),
    );
    expect(users[0]?.body.credential?.userId).not.toBe(users[1]?.body.credential?.userId);
  });
});

describe('400 authorization_invalid', () => {
  const refused = async (
    source: 'shop' | 'forum',
    method: string,
    authorization: unknown,
    ticket: string,
  ) => {
    const reply = await servers.login(source, method, authorization, { ticket });
    expect([reply.status, reply.body.error]).toEqual([400, 'authorization_invalid']);
    // 40029 here would make a client fetch a new login code for nothing.
    expect(reply.body.errcode).toBeUndefined();
  };

  test('rawData that was changed after it was signed', async () => {
    const ticket = await servers.ticket('forum');
    const info = await servers.phone('forum').userInfo();
    await refused(
      'forum',
      'userInfo',
      { ...info, rawData: info.rawData.replace('微信用户', 'admin') },
      ticket,
    );
  });

  test('a signature that is none', async () => {
    const ticket = await servers.ticket('forum');
    await refused(
      'forum',
      'userInfo',
      { ...(await servers.phone('forum').userInfo()), signature: 'zz' },
      ticket,
    );
  });

  test('encrypted data or an iv that is garbage', async () => {
    const ticket = await servers.ticket('forum');
    const info = await servers.phone('forum').userInfo();
    await refused('forum', 'userInfo', { ...info, encryptedData: 'AAAA' }, ticket);
    await refused('forum', 'userInfo', { ...info, iv: 'AAAA' }, ticket);
  });

  test('data of another user', async () => {
    const ticket = await servers.ticket('forum', 'ming');
    await servers.phone('forum', 'hong').login();
    await refused('forum', 'userInfo', await servers.phone('forum', 'hong').userInfo(), ticket);
  });

  test('data whose watermark is older than ten minutes', async () => {
    servers.wechat.setClockOffset(-11 * 60_000);
    const info = await servers.phone('forum').userInfo();
    servers.wechat.setClockOffset(0);
    const code = await servers.phone('forum').login();
    const ticket = (await servers.silent('forum', code)).body.authorize?.ticket ?? '';
    await refused('forum', 'userInfo', info, ticket);
  });

  test('a phone code that WeChat does not know, was used, is too old or is of another user', async () => {
    const ticket = await servers.ticket('shop');
    const used = await servers.phone('shop').phone();
    await servers.login(
      'shop',
      'phoneNumber',
      { code: used.code },
      { ticket: await servers.ticket('shop', 'ming') },
    );
    const old = await servers.phone('shop').phone();
    const ofAnother = await servers.phone('shop', 'hong').phone();
    await refused('shop', 'phoneNumber', { code: 'made-up' }, ticket);
    await refused('shop', 'phoneNumber', { code: used.code }, ticket);
    await refused('shop', 'phoneNumber', { code: ofAnother.code }, ticket);
    servers.wechat.setClockOffset(5 * 60_000 + 1000);
    await refused('shop', 'phoneNumber', { code: old.code }, ticket);
  });

  test('a blank nickname', async () => {
    const ticket = await servers.ticket('shop');
    await refused('shop', 'avatarNickname', { nickName: '  ', avatarUrl: 'wxfile://a' }, ticket);
  });

  test('leaves the ticket good for another try', async () => {
    const ticket = await servers.ticket('shop');
    await refused('shop', 'phoneNumber', { code: 'made-up' }, ticket);
    const again = await servers.login('shop', 'phoneNumber', await servers.phone('shop').phone(), { ticket });
    expect(again.body.credential).toBeDefined();
  });
});

// What the stand-in would never produce: data that is well encrypted and well signed, for somebody else's mini-program.
describe('data for another mini-program under a known session_key', () => {
  const sealedFor = (sessionKey: string, content: object, garble = (data: Buffer) => data) => {
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-128-cbc', Buffer.from(sessionKey, 'base64'), iv);
    const data = garble(Buffer.from(JSON.stringify(content)));
    const bytes = Buffer.concat([cipher.update(data), cipher.final()]);
    const signature = createHash('sha1').update(`{}${sessionKey}`).digest('hex');
    return { rawData: '{}', signature, encryptedData: bytes.toString('base64'), iv: iv.toString('base64') };
  };

  const watermark = (appid: string) => ({ appid, timestamp: Math.floor(servers.clock.now() / 1000) });

  test.each([
    ['its own appid', apps.forum.appid, 200],
    ['another appid', apps.shop.appid, 400],
  ])('watermark with %s: %s is answered %i', async (_name, appid, status) => {
    const { ticket, key } = await servers.ticketAndKey('forum');
    const data = sealedFor(key, { nickName: 'x', watermark: watermark(appid) });
    expect((await servers.login('forum', 'userInfo', data, { ticket })).status).toBe(status);
  });

  test('data with bytes in it that are no text, as swapped blocks leave them', async () => {
    const { ticket, key } = await servers.ticketAndKey('forum');
    const garble = (data: Buffer) => {
      data[data.indexOf('x')] = 0xff;
      return data;
    };
    const data = sealedFor(key, { nickName: 'x', watermark: watermark(apps.forum.appid) }, garble);
    const { body } = await servers.login('forum', 'userInfo', data, { ticket });
    expect([body.error, body.message]).toEqual([
      'authorization_invalid',
      'encryptedData cannot be read with the session_key of this login',
    ]);
  });

  test.each([
    ['13800000000', 200],
    ['', 400],
    ['<b>1380000</b>', 400],
    [13800000000, 400],
  ])('a phone number %j is answered %i', async (purePhoneNumber, status) => {
    const { ticket, key } = await servers.ticketAndKey('shop');
    const data = sealedFor(key, { purePhoneNumber, watermark: watermark(apps.shop.appid) });
    expect((await servers.login('shop', 'phoneNumber', data, { ticket })).status).toBe(status);
  });
});

describe('tickets', () => {
  const expectInvalid = async (source: 'shop' | 'forum', ticket: string) => {
    const reply = await servers.login(source, 'phoneNumber', await servers.phone('shop').phone(), { ticket });
    expect([reply.status, reply.body.error]).toEqual([400, 'ticket_invalid']);
  };

  test('success uses a ticket up', async () => {
    const ticket = await servers.ticket('shop');
    await servers.login('shop', 'phoneNumber', await servers.phone('shop').phone(), { ticket });
    await expectInvalid('shop', ticket);
  });

  test('of two logins at once with one ticket, one succeeds', async () => {
    const ticket = await servers.ticket('shop');
    const phones = [await servers.phone('shop').phone(), await servers.phone('shop').phone()];
    const replies = await Promise.all(
      phones.map(({ code }) => servers.login('shop', 'phoneNumber', { code }, { ticket })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test('a made-up ticket is refused', () => expectInvalid('shop', 'made-up'));

  test('a ticket of another source is refused', async () => {
    await expectInvalid('forum', await servers.ticket('shop'));
  });

  test('a ticket outlives four refused answers, not five', async () => {
    const ticket = await servers.ticket('shop');
    for (let tries = 0; tries < 5; tries++) {
      const { body } = await servers.login('shop', 'phoneNumber', { code: 'made-up' }, { ticket });
      expect(body.error).toBe('authorization_invalid');
    }
    await expectInvalid('shop', ticket);
  });

  test('a failure of WeChat is no refused answer', async () => {
    const ticket = await servers.ticket('shop');
    servers.wechat.failNext(-1, 20, '/wxa/business/getuserphonenumber');
    const phone = await servers.phone('shop').phone();
    for (let tries = 0; tries < 6; tries++) await servers.login('shop', 'phoneNumber', phone, { ticket });
    servers.wechat.reset();
    expect((await servers.login('shop', 'phoneNumber', phone, { ticket })).status).toBe(200);
  });

  test('a ticket lasts ten minutes', async () => {
    const ticket = await servers.ticket('shop');
    servers.clock.advance(10 * 60_000);
    await expectInvalid('shop', ticket);
  });

  test('a step that wants one more authorisation uses its ticket up as well', async () => {
    const ticket = await servers.ticket('club');
    await servers.login('club', 'phoneNumber', await servers.phone('club').phone(), { ticket });
    const again = await servers.login('club', 'phoneNumber', await servers.phone('club').phone(), { ticket });
    expect(again.body.error).toBe('ticket_invalid');
  });
});
