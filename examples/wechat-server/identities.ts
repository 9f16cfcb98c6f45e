import { createHash } from 'node:crypto';

export interface WechatUser {
  readonly phone: string;
  readonly nickName: string;
  readonly avatarUrl: string;
}

const digest = (text: string) => createHash('sha1').update(text).digest();

// WeChat's ids are 28 characters; derived ones keep a walkthrough repeatable across restarts.
const wechatId = (text: string) => `o${digest(text).toString('base64url')}`;

export const openidOf = (appid: string, user: string) => wechatId(`openid ${appid} ${user}`);

export const unionidOf = (user: string) => wechatId(`unionid ${user}`);

// Since 2021 WeChat answers getUserInfo with this grey stand-in unless the user typed a nickname.
const anonymousProfile = { nickName: '微信用户', avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/vi_32/0/132' };

export function userNamed(user: string, known: Partial<WechatUser> = {}): WechatUser {
  const digits = (digest(`phone ${user}`).readUInt32BE(0) % 1e8).toString().padStart(8, '0');
  return { phone: `138${digits}`, ...anonymousProfile, ...known };
}
