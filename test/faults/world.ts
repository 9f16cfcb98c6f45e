import { asyncScheduler, Observable, timer } from 'rxjs';
import { createSession, httpBackend, weapp, weappStore } from 'rx-weapp-session';
import type {
  AuthPrompt,
  Credential,
  LoginBackend,
  LoginMode,
  LoginReply,
  RequestOptions,
  Session,
  SessionConfig,
} from 'rx-weapp-session';
import type { Behaviour, Fault, Signal } from './fault';
import { SECRET } from './secrets';
import type { Setup } from './setup';

export const BASE_URL = 'https://api.example.com';
export const KEY = 'rx-weapp-session:shop';
/** The token of the session that an earlier run of the app left behind. */
export const RESTORED = `${SECRET}-restored`;
export const CLOSES = Symbol('the user closes the prompt');

/** A made-up phone, backend and user around one session, of which one step is faulty until it is healed. */
export interface World {
  readonly session: Session;
  /** What the requests of the app carried, in order. */
  readonly sent: readonly (string | undefined)[];
  readonly stored: () => unknown;
  /** How often a step was called. */
  count(name: string): number;
  /** Takes the fault away. */
  heal(): void;
}

interface Callbacks {
  success?: (result: unknown) => void;
  fail?: (result: unknown) => void;
}

interface Receiver {
  gives(what: unknown): void;
  fails(what: unknown): void;
  ends(): void;
}

const nothing = () => undefined;

/** WeChat keeps objects as JSON. */
const kept = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

