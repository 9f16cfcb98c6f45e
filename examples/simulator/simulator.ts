import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appsBySource } from '../backend/demo-apps';
import { requiredAuthorizations } from '../backend/options';
import { BackendProcess } from '../walkthrough/backend-process';
import { packageRoot } from '../walkthrough/package-root';
import { startServer, stopServers } from '../walkthrough/server-process';
import type { World } from './browser/shared/world';
import { createHttpServer, listen } from './server/http-server';
import { MiniProgram } from './server/mini-program';
import { buildPages } from './server/pages';

export interface SimulatorOptions {
  /** The mini-program's folder. */
  readonly project?: string;
  /** The wanted port; another one if that is taken. */
  readonly port?: number;
  /** Lifetime of a login at the backend, in seconds. */
  readonly ttl?: number;
  /** Told of each step, and of what goes wrong later. */
  readonly log?: (line: string) => void;
}

export interface Simulator {
  readonly url: string;
  readonly backend: BackendProcess;
  readonly wechatUrl: string;
  close(): Promise<void>;
}

/** Starts everything: WeChat's server, the backend, the simulator's pages with the mini-program. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { project = join(packageRoot, 'examples/miniprogram'), port = 0, ttl = 7200 } = options;
  const { log = () => undefined } = options;
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const miniProgram = new MiniProgram(project, packageRoot);
  const step = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work;
    log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${what}`);
    return result;
  };

  const startServers = async () => {
    const wechat = await step(
      'the stand-in for WeChat’s server',
      startServer('examples/wechat-server/main.ts', ['--port', '0']),
    );
    const flags = ['--db', join(folder, 'backend.db'), '--wechat', wechat.url, '--ttl', String(ttl)];
    const backend = new BackendProcess(flags);
    await step('the example backend', backend.start());
    return { wechat, backend };
  };
  const [{ wechat, backend }, pages] = await Promise.all([
    startServers(),
    step('the simulator’s pages, bundled', buildPages()),
    step('the mini-program’s npm, built from the packed library', miniProgram.pack()),
  ]);

  const world: World = {
    run: randomUUID(),
    backendUrl: backend.url,
    wechatUrl: wechat.url,
    apps: Object.fromEntries(
      Object.entries(appsBySource).map(([source, app]) => [
        source,
        { appid: app.appid, asks: requiredAuthorizations(app).join(', ') },
      ]),
    ),
  };
  const controls = {
    expire: () => backend.expireAll(),
    stop: () => backend.stop(),
    start: async () => {
      if (backend.pid === undefined) await backend.start();
    },
    restart: async () => {
      await backend.stop();
      await backend.start();
    },
  };
  const server = createHttpServer({ pages, miniProgram, world, controls, log });
  return {
    url: await listen(server, port, () => log(`port ${port} is taken`)),
    backend,
    wechatUrl: wechat.url,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await stopServers();
    },
  };
}
