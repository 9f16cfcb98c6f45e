import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Database } from './database';
import { debugRoutes } from './debug-routes';
import { avatarRoutes } from './avatar-routes';
import { demoRoutes } from './demo-routes';
import { Disturbances } from './disturbances';
import { withDefaults, type BackendOptions } from './options';
import { RateLimit } from './rate-limit';
import { createRequestHandler } from './request-handler';
import { sessionRoutes } from './session-routes';
import { Sessions } from './sessions';
import { WechatClient } from './wechat-client';

export type { App, BackendOptions } from './options';

export interface Backend {
  /** Where it listens; empty before `listen` has settled. */
  readonly url: string;
  listen(port?: number): Promise<string>;
  /** Takes no new requests, finishes those in flight, then closes the database. */
  close(): Promise<void>;
}

/** Opens the database, and throws if another live process has it open. */
export function createBackend(options: BackendOptions): Backend {
  const { apps, now, log, requestTimeout, ...settings } = withDefaults(options);
  const baseUrl = new URL(settings.wechat).origin;
  const database = new Database(settings.db);
  const wechat = new WechatClient({ baseUrl, now, timeout: settings.wechatTimeout, log });
  const sessions = new Sessions({ ...settings, apps, database, wechat, now });
  const disturbances = new Disturbances();
  const routes = [
    ...sessionRoutes(sessions),
    ...demoRoutes(sessions, database, now),
    ...avatarRoutes(sessions),
  ];
  const debug = settings.debug ? debugRoutes(disturbances, database, routes, now) : [];
  const cancellation = new AbortController();
  const handle = createRequestHandler({
    routes: [...routes, ...debug],
    rateLimit: new RateLimit(settings.requestsPerMinute, now),
    disturbances,
    cancelled: cancellation.signal,
    log,
  });

  const inFlight = new Map<ServerResponse, Promise<void>>();
  const limits = {
    headersTimeout: Math.min(requestTimeout, 10_000),
    requestTimeout,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: Math.min(requestTimeout, 1_000),
  };
  const server = createServer(limits, (request, response) => {
    if (!server.listening) response.shouldKeepAlive = false;
    inFlight.set(
      response,
      handle(request, response).finally(() => inFlight.delete(response)),
    );
  });

  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });

  let url = '';
  let closed: Promise<void> | undefined;

  const shutDown = async () => {
    const connectionsClosed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    // Browsers connect ahead of need; to Node a connection that never carried a byte is not an idle one.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    // A connection kept alive for a next request would hold up the closing.
    for (const response of inFlight.keys()) response.shouldKeepAlive = false;
    const outOfPatience = setTimeout(() => {
      cancellation.abort();
      server.closeAllConnections();
    }, settings.shutdownGrace);
    await connectionsClosed;
    clearTimeout(outOfPatience);
    // A client that hung up leaves its request behind, still at work on the database.
    await Promise.allSettled(inFlight.values());
    database.close();
  };

  return {
    get url() {
      return url;
    },
    listen: (port = 0) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
          resolve(url);
        });
      }),
    close: () => (closed ??= shutDown()),
  };
}
