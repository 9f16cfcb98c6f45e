import type { ServerResponse } from 'node:http';
import type { ApiError } from './api-error';
import type { ApiResponse } from './route';

// A browser simulator runs on another origin; tokens travel in a header and never in cookies, so `*` gives nothing away.
const commonHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    ...commonHeaders,
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': '600',
  });
  response.end();
}

export function answer(response: ServerResponse, { status, body, file }: ApiResponse, headers = {}): void {
  const bytes = file ? file.bytes : body && Buffer.from(JSON.stringify(body));
  const content = bytes && {
    'content-type': file ? file.type : 'application/json; charset=utf-8',
    'content-length': bytes.length,
  };
  response.writeHead(status, { ...commonHeaders, ...content, ...headers });
  response.end(bytes);
}

export function answerError(response: ServerResponse, error: ApiError): void {
  const { errcode, retryAfter, allow } = error.details;
  const headers = {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(allow === undefined ? {} : { allow }),
    ...(error.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(error.status === 413 ? { connection: 'close' } : {}),
  };
  const body = { error: error.code, message: error.message, errcode };
  answer(response, { status: error.status, body }, headers);
}