export function createWorld(mode: LoginMode, name: string, fault: Fault, setup: Setup): World {
  const faults: Readonly<Record<string, Fault>> = { [name]: fault, ...setup.besides };
  const calls = new Map<string, number>();
  const storage = new Map<string, unknown>();
  const sent: (string | undefined)[] = [];
  const listeners = { AppShow: new Set<() => void>(), AppHide: new Set<() => void>() };
  let healthy = false;
  let secrets = 0;
  const secret = (kind: string) => `${SECRET}-${kind}-${++secrets}`;

  /** What this step does now. */
  const behaviour = (step: string, usual: unknown, ms: number): Behaviour => {
    const call = calls.get(step) ?? 0;
    calls.set(step, call + 1);
    const does = faults[step] && !healthy ? faults[step](usual, call) : 'usual';
    if (does !== 'usual') return does;
    return {
      signals: [
        { does: 'gives', what: usual, after: ms },
        { does: 'ends', after: ms },
      ],
    };
  };

  const emit = ({ does, what }: Signal, receiver: Receiver) => {
    if (does === 'gives') receiver.gives(what);
    else if (does === 'fails') receiver.fails(what);
    else if (does === 'ends') receiver.ends();
    else listeners[does === 'shows' ? 'AppShow' : 'AppHide'].forEach((listener) => listener());
  };

  /** Plays a step that answers later; what was begun goes on, whoever stops listening. */
  const play = (step: string, usual: unknown, ms: number, receiver: Receiver): unknown => {
    const does = behaviour(step, usual, ms);
    if ('throws' in does) throw does.throws;
    if ('returns' in does) return does.returns;
    for (const signal of does.signals) {
      if (signal.after === undefined) emit(signal, receiver);
      else timer(signal.after).subscribe(() => emit(signal, receiver));
    }
    return undefined;
  };

  const called = (step: string, usual: () => unknown, { success, fail }: Callbacks, ms = 10) =>
    play(`wx.${step}`, usual(), ms, {
      gives: (what) => success?.(what),
      fails: (what) => fail?.(what),
      ends: nothing,
    });

  const streamed = <T>(step: string, usual: () => T): Observable<T> => {
    const does = behaviour(step, usual(), 50);
    if ('throws' in does) throw does.throws;
    if ('returns' in does) return does.returns as Observable<T>;
    return new Observable<T>((subscriber) => {
      const receiver = {
        gives: (what: unknown) => subscriber.next(what as T),
        fails: (what: unknown) => subscriber.error(what),
        ends: () => subscriber.complete(),
      };
      for (const signal of does.signals) {
        if (signal.after === undefined) emit(signal, receiver);
        else timer(signal.after).subscribe(() => emit(signal, receiver));
      }
    });
  };

  /** A step that returns its result. */
  const returned = <T>(step: string, usual: () => T): T => {
    if (!faults[step] || healthy) {
      calls.set(step, (calls.get(step) ?? 0) + 1);
      return usual();
    }
    const does = behaviour(step, undefined, 0);
    if ('throws' in does) throw does.throws;
    return 'returns' in does ? (does.returns as T) : usual();
  };

  const credential = (): LoginReply => ({ credential: { token: secret('token') } });
  const method = setup.method ?? 'phoneNumber';
  const question = (): LoginReply => ({
    authorize: { method, ...(setup.ticket && { ticket: secret('ticket') }) },
  });
  const silentReply = () => (setup.asks ? question() : credential());

  const respond = (options: RequestOptions): unknown => {
    const path = options.url.slice(BASE_URL.length);
    if (path === '/session/silent') return { statusCode: 200, data: silentReply(), header: {} };
    if (path === '/session/login') return { statusCode: 200, data: credential(), header: {} };
    return { statusCode: 200, data: {}, header: {} };
  };

  const listen = (change: 'AppShow' | 'AppHide') => (listener: () => void) => {
    const step = `wx.on${change}`;
    const back = { gives: listener, fails: nothing, ends: nothing };
    const result = faults[step] && !healthy ? play(step, undefined, 0, back) : undefined;
    listeners[change].add(listener);
    return result;
  };

  const profile = () => ({
    userInfo: { nickName: '微信用户' },
    encryptedData: secret('data'),
    iv: secret('iv'),
    errMsg: 'getUserProfile:ok',
  });

  const wx = {
    login: (call: Callbacks) => called('login', () => ({ errMsg: 'login:ok', code: secret('code') }), call),
    checkSession: (call: Callbacks) => called('checkSession', () => ({ errMsg: 'checkSession:ok' }), call),
    getSetting: (call: Callbacks) =>
      called('getSetting', () => ({ authSetting: { 'scope.userInfo': setup.granted } }), call),
    getUserInfo: (call: Callbacks) => called('getUserInfo', profile, call),
    getLaunchOptionsSync: () => returned('wx.getLaunchOptionsSync', () => ({ scene: 1001 })),
    getStorageSync: (key: string) => returned('wx.getStorageSync', () => storage.get(key) ?? ''),
    setStorageSync: (key: string, value: unknown) =>
      returned('wx.setStorageSync', () => void storage.set(key, kept(value))),
    removeStorageSync: (key: string) => returned('wx.removeStorageSync', () => void storage.delete(key)),
    getStorage: ({ key, success, fail }: Callbacks & { key: string }) =>
      storage.has(key) || faults['wx.getStorage']
        ? called('getStorage', () => ({ data: storage.get(key) }), { success, fail })
        : timer(10).subscribe(() => fail?.({ errMsg: 'getStorage:fail data not found' })),
    setStorage: ({ key, data, success, fail }: Callbacks & { key: string; data: unknown }) => {
      const stores = (result: unknown) => {
        try {
          storage.set(key, kept(data));
        } catch (error) {
          // WeChat throws in nobody's timer: what cannot be written is a call that failed.
          fail?.({ errMsg: `setStorage:fail ${String(error)}` });
          return;
        }
        success?.(result);
      };
      return called('setStorage', () => ({ errMsg: 'setStorage:ok' }), { success: stores, fail });
    },
    removeStorage: ({ key, success, fail }: Callbacks & { key: string }) => {
      const removes = (result: unknown) => {
        storage.delete(key);
        success?.(result);
      };
      return called('removeStorage', () => ({ errMsg: 'removeStorage:ok' }), { success: removes, fail });
    },
    request: (options: RequestOptions & Callbacks) => {
      const toApp = options.url === `${BASE_URL}/orders`;
      if (toApp) sent.push(options.header?.Authorization);
      const step = toApp ? 'request' : 'request (login)';
      const task = called(step, () => respond(options), options, 20);
      if (task !== undefined) return task;
      const abort = () => {
        options.fail?.({ errMsg: 'request:fail abort' });
      };
      return returned('the request task', () => ({ abort }));
    },
    onAppShow: listen('AppShow'),
    onAppHide: listen('AppHide'),
    offAppShow: (listener: () => void) => returned('wx.offAppShow', () => listeners.AppShow.delete(listener)),
    offAppHide: (listener: () => void) => returned('wx.offAppHide', () => listeners.AppHide.delete(listener)),
  };

  const backend: LoginBackend = {
    silentLogin: () => streamed('silentLogin', silentReply),
    login: () => streamed('login', credential),
    refresh: () => streamed('refresh', credential),
    logout: () => streamed('backend.logout', () => undefined),
  };

  const missing = setup.missing !== undefined ? { [setup.missing]: undefined } : {};
  const api: object = Object.assign({}, wx, missing);
  const platform = weapp(api);
  const http = {
    baseUrl: BASE_URL,
    platform,
    header: () => returned('header', () => ({})),
    ...(faults.readReply && {
      readReply: ({ data }: { data: unknown }) => returned('readReply', () => data as LoginReply),
    }),
  };
  const config: SessionConfig = {
    source: 'shop',
    baseUrl: BASE_URL,
    backend: setup.http ? httpBackend(http) : backend,
    platform,
    store: weappStore({ key: KEY, encrypt: setup.encrypt, platform }),
    retry: { count: 2, delay: 100 },
    timeouts: { prompt: 90_000 },
    afterLogin: () => streamed('afterLogin', () => undefined),
    isExpired: (outcome) =>
      returned('isExpired', () => (outcome as { statusCode?: number }).statusCode === 401),
    attach: (options: RequestOptions, { token }: Credential) =>
      returned('attach', () => ({ ...options, header: { Authorization: `Bearer ${token}` } })),
    tips: () => returned('tips', () => ({ title: 'tips' })),
    pageTips: () => returned('pageTips', () => ({ content: 'tips' })),
    methods: {
      badge: {
        code: 'none',
        withoutPrompt: () => streamed('withoutPrompt', () => ({ badge: 1 })),
        read: (detail) => returned('read', () => detail),
      },
    },
    ...setup.config,
  };

  const start = setup.start ?? (/^force/.test(mode) ? 'usable' : 'anonymous');
  if (start !== 'anonymous') {
    const end = start === 'expired' ? { expiresAt: asyncScheduler.now() - 1 } : {};
    storage.set(KEY, {
      version: 1,
      source: 'shop',
      credential: { token: RESTORED, ...end },
      receivedAt: asyncScheduler.now() - 1000,
    });
  }

  const session = createSession(config);
  const answers: Readonly<Record<string, () => unknown>> = {
    phoneNumber: () => ({ errMsg: 'getPhoneNumber:ok', code: secret('phone-code') }),
    userInfo: profile,
    userProfile: profile,
    setting: () => ({ errMsg: 'openSetting:ok', authSetting: {} }),
    badge: () => ({ badge: 2 }),
  };
  const known = new Set<number>();
  const attend = () => {
    session.prompt$.subscribe((prompt: AuthPrompt | null) => {
      if (!prompt || known.has(prompt.id) || !prompt.claim()) return;
      known.add(prompt.id);
      const answer = (what: unknown) => (what === CLOSES ? prompt.cancel() : prompt.answer(what));
      play(`the answer`, answers[prompt.method](), 1000, { gives: answer, fails: answer, ends: nothing });
    });
  };
  if (!setup.unattended) attend();

  return {
    session,
    sent,
    stored: () => storage.get(KEY),
    count: (step) => calls.get(step) ?? 0,
    heal: () => {
      healthy = true;
      Object.assign(api, wx);
      if (setup.unattended) attend();
    },
  };
}
