import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { apps, get, post, startServers, type Harness } from './harness';
import { createBackend } from '../../examples/backend/backend';

let servers: Harness;
afterEach(() => servers.close());

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const reopen = () => createBackend({ apps, db: servers.db, wechat: servers.wechat.url });

describe('closing', () => {
  test('waits for requests in flight, and not for connections without one', async () => {
    servers = await startServers({ debug: true });
    const { url } = servers.backend;
    const neverUsed = connect(Number(new URL(url).port), '127.0.0.1');
    await once(neverUsed, 'connect');
    await post(`${url}/debug/delay`, { endpoint: '/api/recommendations', ms: 200 });
    const inFlight = get(`${url}/api/recommendations`);
    await wait(80);
    const closedAt = Date.now();
    await servers.backend.close();
    expect(Date.now() - closedAt).toBeLessThan(2_000);
    const reply = await inFlight;
    expect([reply.status, reply.headers.get('connection')]).toEqual([200, 'close']);
    neverUsed.destroy();
  });

  test('ends a request that takes longer than the grace time', async () => {
    servers = await startServers({ debug: true, shutdownGrace: 100 });
    const { url } = servers.backend;
    await post(`${url}/debug/delay`, { endpoint: '/api/recommendations', ms: 60_000 });
    const inFlight = get(`${url}/api/recommendations`).catch(() => 'broken off');
    await wait(80);
    await servers.backend.close();
    expect(await inFlight).toBe('broken off');
  });

  test('is the same closing however often it is asked for, and needs no listening before', async () => {
    servers = await startServers();
    await Promise.all([servers.backend.close(), servers.backend.close()]);
    await reopen().close();
  });
});

describe('the lock of the database', () => {
  test('a database that is open cannot be opened again', async () => {
    servers = await startServers();
    expect(reopen).toThrow(`in use by process ${process.pid}`);
    expect((await get(`${servers.backend.url}/api/recommendations`)).status).toBe(200);
  });

  test('a killed process whose pid went to another one does not lock it for ever', async () => {
    servers = await startServers();
    const owner = JSON.parse(readFileSync(`${servers.db}.owner`, 'utf8')) as { startedAt: string };
    await servers.backend.close();
    writeFileSync(`${servers.db}.owner`, JSON.stringify({ pid: process.pid, startedAt: '1' }));
    mkdirSync(`${servers.db}.lock`);
    // Where the system does not tell when a process started, a pid in use counts as the owner's.
    if (owner.startedAt === '') {
      expect(reopen).toThrow(`in use by process ${process.pid}`);
      return;
    }
    await reopen().close();
    expect(existsSync(`${servers.db}.lock`)).toBe(false);
  });

  test('a lock that no backend left is somebody else’s, and stays', async () => {
    servers = await startServers();
    await servers.backend.close();
    mkdirSync(`${servers.db}.lock`);
    expect(reopen).toThrow('locked');
    expect(existsSync(`${servers.db}.lock`)).toBe(true);
    expect(existsSync(`${servers.db}.owner`)).toBe(false);
  });
});
