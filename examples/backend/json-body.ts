import type { IncomingMessage } from 'node:http';
import { badRequest, tooLarge, unsupportedMediaType } from './api-error';
import { isObject, type JsonObject } from './fields';

export const MAX_BODY = 64 * 1024;

// The client went away in the middle of its request: there is nobody to answer.
export class ClientGone extends Error {}

export async function readJsonBody(request: IncomingMessage): Promise<JsonObject> {
  const bytes = await readBytes(request);
  // Endpoints that need nothing from a body accept none at all, whatever its type would have been.
  if (bytes.length === 0) return {};
  requireJson(request);
  return parseObject(bytes);
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) chunks.push(chunk);
      else chunks.length = 0;
    });
    // The refusal waits until the client has sent everything, because many clients read no answer before that.
    // What is too much is thrown away as it comes, and the server's requestTimeout bounds the wait.
    request.on('end', () => (size > MAX_BODY ? reject(tooLarge()) : resolve(Buffer.concat(chunks))));
    request.on('close', () => reject(new ClientGone()));
    request.on('error', () => reject(new ClientGone()));
  });
}

function requireJson(request: IncomingMessage): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(/\s*;\s*/);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const inUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (type.trim() !== 'application/json' || !inUtf8 || encoding !== 'identity') throw unsupportedMediaType();
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
