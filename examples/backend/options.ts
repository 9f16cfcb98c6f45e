import type { AuthorizationKind } from './protocol';
import type { AppKeys } from './wechat-client';

export interface App extends AppKeys {
  /** What a new openid has to give before it gets a credential; 'none' = nothing. */
  readonly authorize: 'userInfo' | 'phoneNumber' | 'none';
  /** What is asked for after that. */
  readonly then?: 'avatarNickname';
}

export interface BackendOptions {
  readonly apps: Readonly<Record<string, App>>; // by source
  /** Path of the database file; it and its folder are made if missing. */
  readonly db: string;
  /** Where WeChat's API is: https://api.weixin.qq.com, or a stand-in. */
  readonly wechat: string;
  /** Lifetime of a session in seconds. */
  readonly ttl?: number;
  /** How long after its end a token may still be refreshed, in seconds. */
  readonly refreshWindow?: number;
  /** How long after its login a session may be renewed at all, in seconds. */
  readonly longestSession?: number;
  /** Serve /debug as well. Never in production. */
  readonly debug?: boolean;
  /** Session requests that one client address may make in a minute. */
  readonly requestsPerMinute?: number;
  /** ms a client may take to send its request. */
  readonly requestTimeout?: number;
  /** ms WeChat may take to answer. */
  readonly wechatTimeout?: number;
  /** ms that requests in flight may take when the server closes. */
  readonly shutdownGrace?: number;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

export const withDefaults = (options: BackendOptions): Required<BackendOptions> => ({
  ttl: 7200,
  refreshWindow: 30 * 60,
  longestSession: 30 * 86_400,
  debug: false,
  requestsPerMinute: 6000,
  requestTimeout: 15_000,
  wechatTimeout: 5_000,
  shutdownGrace: 10_000,
  now: Date.now,
  log: () => undefined,
  ...options,
});

export function requiredAuthorizations({ authorize, then }: App): AuthorizationKind[] {
  return [...(authorize === 'none' ? [] : [authorize]), ...(then ? [then] : [])];
}
