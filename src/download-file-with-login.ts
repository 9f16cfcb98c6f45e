import type { Observable } from 'rxjs';
import { downloadFile } from './download-file';
import type { DownloadOptions, DownloadResponse } from './download-file';
import { guarded } from './guarded';
import type { LoginOptions, Session } from './types';

/**
 * A download that logs in first where that is needed, and again where the backend says that the session expired: as
 * `requestWithLogin`, over `wx.downloadFile`. What says so is the status alone: the body of an error lies in a file.
 *
 * Cold; emits where the file lies, of any other HTTP status, and completes; errors as `requestWithLogin` does.
 * Unsubscribing aborts the download.
 *
 * @param session - the session to log in to
 * @param options - the download, and how far its login may go
 * @example
 * ```ts
 * import { downloadFileWithLogin } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const invoice = (session: Session) => downloadFileWithLogin(session, { url: '/invoice.pdf' });
 * ```
 */
export function downloadFileWithLogin(
  session: Session,
  options: DownloadOptions & { loginOptions?: LoginOptions | undefined },
): Observable<DownloadResponse> {
  return guarded<DownloadOptions, DownloadResponse>(session, options, downloadFile);
}
