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
import type { Ending, Row, Step } from '../fault';
import { SECRET, withSecrets } from '../secrets';
import { CLOSES } from '../world';
import { missing } from './missing';
import { none, synchronousOnly } from './not-applicable';

const group = 'The user';
const NEVER_ASKS = 'it never asks the user (M1)';
const unreached = { silent: NEVER_ASKS, forceSilent: NEVER_ASKS };

const denied = withSecrets({ errMsg: 'getPhoneNumber:fail user deny', errno: 103 });

/** P5, by the official list of errno and the wordings that are known. */
const REFUSALS: readonly (readonly [how: string, detail: object, ending: Ending, clause: Clause])[] = [
  ['errno 103', denied, 'auth-denied', 'P4'],
  ['errno 3', { errMsg: 'x:fail', errno: 3 }, 'auth-denied', 'P5'],
  ['"auth deny"', { errMsg: 'x:fail auth deny' }, 'auth-denied', 'P5'],
  ['"auth denied", of phones', { errMsg: 'x:fail:auth denied' }, 'auth-denied', 'P5'],
  [
    'errno 104, privacy',
    { errMsg: 'x:fail privacy permission is not authorized', errno: 104 },
    'auth-denied',
    'P5',
  ],
  ['errno 104', { errMsg: 'x:fail', errno: 104 }, 'auth-cancelled', 'P5'],
  ['errno 1', { errMsg: 'x:fail', errno: 1 }, 'auth-cancelled', 'P5'],
  ['"user cancel"', { errMsg: 'x:fail user cancel' }, 'auth-cancelled', 'P5'],
  ['errno 102, no permission', { errMsg: 'x:fail no permission', errno: 102 }, 'auth-failed', 'P5'],
  ['errno 112, undeclared', { errMsg: 'x:fail api scope is not declared', errno: 112 }, 'auth-failed', 'P5'],
  ['errno 1003, too often', { errMsg: 'x:fail', errno: 1003 }, 'auth-failed', 'P5'],
  ['errno 1400001, no quota', { errMsg: 'x:fail', errno: 1400001 }, 'auth-failed', 'P5'],
  ['outside a tap', { errMsg: 'x:fail can only be invoked by user TAP gesture.' }, 'auth-failed', 'P5'],
  ['unknown', { errMsg: 'x:fail martians', errno: 99 }, 'auth-failed', 'P5'],
];

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

const answers = (
  malformed: readonly (readonly [string, unknown])[],
  afterAnHour: Clause,
): readonly (Row | ReturnType<typeof none>[number])[] => [
  ...REFUSALS.map(([how, detail, expected, clause]): Row => ({
    fault: 'fails',
    how,
    does: failing(detail),
    clause,
    expected,
  })),
  {
    fault: 'fails',
    how: 'the user closes the prompt',
    does: giving(CLOSES),
    clause: 'P5',
    expected: 'auth-cancelled',
  },
  {
    fault: 'never answers',
    how: 'with `timeouts.prompt`',
    does: never,
    clause: 'F2',
    expected: 'login-timeout',
  },
  {
    fault: 'never answers',
    how: 'nobody subscribes',
    does: never,
    clause: 'P3',
    expected: 'prompt-unhandled',
    setup: { unattended: true },
  },
  { fault: 'answers twice', how: 'later', does: twice, clause: 'P2', expected: 'ok' },
  { fault: 'answers twice', how: 'inside the subscriber', does: twiceAtOnce, clause: 'P2', expected: 'ok' },
  { fault: 'succeeds, then fails', how: '', does: both(denied), clause: 'P2', expected: 'ok' },
  { fault: 'fails, then succeeds', how: '', does: bothTurned(denied), clause: 'P2', expected: 'auth-denied' },
  { fault: 'synchronous', how: 'inside the subscriber', does: atOnce, clause: 'S2', expected: 'ok' },
  ...none(
    'the tap handler is the page\'s own: what it throws reaches no prompt, which stays as in "never answers"',
    'throws',
  ),
  ...malformed.map(([how, detail]): Row => ({
    fault: 'malformed',
    how,
    does: giving(detail),
    clause: 'P5',
    expected: 'auth-failed',
  })),
  { fault: 'slow past the timeout', how: '', does: late(), clause: 'F2', expected: 'login-timeout' },
  {
    fault: 'app sent to background',
    how: 'answers after an hour in it',
    does: hiddenForAnHour,
    clause: afterAnHour,
    expected: 'ok',
  },
];

const JUNK: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 42],
  ['an empty text', ''],
  ['an empty object', {}],
  ['cyclic', cyclic],
  ['a function', () => undefined],
];

const phone: Step = {
  group,
  name: 'the answer',
  reached: '`<button open-type="getPhoneNumber">`',
  setup: { asks: true, method: 'phoneNumber' },
  unreached,
  rows: answers(
    [
      ...JUNK,
      ['half of the encrypted data', { errMsg: 'getPhoneNumber:ok', encryptedData: `${SECRET}-data` }],
      ['an empty code', { errMsg: 'getPhoneNumber:ok', code: '' }],
    ],
    'F6',
  ),
};

