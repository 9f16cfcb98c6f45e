import { randomBytes } from 'node:crypto';
import { wechatError } from './api-errors';
import type { Endpoint, Endpoints } from './endpoint';
import { openidOf, unionidOf } from './identities';
import type { Parameters } from './parameters';
import { phoneInfoOf } from './phone-endpoints';
import type { World } from './world';

export const CODE_TO_SESSION = '/sns/jscode2session';
const ACCESS_TOKEN = '/cgi-bin/token';
const PHONE_NUMBER = '/wxa/business/getuserphonenumber';
const ACCESS_TOKEN_SECONDS = 7200;

// What api.weixin.qq.com answers to a mini-program's own backend.
export function serverEndpoints(world: World): Endpoints {
  const wrongApp = (appid: string, secret: string) => {
    if (!world.apps.has(appid)) return wechatError(40013);
    return world.apps.get(appid) === secret ? undefined : wechatError(40125);
  };
  const unlessPlanned = (path: string, endpoint: Endpoint): Endpoints => ({
    [path]: {
      methods: endpoint.methods,
      answer: (parameters) => {
        const planned = world.failures.next(path);
        return planned === undefined ? endpoint.answer(parameters) : wechatError(planned);
      },
    },
  });

  const codeToSession = (parameters: Parameters) => {
    const appid = parameters.text('appid');
    const refused = wrongApp(appid, parameters.text('secret'));
    if (refused) return refused;
    if (parameters.text('grant_type') !== 'authorization_code') return wechatError(40002);
    const redeemed = world.loginCodes.redeem(parameters.text('js_code'), (owner) => owner.appid === appid);
    if (redeemed.verdict !== 'good') return wechatError(redeemed.verdict === 'used' ? 40163 : 40029);
    const { user } = redeemed.value;
    if (world.blocked.has(user)) return wechatError(40226);
    const openid = openidOf(appid, user);
    return { openid, session_key: world.sessionKeys.current(openid), unionid: unionidOf(user) };
  };

  const accessToken = (parameters: Parameters) => {
    const appid = parameters.text('appid');
    const refused = wrongApp(appid, parameters.text('secret'));
    if (refused) return refused;
    if (parameters.text('grant_type') !== 'client_credential') return wechatError(40002);
    const token = randomBytes(48).toString('base64url');
    world.accessTokens.set(token, { appid, expiresAt: world.now() + ACCESS_TOKEN_SECONDS * 1000 });
    return { access_token: token, expires_in: ACCESS_TOKEN_SECONDS };
  };

  const phoneNumber = (parameters: Parameters) => {
    const token = world.accessTokens.get(parameters.text('access_token'));
    if (!token || token.expiresAt <= world.now()) return wechatError(40001);
    const openid = parameters.optionalText('openid');
    const redeemed = world.phoneCodes.redeem(
      parameters.text('code'),
      ({ appid, user }) =>
        appid === token.appid && (openid === undefined || openid === openidOf(appid, user)),
    );
    // WeChat answers a used phone code as an invalid one: 40163 belongs to login codes.
    if (redeemed.verdict !== 'good') return wechatError(40029);
    return { errcode: 0, errmsg: 'ok', phone_info: phoneInfoOf(world, redeemed.value) };
  };

  return {
    ...unlessPlanned(CODE_TO_SESSION, { methods: ['GET'], answer: codeToSession }),
    ...unlessPlanned(ACCESS_TOKEN, { methods: ['GET'], answer: accessToken }),
    ...unlessPlanned(PHONE_NUMBER, { methods: ['POST'], answer: phoneNumber }),
  };
}
