/* global App, require */
// The mini-program of the walkthrough, as it would stand in a project: one session, and the requests of its pages.
const { retry, throwError, timer } = require('rxjs');
const {
  createSession,
  englishTips,
  httpBackend,
  isSessionError,
  requestWithLogin,
  retryOnExpired,
  sessionRequest,
  silentOnly,
  withLogin,
} = require('rx-weapp-session');
const { source, baseUrl } = require('./config');

const session = createSession({
  source,
  baseUrl,
  backend: httpBackend({ baseUrl }),
  tips: englishTips,
  retry: { count: 10, delay: 100 }, // long enough for a restart of the backend
});

const profile = () => requestWithLogin(session, { url: '/api/me' });

App({
  session,

  profile,

  echo: (n) => requestWithLogin(session, { url: '/api/echo', data: { n } }),

  // The same, written out.
  comments: () =>
    sessionRequest(session, { url: '/api/comments' }).pipe(withLogin(session), retryOnExpired(session)),

  // The home page shows something to everybody, and never asks.
  recommendations: () =>
    sessionRequest(session, { url: '/api/recommendations' }).pipe(
      silentOnly(session),
      retryOnExpired(session),
    ),

  // A page that rather waits for the network than show an error.
  profileWithPatience: () =>
    profile().pipe(
      retry({
        delay: (error) => (isSessionError(error, 'request-failed') ? timer(150) : throwError(() => error)),
      }),
    ),
});
