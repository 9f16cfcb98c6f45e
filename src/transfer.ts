import { defer, finalize, map } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Platform } from './platform/platform';
import { callHttp } from './request';
import type { HttpResponse } from './types';

interface Task<P> {
  onProgressUpdate?(listener: (progress: P) => void): void;
}

/** Calls `wx.uploadFile` or `wx.downloadFile`; its result has no header, a response always has. */
export const transfer = <R, P>(
  api: string,
  options: { readonly timeout?: number },
  platform: Platform,
  onProgress: ((progress: P) => void) | undefined,
): Observable<R & Pick<HttpResponse, 'header'>> =>
  defer(() => {
    let over = false;
    const listen = (task: Task<P>) => {
      if (!onProgress || !task.onProgressUpdate) return;
      task.onProgressUpdate((progress) => {
        if (!over) onProgress(progress);
      });
    };
    return callHttp<R>(api, options, platform, listen).pipe(
      map((result) => ({ header: {}, ...result })),
      finalize(() => (over = true)),
    );
  });
