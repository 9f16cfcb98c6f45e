import type { IncomingMessage } from 'node:http';
import { tooLarge } from './api-error';

// The client went away in the middle of its request: there is nobody to answer.
export class ClientGone extends Error {}

export function readBytes(request: IncomingMessage, most: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else chunks.length = 0;
    });
    // The refusal waits until the client has sent everything, because many clients read no answer before that.
    // What is too much is thrown away as it comes, and the server's requestTimeout bounds the wait.
    request.on('end', () => (size > most ? reject(tooLarge(most)) : resolve(Buffer.concat(chunks))));
    request.on('close', () => reject(new ClientGone()));
    request.on('error', () => reject(new ClientGone()));
  });
}
