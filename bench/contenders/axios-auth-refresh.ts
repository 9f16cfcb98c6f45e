import axios, { AxiosError } from 'axios';
import type { Config } from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import type { Contender } from '../contender';
import { BASE_URL } from '../wx';
import type { Result, Wx } from '../wx';
import { logIn } from './log-in';

/** An axios adapter over wx.request; axios wants a status outside 2xx rejected. */
const adapterOf = (wx: Wx) => async (config: Config) => {
  const { statusCode, data, header } = await new Promise<Result>((success, fail) =>
    wx.request({ url: BASE_URL + config.url, header: { ...config.headers }, success, fail }),
  );
  const response = { status: statusCode, statusText: '', data, headers: header, config, request: {} };
  if (statusCode === 200) return response;
  throw new AxiosError(`HTTP ${statusCode}`, 'ERR_BAD_REQUEST', config, {}, response);
};

/**
 * As its README sets it up, with a request interceptor for the token. `deduplicateRefresh` is off: with it on, which is
 * the default, those of several requests that are refused while a refresh is in progress fail.
 */
export const axiosAuthRefresh: Contender = {
  name: 'axios-auth-refresh',
  create: (wx) => {
    let token: string | undefined;
    const client = axios.create({ adapter: adapterOf(wx) });
    client.interceptors.request.use((config) => {
      config.headers.Authorization = `Bearer ${token}`;
      return config;
    });
    const refresh = async () => {
      token = await logIn(wx);
    };
    createAuthRefresh(client, refresh, { deduplicateRefresh: false });
    return { request: (path) => client.get(path) };
  },
};
