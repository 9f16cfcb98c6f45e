import { startServer, type ServerProcess } from '../../examples/walkthrough/server-process';

export const startWechat = (): Promise<ServerProcess> =>
  startServer('examples/wechat-server/main.ts', ['--port', '0']);

/** The example backend, which can be killed and started again at the same address and on the same database. */
export class KillableBackend {
  private server: ServerProcess | undefined;
  private port = '0';
  /** What it logged as failed, and how its life went. */
  readonly failures: string[] = [];
  starts = 0;
  kills = 0;

  constructor(private readonly flags: readonly string[]) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get isUp(): boolean {
    return this.server !== undefined;
  }

  async start(): Promise<void> {
    const flags = ['--port', this.port, '--debug', ...this.flags];
    const server = await startServer('examples/backend/main.ts', flags, (line) => {
      if (line.startsWith('failed:')) this.failures.push(line);
    });
    this.port = new URL(server.url).port;
    this.server = server;
    this.starts += 1;
  }

  /** SIGKILL: it finishes nothing. */
  async kill(): Promise<void> {
    const killed = this.server;
    this.server = undefined;
    if (!killed) return;
    process.kill(killed.pid, 'SIGKILL');
    this.kills += 1;
    await killed.stop();
  }

  /** SIGTERM: it finishes what is in flight. */
  async stop(): Promise<void> {
    await this.server?.stop();
    this.server = undefined;
  }

  /** Past the proxy. */
  async post(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  }

  async get(path: string, token: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, body: await answer.json() };
  }
}
