import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { defined, fieldsOf } from './fields';
import { weapp } from './platform/weapp';
import { sendBy } from './session-request';
import { transfer } from './transfer';
import type { HttpResponse, RequestOptions, Session, TransferOptions } from './types';

/** How far an upload is, as `UploadTask.onProgressUpdate` tells it. */
export interface UploadProgress {
  /** Percent. */
  readonly progress: number;
  /** Bytes. */
  readonly totalBytesSent: number;
  /** Bytes. */
  readonly totalBytesExpectedToSend: number;
}

/** An upload, as `wx.uploadFile` takes it, callbacks excepted. */
export interface UploadOptions extends TransferOptions {
  /** The local path. */
  filePath: string;
  /** The form field that the file is sent as. */
  name: string;
  /** Further form fields; `SessionConfig.attach` is given them as `data`. */
  formData?: Record<string, unknown> | undefined;
  /** Told of each step; after a retry, from the start again. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
}

/** `wx.uploadFile` gives text, where `wx.request` gives what the text says: predicates shall see no difference. */
function parsed<T>(response: HttpResponse<unknown>): HttpResponse<T> {
  try {
    return { ...response, data: JSON.parse(String(response.data)) as T };
  } catch {
    return response as HttpResponse<T>;
  }
}

/**
 * Uploads a file with the session's credential, if there is a usable one at the moment of subscription and the url
 * is of a trusted origin: `sessionRequest`, over `wx.uploadFile`. Never logs in: pipe it through a guard, or use
 * `uploadFileWithLogin`.
 *
 * Cold; emits the response, of any HTTP status, its `data` parsed where it is JSON, and completes; errors with
 * `request-failed`, `config-invalid` (a url that cannot be resolved, an `attach` that throws or leaves the trusted
 * origins) and `disposed`. Unsubscribing aborts the upload.
 *
 * @param session - whose credential
 * @param options - the file and where it goes; `timeout` is in ms
 * @example
 * ```ts
 * import { uploadFile } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const upload = (session: Session, filePath: string) =>
 *   uploadFile<{ url: string }>(session, {
 *     url: '/avatar',
 *     filePath,
 *     name: 'file',
 *     onProgress: ({ progress }) => console.log(`${progress} %`),
 *   });
 * ```
 */
export function uploadFile<T>(session: Session, options: UploadOptions): Observable<HttpResponse<T>> {
  const { formData, onProgress }: Partial<UploadOptions> = fieldsOf(options);
  const asked: RequestOptions = { ...options, method: 'POST', data: formData };
  return sendBy(session, asked, <R>(sent: RequestOptions, platform = weapp()) => {
    const upload = {
      ...sent,
      formData: sent.data,
      data: undefined,
      method: undefined,
      onProgress: undefined,
    };
    return transfer<HttpResponse<unknown>, UploadProgress>(
      'uploadFile',
      defined(upload),
      platform,
      onProgress,
    ).pipe(map((response) => parsed<R>(response)));
  });
}
