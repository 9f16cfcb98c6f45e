import { sessionError } from 'rx-weapp-session';
import type { LoginMode } from 'rx-weapp-session';
import {
  atOnce,
  both,
  bothTurned,
  emptily,
  failing,
  gives,
  giving,
  hiddenForAnHour,
  interrupted,
  late,
  never,
  returning,
  row,
  throwing,
  twice,
  twiceAtOnce,
} from '../fault';
import type { Clause } from '../clauses';
import type { Ending, Expected, NotApplicable, Row, Step } from '../fault';
import { SECRET, withSecrets } from '../secrets';
import { none, synchronousOnly } from './not-applicable';

const group = 'The backend';
const NO_SILENT_STAGE = 'it goes to the user at once (M2)';
const NEVER_ASKS = 'it never asks the user (M1)';
const cut = withSecrets({ errMsg: 'request:fail interrupted', errno: 600003 });
const http = (statusCode: number, header: Record<string, string> = {}) =>
  withSecrets({ statusCode, header, data: { session_key: SECRET } });

type Said = Row['expected'];

/** F3: what may pass is tried again, and unreachable where it does not pass; the rest is the backend's no. */
const FAILURES: readonly (readonly [how: string, reason: unknown, ending: Ending])[] = [
  ['an Error', new Error(`no ${SECRET}`), 'login-rejected'],
  ['undefined', undefined, 'login-rejected'],
  ['HTTP 400', http(400), 'login-rejected'],
  ['HTTP 401', http(401), 'login-rejected'],
  ['HTTP 403', http(403), 'login-rejected'],
  ['`status` 403', { status: 403 }, 'login-rejected'],
  ['HTTP 408', http(408), 'backend-unreachable'],
  ['HTTP 429', http(429), 'backend-unreachable'],
  ['HTTP 429, Retry-After: 1', http(429, { 'Retry-After': '1' }), 'backend-unreachable'],
  ['HTTP 429, Retry-After: 3600', http(429, { 'Retry-After': '3600' }), 'backend-unreachable'],
  ['HTTP 500', http(500), 'backend-unreachable'],
  ['`status` 503', { status: 503 }, 'backend-unreachable'],
  ['errcode -1, WeChat busy', { errcode: -1 }, 'backend-unreachable'],
  ['errcode 45011, minute quota', { errcode: 45011 }, 'backend-unreachable'],
  ['errcode 40029, each time', { errcode: 40029 }, 'login-rejected'],
  ['errcode 40163, each time', { errcode: 40163 }, 'login-rejected'],
  ['errcode 40226', { errcode: 40226 }, 'login-rejected'],
  ['a wx fail result', withSecrets({ errMsg: 'request:fail', errno: 600000 }), 'backend-unreachable'],
  ['`request-failed`', sessionError('request-failed', 'no'), 'backend-unreachable'],
  ['`login-rejected`', sessionError('login-rejected', 'closed'), 'login-rejected'],
  ['`auth-failed`', sessionError('auth-failed', 'no'), 'auth-failed'],
];

const failures = (of: (ending: Ending) => Said = (ending) => ending): readonly Row[] =>
  FAILURES.map(([how, reason, ending]) => row('fails', how, failing(reason), 'F3', of(ending)));

const REPLIES: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  'a text': 'ok',
  'a number': 42,
  'an empty object': {},
  'an empty list': [],
  'an empty credential': { credential: {} },
  'an empty token': { credential: { token: '' } },
  'a number for a token': { credential: { token: 42 } },
  'a text for its end': { credential: { token: `${SECRET}-x`, expiresAt: 'soon' } },
  'NaN for its end': { credential: { token: `${SECRET}-x`, expiresAt: NaN } },
  'Infinity for its end': { credential: { token: `${SECRET}-x`, expiresAt: Infinity } },
  'a number for its user': { credential: { token: `${SECRET}-x`, userId: 42 } },
  'an empty question': { authorize: {} },
  'a number for a method': { authorize: { method: 42 } },
  'a number for a ticket': { authorize: { method: 'phoneNumber', ticket: 42 } },
};

/** "backend-invalid: a reply that cannot be read". */
const unreadable = (
  reply: (value: unknown) => unknown = (value) => value,
  clause: Clause = 'Codes',
  ending: Ending = 'backend-invalid',
): readonly Row[] =>
  Object.entries(REPLIES).map(([how, value]) => row('malformed', how, giving(reply(value)), clause, ending));

const common: readonly (Row | NotApplicable)[] = [
  row('never answers', '', never, 'F2', 'login-timeout'),
  row('answers twice', 'later', twice, 'F1', 'ok'),
  row('answers twice', 'inside the call', twiceAtOnce, 'F1', 'ok'),
  row('succeeds, then fails', '', both(new Error('no')), 'F1', 'ok'),
  row('synchronous', '', atOnce, 'S2', 'ok'),
  row('slow past the timeout', '', late(), 'F2', 'login-timeout'),
  row('app sent to background', 'interrupted once', interrupted(cut, 1), 'F6', 'ok'),
  row('app sent to background', 'interrupted each time', interrupted(cut, 99), 'F6', 'backend-unreachable'),
  row('app sent to background', 'answers after an hour in it', hiddenForAnHour, 'F6', 'ok'),
];
const endsWithItsError = none('an Observable or a Promise ends with its error', 'fails, then succeeds');

