import type { IncomingMessage } from 'node:http';

/** What a request asks for; nothing where that is no path ("//" is the beginning of a host). */
export function urlOf({ url = '' }: IncomingMessage): URL | undefined {
  const base = 'http://127.0.0.1';
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}
