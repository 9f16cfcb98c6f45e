import type { IncomingMessage, ServerResponse } from 'node:http';
import { urlOf } from '../../scripts/request-url';
import { ApiError, internalError, methodNotAllowed, notFound } from './api-error';
import { ClientGone } from './body-bytes';
import type { Disturbances } from './disturbances';
import { readFileBody } from './file-body';
import { answer, answerError, answerPreflight } from './http-answer';
import { readJsonBody } from './json-body';
import type { RateLimit } from './rate-limit';
import type { Route } from './route';

export interface RequestHandlerOptions {
  readonly routes: readonly Route[];
  readonly rateLimit: RateLimit;
  readonly disturbances: Disturbances;
  readonly cancelled: AbortSignal;
  readonly log: (line: string) => void;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const { routes, rateLimit, disturbances, cancelled, log } = options;

  const respond = async (request: IncomingMessage, response: ServerResponse, url: URL | undefined) => {
    const route = routeFor(routes, request.method, url?.pathname);
    if (route.rateLimited) rateLimit.admit(request.socket.remoteAddress ?? '');
    const body = route.takesFile ? {} : await readJsonBody(request);
    const file = route.takesFile && (await readFileBody(request));
    await disturbances.disturb(route.path, cancelled);
    const query = url?.searchParams ?? new URLSearchParams();
    answer(response, await route.handle({ query, body, ...(file && { file }), token: bearerToken(request) }));
  };

  return async (request, response) => {
    if (request.method === 'OPTIONS') return answerPreflight(response);
    const url = urlOf(request);
    try {
      await respond(request, response, url);
    } catch (error) {
      if (error instanceof ClientGone || response.headersSent || response.destroyed) return;
      if (!(error instanceof ApiError))
        log(`failed: ${error instanceof Error ? error.stack : 'not an Error'}`);
      answerError(response, error instanceof ApiError ? error : internalError());
    }
    // Strangers' paths are counted as one: they would fill the memory, and a path may hold anything.
    const known = routes.some(({ path }) => path === url?.pathname);
    const endpoint = known ? `${request.method} ${url?.pathname}` : 'other';
    log(`${endpoint} ${response.statusCode}`);
    if (!endpoint.includes(' /debug/')) disturbances.count(endpoint, response.statusCode);
  };
}

function routeFor(routes: readonly Route[], method: string | undefined, path: string | undefined): Route {
  const candidates = routes.filter((route) => route.path === path);
  const route = candidates.find((candidate) => candidate.method === method);
  if (route) return route;
  if (candidates.length === 0) throw notFound();
  throw methodNotAllowed(candidates.map((candidate) => candidate.method).join(', '));
}

/** The token of a request; one that cannot be read is no guest's: it is a token that nobody has. */
const bearerToken = ({ headers: { authorization } }: IncomingMessage) =>
  authorization === undefined
    ? undefined
    : (/^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1] ?? '');
