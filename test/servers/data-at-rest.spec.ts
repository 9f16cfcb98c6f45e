import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apps, get, post, startServers, type Harness } from './harness';

let servers: Harness;
beforeEach(async () => void (servers = await startServers({ debug: true })));
afterEach(() => servers.close());

const bytesOnDisk = () =>
  readdirSync(servers.folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(servers.folder, entry.name), 'latin1'))
    .join('');

test('no token, ticket, session_key or appsecret can be read from the database files', async () => {
  const token = await servers.token();
  const { ticket, key } = await servers.ticketAndKey('forum');
  const { userId } = (await get(`${servers.backend.url}/api/me`, token)).body;
  const bytes = bytesOnDisk();
  expect(bytes).toContain(userId);
  for (const secret of [
    token,
    ticket,
    key,
    Buffer.from(key, 'base64').toString('latin1'),
    apps.forum.secret,
  ]) {
    expect(secret).not.toBe('');
    expect(bytes).not.toContain(secret);
  }
});

test('nor from the log, whatever goes wrong', async () => {
  const token = await servers.token();
  const { ticket, key } = await servers.ticketAndKey('forum');
  const code = await servers.phone('forum').login();
  const info = await servers.phone('forum').userInfo();
  await servers.login('forum', 'userInfo', { ...info, signature: 'zz' }, { ticket });
  await servers.silent('forum', code);
  await servers.silent('forum', code);
  await post(`${servers.backend.url}/api/comments?token=${token}`, '{', token);
  await get(`${servers.backend.url}/${token}`);
  const log = servers.log.join('\n');
  expect(log).toContain('POST /session/silent 400');
  for (const secret of [token, ticket, key, code, apps.forum.secret]) expect(log).not.toContain(secret);
});

test('a ticket is of no use once the appsecret was reset', async () => {
  const { ticket } = await servers.ticketAndKey('forum');
  await servers.backend.close();
  const reset = await startServers({ db: servers.db, apps: { forum: { ...apps.forum, secret: 'reset' } } });
  const info = await servers.phone('forum').userInfo();
  expect((await reset.login('forum', 'userInfo', info, { ticket })).body.error).toBe('ticket_invalid');
  await reset.close();
});
