import type { Endpoint, Endpoints } from './endpoint';
import { encryptFor, signatureOf } from './encrypted-data';
import { openidOf, unionidOf } from './identities';
import { BadParameter, type Parameters } from './parameters';
import type { CodeOwner, World } from './world';

export const watermarkAt = (now: number, appid: string) => ({ timestamp: Math.floor(now / 1000), appid });

export function phoneInfoOf(world: World, { appid, user }: CodeOwner) {
  const { phone } = world.user(user);
  return {
    phoneNumber: phone,
    purePhoneNumber: phone,
    countryCode: '86',
    watermark: watermarkAt(world.now(), appid),
  };
}

// What the WeChat client on the phone would do when a mini-program calls wx.
export function phoneEndpoints(world: World): Endpoints {
  const ownerIn = (parameters: Parameters): CodeOwner => {
    const owner = { appid: parameters.text('appid'), user: parameters.text('user') };
    if (!world.apps.has(owner.appid)) throw new BadParameter('fail invalid appid');
    return owner;
  };
  const onPhone = (answer: (owner: CodeOwner, openid: string) => object): Endpoint => ({
    methods: ['GET', 'POST'],
    answer: (parameters) => {
      const owner = ownerIn(parameters);
      return answer(owner, openidOf(owner.appid, owner.user));
    },
  });

  return {
    '/__wx/login': onPhone((owner, openid) => {
      // The real one only may rotate; doing it always brings out code that relies on an old key.
      world.sessionKeys.rotate(openid);
      return { code: world.loginCodes.issue(owner) };
    }),
    '/__wx/checkSession': onPhone((_owner, openid) => ({ ok: world.sessionKeys.isValid(openid) })),
    '/__wx/phone': onPhone((owner, openid) => ({
      code: world.phoneCodes.issue(owner),
      ...encryptFor(world.sessionKeys.current(openid), phoneInfoOf(world, owner)),
    })),
    '/__wx/userinfo': onPhone(({ appid, user }, openid) => {
      const { nickName, avatarUrl } = world.user(user);
      const userInfo = { nickName, gender: 0, language: '', city: '', province: '', country: '', avatarUrl };
      const rawData = JSON.stringify(userInfo);
      const sessionKey = world.sessionKeys.current(openid);
      const secret = {
        ...userInfo,
        openId: openid,
        unionId: unionidOf(user),
        watermark: watermarkAt(world.now(), appid),
      };
      return {
        userInfo,
        rawData,
        signature: signatureOf(rawData, sessionKey),
        ...encryptFor(sessionKey, secret),
      };
    }),
  };
}
