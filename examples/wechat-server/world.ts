import { userNamed, type WechatUser } from './identities';
import { PlannedFailures } from './planned-failures';
import { SessionKeys } from './session-keys';
import { SingleUseCodes } from './single-use-codes';

export interface CodeOwner {
  readonly appid: string;
  readonly user: string;
}

interface AccessToken {
  readonly appid: string;
  readonly expiresAt: number;
}

export interface WorldOptions {
  readonly apps: Readonly<Record<string, string>>; // appid to appsecret
  readonly users?: Readonly<Record<string, Partial<WechatUser>>>;
  readonly now?: () => number;
}

// Everything WeChat remembers, in memory.
export class World {
  readonly apps: ReadonlyMap<string, string>;
  readonly loginCodes: SingleUseCodes<CodeOwner>;
  readonly phoneCodes: SingleUseCodes<CodeOwner>;
  readonly sessionKeys = new SessionKeys();
  readonly accessTokens = new Map<string, AccessToken>();
  readonly blocked = new Set<string>();
  readonly failures = new PlannedFailures();
  clockOffset = 0;

  private readonly users: ReadonlyMap<string, Partial<WechatUser>>;
  private readonly clock: () => number;

  constructor(options: WorldOptions) {
    this.apps = new Map(Object.entries(options.apps));
    this.users = new Map(Object.entries(options.users ?? {}));
    this.clock = options.now ?? Date.now;
    this.loginCodes = new SingleUseCodes(this.now);
    this.phoneCodes = new SingleUseCodes(this.now);
  }

  readonly now = (): number => this.clock() + this.clockOffset;

  user(name: string): WechatUser {
    return userNamed(name, this.users.get(name));
  }
}
