import { createSession, httpBackend, requestWithLogin, weapp } from 'rx-weapp-session';
import { firstValueFrom, tap } from 'rxjs';
import { expectOk } from '../contender';
import type { Contender } from '../contender';
import { BASE_URL } from '../wx';

export const rxWeappSession: Contender = {
  name: 'rx-weapp-session',
  create: (wx) => {
    const platform = weapp(wx);
    const backend = httpBackend({ baseUrl: BASE_URL, platform });
    // The largest burst takes longer to be made than a wx.login may take to answer.
    const timeouts = { code: 120_000 };
    const session = createSession({ source: 'bench', baseUrl: BASE_URL, backend, platform, timeouts });
    return {
      request: (url) => firstValueFrom(requestWithLogin(session, { url }).pipe(tap(expectOk))),
      forced: (url) =>
        firstValueFrom(
          requestWithLogin(session, { url, loginOptions: { mode: 'force' } }).pipe(tap(expectOk)),
        ),
    };
  },
};
