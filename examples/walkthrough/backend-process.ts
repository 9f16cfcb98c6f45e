import { startServer, type ServerProcess } from './server-process';

/** How many requests the backend answered. */
export interface Answers {
  readonly exchanges: number;
  readonly requests: number;
}

const NONE: Answers = { exchanges: 0, requests: 0 };

const EXCHANGE = / \/session\/(silent|login|refresh)\b/;
const REQUEST = / \/api\//;

const sum = (...all: readonly Answers[]): Answers =>
  all.reduce(
    (total, { exchanges, requests }) => ({
      exchanges: total.exchanges + exchanges,
      requests: total.requests + requests,
    }),
    NONE,
  );

/** An endpoint, as the log and the counts write it. */
const answersOf = (endpoint: string, times: number): Answers => ({
  exchanges: EXCHANGE.test(endpoint) ? times : 0,
  requests: REQUEST.test(endpoint) ? times : 0,
});

/** By endpoint, then by status. */
type DebugCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The example backend in its own process, with the doors that /debug opens. */
export class BackendProcess {
  private server: ServerProcess | undefined;
  private port = '0';
  /** What ended processes had answered. */
  private former = NONE;
  /** What was answered since the counts were last asked for, by the log. */
  private uncounted = NONE;

  constructor(private readonly flags: readonly string[]) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.server?.pid;
  }

  /** Starts it; on the same port, if it ran before. */
  async start(): Promise<void> {
    const flags = ['--port', this.port, '--debug', ...this.flags];
    this.server = await startServer('examples/backend/main.ts', flags, (line) => this.hear(line));
    this.port = new URL(this.server.url).port;
  }

  /** SIGTERM. Its counts go with it, so they are taken down before; the log tells what it answers until its end. */
  async stop(): Promise<void> {
    const counted = await this.answers();
    await this.server?.stop();
    this.server = undefined;
    this.former = sum(counted, this.uncounted);
  }

  async answers(): Promise<Answers> {
    if (!this.server) return this.former;
    const counts = (await (await this.call('/debug/counts')).json()) as DebugCounts;
    const answered = Object.entries(counts).flatMap(([endpoint, statuses]) =>
      Object.values(statuses).map((times) => answersOf(endpoint, times)),
    );
    return sum(this.former, ...answered);
  }

  /** The user's sessions end now. */
  async expire(userId: string | undefined): Promise<void> {
    await this.call('/debug/expire', { userId });
  }

  /** Every session ends now. */
  async expireAll(): Promise<void> {
    await this.call('/debug/expire', { all: true });
  }

  /** The next answers of an endpoint take longer. */
  async delay(endpoint: string, ms: number, times = 1): Promise<void> {
    await this.call('/debug/delay', { endpoint, ms, times });
  }

  private hear(line: string): void {
    this.uncounted = line.includes(' /debug/counts ') ? NONE : sum(this.uncounted, answersOf(line, 1));
  }

  private async call(path: string, body?: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    const post = body && { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${this.url}${path}`, post);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response;
  }
}
