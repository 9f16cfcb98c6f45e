import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { urlOf } from '../../scripts/request-url';
import { controlEndpoints, worldControls, type WechatControls } from './controls';
import type { Endpoints } from './endpoint';
import { parametersOf, sendJson } from './http-exchange';
import { BadParameter } from './parameters';
import { phoneEndpoints } from './phone-endpoints';
import { serverEndpoints } from './server-endpoints';
import { World, type WorldOptions } from './world';

export type WechatServerOptions = WorldOptions;

export interface WechatServer extends WechatControls {
  /** Where it listens; empty before `listen` has settled. */
  readonly url: string;
  /** How often each endpoint was called, by its path. */
  readonly calls: ReadonlyMap<string, number>;
  listen(port?: number): Promise<string>;
  close(): Promise<void>;
}

export function createWechatServer(options: WechatServerOptions): WechatServer {
  const world = new World(options);
  const calls = new Map<string, number>();
  const controls = worldControls(world, calls);
  const counted: Endpoints = { ...phoneEndpoints(world), ...serverEndpoints(world) };
  const endpoints: Endpoints = { ...counted, ...controlEndpoints(controls, calls) };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'OPTIONS') return sendJson(response, 200, {});
    const url = urlOf(request);
    const pathname = url ? url.pathname : '';
    const endpoint = Object.hasOwn(endpoints, pathname) ? endpoints[pathname] : undefined;
    if (!url || !endpoint) return sendJson(response, 404, { errMsg: 'fail no such endpoint' });
    if (!endpoint.methods.some((method) => method === request.method)) {
      return sendJson(response, 405, { errMsg: `fail use ${endpoint.methods.join(' or ')}` });
    }
    if (Object.hasOwn(counted, pathname)) calls.set(pathname, (calls.get(pathname) ?? 0) + 1);
    sendJson(response, 200, endpoint.answer(await parametersOf(request, url)));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.destroyed || response.headersSent) return;
      if (error instanceof BadParameter) sendJson(response, 400, { errMsg: error.message });
      else sendJson(response, 500, { errMsg: 'fail internal error' });
    });
  });

  let url = '';
  return {
    ...controls,
    get url() {
      return url;
    },
    calls,
    listen: (port = 0) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
          resolve(url);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Nothing here is worth waiting for: the state is gone with the process anyway.
        server.closeAllConnections();
      }),
  };
}
