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
  throwing,
  twice,
  twiceAtOnce,
} from '../fault';
import type { Expected, Row, Step } from '../fault';
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
    {
      fault: 'fails',
      how: 'a fail result',
      does: failing(down),
      clause: 'Codes',
      expected: 'code-unavailable',
    },
    { fault: 'never answers', how: '', does: never, clause: 'F2', expected: 'login-timeout' },
    { fault: 'answers twice', how: 'later', does: twice, clause: 'F1', expected: 'ok' },
    { fault: 'answers twice', how: 'inside the call', does: twiceAtOnce, clause: 'W1', expected: 'ok' },
    { fault: 'succeeds, then fails', how: '', does: both(down), clause: 'W1', expected: 'ok' },
    {
      fault: 'fails, then succeeds',
      how: '',
      does: bothTurned(down),
      clause: 'W1',
      expected: 'code-unavailable',
    },
    { fault: 'synchronous', how: '', does: atOnce, clause: 'S2', expected: 'ok' },
    {
      fault: 'throws',
      how: 'an Error',
      does: throwing(new Error('no such api')),
      clause: 'F1',
      expected: 'code-unavailable',
    },
    missing('login', 'Codes', 'code-unavailable'),
    ...[undefined, null, '', 42, {}, { code: '' }, { code: 42 }, { code: null }].map((result): Row => ({
      fault: 'malformed',
      how: JSON.stringify(result) ?? 'undefined',
      does: giving(result),
      clause: 'Codes',
      expected: 'code-unavailable',
    })),
    { fault: 'slow past the timeout', how: '', does: late(), clause: 'F2', expected: 'login-timeout' },
    {
      fault: 'app sent to background',
      how: 'interrupted once',
      does: interrupted(cut, 1),
      clause: 'F6',
      expected: 'ok',
    },
    {
      fault: 'app sent to background',
      how: 'interrupted each time',
      does: interrupted(cut, 9),
      clause: 'F6',
      expected: 'code-unavailable',
    },
    {
      fault: 'app sent to background',
      how: 'answers after an hour in it',
      does: hiddenForAnHour,
      clause: 'F6',
      expected: 'ok',
    },
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
    { fault: 'fails', how: 'a fail result', does: failing(over), clause: 'R5', expected: anew },
    { fault: 'never answers', how: '', does: never, clause: 'R5', expected: anew },
    { fault: 'answers twice', how: '', does: twice, clause: 'W1', expected: good },
    { fault: 'succeeds, then fails', how: '', does: both(over), clause: 'W1', expected: good },
    { fault: 'fails, then succeeds', how: '', does: bothTurned(over), clause: 'W1', expected: anew },
    { fault: 'synchronous', how: '', does: atOnce, clause: 'S2', expected: good },
    { fault: 'throws', how: 'an Error', does: throwing(new Error('no')), clause: 'R5', expected: anew },
    missing('checkSession', 'R5', anew),
    ...[undefined, null, 42, {}].map((result): Row => ({
      fault: 'malformed',
      how: `success(${JSON.stringify(result) ?? 'undefined'})`,
      does: giving(result),
      clause: 'R5',
      expected: good,
    })),
    { fault: 'slow past the timeout', how: '', does: late(), clause: 'R5', expected: anew },
    {
      fault: 'app sent to background',
      how: 'interrupted',
      does: interrupted({ errMsg: 'checkSession:fail interrupted' }, 1),
      clause: 'R5',
      expected: { login: 'ok' },
    },
    {
      fault: 'app sent to background',
      how: 'answers after an hour in it',
      does: hiddenForAnHour,
      clause: 'F2',
      expected: { login: 'ok' },
    },
  ],
};

const launchOptions: Step = {
  group,
  name: 'wx.getLaunchOptionsSync',
  reached: 'before each `wx.login`',
  rows: [
    ...synchronousOnly,
    { fault: 'throws', how: 'an Error', does: throwing(new Error('no')), clause: 'W1', expected: 'ok' },
    missing('getLaunchOptionsSync', 'W1', 'ok'),
    ...[undefined, null, 'x', {}, { scene: '1154' }].map((result): Row => ({
      fault: 'malformed',
      how: JSON.stringify(result) ?? 'undefined',
      does: returning(result),
      clause: 'W1',
      expected: 'ok',
    })),
    {
      fault: 'malformed',
      how: 'a single page, scene 1154',
      does: returning({ scene: 1154 }),
      clause: 'W3',
      expected: 'code-unavailable',
    },
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
    { fault: 'fails', how: 'a fail result', does: failing(offline), clause: 'R2', expected: failed },
    ...[403, 500].map((statusCode): Row => ({
      fault: 'fails',
      how: `HTTP ${statusCode}`,
      does: giving({ statusCode, data: {}, header: {} }),
      clause: 'E6',
      expected: 'ok',
    })),
    {
      fault: 'fails',
      how: 'HTTP 401, each time',
      does: giving({ statusCode: 401, data: {}, header: {} }),
      clause: 'E2',
      expected: refused,
    },
    { fault: 'never answers', how: '', does: never, clause: 'R2', expected: failed },
    { fault: 'answers twice', how: '', does: twice, clause: 'W1', expected: 'ok' },
    { fault: 'succeeds, then fails', how: '', does: both(offline), clause: 'W1', expected: 'ok' },
    { fault: 'fails, then succeeds', how: '', does: bothTurned(offline), clause: 'W1', expected: failed },
    { fault: 'synchronous', how: '', does: atOnce, clause: 'S2', expected: 'ok' },
    { fault: 'throws', how: 'an Error', does: throwing(new Error('no')), clause: 'R2', expected: failed },
    missing('request', 'R2', failed),
    ...[undefined, null, {}, 'x'].map((result): Row => ({
      fault: 'malformed',
      how: `success(${JSON.stringify(result) ?? 'undefined'})`,
      does: giving(result),
      clause: 'E6',
      expected: 'ok',
    })),
    { fault: 'slow past the timeout', how: '', does: late(), clause: 'R2', expected: failed },
    {
      fault: 'app sent to background',
      how: 'interrupted',
      does: interrupted({ errMsg: 'request:fail interrupted', errno: 600003 }, 9),
      clause: 'R2',
      expected: failed,
    },
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
    {
      fault: 'synchronous',
      how: '`abort` fails the request inside the call',
      does: () => 'usual',
      clause: 'R2',
      expected: failed,
    },
    {
      fault: 'throws',
      how: '`abort` throws',
      does: returning({
        abort: () => {
          throw new Error('already over');
        },
      }),
      clause: 'R2',
      expected: failed,
    },
    ...[undefined, null, 42, 'x', {}, { abort: 42 }].map((task): Row => ({
      fault: 'malformed',
      how: `the task is ${JSON.stringify(task) ?? 'undefined'}`,
      does: returning(task),
      clause: 'W1',
      expected: failed,
    })),
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
    {
      fault: 'answers twice',
      how: 'called back twice at once',
      does: twiceAtOnce,
      clause: 'W1',
      expected: 'ok',
    },
    {
      fault: 'synchronous',
      how: 'calls back inside the call',
      does: () => ({ signals: [gives(42)] }),
      clause: 'W1',
      expected: 'ok',
    },
    {
      fault: 'throws',
      how: 'an Error',
      does: throwing(new Error('not in plugins')),
      clause: 'W1',
      expected: 'ok',
    },
    missing(name, 'W1', 'ok'),
    { fault: 'malformed', how: 'returns junk', does: returning('junk'), clause: 'W1', expected: 'ok' },
  ],
}));

export const wechat: readonly Step[] = [login, checkSession, launchOptions, request, abort, ...registrations];
