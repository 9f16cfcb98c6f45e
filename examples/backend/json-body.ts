import type { IncomingMessage } from 'node:http';
import { badRequest, unsupportedMediaType } from './api-error';
import { readBytes } from './body-bytes';
import { isObject, type JsonObject } from './fields';

export const MAX_BODY = 64 * 1024;

export async function readJsonBody(request: IncomingMessage): Promise<JsonObject> {
  const bytes = await readBytes(request, MAX_BODY);
  // Endpoints that need nothing from a body accept none at all, whatever its type would have been.
  if (bytes.length === 0) return {};
  requireJson(request);
  return parseObject(bytes);
}

function requireJson(request: IncomingMessage): void {
  const parts = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const [type = '', ...parameters] = parts.map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const inUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (type !== 'application/json' || !inUtf8 || encoding !== 'identity') throw unsupportedMediaType();
}

function parseObject(bytes: Buffer): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRequest('the body is not JSON in UTF-8');
  }
  if (!isObject(parsed)) throw badRequest('the body must be a JSON object');
  return parsed;
}
