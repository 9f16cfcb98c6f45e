import type { JsonObject } from './fields';

/** A file, as it was uploaded. */
export interface StoredFile {
  readonly bytes: Buffer;
  readonly type: string;
}

export interface ApiRequest {
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** Of a route that takes a file: takes the form apart. */
  readonly file?: () => Promise<StoredFile>;
  readonly token?: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly body?: object;
  /** Instead of a body. */
  readonly file?: StoredFile;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly rateLimited?: true;
  /** The body is a form with a file in the field `file`, rather than JSON. */
  readonly takesFile?: true;
  readonly handle: (request: ApiRequest) => ApiResponse | Promise<ApiResponse>;
}

export const ok = (body: object): ApiResponse => ({ status: 200, body });

export const noContent = (): ApiResponse => ({ status: 204 });
