import type { Callbacks, WxFailure } from '../app-service/callbacks';
import type { WxRequest, WxResponse } from '../app-service/request';
import type { createWx } from '../app-service/wx';
import type { Tell } from './timeline';

type Wx = ReturnType<typeof createWx>['wx'];

interface Ear {
  readonly tell: Tell;
  /** A request goes out; returns the name of the credential that it carries. */
  readonly sends: (path: string, token: string | undefined) => string;
  readonly nameOf: (token: string) => string;
}

interface Reply {
  readonly credential?: { readonly token: string };
  readonly authorize?: { readonly method: string };
}

/** Tells what wx is asked, and what comes back; credentials go by name, a token is never printed. */
export function watchWx(wx: Wx, { tell, sends, nameOf }: Ear): Wx {
  const answered = (path: string, { statusCode, data }: WxResponse, took: number) => {
    const { credential, authorize } = (data ?? {}) as Reply;
    const gives = credential ? `: ${nameOf(credential.token)}` : '';
    const wants = authorize ? `: first the user's ${authorize.method}` : '';
    tell('backend', `${statusCode} ${path}${gives}${wants}`, { took, bad: statusCode >= 400 });
  };
  const failed = (what: string, { errMsg }: WxFailure, took: number) =>
    tell('wx', `${what} fails: ${errMsg.replace(/^.*:fail (-\d+:)?/, '')}`, { took, bad: true });

  return {
    ...wx,
    login: (callbacks: Callbacks = {}) => {
      tell('wx', 'wx.login');
      wx.login(
        overhear(
          callbacks,
          (_, took) => tell('wx', 'wx.login gives a code', { took }),
          (failure, took) => failed('wx.login', failure, took),
        ),
      );
    },
    checkSession: (callbacks: Callbacks = {}) => {
      tell('wx', 'wx.checkSession');
      wx.checkSession(callbacks);
    },
    getUserInfo: (callbacks: Callbacks = {}) => {
      tell('wx', 'wx.getUserInfo');
      wx.getUserInfo(callbacks);
    },
    request: (sent) => {
      const path = new URL(sent.url).pathname;
      const credential = sends(path, tokenIn(sent));
      tell('wx', `wx.request ${sent.method ?? 'GET'} ${path}${credential && ` as ${credential}`}`);
      const heard = overhear<WxResponse>(
        sent,
        (response, took) => answered(path, response, took),
        (failure, took) => failed(path, failure, took),
      );
      return wx.request({ ...sent, ...heard });
    },
  };
}

const tokenIn = ({ header = {} }: WxRequest): string | undefined =>
  header.Authorization?.replace('Bearer ', '');

/** The same callbacks, with somebody told first. */
function overhear<T extends object>(
  { success, fail }: Callbacks<T>,
  onSuccess: (result: T & { errMsg: string }, took: number) => void,
  onFailure: (failure: WxFailure, took: number) => void,
): Callbacks<T> {
  const began = performance.now();
  return {
    success: (result) => {
      onSuccess(result, performance.now() - began);
      success?.(result);
    },
    fail: (failure) => {
      onFailure(failure, performance.now() - began);
      fail?.(failure);
    },
  };
}