const notAStream: readonly Row[] = (
  [
    ['nothing', undefined],
    ['a number', 42],
  ] as const
).map(([how, what]) => row('malformed', `returns ${how}`, returning(what), 'F3', 'login-rejected'));

const thrown: readonly Row[] = [
  row('throws', 'an Error', throwing(new Error('no')), 'F3', 'login-rejected'),
  row('throws', 'undefined', throwing(undefined), 'F3', 'login-rejected'),
  row('throws', 'HTTP 500', throwing(http(500)), 'F3', 'backend-unreachable'),
];

const asks = (mode: LoginMode) => mode === 'common' || mode === 'force' || mode === 'forceAuth';

const silentLogin: Step = {
  group,
  name: 'silentLogin',
  reached: 'the silent stage',
  unreached: { forceAuth: NO_SILENT_STAGE },
  rows: [
    ...failures(),
    ...common,
    ...endsWithItsError,
    ...thrown,
    row('malformed', 'completes empty', emptily, 'F1', 'backend-invalid'),
    ...unreadable(),
    ...notAStream,
    row('malformed', 'an unknown method', giving({ authorize: { method: 'palmReading' } }), 'P9', (mode) =>
      asks(mode) ? 'backend-invalid' : 'interaction-required',
    ),
    ...['__proto__', 'constructor', 'toString'].map((method) =>
      row('malformed', `the method \`${method}\``, giving({ authorize: { method } }), 'P9', (mode) =>
        asks(mode) ? 'backend-invalid' : 'interaction-required',
      ),
    ),
  ],
};

const login: Step = {
  group,
  name: 'login',
  reached: 'the interactive stage: the exchange after the answer of `phoneNumber`',
  setup: { asks: true },
  unreached: { silent: NEVER_ASKS, forceSilent: NEVER_ASKS },
  rows: [
    ...failures(),
    ...common,
    ...endsWithItsError,
    ...thrown,
    row('malformed', 'completes empty', emptily, 'F1', 'backend-invalid'),
    ...unreadable(),
    ...notAStream,
    row(
      'malformed',
      'an unknown method',
      giving({ authorize: { method: 'palmReading' } }),
      'P9',
      'backend-invalid',
    ),
    row(
      'malformed',
      'asks for one more, without an end',
      giving({ authorize: { method: 'phoneNumber' } }),
      'P9',
      'backend-invalid',
    ),
    {
      ...row(
        'app sent to background',
        'interrupted, and the code went before the prompt',
        interrupted(cut, 1),
        'F6',
        'backend-unreachable',
      ),
      setup: { method: 'userProfile' },
    },
    {
      ...row('app sent to background', 'interrupted, with a ticket', interrupted(cut, 1), 'F6', (mode) =>
        // forceAuth has no silent stage that could have brought the ticket.
        mode === 'forceAuth' ? 'backend-unreachable' : 'ok',
      ),
      setup: { method: 'userProfile', ticket: true },
    },
  ],
};

/** F4: here a definitive no takes the session away. */
const overExpired: Step = {
  group,
  name: 'silentLogin',
  reached: 'the silent stage over an expired credential, which `refresh` refused to renew',
  setup: { start: 'expired', besides: { refresh: failing(new Error('no')) } },
  unreached: silentLogin.unreached,
  rows: [
    ...failures(),
    ...thrown,
    row('never answers', '', never, 'F2', 'login-timeout'),
    row('malformed', 'an empty object', giving({}), 'Codes', 'backend-invalid'),
    ...none(
      'as over no credential',
      'answers twice',
      'succeeds, then fails',
      'fails, then succeeds',
      'synchronous',
      'slow past the timeout',
      'app sent to background',
    ),
  ],
};

const FORCED = 'a forced mode skips it (E10)';
/** E10: a definitive no goes on to the code; F4: otherwise the session stays expired. */
const refreshed = (ending: Ending): Ending => (ending === 'login-rejected' ? 'ok' : ending);

const refresh: Step = {
  group,
  name: 'refresh',
  reached: 'the silent stage over an expired credential',
  setup: { start: 'expired' },
  unreached: { force: FORCED, forceSilent: FORCED, forceAuth: FORCED },
  rows: [
    ...failures(refreshed),
    ...common,
    ...endsWithItsError,
    row('throws', 'an Error', throwing(new Error('no')), 'E10', 'ok'),
    row('throws', 'HTTP 500', throwing(http(500)), 'F3', 'backend-unreachable'),
    row('malformed', 'completes empty', emptily, 'E10', 'ok'),
    ...unreadable((value) => value, 'E10', 'ok'),
    row('malformed', 'returns a number', returning(42), 'E10', 'ok'),
    row(
      'malformed',
      'asks for an authorisation',
      giving({ authorize: { method: 'phoneNumber' } }),
      'E10',
      (mode) => (mode === 'common' ? 'ok' : 'interaction-required'),
    ),
  ],
};

