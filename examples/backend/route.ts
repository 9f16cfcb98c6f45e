import type { JsonObject } from './fields';

export interface ApiRequest {
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly token?: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly body?: object;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly rateLimited?: true;
  readonly handle: (request: ApiRequest) => ApiResponse | Promise<ApiResponse>;
}

export const ok = (body: object): ApiResponse => ({ status: 200, body });

export const noContent = (): ApiResponse => ({ status: 204 });
