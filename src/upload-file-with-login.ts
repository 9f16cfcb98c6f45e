import type { Observable } from 'rxjs';
import { guarded } from './guarded';
import type { HttpResponse, LoginOptions, Session } from './types';
import { uploadFile } from './upload-file';
import type { UploadOptions } from './upload-file';

/**
 * An upload that logs in first where that is needed, and again where the backend says that the session expired: as
 * `requestWithLogin`, over `wx.uploadFile`.
 *
 * Cold; emits the response, of any other HTTP status, its `data` parsed where it is JSON, and completes; errors as
 * `requestWithLogin` does. Unsubscribing aborts the upload.
 *
 * @param session - the session to log in to
 * @param options - the upload, and how far its login may go
 * @example
 * ```ts
 * import { uploadFileWithLogin } from 'rx-weapp-session';
 * import type { Session } from 'rx-weapp-session';
 *
 * export const setAvatar = (session: Session, filePath: string) =>
 *   uploadFileWithLogin<{ url: string }>(session, { url: '/avatar', filePath, name: 'file' });
 * ```
 */
export function uploadFileWithLogin<T>(
  session: Session,
  options: UploadOptions & { loginOptions?: LoginOptions | undefined },
): Observable<HttpResponse<T>> {
  return guarded<UploadOptions, HttpResponse<T>>(session, options, uploadFile);
}
