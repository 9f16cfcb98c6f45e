import * as fc from 'fast-check';
import { config as rxjsConfig } from 'rxjs';
import { MODES } from '../faults/fault';
import type { Fault } from '../faults/fault';
import { runCell } from '../faults/run-cell';
import type { Setup } from '../faults/setup';
import { startTime, stopTime } from '../support/virtual-time';
import { nasty, spoilt } from './nasty';
import type { Nasty } from './nasty';
import { runs } from './runs';
import { inherited } from './untouched';

// What comes from outside may be anything: it ends in a typed error, or is ignored. Nobody gets an exception.

jest.setTimeout(3_600_000);
beforeAll(startTime);
afterAll(stopTime);
afterEach(() => void (rxjsConfig.onUnhandledError = null));

interface Door {
  readonly name: string;
  readonly setup?: Setup;
  /** What usually comes in here. */
  readonly template: () => unknown;
}

const credential = () => ({ token: 'good', expiresAt: 4e12, userId: 'user1', level: { gold: 1 } });
const reply = () => ({ credential: credential(), guest: { seen: ['a'] } });
const question = () => ({ authorize: { method: 'phoneNumber', ticket: 'ticket' }, guest: {} });
const record = () => ({ version: 1, source: 'shop', receivedAt: 1e12, credential: credential(), guest: {} });
const response = (data: unknown) => ({ statusCode: 200, data, header: { 'Retry-After': '1' }, cookies: [] });
const profile = () => ({
  userInfo: { nickName: 'x' },
  encryptedData: 'x',
  iv: 'x',
  errMsg: 'getUserInfo:ok',
});
const failure = () => ({
  errMsg: 'request:fail timeout',
  errno: 5,
  errcode: 40029,
  statusCode: 429,
  header: {},
});

const asks: Setup = { asks: true };
const DOORS: Readonly<Record<string, readonly Door[]>> = {
  'stored records': [
    { name: 'wx.getStorageSync', template: record },
    {
      name: 'wx.getStorage',
      setup: { encrypt: true },
      template: () => ({ data: record(), errMsg: 'getStorage:ok' }),
    },
    { name: 'wx.setStorageSync', template: () => undefined },
    { name: 'wx.removeStorageSync', setup: { logoutFirst: true }, template: () => undefined },
  ],
  'backend replies': [
    { name: 'silentLogin', template: reply },
    { name: 'silentLogin', template: question },
    { name: 'silentLogin', template: failure },
    { name: 'login', setup: asks, template: reply },
    { name: 'login', setup: asks, template: question },
    { name: 'login', setup: asks, template: failure },
    { name: 'refresh', setup: { start: 'expired' }, template: reply },
    { name: 'refresh', setup: { start: 'expired' }, template: failure },
    { name: 'backend.logout', setup: { start: 'usable', logoutFirst: true }, template: failure },
    { name: 'wx.request (login)', setup: { http: true }, template: () => response(reply()) },
    {
      name: 'wx.request (login)',
      setup: { http: true },
      template: () => ({ ...response({}), statusCode: 429 }),
    },
    { name: 'readReply', setup: { http: true }, template: reply },
  ],
  'prompt answers': [
    { name: 'the answer', setup: asks, template: () => ({ errMsg: 'getPhoneNumber:ok', code: 'x' }) },
    {
      name: 'the answer',
      setup: asks,
      template: () => ({ errMsg: 'getPhoneNumber:ok', encryptedData: 'x', iv: 'x' }),
    },
    { name: 'the answer', setup: { asks: true, method: 'userInfo' }, template: failure },
    { name: 'the answer', setup: { asks: true, method: 'userProfile' }, template: profile },
    { name: 'withoutPrompt', setup: { asks: true, method: 'badge' }, template: profile },
    { name: 'read', setup: { asks: true, method: 'badge' }, template: profile },
  ],
  'wx results': [
    { name: 'wx.login', template: () => ({ code: 'x', errMsg: 'login:ok' }) },
    { name: 'wx.login', template: failure },
    { name: 'wx.checkSession', setup: { start: 'usable', verify: true }, template: failure },
    { name: 'wx.getLaunchOptionsSync', template: () => ({ scene: 1001, apiCategory: 'default' }) },
    {
      name: 'wx.getSetting',
      setup: { asks: true, method: 'userInfo' },
      template: () => ({ authSetting: { 'scope.userInfo': true } }),
    },
    { name: 'wx.getUserInfo', setup: { asks: true, method: 'userInfo', granted: true }, template: profile },
    { name: 'wx.request', setup: { timeout: 5000 }, template: () => response({}) },
    {
      name: 'the request task',
      setup: { timeout: 5000, besides: { 'wx.request': () => ({ signals: [] }) } },
      template: () => ({ abort: () => undefined }),
    },
    { name: 'wx.onAppShow', template: () => undefined },
    { name: 'wx.onAppHide', template: () => undefined },
  ],
  "what the app's functions give": [
    { name: 'afterLogin', template: () => [1] },
    { name: 'isExpired', template: () => true },
    { name: 'attach', template: () => ({ url: 'https://api.example.com/orders', header: { a: 'b' } }) },
    { name: 'tips', setup: asks, template: () => ({ title: 'x', content: 'x' }) },
    { name: 'pageTips', setup: asks, template: () => ({ title: 'x', content: 'x' }) },
    { name: 'header', setup: { http: true }, template: () => ({ a: 'b' }) },
  ],
};

