import { sessionError } from 'rx-weapp-session';
import {
  atOnce,
  both,
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
} from '../fault';
import type { Expected, Step } from '../fault';
import { SECRET, withSecrets } from '../secrets';
import { none, synchronousOnly } from './not-applicable';

const group = "The app's functions";
const cut = withSecrets({ errMsg: 'request:fail interrupted', errno: 600003 });

/** F5, and F3 for how its failure is read; it is not tried again. */
const afterLogin: Step = {
  group,
  name: 'afterLogin',
  reached: 'each login',
  rows: [
    row('fails', 'an Error', failing(new Error(SECRET)), 'F5', 'login-rejected'),
    row('fails', 'undefined', failing(undefined), 'F5', 'login-rejected'),
    row('fails', 'HTTP 500', failing(withSecrets({ statusCode: 500 })), 'F5', 'backend-unreachable'),
    row('fails', '`auth-failed`', failing(sessionError('auth-failed', 'no')), 'F5', 'auth-failed'),
    row('never answers', '', never, 'F2', 'login-timeout'),
    row(
      'never answers',
      'gives a value, but never completes',
      () => ({ signals: [gives(1, 10)] }),
      'F1',
      'login-timeout',
    ),
    row('answers twice', '', twice, 'F1', 'ok'),
    row('succeeds, then fails', '', both(new Error('no')), 'F1', 'login-rejected'),
    ...none('an Observable or a Promise ends with its error', 'fails, then succeeds'),
    row('synchronous', '', atOnce, 'S2', 'ok'),
    row('throws', 'an Error', throwing(new Error('no')), 'F5', 'login-rejected'),
    row('throws', 'undefined', throwing(undefined), 'F5', 'login-rejected'),
    row('malformed', 'completes empty', emptily, 'F1', 'ok'),
    row('malformed', 'gives junk', giving({ credential: null, statusCode: 401 }), 'F5', 'ok'),
    row('malformed', 'returns a number', returning(42), 'F5', 'login-rejected'),
    row('slow past the timeout', '', late(), 'F2', 'login-timeout'),
    row('app sent to background', 'interrupted once', interrupted(cut, 1), 'F6', 'ok'),
    row('app sent to background', 'interrupted each time', interrupted(cut, 99), 'F6', 'backend-unreachable'),
    row('app sent to background', 'answers after an hour in it', hiddenForAnHour, 'F6', 'ok'),
  ],
};

const thrown: Expected = { login: 'ok', event: 'hook-failure' };
const isExpired: Step = {
  group,
  name: 'isExpired',
  reached: 'each outcome of a request',
  rows: [
    ...synchronousOnly,
    row('throws', 'an Error', throwing(new Error(SECRET)), 'E6', thrown),
    row('throws', 'undefined', throwing(undefined), 'E6', thrown),
    ...[undefined, null, 0, ''].map((what) =>
      row('malformed', JSON.stringify(what) ?? 'undefined', returning(what), 'E6', 'ok'),
    ),
    row('malformed', '"yes", each time', returning('yes'), 'E2', { login: 'ok', request: 'session-expired' }),
  ],
};

/** R1: the credential stays within the trusted origins; F7: nothing goes out without it that asked for a login. */
const unsent: Expected = { login: 'ok', request: 'config-invalid' };
const attach: Step = {
  group,
  name: 'attach',
  reached: 'each request with a credential',
  rows: [
    ...synchronousOnly,
    row('throws', 'an Error', throwing(new Error(SECRET)), 'F7', unsent),
    row('throws', 'undefined', throwing(undefined), 'F7', unsent),
    ...[
      undefined,
      null,
      42,
      {},
      { url: '' },
      { url: 42 },
      { url: '/orders' },
      { url: 'https://evil.example/' },
    ].map((what) => row('malformed', JSON.stringify(what) ?? 'undefined', returning(what), 'R1', unsent)),
  ],
};

const NEVER_ASKS = 'it never asks the user (M1)';
const words = (['tips', 'pageTips'] as const).map((name): Step => ({
  group,
  name,
  reached: `\`${name}\` as a function, at each prompt`,
  setup: { asks: true },
  unreached: { silent: NEVER_ASKS, forceSilent: NEVER_ASKS },
  rows: [
    ...synchronousOnly,
    row('throws', 'an Error', throwing(new Error(SECRET)), 'F7', thrown),
    row('throws', 'undefined', throwing(undefined), 'F7', thrown),
    ...[undefined, null, 42, 'x', [], { title: 42 }, { martian: 'x' }].map((what) =>
      row('malformed', JSON.stringify(what) ?? 'undefined', returning(what), 'P6', 'ok'),
    ),
  ],
}));

export const app: readonly Step[] = [afterLogin, isExpired, attach, ...words];
