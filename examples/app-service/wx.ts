import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, failure, isRefusal, type Callbacks, type Refusal, type WxFailure } from './callbacks';
import { request, type WxRequest } from './request';
import { createStorage } from './storage';
import { downloadFile, uploadFile, type WxDownload, type WxUpload } from './transfer';

export interface WxOptions {
  /** Where the example WeChat server listens. */
  readonly wechatUrl: string;
  readonly appid: string;
  /** Whose phone this is. */
  readonly user: string;
  readonly storage?: Map<string, unknown>;
  /** Hears of each call of a wx function before it is carried out. */
  readonly onCall?: (name: string, detail: unknown) => void;
}

/** What the user does with the phone. */
export interface Phone {
  /** Taps a button with this open-type: the detail of its event. */
  tap(openType: OpenType): Promise<object>;
  /** The user says no at the next tap. */
  refuseNext(): void;
  /** Switches a scope on, as in the permission panel. */
  grantScope(scope: string): void;
  /** Brings the mini-program to the foreground, or sends it to the background. */
  show(): void;
  hide(): void;
  /** How often each wx function was called. */
  readonly calls: Readonly<Record<string, number>>;
}

export type OpenType =
  'getPhoneNumber' | 'getRealtimePhoneNumber' | 'getUserInfo' | 'chooseAvatar' | 'openSetting';

type Listener<T> = (event: T) => void;
type AuthSetting = Record<string, boolean>;

const USER_INFO = 'scope.userInfo';
const LAUNCH = { path: 'pages/index/index', scene: 1001, query: {}, referrerInfo: {} };
const DENIED: Refusal = { fail: 'auth deny', errno: 103 };

/** A wx-shaped object for Node: what WeChat's servers would do is done over HTTP by the example WeChat server. */
export function createWx(options: WxOptions) {
  const { appid, storage = new Map<string, unknown>() } = options;
  const scopes: AuthSetting = {};
  const shown = listeners<typeof LAUNCH>();
  const hidden = listeners<{ reason: number }>();
  const calls: Record<string, number> = {};
  let refusing = false;

  const fromWechat = (path: string) => askWechat(options, path);

  const userInfo = async () => {
    if (scopes[USER_INFO] === undefined) return { fail: 'scope unauthorized' };
    return scopes[USER_INFO] ? fromWechat('userinfo') : DENIED;
  };
  const settings = (callbacks: Callbacks<{ authSetting: AuthSetting }>, api: string) =>
    answer(api, callbacks, Promise.resolve({ authSetting: { ...scopes } }));

  const wx = counted(
    {
      login: (callbacks: Callbacks = {}) => answer('login', callbacks, fromWechat('login')),
      checkSession: (callbacks: Callbacks = {}) =>
        answer('checkSession', callbacks, fromWechat('checkSession').then(sessionTimedOut)),
      getUserInfo: (callbacks: Callbacks = {}) => answer('getUserInfo', callbacks, userInfo()),
      getSetting: (callbacks: Callbacks<{ authSetting: AuthSetting }> = {}) =>
        settings(callbacks, 'getSetting'),
      openSetting: (callbacks: Callbacks<{ authSetting: AuthSetting }> = {}) =>
        settings(callbacks, 'openSetting'),
      request: (sent: WxRequest) => request(sent),
      uploadFile: (sent: WxUpload) => uploadFile(sent),
      downloadFile: (sent: WxDownload) => downloadFile(sent, join(tmpdir(), `wxfile-${randomUUID()}`)),
      ...createStorage(storage),
      onAppShow: shown.on,
      offAppShow: shown.off,
      onAppHide: hidden.on,
      offAppHide: hidden.off,
      getLaunchOptionsSync: () => LAUNCH,
      getAccountInfoSync: () => ({ miniProgram: { appId: appid, envVersion: 'develop', version: '' } }),
    },
    (name, detail) => {
      calls[name] = (calls[name] ?? 0) + 1;
      options.onCall?.(name, detail);
    },
  );

  const phone: Phone = {
    tap: async (openType) => {
      const refused = refusing;
      refusing = false;
      switch (openType) {
        case 'getPhoneNumber':
        case 'getRealtimePhoneNumber':
          return eventDetail(openType, refused ? { fail: 'user deny' } : await fromWechat('phone'));
        case 'getUserInfo':
          scopes[USER_INFO] = !refused;
          return eventDetail(openType, await userInfo());
        case 'chooseAvatar':
          return refused ? eventDetail(openType, { fail: 'cancel' }) : { avatarUrl: 'wxfile://avatar.jpeg' };
        case 'openSetting':
          return eventDetail(openType, { authSetting: { ...scopes } });
      }
    },
    refuseNext: () => void (refusing = true),
    grantScope: (scope) => void (scopes[scope] = true),
    show: () => shown.tell(LAUNCH),
    hide: () => hidden.tell({ reason: 0 }),
    calls,
  };

  return { wx, phone };
}

async function askWechat({ wechatUrl, appid, user }: WxOptions, path: string): Promise<object> {
  const query = new URLSearchParams({ appid, user });
  try {
    const response = await fetch(`${wechatUrl}/__wx/${path}?${query.toString()}`);
    const body = (await response.json()) as object;
    return response.ok ? body : { fail: `system error, status ${response.status}`, errno: 1000 };
  } catch {
    return { fail: 'cgi failed', errno: 108 };
  }
}

const sessionTimedOut = (result: object): object | Refusal => {
  if (isRefusal(result)) return result;
  return 'ok' in result && result.ok === true ? {} : { fail: 'session time out, need relogin' };
};

const eventDetail = (api: string, result: object): object | WxFailure =>
  isRefusal(result) ? failure(api, result) : { ...result, errMsg: `${api}:ok` };

/** As in wx: the same function registers once, and `off` without one removes all. */
function listeners<T>() {
  const all = new Set<Listener<T>>();
  return {
    on: (listener: Listener<T>) => void all.add(listener),
    off: (listener?: Listener<T>) => void (listener ? all.delete(listener) : all.clear()),
    tell: (event: T) => [...all].forEach((listener) => listener(event)),
  };
}

function counted<T extends object>(api: T, onCall: (name: string, detail: unknown) => void): T {
  const wrap = (name: string, call: (...given: unknown[]) => unknown) =>
    [name, (...given: unknown[]) => (onCall(name, given[0]), call(...given))] as const;
  return Object.fromEntries(
    Object.entries(api).map(([name, call]) => wrap(name, call as (...given: unknown[]) => unknown)),
  ) as T;
}
