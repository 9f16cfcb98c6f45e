import type { Observable } from 'rxjs';

/**
 * What the library needs of a mini-program's runtime: its api called by name, and whether the app is shown.
 * `weapp()` makes one of any object with wx's methods.
 */
export interface Platform {
  /** The underlying api object: sessions of one object share its limits. */
  readonly api: object;
  /**
   * Calls an asynchronous api in callback style. Cold; emits its success result and completes; errors with
   * its fail result, or with one of the same form where the api is missing or throws. Unsubscribing aborts a
   * task that can be aborted.
   *
   * @param name - the api, such as `'login'`
   * @param options - its options, without callbacks
   * @param onTask - given the task that the api returned, if it did and has not settled yet
   */
  call<T>(name: string, options?: object, onTask?: (task: object) => void): Observable<T>;
  /**
   * Calls a synchronous api.
   *
   * @returns its result; throws where the api is missing, or throws
   */
  callSync(name: string, ...args: readonly unknown[]): unknown;
  /** Tells each change: true when the app is shown, false when it is hidden. Silent where that cannot be told. */
  readonly shown$: Observable<boolean>;
}
