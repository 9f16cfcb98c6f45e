// As much of the peers' types as is used here: they are installed by `npm run bench` alone, and lint must do without.

declare module '@sinonjs/fake-timers' {
  export interface Clock {
    readonly now: number;
    tick(ms: number): number;
    runAllAsync(): Promise<number>;
    uninstall(): void;
  }
  export function install(options: { now: number; toFake: readonly string[] }): Clock;
}

declare module 'alova' {
  export interface AlovaMethod<T> extends Promise<T> {
    config: { headers: Record<string, string> };
  }
  export interface Adapter {
    response(): Promise<unknown>;
    headers(): Promise<object>;
    abort(): void;
  }
  export function createAlova(options: {
    baseURL: string;
    cacheFor: null;
    shareRequest: boolean;
    requestAdapter: (request: { url: string; type: string; headers: Record<string, string> }) => Adapter;
    beforeRequest: unknown;
    responded: unknown;
  }): { Get<T>(url: string): AlovaMethod<T> };
}

declare module 'alova/client' {
  import type { AlovaMethod } from 'alova';
  export function createClientTokenAuthentication(options: {
    refreshToken: { isExpired(): boolean; handler(): Promise<void> };
  }): { onAuthRequired(beforeRequest: unknown): unknown };
  export function createServerTokenAuthentication<R>(options: {
    refreshTokenOnSuccess: { isExpired(response: R): boolean; handler(): Promise<void> };
    assignToken(method: AlovaMethod<unknown>): void;
  }): { onAuthRequired(): unknown; onResponseRefreshToken(onSuccess: (response: R) => unknown): unknown };
}

declare module 'axios' {
  export interface Config {
    url?: string;
    method?: string;
    headers: Record<string, string>;
    validateStatus?: (status: number) => boolean;
  }
  export interface AxiosResponse {
    status: number;
    statusText: string;
    data: unknown;
    headers: object;
    config: Config;
    request: object;
  }
  export class AxiosError extends Error {
    constructor(message: string, code: string, config: Config, request: object, response: AxiosResponse);
  }
  export interface AxiosInstance {
    get(url: string): Promise<AxiosResponse>;
    interceptors: { request: { use(change: (config: Config) => Config): number } };
  }
  const axios: {
    create(options: { adapter: (config: Config) => Promise<AxiosResponse> }): AxiosInstance;
  };
  export default axios;
}

declare module 'axios-auth-refresh' {
  import type { AxiosInstance } from 'axios';
  export function createAuthRefresh(
    instance: AxiosInstance,
    refresh: () => Promise<unknown>,
    options?: { deduplicateRefresh?: boolean },
  ): number;
}

declare module 'fancy-mini/lib/login/BaseLogin.js' {
  export interface BaseLogin {
    readonly _loginInfo: { readonly userInfo: { readonly token?: string } };
    config(options: object): void;
  }
  const exported: { default: new () => BaseLogin };
  export default exported;
}

declare module 'fancy-mini/lib/login/auth/WechatAuth.js' {
  export interface SilentLogin {
    wxLoginRes: { succeeded: boolean; code: string };
    configOptions: { requester: { request(options: object): Promise<unknown> } };
  }
  export interface WechatAuth {
    loginByWxSilent(login: SilentLogin): Promise<object>;
  }
  const exported: { default: new () => WechatAuth };
  export default exported;
}

declare module 'fancy-mini/lib/request/plugin/LoginPlugin.js' {
  const exported: { default: new (options: object) => object };
  export default exported;
}

declare module 'fancy-mini/lib/request/plugin/InstantPlugin.js' {
  const exported: { default: new (options: object) => object };
  export default exported;
}

declare module 'fancy-mini/lib/request/Requester.js' {
  export interface Requester {
    config(options: object): void;
    request(options: object): Promise<unknown>;
    requestWithLogin(options: object): Promise<unknown>;
  }
  const exported: { default: new () => Requester };
  export default exported;
}

declare module 'vega' {
  export function parse(spec: unknown): unknown;
  export class View {
    constructor(runtime: unknown, options: { renderer: 'none' });
    toSVG(): Promise<string>;
  }
}

declare module 'vega-lite' {
  export function compile(spec: object): { spec: unknown };
}

declare module 'regenerator-runtime/runtime.js';

declare module 'regenerator-runtime/runtime.js';
