import type { Result, Wx } from './wx';

/** A client of the app's backend, however it gets its session. */
export interface Client {
  /** A request that needs a session; fails where the answer is not 200. */
  request(path: string): Promise<unknown>;
  /** The same under a session that is made anew, where the library has that. */
  forced?(path: string): Promise<unknown>;
}

export interface Contender {
  readonly name: string;
  create(wx: Wx): Client;
}

/** For a library that hands on answers of any status. */
export function expectOk({ statusCode }: Pick<Result, 'statusCode'>): void {
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
}
