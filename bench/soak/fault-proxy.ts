import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, FaultKind } from './faults';

/** A request on its way. */
export interface Visit {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly token: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Who decides, and who wants to know. */
export interface Observer {
  readonly draw: (visit: Visit) => Fault;
  /** The request is on its way to the server; returns who hears the server's answer, whatever becomes of that then. */
  readonly forwarding?: (visit: Visit) => (answer: Answer) => void;
}

/** What became of the requests: faults by kind, and those that found no server. */
export type Tally = Record<FaultKind | 'down', number>;

/** An HTTP proxy that delays, drops, truncates, or answers in the server's place. */
export class FaultProxy {
  readonly tally: Tally = {
    none: 0,
    delay: 0,
    late: 0,
    'drop-request': 0,
    'drop-answer': 0,
    truncate: 0,
    status: 0,
    down: 0,
  };

  private readonly passing = new Set<Promise<void>>();
  private readonly server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    const passed = this.pass(incoming, response)
      .catch(() => void response.destroy())
      .finally(() => this.passing.delete(passed));
    this.passing.add(passed);
  });

  /** @param target - asked for each request: a server that was started again may be elsewhere */
  constructor(
    private readonly target: () => string,
    private readonly observer: Observer,
  ) {}

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Settles when nothing is held up any more. */
  async idle(): Promise<void> {
    while (this.passing.size > 0) await Promise.all(this.passing);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(incoming);
    const visit = visitOf(incoming);
    const fault = this.observer.draw(visit);
    this.tally[fault.kind] += 1;

    if (fault.kind === 'drop-request') return void response.destroy();
    if (fault.kind === 'status') return refuse(response, fault, visit);
    const slow = fault.kind === 'delay' || fault.kind === 'late' ? fault : undefined;
    if (slow?.of === 'request') await wait(slow.ms);
    const answer = await this.forward(incoming, visit, body);
    if (slow?.of === 'answer') await wait(slow.ms);
    if (!answer || fault.kind === 'drop-answer') return void response.destroy();
    relay(response, answer, fault.kind === 'truncate');
  }

  private async forward(incoming: IncomingMessage, visit: Visit, body: Buffer): Promise<Answer | undefined> {
    const heard = this.observer.forwarding?.(visit);
    const { host: _, connection: __, ...headers } = incoming.headers;
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        const outgoing = request(`${this.target()}${incoming.url}`, {
          method: visit.method,
          headers,
          agent: false,
        });
        outgoing.once('error', reject);
        outgoing.once('response', (reply) => {
          const { statusCode: status = 0, headers: fields } = reply;
          readAll(reply).then((content) => resolve({ status, headers: fields, body: content }), reject);
        });
        outgoing.end(body);
      });
      heard?.(answer);
      return answer;
    } catch {
      this.tally.down += 1;
      return undefined;
    }
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function visitOf({ method = 'GET', url = '/', headers }: IncomingMessage): Visit {
  const { pathname: path, searchParams: query } = new URL(url, 'http://127.0.0.1');
  return { method, path, query, headers, token: headers.authorization?.replace('Bearer ', '') };
}

function refuse(response: ServerResponse, fault: Fault & { kind: 'status' }, { headers }: Visit): void {
  response.writeHead(fault.status, {
    'content-type': 'application/json',
    ...(fault.retryAfter !== undefined && { 'retry-after': fault.retryAfter }),
  });
  response.end(JSON.stringify({ error: 'injected', request: headers['x-request'] }));
}

function relay(response: ServerResponse, { status, headers, body }: Answer, half: boolean): void {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...rest } = headers;
  response.writeHead(status, { ...rest, 'content-length': body.length });
  if (!half) return void response.end(body);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}
