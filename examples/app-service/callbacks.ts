/** wx's calling convention: an options object with three callbacks, and a result whose errMsg begins with the api's name. */
export interface Callbacks<T extends object = object> {
  success?(result: T & { errMsg: string }): void;
  fail?(result: WxFailure): void;
  complete?(result: { errMsg: string }): void;
}

export interface WxFailure {
  readonly errMsg: string;
  readonly errno?: number;
}

export interface Refusal {
  readonly fail: string;
  readonly errno?: number;
}

export const isRefusal = (result: object): result is Refusal => 'fail' in result;

export function failure(api: string, { fail, errno }: Refusal): WxFailure {
  return { errMsg: `${api}:fail ${fail}`, ...(errno === undefined ? {} : { errno }) };
}

/** Reports what `work` comes to, always asynchronously, as wx does. */
export function answer<T extends object>(
  api: string,
  callbacks: Callbacks<T>,
  work: Promise<T | Refusal>,
): void {
  void work.then((result) => {
    if (isRefusal(result)) {
      const failed = failure(api, result);
      callbacks.fail?.(failed);
      callbacks.complete?.(failed);
    } else {
      const succeeded = { ...result, errMsg: `${api}:ok` };
      callbacks.success?.(succeeded);
      callbacks.complete?.(succeeded);
    }
  });
}
