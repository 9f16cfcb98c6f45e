import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import {
  isSessionError,
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  withLogin,
} from 'rx-weapp-session';
import type { Credential, LoginMode, Session, SessionState } from 'rx-weapp-session';
import {
  at,
  createWorld,
  issued,
  never,
  phone,
  record,
  refuses,
  user,
  virtually,
  wanted,
} from './support/world';
import type { Script, World } from './support/world';

const fails = (reason: unknown) => throwError(() => reason);

/** All states that are told. */
const statesOf = (session: Session): SessionState[] => {
  const states: SessionState[] = [];
  session.session$.subscribe((state) => states.push(state));
  return states;
};

describe('T3: nothing tells a secret', () => {
  // Every value that only credentials and requests may hold carries this mark.
  const SECRET = 'S3CRET';
  const code = (n: number) => ({ errMsg: 'login:ok', code: `${SECRET}-code-${n}` });
  const blab = {
    statusCode: 403,
    data: { token: `${SECRET}-token`, session_key: `${SECRET}-key`, code: `${SECRET}-code` },
    header: { 'Set-Cookie': `${SECRET}-cookie` },
    errMsg: `request:fail ${SECRET}-code`,
  };
  const blabbing = Object.assign(new Error(`the code ${SECRET}-code is bad`), {
    session_key: `${SECRET}-key`,
  });
  const token = `${SECRET}-token`;

  const LEAKS: readonly (readonly [string, Script, (world: World) => Observable<unknown>])[] = [
    ['a login', {}, ({ session }) => session.login()],
    ['a refused login', { silentLogin: [fails(blab)] }, ({ session }) => session.login()],
    ['a login that throws', { silentLogin: [fails(blabbing)] }, ({ session }) => session.login()],
    [
      'an unreachable backend',
      { silentLogin: [fails({ ...blab, statusCode: 503 })] },
      ({ session }) => session.login(),
    ],
    [
      'a busy backend',
      { silentLogin: [fails({ ...blab, statusCode: 429, header: { 'Retry-After': '99' } })] },
      ({ session }) => session.login(),
    ],
    [
      'a network failure',
      { silentLogin: [fails({ errMsg: blab.errMsg })] },
      ({ session }) => session.login(),
    ],
    [
      'a used code',
      { login: [code(1)], silentLogin: [fails({ errcode: 40163 })] },
      ({ session }) => session.login(),
    ],
    [
      'a reply that cannot be read',
      { silentLogin: [{ credential: { token: '', key: token } }] },
      ({ session }) => session.login(),
    ],
    [
      'a credential with a bad end',
      { silentLogin: [{ credential: { token, expiresAt: token } }] },
      ({ session }) => session.login(),
    ],
    [
      'a bad ticket',
      { silentLogin: [{ authorize: { method: 'phoneNumber', ticket: [`${SECRET}-ticket`] } }] },
      ({ session }) => session.login(),
    ],
    [
      'an unknown method',
      { silentLogin: [wanted('fax', `${SECRET}-ticket`)] },
      ({ session }) => session.login(),
    ],
    [
      'a wx.login without a code',
      { login: [{ errMsg: `login:ok ${SECRET}`, code: 0 }] },
      ({ session }) => session.login(),
    ],
    [
      'a wx.login that fails',
      { login: [fails({ errMsg: `login:fail ${SECRET}-code` })] },
      ({ session }) => session.login(),
    ],
    ['a login that takes too long', { silentLogin: [never] }, ({ session }) => session.login()],
    [
      'a ticket, refused by the user',
      { silentLogin: [wanted('phoneNumber', `${SECRET}-ticket`)] },
      ({ session }) => {
        user(session, { ...refuses, code: `${SECRET}-phone`, encryptedData: SECRET, iv: SECRET });
        return session.login();
      },
    ],
    [
      'a ticket, refused by the backend',
      { silentLogin: [wanted('phoneNumber', `${SECRET}-ticket`)], interactiveLogin: [fails(blab)] },
      ({ session }) => {
        user(session, { ...phone, code: `${SECRET}-phone` });
        return session.login();
      },
    ],
    [
      'a ticket that nobody answers',
      { silentLogin: [wanted('phoneNumber', `${SECRET}-ticket`)] },
      ({ session }) => session.login(),
    ],
    [
      'an answer that cannot be read',
      { silentLogin: [wanted('phoneNumber', `${SECRET}-ticket`)] },
      ({ session }) => {
        user(session, { session_key: SECRET, errMsg: 'getPhoneNumber:ok' });
        return session.login();
      },
    ],
    [
      'afterLogin that fails',
      { config: { afterLogin: () => fails(blab) } },
      ({ session }) => session.login(),
    ],
    [
      'afterLogin that throws',
      { config: { afterLogin: () => fails(blabbing) } },
      ({ session }) => session.login(),
    ],
    [
      'an expired credential',
      { stored: record(token), silentLogin: [fails(blab)], respond: () => ({ ...blab, statusCode: 401 }) },
      ({ session }) =>
        sessionRequest(session, { url: '/orders' }).pipe(withLogin(session), retryOnExpired(session)),
    ],
    [
      'an expired credential, used up',
      { stored: record(token), respond: () => ({ ...blab, statusCode: 401 }) },
      ({ session }) =>
        sessionRequest(session, { url: '/orders' }).pipe(withLogin(session), retryOnExpired(session)),
    ],
    [
      'a request that fails',
      { stored: record(token), respond: () => fails(blab) },
      ({ session }) => requestWithLogin(session, { url: `/orders?token=${token}` }),
    ],
    [
      'a url of an untrusted origin',
      { stored: record(token) },
      ({ session }) => requestWithLogin(session, { url: `https://evil.example/?token=${token}` }),
    ],
    [
      'a relative url without a baseUrl',
      { stored: record(token), config: { baseUrl: undefined, trustedOrigins: ['https://api.example.com'] } },
      ({ session }) => sessionRequest(session, { url: `/orders?token=${token}` }),
    ],
    [
      'attach that throws',
      {
        stored: record(token),
        config: {
          attach: (_, it) => {
            throw new Error(it.token);
          },
        },
      },
      ({ session }) => sessionRequest(session, { url: '/orders' }),
    ],
    [
      'attach that moves the request',
      {
        stored: record(token),
        config: { attach: (options, it) => ({ ...options, url: `https://evil.example/?token=${it.token}` }) },
      },
      ({ session }) => sessionRequest(session, { url: '/orders' }),
    ],
    [
      'isExpired that throws',
      {
        stored: record(token),
        config: {
          isExpired: () => {
            throw blabbing;
          },
        },
      },
      ({ session }) => requestWithLogin(session, { url: '/orders' }),
    ],
    [
      'a store that fails',
      {
        config: {
          store: {
            read: () => {
              throw blabbing;
            },
            write: ({ credential }: { credential?: Credential }) => {
              throw new Error(String(credential?.token));
            },
            remove: () => Promise.reject(blabbing),
          } as never,
        },
      },
      ({ session }) => session.login(),
    ],
    [
      'a record that cannot be read',
      { stored: { version: 7, credential: { token } } },
      ({ session }) => session.login(),
    ],
    [
      'a backend.logout that fails',
      { stored: record(token), backendLogout: [fails(blab)] },
      ({ session }) => session.logout(),
    ],
    [
      'a refresh that fails',
      { stored: record(token, { expiresAt: -1 }), refresh: [fails(blab)], silentLogin: [fails(blab)] },
      ({ session }) => session.login(),
    ],
    [
      'a change of user',
      { stored: record(token, { userId: 'u1' }), silentLogin: [issued(`${token}2`, { userId: 'u2' })] },
      ({ session }) => session.login({ mode: 'force' }),
    ],
    [
      'a login that is logged out',
      { stored: record(token) },
      ({ session }) => {
        at(30, () => void session.logout());
        return session.login({ mode: 'force' });
      },
    ],
    [
      'a login that is disposed',
      { stored: record(token) },
      ({ session }) => {
        at(30, () => session.dispose());
        return session.login({ mode: 'force' });
      },
    ],
    ['an unknown mode', {}, ({ session }) => session.login({ mode: 'loud' as LoginMode })],
  ];

  for (const [title, script, run] of LEAKS) {
    test(
      `T3: no state, event, error message or JSON of an error holds a secret: ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({
          login: [code(1), code(2), code(3), code(4)],
          silentLogin: [issued(token)],
          interactiveLogin: [issued(token)],
          ...script,
        });
        const { session } = world;
        const states = statesOf(session);
        const errors: unknown[] = [];
        run(world).subscribe({ error: (error: unknown) => errors.push(error) });
        flush();

        const inStates = states.map((state) => (state as { error?: unknown }).error);
        const inEvents = world.events.map(({ error }) => error);
        const told = [...errors, ...inStates, ...inEvents].filter((error) => isSessionError(error));
        const texts = [
          ...states.map((state) => JSON.stringify({ ...state, credential: undefined, previous: undefined })),
          ...world.events.map((event) => JSON.stringify(event)),
          ...told.map((error) => JSON.stringify(error)),
          ...told.map((error) => JSON.stringify({ ...error })),
          ...told.map(({ message }) => message),
          ...told.map((error) => String(error)),
        ];
        expect(errors.filter((error) => !isSessionError(error))).toEqual([]);
        expect(texts.length).toBeGreaterThan(1);
        expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
        told.forEach((error) => expect(Object.keys(error)).not.toContain('cause'));
      }),
    );
  }
});
