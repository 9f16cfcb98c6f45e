import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packForMiniProgram } from '../../examples/app-service/pack';
import { packageRoot } from '../../examples/walkthrough/package-root';
import { Random } from '../random';
import { FaultProxy, type Tally } from './fault-proxy';
import { BACKEND_FAULTS, drawFault, WECHAT_FAULTS, type Fault } from './faults';
import { KillableBackend, startWechat } from './servers';
import type { TokenBook } from './token-book';

/** The servers in processes of their own, a proxy before each, and the packed library. */
export interface World {
  readonly backend: KillableBackend;
  /** Past the proxy. */
  readonly wechatUrl: string;
  /** Through the proxies. */
  readonly urls: { readonly backend: string; readonly wechat: string };
  readonly faults: { readonly backend: Tally; readonly wechat: Tally };
  readonly database: string;
  /** The folder of the mini-program. */
  readonly root: string;
  /** From now on the proxies let everything through; settles when what they held up has arrived. */
  calm(): Promise<void>;
  close(): Promise<void>;
}

const CALM: Fault = { kind: 'none' };

export interface WorldOptions {
  readonly seed: string;
  /** Of a session, in seconds. */
  readonly lifetime: number;
  /** Puts the library into the mini-program's folder. */
  readonly pack: (into: string) => Promise<unknown>;
}

/** What was built, as "build npm" takes it. */
export const packBuilt = (into: string): Promise<void> => packForMiniProgram({ packageRoot, into });

export async function createWorld({ seed, lifetime, pack }: WorldOptions, book: TokenBook): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const part of closing.splice(0)) await part();
  };
  let calm = false;

  try {
    const wechat = await startWechat();
    closing.unshift(() => wechat.stop());
    const fromPhones = perSender(seed, 'wechat');
    const wechatProxy = new FaultProxy(() => wechat.url, {
      draw: ({ path, query }) =>
        calm ? CALM : drawFault(fromPhones(`${path} ${query.get('user') ?? ''}`), WECHAT_FAULTS, Date.now()),
    });
    closing.unshift(() => wechatProxy.close());
    const wechatUrl = await wechatProxy.listen();

    const database = join(folder, 'backend.db');
    const backend = new KillableBackend(['--db', database, '--wechat', wechatUrl, '--ttl', String(lifetime)]);
    closing.unshift(() => backend.stop());
    await backend.start();
    const fromClients = perSender(seed, 'backend');
    const proxy = new FaultProxy(() => backend.url, {
      draw: ({ headers }) =>
        calm ? CALM : drawFault(fromClients(String(headers['x-client'])), BACKEND_FAULTS, Date.now()),
      forwarding: (visit) => book.forwarding(visit),
    });
    closing.unshift(() => proxy.close());

    const root = join(folder, 'app');
    await pack(root);
    cpSync(join(__dirname, 'app'), root, { recursive: true });
    return {
      backend,
      wechatUrl: wechat.url,
      urls: { backend: await proxy.listen(), wechat: wechatUrl },
      faults: { backend: proxy.tally, wechat: wechatProxy.tally },
      database,
      root,
      calm: async () => {
        calm = true;
        await Promise.all([proxy.idle(), wechatProxy.idle()]);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One generator for each sender: what one meets does not hang on how fast the others are. */
function perSender(seed: string, label: string): (sender: string) => Random {
  const generators = new Map<string, Random>();
  return (sender) => {
    const random = generators.get(sender) ?? new Random(seed, label, sender);
    generators.set(sender, random);
    return random;
  };
}
