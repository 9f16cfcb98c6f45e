import {
  atOnce,
  both,
  bothTurned,
  failing,
  giving,
  hiddenForAnHour,
  late,
  never,
  returning,
  row,
  throwing,
  twice,
} from '../fault';
import type { Expected, NotApplicable, Row, Step } from '../fault';
import type { Setup } from '../setup';
import { SECRET, withSecrets } from '../secrets';
import { missing } from './missing';
import { none, synchronousOnly } from './not-applicable';

const group = 'Storage';
/** K2: the login is not the storage's concern. */
const told: Expected = { login: 'ok', credential: 'new', event: 'storage-failure' };
const full = withSecrets({ errMsg: 'setStorage:fail exceed storage max size' });

const credential = { token: `${SECRET}-stored` };
const record = { version: 1, source: 'shop', credential, receivedAt: 0 };
const BROKEN: Readonly<Record<string, unknown>> = {
  'a string': 'junk',
  'a number': 42,
  true: true,
  'a list': [record],
  'an empty object': {},
  'of another version': { ...record, version: 2 },
  'of another mini-program': { ...record, source: 'club' },
  'without a credential': { ...record, credential: undefined },
  'with an empty token': { ...record, credential: { token: '' } },
  'with a number for a token': { ...record, credential: { token: 42 } },
  'with a text for its end': { ...record, credential: { ...credential, expiresAt: 'tomorrow' } },
  'with NaN for its end': { ...record, credential: { ...credential, expiresAt: NaN } },
  'with a number for its user': { ...record, credential: { ...credential, userId: 42 } },
  'without its time of receipt': { ...record, receivedAt: undefined },
  'with a forget mark that is none': { version: 1, source: 'shop', forget: 'yes' },
};

const broken = (does: (value: unknown) => Row['does']): readonly Row[] =>
  Object.entries(BROKEN).map(([how, value]) => row('malformed', `a record ${how}`, does(value), 'K2', told));

const writes = (name: string, reached: string, setup: Setup = {}): Step => ({
  group,
  name,
  reached,
  setup,
  rows: [
    ...synchronousOnly,
    row('throws', 'a fail result', throwing(full), 'K2', told),
    row('throws', 'undefined', throwing(undefined), 'K2', told),
    missing(name.replace('wx.', ''), 'K2', told),
    ...none('what it returns is not looked at', 'malformed'),
  ],
});

const asynchronous = (
  name: string,
  reached: string,
  setup: Setup,
  rest: readonly (Row | NotApplicable)[],
): Step => ({
  group,
  name,
  reached,
  setup: { ...setup, encrypt: true },
  rows: [
    row('fails', 'a fail result', failing(full), 'K2', told),
    row('never answers', '', never, 'F2', told),
    row('answers twice', '', twice, 'F1', fresh),
    row('succeeds, then fails', '', both(full), 'F1', fresh),
    row('fails, then succeeds', '', bothTurned(full), 'F1', told),
    row('synchronous', '', atOnce, 'S2', fresh),
    row('throws', 'an Error', throwing(new Error('no')), 'K2', told),
    missing(name.replace('wx.', ''), 'K2', told),
    ...rest,
    row('slow past the timeout', '', late(), name === 'wx.getStorage' ? 'K1' : 'F2', told),
    row('app sent to background', 'answers after an hour in it', hiddenForAnHour, 'F6', fresh),
  ],
});

const ignored = none('what it reports is not looked at', 'malformed');
const fresh: Expected = { login: 'ok', credential: 'new' };
const afterLogout: Setup = { logoutFirst: true, start: 'usable' };

const restores: Step = {
  group,
  name: 'wx.getStorageSync',
  reached: 'at first use',
  rows: [
    ...synchronousOnly,
    row('throws', 'a fail result', throwing(full), 'K2', told),
    row('throws', 'undefined', throwing(undefined), 'K2', told),
    missing('getStorageSync', 'K2', told),
    ...broken(returning),
  ],
};

export const storage: readonly Step[] = [
  restores,
  writes('wx.setStorageSync', 'each login'),
  writes('wx.removeStorageSync', 'a logout before the login', afterLogout),
  asynchronous('wx.getStorage', 'at first use, encrypted', { start: 'anonymous' }, [
    ...broken((data) => giving({ data })),
    // No result, no record: as where nothing was stored.
    ...[undefined, null, 42, {}].map((result) =>
      row('malformed', `success(${JSON.stringify(result) ?? 'undefined'})`, giving(result), 'K2', fresh),
    ),
  ]),
  asynchronous('wx.setStorage', 'each login, encrypted', {}, ignored),
  asynchronous('wx.removeStorage', 'a logout before the login, encrypted', afterLogout, ignored),
];
