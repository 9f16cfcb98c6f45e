import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { urlOf } from '../../../scripts/request-url';
import type { World } from '../browser/shared/world';
import type { MiniProgram } from './mini-program';
import { answerNativeRequest } from './native-request';
import { TYPES, type File } from './pages';

/** What the panel may order. */
export type Control = () => Promise<void>;

export interface HttpServerOptions {
  readonly pages: ReadonlyMap<string, File>;
  readonly miniProgram: MiniProgram;
  readonly world: World;
  readonly controls: Readonly<Record<string, Control>>;
  readonly log: (line: string) => void;
}

export function createHttpServer(options: HttpServerOptions): Server {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.log(`${request.method} ${request.url}: ${error instanceof Error ? error.message : 'failed'}`);
      if (response.headersSent) response.destroy();
      else send(response, { type: TYPES['.json'], content: '{"error":"internal"}' }, 500);
    });
  });
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { pages, miniProgram, world, controls }: HttpServerOptions,
): Promise<void> {
  const url = urlOf(request);
  if (!url) return notFound(response);
  const { pathname } = url;
  if (request.method === 'POST') {
    if (!isOwn(request)) return send(response, { type: 'text/plain', content: 'not from here' }, 403);
    if (pathname === '/native/request')
      return answerNativeRequest(request, response, [world.backendUrl, world.wechatUrl]);
    const name = pathname.replace('/control/', '');
    if (!Object.hasOwn(controls, name)) return notFound(response);
    await controls[name]();
    return send(response, { type: TYPES['.json'], content: '{"ok":true}' });
  }
  const script = (content: string) => send(response, { type: TYPES['.js'], content });
  if (pathname === '/world.js') return script(`globalThis.world = ${JSON.stringify(world)};\n`);
  if (pathname === '/project.js') return script(await miniProgram.script());
  const page = pages.get(pathname);
  if (page) return send(response, page);
  const asset = pathname.startsWith('/miniprogram/')
    ? miniProgram.asset(decodeURIComponent(pathname.slice('/miniprogram/'.length)))
    : undefined;
  const type = asset && TYPES[extname(asset)];
  if (!asset || !type) return notFound(response);
  send(response, { type, content: readFileSync(asset) });
}

/** No other site that is open in the same browser orders anything here. */
const isOwn = ({ headers }: IncomingMessage) =>
  headers.origin === undefined || headers.origin === `http://${headers.host}`;

const notFound = (response: ServerResponse) =>
  send(response, { type: 'text/plain', content: 'not found' }, 404);

function send(response: ServerResponse, { type, content }: File, status = 200): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(content);
}

/** Listens on the port that is wanted, or on any where that is taken, which is told. */
export async function listen(server: Server, port: number, onTaken: () => void): Promise<string> {
  const tryPort = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await tryPort(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    onTaken();
    return tryPort(0);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
