import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadParameter, Parameters } from './parameters';

const MAX_BODY = 64 * 1024;

export async function parametersOf(request: IncomingMessage, url: URL): Promise<Parameters> {
  const fromQuery = [...url.searchParams];
  return new Parameters(new Map<string, unknown>([...fromQuery, ...(await bodyFields(request))]));
}

async function bodyFields(request: IncomingMessage): Promise<[string, unknown][]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  if (size > MAX_BODY) throw new BadParameter('fail body too large');
  if (size === 0) return [];
  const parsed = parseJson(Buffer.concat(chunks).toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null)
    throw new BadParameter('fail body must be a JSON object');
  return Object.entries(parsed);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadParameter('fail body must be JSON');
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'content-type',
  });
  response.end(bytes);
}
