import { answer, type Callbacks, type Refusal } from '../../../../app-service/callbacks';

type Asynchronous<O extends object, T extends object> = (
  options?: O & Callbacks<T>,
) => Promise<T> | undefined;

/** A function of wx: by callbacks, or, where none is given, by Promise. */
export const api =
  <O extends object, T extends object>(
    name: string,
    run: (options: O) => Promise<T | Refusal> | T | Refusal,
  ): Asynchronous<O, T> =>
  (options = {} as O & Callbacks<T>) => {
    const work = Promise.resolve(run(options));
    const { success, fail, complete } = options;
    if (success || fail || complete) {
      answer<T>(name, options, work);
      return undefined;
    }
    return new Promise<T>((resolve, reject) =>
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- wx rejects with its plain result
      answer<T>(name, { success: resolve, fail: (failure) => reject(failure) }, work),
    );
  };
