import { authorizationInvalid, wechatUnreachable } from './api-error';
import { isObject, isText, type JsonObject } from './fields';
import { apiErrorFor } from './wechat-errors';

export interface AppKeys {
  readonly appid: string;
  readonly secret: string;
}

export interface CodeSession {
  readonly openid: string;
  readonly sessionKey: string;
  readonly unionid?: string;
}

interface AccessToken {
  readonly value: string;
  readonly expiresAt: number;
}

export interface WechatClientOptions {
  readonly baseUrl: string;
  readonly now: () => number;
  readonly timeout: number; // ms
  readonly log: (line: string) => void;
}

const TOKEN_REFUSED: readonly unknown[] = [40001, 40014, 42001];

export class WechatClient {
  private readonly accessTokens = new Map<string, Promise<AccessToken>>();

  constructor(private readonly options: WechatClientOptions) {}

  async codeToSession({ appid, secret }: AppKeys, code: string): Promise<CodeSession> {
    const query = { appid, secret, js_code: code, grant_type: 'authorization_code' };
    const reply = await this.call('/sns/jscode2session', query);
    this.failOnErrcode(reply);
    const { openid, session_key: sessionKey, unionid } = reply;
    if (!isText(openid) || !isText(sessionKey)) throw wechatUnreachable();
    return { openid, sessionKey, ...(typeof unionid === 'string' ? { unionid } : {}) };
  }

  // With the openid WeChat refuses a phone code that another user tapped for.
  async phoneInfo(app: AppKeys, code: string, openid: string): Promise<JsonObject> {
    const token = await this.accessToken(app);
    let reply = await this.askForPhone(token, code, openid);
    if (TOKEN_REFUSED.includes(reply.errcode)) {
      // Another server of the same app may have fetched a token since, which ends ours early.
      reply = await this.askForPhone(await this.accessToken(app, token), code, openid);
    }
    if (reply.errcode === 40029) throw authorizationInvalid('the phone code is invalid, used or expired');
    this.failOnErrcode(reply);
    if (!isObject(reply.phone_info)) throw wechatUnreachable();
    return reply.phone_info;
  }

  private askForPhone({ value }: AccessToken, code: string, openid: string): Promise<JsonObject> {
    return this.call('/wxa/business/getuserphonenumber', { access_token: value }, { code, openid });
  }

  // One fetch for all who wait: WeChat limits how many tokens an app may fetch in a day.
  private async accessToken(app: AppKeys, refused?: AccessToken): Promise<AccessToken> {
    const known = this.accessTokens.get(app.appid);
    const token = await known?.catch(() => undefined);
    if (token && token !== refused && token.expiresAt > this.options.now()) return token;
    const current = this.accessTokens.get(app.appid);
    if (current && current !== known) return current;
    const fetched = this.fetchAccessToken(app);
    this.accessTokens.set(app.appid, fetched);
    return fetched;
  }

  private async fetchAccessToken({ appid, secret }: AppKeys): Promise<AccessToken> {
    const reply = await this.call('/cgi-bin/token', { grant_type: 'client_credential', appid, secret });
    this.failOnErrcode(reply);
    const { access_token: value, expires_in: seconds } = reply;
    if (typeof value !== 'string' || typeof seconds !== 'number') throw wechatUnreachable();
    const early = Math.min(60, seconds / 2);
    return { value, expiresAt: this.options.now() + (seconds - early) * 1000 };
  }

  private failOnErrcode({ errcode }: JsonObject): void {
    if (errcode === undefined || errcode === 0) return;
    if (typeof errcode !== 'number') throw wechatUnreachable();
    this.options.log(`WeChat answered errcode ${errcode}`);
    throw apiErrorFor(errcode);
  }

  // No cause is kept: an address or an answer in it would carry the appsecret, a code or a session_key to the log.
  private async call(path: string, query: Record<string, string>, body?: object): Promise<JsonObject> {
    try {
      const reply = await fetch(`${this.options.baseUrl}${path}?${new URLSearchParams(query).toString()}`, {
        ...(body
          ? { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
          : {}),
        redirect: 'error',
        signal: AbortSignal.timeout(this.options.timeout),
      });
      const parsed: unknown = await reply.json();
      if (reply.ok && isObject(parsed)) return parsed;
    } catch {
      throw wechatUnreachable();
    }
    throw wechatUnreachable();
  }
}
