import {
  atOnce,
  both,
  bothTurned,
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
import type { Expected, Step } from '../fault';
import { withSecrets } from '../secrets';
import { missing } from './missing';
import { none, synchronousOnly } from './not-applicable';

const group = 'The platform';
const down = withSecrets({ errMsg: 'login:fail system error', errno: 4 });
const cut = { errMsg: 'login:fail interrupted', errno: 600003 };

const login: Step = {
  group,
  name: 'wx.login',
  reached: 'the code of the silent stage; for forceAuth the one after the answer',
  rows: [
    row('fails', 'a fail result', failing(down), 'Codes', 'code-unavailable'),
    row('never answers', '', never, 'F2', 'login-timeout'),
    row('answers twice', 'later', twice, 'F1', 'ok'),
    row('answers twice', 'inside the call', twiceAtOnce, 'W1', 'ok'),
    row('succeeds, then fails', '', both(down), 'W1', 'ok'),
    row('fails, then succeeds', '', bothTurned(down), 'W1', 'code-unavailable'),
    row('synchronous', '', atOnce, 'S2', 'ok'),
    row('throws', 'an Error', throwing(new Error('no such api')), 'F1', 'code-unavailable'),
    missing('login', 'Codes', 'code-unavailable'),
    ...[undefined, null, '', 42, {}, { code: '' }, { code: 42 }, { code: null }].map((result) =>
      row('malformed', JSON.stringify(result) ?? 'undefined', giving(result), 'Codes', 'code-unavailable'),
    ),
    row('slow past the timeout', '', late(), 'F2', 'login-timeout'),
    row('app sent to background', 'interrupted once', interrupted(cut, 1), 'F6', 'ok'),
    row('app sent to background', 'interrupted each time', interrupted(cut, 9), 'F6', 'code-unavailable'),
    row('app sent to background', 'answers after an hour in it', hiddenForAnHour, 'F6', 'ok'),
  ],
};

const MADE_ANEW = 'a forced login has no use for the answer (R5)';
const good: Expected = { login: 'ok', credential: 'kept' };
const anew: Expected = { login: 'ok', credential: 'new' };
const over = { errMsg: 'checkSession:fail session time out', errno: 4 };

const checkSession: Step = {
  group,
  name: 'wx.checkSession',
  reached: '`login({ verify: true })` with a usable credential',
  setup: { start: 'usable', verify: true },
  unreached: { force: MADE_ANEW, forceSilent: MADE_ANEW, forceAuth: MADE_ANEW },
  rows: [
    row('fails', 'a fail result', failing(over), 'R5', anew),
    row('never answers', '', never, 'R5', anew),
    row('answers twice', '', twice, 'W1', good),
    row('succeeds, then fails', '', both(over), 'W1', good),
    row('fails, then succeeds', '', bothTurned(over), 'W1', anew),
    row('synchronous', '', atOnce, 'S2', good),
    row('throws', 'an Error', throwing(new Error('no')), 'R5', anew),
    missing('checkSession', 'R5', anew),
    ...[undefined, null, 42, {}].map((result) =>
      row('malformed', `success(${JSON.stringify(result) ?? 'undefined'})`, giving(result), 'R5', good),
    ),
    row('slow past the timeout', '', late(), 'R5', anew),
    row(
      'app sent to background',
      'interrupted',
      interrupted({ errMsg: 'checkSession:fail interrupted' }, 1),
      'R5',
      { login: 'ok' },
    ),
    row('app sent to background', 'answers after an hour in it', hiddenForAnHour, 'F2', { login: 'ok' }),
  ],
};

const launchOptions: Step = {
  group,
  name: 'wx.getLaunchOptionsSync',
  reached: 'before each `wx.login`',
  rows: [
    ...synchronousOnly,
    row('throws', 'an Error', throwing(new Error('no')), 'W1', 'ok'),
    missing('getLaunchOptionsSync', 'W1', 'ok'),
    ...[undefined, null, 'x', {}, { scene: '1154' }].map((result) =>
      row('malformed', JSON.stringify(result) ?? 'undefined', returning(result), 'W1', 'ok'),
    ),
    row('malformed', 'a single page, scene 1154', returning({ scene: 1154 }), 'W3', 'code-unavailable'),
  ],
};

const failed: Expected = { login: 'ok', request: 'request-failed' };
const refused: Expected = { login: 'ok', request: 'session-expired' };
const offline = withSecrets({ errMsg: 'request:fail', errno: 600000 });

const request: Step = {
  group,
  name: 'wx.request',
  reached: "the app's own `requestWithLogin`, with a `timeout`",
  setup: { timeout: 5000 },
  rows: [
    row('fails', 'a fail result', failing(offline), 'R2', failed),
    ...[403, 500].map((statusCode) =>
      row('fails', `HTTP ${statusCode}`, giving({ statusCode, data: {}, header: {} }), 'E6', 'ok'),
    ),
    row('fails', 'HTTP 401, each time', giving({ statusCode: 401, data: {}, header: {} }), 'E2', refused),
    row('never answers', '', never, 'R2', failed),
    row('answers twice', '', twice, 'W1', 'ok'),
    row('succeeds, then fails', '', both(offline), 'W1', 'ok'),
    row('fails, then succeeds', '', bothTurned(offline), 'W1', failed),
    row('synchronous', '', atOnce, 'S2', 'ok'),
    row('throws', 'an Error', throwing(new Error('no')), 'R2', failed),
    missing('request', 'R2', failed),
    ...[undefined, null, {}, 'x'].map((result) =>
      row('malformed', `success(${JSON.stringify(result) ?? 'undefined'})`, giving(result), 'E6', 'ok'),
    ),
    row('slow past the timeout', '', late(), 'R2', failed),
    row(
      'app sent to background',
      'interrupted',
      interrupted({ errMsg: 'request:fail interrupted', errno: 600003 }, 9),
      'R2',
      failed,
    ),
  ],
};

const abort: Step = {
  group,
  name: 'the request task',
  reached: 'the task that `wx.request` returns, aborted when its `timeout` is over',
  setup: { timeout: 5000, besides: { 'wx.request': never } },
  rows: [
    ...none(
      'a task gives no answer',
      'fails',
      'never answers',
      'answers twice',
      'succeeds, then fails',
      'fails, then succeeds',
      'slow past the timeout',
      'app sent to background',
    ),
    row('synchronous', '`abort` fails the request inside the call', () => 'usual', 'R2', failed),
    row(
      'throws',
      '`abort` throws',
      returning({
        abort: () => {
          throw new Error('already over');
        },
      }),
      'R2',
      failed,
    ),
    ...[undefined, null, 42, 'x', {}, { abort: 42 }].map((task) =>
      row('malformed', `the task is ${JSON.stringify(task) ?? 'undefined'}`, returning(task), 'W1', failed),
    ),
  ],
};

const registrations = (['onAppShow', 'onAppHide'] as const).map((name): Step => ({
  group,
  name: `wx.${name}`,
  reached: 'at first use; the login is then interrupted by the background',
  setup: { besides: { 'wx.login': interrupted(cut, 1) } },
  rows: [
    ...none('a registration gives no answer', 'fails', 'succeeds, then fails', 'fails, then succeeds'),
    ...none('not to be told is an app that stays where it is', 'never answers', 'slow past the timeout'),
    ...none('each of its cells has the app sent there', 'app sent to background'),
    row('answers twice', 'called back twice at once', twiceAtOnce, 'W1', 'ok'),
    row('synchronous', 'calls back inside the call', () => ({ signals: [gives(42)] }), 'W1', 'ok'),
    row('throws', 'an Error', throwing(new Error('not in plugins')), 'W1', 'ok'),
    missing(name, 'W1', 'ok'),
    row('malformed', 'returns junk', returning('junk'), 'W1', 'ok'),
  ],
}));

export const wechat: readonly Step[] = [login, checkSession, launchOptions, request, abort, ...registrations];
