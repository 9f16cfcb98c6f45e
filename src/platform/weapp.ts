import { Observable } from 'rxjs';
import type { Platform } from './platform';

type Api = Record<string, unknown>;
type ApiFunction = (...args: unknown[]) => unknown;

/**
 * The platform over any object with wx's methods; missing optional ones are tolerated.
 *
 * Callbacks are always passed, because not every wx api can return a promise (wx.login's own documentation
 * says that it cannot), and they settle once, whether they come synchronously, twice, or both.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.login.html: no promise
 * @param api - default: the global `wx`, looked up at first use, so that importing touches nothing
 * @example
 * ```ts
 * import { createSession, httpBackend, weapp } from 'rx-weapp-session';
 *
 * const platform = weapp();
 * const backend = httpBackend({ baseUrl: 'https://api.example.com', platform });
 * export const session = createSession({ source: 'shop', backend, platform });
 * ```
 */
export function weapp(api?: object): Platform {
  const lookUp = (): Api => {
    // One that is not there yet may come.
    api ||= typeof wx === 'object' ? wx : undefined;
    return (api || {}) as Api;
  };
  const find = (name: string): ApiFunction => {
    const method = lookUp()[name];
    if (typeof method !== 'function') throw { errMsg: `${name}:fail not supported` };
    return (method as ApiFunction).bind(api);
  };

  return {
    get api() {
      return lookUp();
    },
    call: <T>(name: string, options?: object, onTask?: (task: object) => void) =>
      new Observable<T>((subscriber) => {
        // Whoever builds the options may have unsubscribed while at it.
        if (subscriber.closed) return;
        let settled = false;
        const task = find(name)({
          ...options,
          success: (result: T) => {
            settled = true;
            subscriber.next(result);
            subscriber.complete();
          },
          fail: (result: unknown) => {
            settled = true;
            subscriber.error(result);
          },
        }) as { abort?: () => void } | undefined;
        if (onTask && task && !settled) onTask(task);
        return () => {
          try {
            if (!settled && task && task.abort) task.abort();
          } catch {
            // Whoever unsubscribes has no use for it.
          }
        };
      }),
    callSync: (name, ...args) => find(name)(...args),
    shown$: new Observable<boolean>((subscriber) => {
      const listen = (change: string, shown: boolean) => {
        const tell = () => subscriber.next(shown);
        find(`on${change}`)(tell);
        subscriber.add(() => {
          try {
            // Without the very function, `off` would remove everybody's listeners.
            find(`off${change}`)(tell);
          } catch {
            // Nothing to take back where `off` is missing: a closed subscriber ignores the listener.
          }
        });
      };
      try {
        // Who cannot be told of a return must not hear of the leaving: the app would count as hidden for good.
        listen('AppShow', true);
        listen('AppHide', false);
      } catch {
        // Base libraries before 2.1.2 and plugins cannot tell.
      }
    }),
  };
}
