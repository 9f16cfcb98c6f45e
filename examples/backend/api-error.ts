import type { ErrorCode } from './protocol';

interface Details {
  readonly errcode?: number;
  readonly retryAfter?: number; // seconds
  readonly allow?: string;
}

// A failure that the client is told about. Its message goes over the wire: it never quotes what the client sent.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    message: string,
    readonly details: Details = {},
  ) {
    super(message);
  }
}

export const badRequest = (message: string) => new ApiError(400, 'bad_request', message);

export const unknownSource = () => new ApiError(400, 'unknown_source', 'this source is not configured here');

export const ticketInvalid = () =>
  new ApiError(
    400,
    'ticket_invalid',
    'the ticket is unknown, used up or expired: start again with a new code',
  );

// Without an errcode on purpose: a client reads 40029 as "take a new login code", which would not help here.
export const authorizationInvalid = (message: string) => new ApiError(400, 'authorization_invalid', message);

export const unauthorized = () => new ApiError(401, 'unauthorized', 'no valid session');

export const notFound = () => new ApiError(404, 'not_found', 'no such endpoint');

export const methodNotAllowed = (allow: string) =>
  new ApiError(405, 'method_not_allowed', `use ${allow}`, { allow });

export const tooLarge = (most: number) =>
  new ApiError(413, 'too_large', `the body is larger than ${most / 1024} kB`);

export const unsupportedMediaType = (wanted = 'application/json in UTF-8') =>
  new ApiError(415, 'unsupported_media_type', `send ${wanted}`);

export const tooManyRequests = (retryAfter: number) =>
  new ApiError(429, 'too_many_requests', 'too many requests, slow down', { retryAfter });

export const wechatUnreachable = () =>
  new ApiError(502, 'wechat_unreachable', 'WeChat did not give a readable answer');

export const internalError = () => new ApiError(500, 'internal', 'something went wrong here');
