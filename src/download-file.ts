import type { Observable } from 'rxjs';
import { defined, fieldsOf } from './fields';
import { weapp } from './platform/weapp';
import { sendBy } from './session-request';
import { transfer } from './transfer';
import type { HttpResponse, RequestOptions, Session, TransferOptions } from './types';

/** How far a download is, as `DownloadTask.onProgressUpdate` tells it. */
export interface DownloadProgress {
  /** Percent. */
  readonly progress: number;
  /** Bytes. */
  readonly totalBytesWritten: number;
  /** Bytes. */
  readonly totalBytesExpectedToWrite: number;
}

/** A download, as `wx.downloadFile` takes it, callbacks excepted. */
export interface DownloadOptions extends TransferOptions {
  /** Where the file is to lie; default: a temporary file. */
  filePath?: string | undefined;
  /** Told of each step; after a retry, from the start again. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** Where the downloaded body lies; also that of an error status. */
export interface DownloadResponse extends Omit<HttpResponse, 'data'> {
  /** Where no `filePath` was asked for. */
  readonly tempFilePath?: string;
  /** As asked for. */
  readonly filePath?: string;
}

/**
 * A download has no body: what `attach` puts there goes into the query, as `wx.request` does with a GET. A fragment, of
 * which a server never hears, would swallow it.
 */
const withQuery = (url: string, data: unknown): string =>
  Object.keys(fieldsOf(data)).reduce(
    (longer, name) => {
      const pair = [name, String(fieldsOf(data)[name])].map(encodeURIComponent).join('=');
      return `${longer}${longer.includes('?') ? '&' : '?'}${pair}`;
    },
    url.replace(/#.*/, ''),
  );

/**
 * Downloads a file with the session's credential, if there is a usable one at the moment of subscription and the
 * url is of a trusted origin: `sessionRequest`, over `wx.downloadFile`. Never logs in: pipe it through a guard, or
 * use `downloadFileWithLogin`.
 *
 * Cold; emits where the file lies, whatever the HTTP status, and completes; errors with `request-failed`,
 * `config-invalid` (a url that cannot be resolved, an `attach` that throws or leaves the trusted origins) and
 * `disposed`. Unsubscribing aborts the download.
 *
 * @param session - whose credential
 * @param options - what to download; `timeout` is in ms
 * @example
 * ```ts
 * import { downloadFile } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const showInvoice = (session: Session) =>
 *   downloadFile(session, { url: '/invoice.pdf' }).subscribe({
 *     next: ({ statusCode, tempFilePath }) => {
 *       if (statusCode === 200 && tempFilePath) wx.openDocument({ filePath: tempFilePath });
 *     },
 *     error: (error) => console.error(error),
 *   });
 * ```
 */
export function downloadFile(session: Session, options: DownloadOptions): Observable<DownloadResponse> {
  const { onProgress }: Partial<DownloadOptions> = fieldsOf(options);
  return sendBy<undefined>(session, options, <R>(sent: RequestOptions, platform = weapp()) => {
    const download = { ...sent, url: withQuery(sent.url, sent.data), data: undefined, onProgress: undefined };
    return transfer<HttpResponse<R>, DownloadProgress>(
      'downloadFile',
      defined(download),
      platform,
      onProgress,
    );
  });
}