/** A page's own handler may throw what it likes: rxjs reports it, as any subscriber's. */
const waysOf = ({ name }: Door) =>
  Object.keys(WAYS).filter((way) => name !== 'the answer' || !/throws|returns/.test(way));

const WAYS: Readonly<Record<string, (what: () => unknown) => Fault>> = {
  gives: (make) => () => ({
    signals: [
      { does: 'gives', what: make(), after: 5 },
      { does: 'ends', after: 5 },
    ],
  }),
  'gives inside the call': (make) => () => ({ signals: [{ does: 'gives', what: make() }, { does: 'ends' }] }),
  fails: (make) => () => ({ signals: [{ does: 'fails', what: make(), after: 5 }] }),
  throws: (make) => () => ({ throws: make() }),
  returns: (make) => () => ({ returns: make() }),
};

for (const [title, doors] of Object.entries(DOORS)) {
  test(`F1, F7, K2, T3: ${title} of any kind end in a typed error, or are ignored, and the next login works`, async () => {
    const before = inherited();
    const what = fc.constantFrom(...doors).chain((door) =>
      fc.tuple(
        fc.constant(door),
        fc.oneof<fc.Arbitrary<Nasty>[]>(nasty, spoilt(door.template)),
        fc.constantFrom(...waysOf(door)),
        // The others never ask the user.
        fc.constantFrom(...(door.setup?.asks ? (['common', 'force', 'forceAuth'] as const) : MODES)),
      ),
    );
    const property = fc.asyncProperty(what, async ([door, { make }, does, mode]) => {
      const step = { group: '', name: door.name, reached: '', setup: door.setup, rows: [] };
      const row = {
        fault: 'malformed',
        how: '',
        does: WAYS[does](make),
        clause: 'F1',
        expected: 'ok',
      } as const;
      jest.clearAllTimers();
      const observed = await runCell({ step, row, mode, expected: { login: 'ok', request: 'ok' } });
      expect([...observed.logins, observed.request]).not.toContain('pending');
      expect(observed.next).toEqual(['ok', 'ok']);
      expect(observed.settled.credential).toBe(observed.settled.last);
      expect(observed.unhandled).toEqual([]);
      expect(observed.leaks).toEqual([]);
      expect(observed.loggedOut).toBe(true);
      expect(inherited()).toBe(before);
    });
    await fc.assert(property, runs(80));
  });
}
