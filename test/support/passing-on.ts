// What an app does that hands on what it may not have been given: `exactOptionalPropertyTypes` must let it.
import {
  createSession,
  downloadFileWithLogin,
  httpBackend,
  requestWithLogin,
  retryOnExpired,
  sessionBehavior,
  uploadFileWithLogin,
  weappStore,
  withLogin,
} from 'rx-weapp-session';
import type {
  AuthMethod,
  DownloadOptions,
  HttpBackendOptions,
  LoginMode,
  LoginOptions,
  Platform,
  Session,
  SessionConfig,
  UploadOptions,
} from 'rx-weapp-session';

export function backendOf(given: Partial<HttpBackendOptions>) {
  const { paths, header, platform, readReply } = given;
  const { silentLogin, login, refresh, logout } = paths || {};
  httpBackend({ baseUrl: 'https://api.example.com', paths, header, platform, readReply });
  return httpBackend({
    baseUrl: 'https://api.example.com',
    paths: { silentLogin, login, refresh, logout },
  });
}

export const storeOf = (platform?: Platform, encrypt?: boolean) =>
  weappStore({ key: 'my-session', platform, encrypt });

export function sessionOf({ source = 'shop', backend, ...rest }: Partial<SessionConfig>) {
  const { tips, pageTips, store, timeouts, retry, privacy, baseUrl } = rest;
  if (!backend) return undefined;
  return createSession({ source, backend, tips, pageTips, store, timeouts, retry, privacy, baseUrl });
}

export const operatorsOf = (
  session: Session,
  count?: number,
  mode?: LoginMode,
  tips?: LoginOptions['tips'],
) => [retryOnExpired(session, { count, mode }), withLogin(session, { mode, tips })] as const;

export const requestsOf = (
  session: Session,
  loginOptions?: LoginOptions,
  up?: UploadOptions,
  down?: DownloadOptions,
) => [
  requestWithLogin(session, {
    url: '/orders',
    loginOptions,
    method: up?.onProgress && 'PUT',
    data: up?.formData,
    header: up?.header,
    timeout: up?.timeout,
  }),
  uploadFileWithLogin(session, {
    url: '/photos',
    filePath: 'photo.jpg',
    name: 'photo',
    header: up?.header,
    timeout: up?.timeout,
    formData: up?.formData,
    onProgress: up?.onProgress,
    loginOptions,
  }),
  downloadFileWithLogin(session, {
    url: '/photos/1',
    filePath: down?.filePath,
    onProgress: down?.onProgress,
    loginOptions,
  }),
];

export const methodOf = ({ openType, settingScope, withoutPrompt }: Partial<AuthMethod>): AuthMethod => ({
  openType,
  settingScope,
  withoutPrompt,
  code: 'none',
  read: (detail) => detail,
});

export const behaviorOf = (session?: Session, property?: 'session') => sessionBehavior({ session, property });
