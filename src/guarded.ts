import { defer } from 'rxjs';
import type { Observable } from 'rxjs';
import { retryOnExpired } from '../operators/retry-on-expired';
import { silentOnly } from '../operators/silent-only';
import { withLogin } from '../operators/with-login';
import { defined, fieldsOf } from './fields';
import { hooksOf } from './hooks';
import { reading } from './need';
import type { LoginOptions, Session } from './types';

/** Sends something within a guard and a retry; `loginOptions` goes no further. */
export function guarded<O extends { url: string }, R>(
  session: Session,
  options: O & { loginOptions?: LoginOptions },
  send: (session: Session, options: O) => Observable<R>,
): Observable<R> {
  return defer(() =>
    reading('request', () => {
      const loginOptions: LoginOptions = fieldsOf(options.loginOptions);
      // Most requests have none, and are spared the copy.
      const sent = 'loginOptions' in options ? defined<O>({ ...options, loginOptions: undefined }) : options;
      const silent = loginOptions.mode === 'silent';
      const { checkUrl } = hooksOf(session);
      if (!silent && checkUrl) checkUrl(sent.url);
      return send(session, sent).pipe(
        silent ? silentOnly(session, loginOptions) : withLogin(session, loginOptions),
        retryOnExpired(session),
      );
    }),
  );
}
