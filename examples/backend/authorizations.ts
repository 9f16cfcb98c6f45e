import { authorizationInvalid, badRequest } from './api-error';
import { textField, type JsonObject } from './fields';
import type { AuthorizationKind } from './protocol';
import type { AppKeys, WechatClient } from './wechat-client';
import { checkSignature, checkWatermark, decrypt, type EncryptedData } from './wechat-data';

export interface Profile {
  readonly phone?: string;
  readonly nickname?: string;
  readonly avatar?: string;
}

export interface Grant {
  readonly kind: AuthorizationKind;
  readonly profile: Profile;
}

export interface Visit {
  readonly source: string;
  readonly openid: string;
  readonly sessionKey: string;
  readonly unionid?: string;
}

interface Circumstances {
  readonly app: AppKeys;
  readonly visit: Visit;
  readonly wechat: WechatClient;
  readonly now: number;
}

// What the client sent is well formed; whether it is true shows only with the session_key at hand.
export type UncheckedAuthorization = (circumstances: Circumstances) => Grant | Promise<Grant>;

export function readAuthorization(method: string, authorization: JsonObject): UncheckedAuthorization {
  switch (method) {
    case 'phoneNumber':
    case 'realtimePhoneNumber':
      return Object.hasOwn(authorization, 'code') ? phoneByCode(authorization) : phoneByData(authorization);
    case 'userInfo':
    case 'userProfile':
      return userInfo(authorization);
    case 'avatarNickname':
      return avatarNickname(authorization);
    default:
      throw badRequest('method is none that this backend knows');
  }
}

const MAX_DATA = 16 * 1024;

const encryptedFields = (authorization: JsonObject): EncryptedData => ({
  encryptedData: textField(authorization, 'authorization.encryptedData', MAX_DATA),
  iv: textField(authorization, 'authorization.iv'),
});

function phoneGrant(info: JsonObject, { app, now }: Circumstances): Grant {
  checkWatermark(info, app.appid, now);
  const { purePhoneNumber: phone } = info;
  if (typeof phone !== 'string' || !/^\d{4,15}$/.test(phone)) {
    throw authorizationInvalid('the data holds no phone number');
  }
  return { kind: 'phoneNumber', profile: { phone } };
}

function phoneByCode(authorization: JsonObject): UncheckedAuthorization {
  const code = textField(authorization, 'authorization.code');
  return async (circumstances) => {
    const { wechat, app, visit } = circumstances;
    return phoneGrant(await wechat.phoneInfo(app, code, visit.openid), circumstances);
  };
}

function phoneByData(authorization: JsonObject): UncheckedAuthorization {
  const data = encryptedFields(authorization);
  return (circumstances) => phoneGrant(decrypt(data, circumstances.visit.sessionKey), circumstances);
}

function userInfo(authorization: JsonObject): UncheckedAuthorization {
  const rawData = textField(authorization, 'authorization.rawData', MAX_DATA);
  const signature = textField(authorization, 'authorization.signature');
  const data = encryptedFields(authorization);
  return ({ app, visit, now }) => {
    checkSignature(rawData, signature, visit.sessionKey);
    const info = decrypt(data, visit.sessionKey);
    checkWatermark(info, app.appid, now);
    // wx.getUserProfile gives no openId; where there is one it has to be this user's.
    if (info.openId !== undefined && info.openId !== visit.openid) {
      throw authorizationInvalid('the data is about another user');
    }
    return { kind: 'userInfo', profile: nicknameAndAvatar(info.nickName, info.avatarUrl) };
  };
}

// Nothing vouches for these two: they are what the user typed and picked. A real backend would also
// take the picture itself, because avatarUrl names a temporary file on the phone.
function avatarNickname(authorization: JsonObject): UncheckedAuthorization {
  const nickName = textField(authorization, 'authorization.nickName', 64);
  const avatarUrl = textField(authorization, 'authorization.avatarUrl', 2048);
  if (nickName.trim() === '') throw authorizationInvalid('the nickname is blank');
  return () => ({ kind: 'avatarNickname', profile: nicknameAndAvatar(nickName.trim(), avatarUrl) });
}

const nicknameAndAvatar = (nickname: unknown, avatar: unknown): Profile => ({
  ...(typeof nickname === 'string' ? { nickname } : {}),
  ...(typeof avatar === 'string' ? { avatar } : {}),
});
