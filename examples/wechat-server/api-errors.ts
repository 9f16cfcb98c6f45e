import { randomBytes } from 'node:crypto';

export interface WechatError {
  readonly errcode: number;
  readonly errmsg: string;
}

const messages: Readonly<Record<number, string>> = {
  [-1]: 'system error',
  40001: 'invalid credential, access_token is invalid or not latest',
  40013: 'invalid appid',
  40029: 'invalid code',
  40125: 'invalid appsecret',
  40163: 'code been used',
  40226: 'code blocked',
  41002: 'appid missing',
  40002: 'invalid grant_type',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
};

const requestId = () => [4, 4, 4].map((size) => randomBytes(size).toString('hex')).join('-');

// WeChat answers errors with status 200 and a request id at the end of the message.
export const wechatError = (errcode: number): WechatError => ({
  errcode,
  errmsg: `${messages[errcode] ?? 'unknown error'}, rid: ${requestId()}`,
});