const profile: Step = {
  ...phone,
  reached: '`wx.getUserProfile` in a tap, answered with its result',
  setup: { asks: true, method: 'userProfile' },
  rows: answers([...JUNK, ['no userInfo', { errMsg: 'getUserProfile:ok' }]], 'P7'),
};

const settingPanel: Step = {
  group,
  name: 'the answer',
  reached:
    '`<button open-type="getUserInfo">`, and after a refusal the permission panel, which stays refused',
  setup: { asks: true, method: 'userInfo' },
  unreached,
  rows: [
    {
      fault: 'fails',
      how: 'errno 103, and refused in the panel',
      does: failing(denied),
      clause: 'P4',
      expected: 'auth-denied',
    },
    {
      fault: 'fails',
      how: 'errno 103, granted in the panel, then given',
      does: (usual, call) =>
        call === 1
          ? { signals: [gives({ authSetting: { 'scope.userInfo': true } }, 10)] }
          : { signals: [gives(call === 0 ? denied : usual, 10)] },
      clause: 'P4',
      expected: 'ok',
    },
    {
      fault: 'malformed',
      how: 'the panel gives junk',
      does: (_, call) => ({ signals: [gives(call === 0 ? denied : { authSetting: 42 }, 10)] }),
      clause: 'P4',
      expected: 'auth-denied',
    },
    {
      fault: 'never answers',
      how: 'with `timeouts.prompt`',
      does: never,
      clause: 'F2',
      expected: 'login-timeout',
    },
    ...none(
      'as at the other methods',
      'answers twice',
      'succeeds, then fails',
      'fails, then succeeds',
      'synchronous',
      'throws',
      'slow past the timeout',
      'app sent to background',
    ),
  ],
};

const refused = { errMsg: 'getSetting:fail', errno: 4 };
const cut = { errMsg: 'getSetting:fail interrupted' };

/** F1 and the definition of `withoutPrompt`: whatever it brings but a readable answer, the user is asked. */
const unprompted = (name: string, reached: string, setup: Step['setup']): Step => {
  const asked = (fault: Row['fault'], how: string, does: Row['does'], clause: Clause = 'F1') =>
    row(fault, how, does, clause, 'ok');
  return {
    group,
    name,
    reached,
    setup: { asks: true, granted: true, ...setup },
    unreached,
    rows: [
      asked('fails', 'a fail result', failing(refused)),
      asked('never answers', '', never, 'F2'),
      asked('answers twice', '', twice),
      asked('succeeds, then fails', '', both(refused)),
      asked('fails, then succeeds', '', bothTurned(refused)),
      asked('synchronous', '', atOnce, 'S2'),
      asked('throws', 'an Error', throwing(new Error('no'))),
      asked('throws', 'undefined', throwing(undefined)),
      ...(name.startsWith('wx.') ? [missing(name.replace('wx.', ''), 'W1', 'ok')] : []),
      ...JUNK.map(([how, junk]) => asked('malformed', how, giving(junk))),
      asked('slow past the timeout', '', late(), 'F2'),
      asked('app sent to background', 'interrupted', interrupted(cut, 9), 'F6'),
      asked('app sent to background', 'answers after an hour in it', hiddenForAnHour, 'F6'),
    ],
  };
};

const withoutPrompt = unprompted('withoutPrompt', "`withoutPrompt` of a method of the app's", {
  method: 'badge',
});

const read: Step = {
  group,
  name: 'read',
  reached: "`read` of a method of the app's",
  setup: { asks: true, method: 'badge', besides: { withoutPrompt: emptily } },
  unreached,
  rows: [
    ...synchronousOnly,
    {
      fault: 'throws',
      how: 'an Error',
      does: throwing(new Error(SECRET)),
      clause: 'P5',
      expected: 'auth-failed',
    },
    { fault: 'throws', how: 'undefined', does: throwing(undefined), clause: 'P5', expected: 'auth-failed' },
    ...[undefined, null, 42].map((what): Row => ({
      fault: 'malformed',
      how: `${String(what)}, which the backend has to judge`,
      does: returning(what),
      clause: 'F3',
      expected: 'ok',
    })),
  ],
};

export const user: readonly Step[] = [
  phone,
  profile,
  settingPanel,
  unprompted('wx.getSetting', 'before the prompt of `userInfo`', { method: 'userInfo' }),
  unprompted('wx.getUserInfo', 'instead of the prompt of `userInfo`, where its scope is granted', {
    method: 'userInfo',
  }),
  {
    ...withoutPrompt,
    rows: [
      ...withoutPrompt.rows,
      ...(
        [
          ['nothing', undefined],
          ['a number', 42],
        ] as const
      ).map(([how, what]): Row => ({
        fault: 'malformed',
        how: `returns ${how}`,
        does: returning(what),
        clause: 'F1',
        expected: 'ok',
      })),
    ],
  },
  read,
];