const unheard: Expected = { login: 'ok', credential: 'new', event: 'backend-logout-failure' };
const heard: Expected = { login: 'ok', credential: 'new' };

const logout: Step = {
  group,
  name: 'backend.logout',
  reached: 'a logout before the login',
  setup: { start: 'usable', logoutFirst: true },
  rows: [
    row('fails', 'an Error', failing(new Error(SECRET)), 'L3', unheard),
    row('fails', 'HTTP 500', failing(http(500)), 'L3', unheard),
    row('never answers', '', never, 'L3', unheard),
    row(
      'never answers',
      'gives a value, but never completes',
      () => ({ signals: [gives(1, 10)] }),
      'F1',
      unheard,
    ),
    row('answers twice', '', twice, 'F1', heard),
    row('succeeds, then fails', '', both(new Error('no')), 'F1', unheard),
    ...endsWithItsError,
    row('synchronous', '', atOnce, 'S2', heard),
    row('throws', 'an Error', throwing(new Error('no')), 'L3', unheard),
    row('throws', 'undefined', throwing(undefined), 'L3', unheard),
    row('malformed', 'completes empty', emptily, 'F1', heard),
    row('malformed', 'returns a number', returning(42), 'L3', unheard),
    row('slow past the timeout', '', late(), 'L3', unheard),
    row('app sent to background', 'interrupted once', interrupted(cut, 1), 'F6', heard),
    row('app sent to background', 'interrupted each time', interrupted(cut, 99), 'F6', { login: 'ok' }),
  ],
};

const page = { statusCode: 200, data: '<html>hotel Wi-Fi</html>', header: {} };
const wxDown = withSecrets({ errMsg: 'request:fail', errno: 600000 });

/** The exchange over HTTP: of the silent stage, and of the interactive one for forceAuth. */
const overHttp: Step = {
  group,
  name: 'wx.request (login)',
  reached: 'the exchange of an `httpBackend`',
  setup: { http: true },
  rows: [
    row('fails', 'a fail result', failing(wxDown), 'F3', 'backend-unreachable'),
    row('fails', 'HTTP 403', giving(http(403)), 'F3', 'login-rejected'),
    row('fails', 'HTTP 503', giving(http(503)), 'F3', 'backend-unreachable'),
    row('fails', 'HTTP 302', giving(http(302)), 'F3', 'login-rejected'),
    row('never answers', '', never, 'F2', 'login-timeout'),
    row('answers twice', '', twice, 'W1', 'ok'),
    row('succeeds, then fails', '', both(wxDown), 'W1', 'ok'),
    row('fails, then succeeds', 'each time', bothTurned(wxDown), 'W1', 'backend-unreachable'),
    row('synchronous', '', atOnce, 'S2', 'ok'),
    row('throws', 'an Error', throwing(new Error('no')), 'F3', 'backend-unreachable'),
    row('malformed', 'a page of the hotel', giving(page), 'Codes', 'backend-invalid'),
    row('malformed', 'no data', giving({ statusCode: 200, header: {} }), 'Codes', 'backend-invalid'),
    row('malformed', 'success(undefined)', giving(undefined), 'F3', 'login-rejected'),
    row('malformed', 'success({})', giving({}), 'F3', 'login-rejected'),
    row('slow past the timeout', '', late(), 'F2', 'login-timeout'),
    row('app sent to background', 'interrupted once', interrupted(cut, 1), 'F6', 'ok'),
    row('app sent to background', 'interrupted each time', interrupted(cut, 99), 'F6', 'backend-unreachable'),
    row('app sent to background', 'answers after an hour in it', hiddenForAnHour, 'F6', 'ok'),
  ],
};

const header: Step = {
  group,
  name: 'header',
  reached: '`header` of an `httpBackend`',
  setup: { http: true },
  rows: [
    ...synchronousOnly,
    row('throws', 'an Error', throwing(new Error(SECRET)), 'F3', 'login-rejected'),
    row('throws', 'undefined', throwing(undefined), 'F3', 'login-rejected'),
    ...[undefined, null, 42, 'x'].map((what) => row('malformed', String(what), returning(what), 'W1', 'ok')),
  ],
};

const readReply: Step = {
  group,
  name: 'readReply',
  reached: '`readReply` of an `httpBackend`',
  setup: { http: true },
  rows: [
    ...synchronousOnly,
    row('throws', 'an Error', throwing(new Error(SECRET)), 'F3', 'login-rejected'),
    row(
      'throws',
      '`backend-invalid`',
      throwing(sessionError('backend-invalid', 'no')),
      'F3',
      'backend-invalid',
    ),
    row('throws', 'HTTP 503', throwing(http(503)), 'F3', 'backend-unreachable'),
    ...Object.entries(REPLIES).map(([how, value]) =>
      row('malformed', how, returning(value), 'Codes', 'backend-invalid'),
    ),
  ],
};

export const backend: readonly Step[] = [
  silentLogin,
  overExpired,
  login,
  refresh,
  logout,
  overHttp,
  header,
  readReply,
];
