/* global App, require, soak */
// The mini-program of the soak: one session, and each way to ask that the library has.
const {
  createSession,
  httpBackend,
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  silentOnly,
  withLogin,
} = require('rx-weapp-session');

const { source, baseUrl, client, refreshes } = soak;

const session = createSession({
  source,
  baseUrl,
  backend: httpBackend({
    baseUrl,
    header: { 'x-client': client },
    paths: refreshes ? { refresh: '/session/refresh' } : {},
  }),
  timeouts: { code: 3000, exchange: 4000, prompt: 5000 },
  promptGrace: 1000,
});

const inMode = (mode) => (options) => requestWithLogin(session, { ...options, loginOptions: { mode } });

App({
  session,
  ways: {
    common: (options) => requestWithLogin(session, options),
    composed: (options) => sessionRequest(session, options).pipe(withLogin(session), retryOnExpired(session)),
    verified: (options) => requestWithLogin(session, { ...options, loginOptions: { verify: true } }),
    silent: inMode('silent'),
    silentOrFail: (options) =>
      sessionRequest(session, options).pipe(withLogin(session, { mode: 'silent' }), retryOnExpired(session)),
    silentOnly: (options) =>
      sessionRequest(session, options).pipe(silentOnly(session), retryOnExpired(session)),
    force: inMode('force'),
    forceSilent: inMode('forceSilent'),
    forceAuth: inMode('forceAuth'),
    plain: (options) => sessionRequest(session, options),
  },
});
