import { createAlova } from 'alova';
import { createClientTokenAuthentication, createServerTokenAuthentication } from 'alova/client';
import type { Contender } from '../contender';
import { expectOk } from '../contender';
import { BASE_URL } from '../wx';
import type { Result } from '../wx';
import { logIn } from './log-in';

/**
 * As its guide to token authentication sets it up, with an adapter for `wx.request`: of its two interceptors the client's
 * logs in before a request that has no token, the server's when a token was refused. Caching and sharing of equal
 * requests are off: every contender sends as many requests as are asked for.
 */
export const alova: Contender = {
  name: 'alova',
  create: (wx) => {
    let token: string | undefined;
    const handler = async () => {
      token = await logIn(wx);
    };
    const client = createClientTokenAuthentication({
      refreshToken: { isExpired: () => !token, handler },
    });
    const server = createServerTokenAuthentication<Result>({
      assignToken: ({ config }) => {
        config.headers.Authorization = `Bearer ${token}`;
      },
      refreshTokenOnSuccess: {
        isExpired: ({ statusCode }) => statusCode === 401,
        handler,
      },
    });
    const alovaInstance = createAlova({
      baseURL: BASE_URL,
      cacheFor: null,
      shareRequest: false,
      requestAdapter: ({ url, headers }) => {
        const response = new Promise<Result>((success, fail) =>
          wx.request({ url, header: headers, success, fail }),
        );
        return { response: () => response, headers: async () => ({}), abort: () => undefined };
      },
      beforeRequest: client.onAuthRequired(server.onAuthRequired()),
      responded: server.onResponseRefreshToken((response) => response),
    });
    return { request: async (path) => expectOk(await alovaInstance.Get<Result>(path)) };
  },
};
