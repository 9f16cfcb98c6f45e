import { createAlova } from 'alova';
import { createServerTokenAuthentication } from 'alova/client';
import type { Contender } from '../contender';
import { expectOk } from '../contender';
import { BASE_URL } from '../wx';
import type { Result } from '../wx';
import { logIn } from './log-in';

/**
 * As its guide to token authentication sets it up, with an adapter for `wx.request`. Caching and sharing of equal
 * requests are off: every contender sends as many requests as are asked for.
 */
export const alova: Contender = {
  name: 'alova',
  create: (wx) => {
    let token: string | undefined;
    const { onAuthRequired, onResponseRefreshToken } = createServerTokenAuthentication<Result>({
      assignToken: ({ config }) => {
        config.headers.Authorization = `Bearer ${token}`;
      },
      refreshTokenOnSuccess: {
        isExpired: ({ statusCode }) => statusCode === 401,
        handler: async () => {
          token = await logIn(wx);
        },
      },
    });
    const client = createAlova({
      baseURL: BASE_URL,
      cacheFor: null,
      shareRequest: false,
      requestAdapter: ({ url, headers }) => {
        const response = new Promise<Result>((success, fail) =>
          wx.request({ url, header: headers, success, fail }),
        );
        return { response: () => response, headers: async () => ({}), abort: () => undefined };
      },
      beforeRequest: onAuthRequired(),
      responded: onResponseRefreshToken((response) => response),
    });
    return { request: async (path) => expectOk(await client.Get<Result>(path)) };
  },
};
