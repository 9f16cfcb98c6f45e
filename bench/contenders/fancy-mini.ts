import { api } from './fancy-mini-globals';
import BaseLogin from 'fancy-mini/lib/login/BaseLogin.js';
import WechatAuth from 'fancy-mini/lib/login/auth/WechatAuth.js';
import type { SilentLogin } from 'fancy-mini/lib/login/auth/WechatAuth.js';
import InstantPlugin from 'fancy-mini/lib/request/plugin/InstantPlugin.js';
import LoginPlugin from 'fancy-mini/lib/request/plugin/LoginPlugin.js';
import Requester from 'fancy-mini/lib/request/Requester.js';
import type { Contender } from '../contender';
import { BASE_URL, EXCHANGE } from '../wx';
import type { Request, Result } from '../wx';

const FAILED = { succeeded: false, errMsg: 'login failed' };

class Auth extends WechatAuth.default {
  override async loginByWxSilent({ wxLoginRes, configOptions }: SilentLogin): Promise<object> {
    if (!wxLoginRes.succeeded) return FAILED;
    const options = { url: BASE_URL + EXCHANGE, method: 'POST', data: { code: wxLoginRes.code } };
    const { credential } = (await configOptions.requester.request(options)) as Result['data'];
    return { succeeded: true, errMsg: 'ok', userInfo: credential, expireTime: -1 };
  }
}

class Login extends BaseLogin.default {
  get token(): string | undefined {
    return this._loginInfo.userInfo.token;
  }
}

/**
 * As its login tutorial sets it up, with one change: a plugin puts the token into each request. The tutorial's cookie
 * plugin sends the old cookie with the retry, so that every expiry would end as a failure.
 */
export const fancyMini: Contender = {
  name: 'fancy-mini',
  create: (wx) => {
    Object.assign(api, wx);
    const requester = new Requester.default();
    const loginCenter = new Login();
    loginCenter.config({
      requester,
      authEngineMap: { wechat: new Auth() },
      defaultAuthType: 'wechat',
      userAuthHandler: async () => FAILED, // there is nobody to ask
      pageConfigHandler: () => undefined,
    });
    requester.config({
      underlayRequest: (options: Request) => wx.request(options),
      plugins: [
        new LoginPlugin.default({
          loginCenter,
          apiAuthFailChecker: ({ expired }: Result['data']) => expired,
        }),
        new InstantPlugin.default({
          pluginName: 'token',
          beforeRequest: ({ reqOptions }: { reqOptions: { header?: object } }) => {
            reqOptions.header = { Authorization: `Bearer ${loginCenter.token}` };
          },
        }),
      ],
    });
    const request = async (options: object) => {
      const { expired } = (await requester.requestWithLogin(options)) as Result['data'];
      if (expired) throw new Error('expired');
    };
    return {
      request: (path) => request({ url: BASE_URL + path }),
      forced: (path) => request({ url: BASE_URL + path, loginOpts: { mode: 'force' } }),
    };
  },
};
