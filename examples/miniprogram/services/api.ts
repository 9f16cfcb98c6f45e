import { injectSession, request, requestWithLogin } from 'rx-weapp-session';
import type { RequestOptions } from 'rx-weapp-session';
import { map, type Observable } from 'rxjs';
import { baseUrl } from '../config';

export interface Profile {
  readonly userId: string;
  readonly nickname?: string;
  readonly phone?: string;
}

export interface Comment {
  readonly id: number;
  readonly text: string;
}

interface Recommendations {
  /** `guest`, or a user's id. */
  readonly for: string;
  readonly items: readonly string[];
}

/** A request that needs a user. */
const ask = <T>(options: RequestOptions): Observable<T> =>
  requestWithLogin<T>(injectSession(), options).pipe(map(contentOf));

/** The same for whoever is there: a user if that takes no question, else a guest. */
const askQuietly = <T>(options: RequestOptions): Observable<T> =>
  requestWithLogin<T>(injectSession(), { ...options, loginOptions: { mode: 'silent' } }).pipe(map(contentOf));

function contentOf<T>({ statusCode, data }: { readonly statusCode: number; readonly data: T }): T {
  if (statusCode >= 400) throw new Error(`服务器返回 ${statusCode}`);
  return data;
}

export const recommendations = () => askQuietly<Recommendations>({ url: '/api/recommendations' });

export const profile = () => ask<Profile>({ url: '/api/me' });

export const quietProfile = () => askQuietly<Profile>({ url: '/api/me' });

export const comments = () =>
  ask<{ items: readonly Comment[] }>({ url: '/api/comments' }).pipe(map(({ items }) => items));

export const addComment = (text: string) =>
  ask<Comment>({ url: '/api/comments', method: 'POST', data: { text } });

export const echo = (n: number) => ask<{ n: number }>({ url: '/api/echo', data: { n } });

/** The example backend's back door: all sessions of this user end at once. The mini-program is not told. */
export const expireOnServer = (userId: string) =>
  request<unknown>({ url: `${baseUrl}/debug/expire`, method: 'POST', data: { userId } }).pipe(map(contentOf));
