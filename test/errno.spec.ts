import { createSession, weapp } from 'rx-weapp-session';
import type { AuthPrompt, Session } from 'rx-weapp-session';
import { newCodes } from './support/new-codes';
import { watched } from './support/watched';
import type { Watched } from './support/watched';

// P5, as a user of the library meets it: what the login ends with after this answer to its prompt.

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

interface Asked {
  readonly session: Session;
  readonly login: Watched<unknown>;
  readonly shown: readonly AuthPrompt[];
  readonly exchanged: jest.Mock;
}

function ask(method: string, ...answers: readonly unknown[]): Asked {
  const exchanged = jest.fn(() => [{ credential: { token: 'A' } }]);
  const wx = { login: newCodes() };
  const session = createSession({
    source: 'shop',
    store: null,
    platform: weapp(wx),
    backend: { silentLogin: () => [{ authorize: { method } }], login: exchanged },
  });
  const shown: AuthPrompt[] = [];
  session.prompt$.subscribe((prompt) => {
    if (!prompt || shown.some(({ id }) => id === prompt.id)) return;
    shown.push(prompt);
    if (shown.length <= answers.length) prompt.answer(answers[shown.length - 1]);
  });
  const login = watched(session.login());
  return { session, login, shown, exchanged };
}

const DENIED = 'auth-denied';
const CANCELLED = 'auth-cancelled';
const FAILED = 'auth-failed';

interface Row {
  readonly errMsg?: string;
  readonly errno?: number;
  readonly becomes: string;
}

// By errno, which goes before the text.
const BY_ERRNO: readonly Row[] = [
  { errno: 104, errMsg: 'getPhoneNumber:fail privacy permission is not authorized', becomes: DENIED },
  { errno: 104, errMsg: 'getPhoneNumber:fail privacy permission is not authorized in gap', becomes: DENIED },
  { errno: 104, errMsg: 'privacy permission is not authorized', becomes: DENIED },
  { errno: 104, errMsg: 'chooseAvatar:fail Privacy permission denied', becomes: DENIED },
  { errno: 104, errMsg: 'getPhoneNumber:fail user deny', becomes: CANCELLED },
  { errno: 104, errMsg: 'getPhoneNumber:fail', becomes: CANCELLED },
  { errno: 104, becomes: CANCELLED },
  { errno: 1, errMsg: 'getPhoneNumber:fail user deny', becomes: CANCELLED },
  { errno: 1, errMsg: 'getPhoneNumber:fail', becomes: CANCELLED },
  { errno: 103, errMsg: 'getPhoneNumber:fail user cancel', becomes: DENIED },
  { errno: 103, becomes: DENIED },
  { errno: 3, errMsg: 'getPhoneNumber:fail user cancel', becomes: DENIED },
  { errno: 3, errMsg: 'getPhoneNumber:fail system permission', becomes: DENIED },
  { errno: 102, errMsg: 'getPhoneNumber:fail user deny', becomes: FAILED },
  { errno: 102, errMsg: 'getPhoneNumber:fail no permission', becomes: FAILED },
  {
    errno: 112,
    errMsg: 'getPhoneNumber:fail api scope is not declared in the privacy agreement',
    becomes: FAILED,
  },
  { errno: 112, errMsg: 'getPhoneNumber:fail auth denied', becomes: FAILED },
  { errno: 1400001, errMsg: 'getPhoneNumber:fail user cancel', becomes: FAILED },
  { errno: 1400001, becomes: FAILED },
  { errno: 1003, errMsg: 'getPhoneNumber:fail user deny', becomes: FAILED },
];

// By text, in the wordings that phones and developer tools were seen to use.
const BY_TEXT: readonly Row[] = [
  { errMsg: 'getPhoneNumber:fail user deny', becomes: DENIED },
  { errMsg: 'getPhoneNumber:fail:user deny', becomes: DENIED },
  { errMsg: 'getPhoneNumber:fail auth deny', becomes: DENIED },
  { errMsg: 'getPhoneNumber:fail:auth denied', becomes: DENIED },
  { errMsg: 'getPhoneNumber:fail auth_denied', becomes: DENIED },
  { errMsg: 'getPhoneNumber:fail User Denied', becomes: DENIED },
  { errMsg: 'getPhoneNumber:fail:user cancel', becomes: CANCELLED },
  { errMsg: 'getPhoneNumber:fail user cancel', becomes: CANCELLED },
  { errMsg: 'getPhoneNumber:fail cancel', becomes: CANCELLED },
  { errMsg: 'getPhoneNumber:fail Cancelled by the user', becomes: CANCELLED },
  { errMsg: 'getPhoneNumber:fail no permission', becomes: FAILED },
  { errMsg: 'getPhoneNumber:fail appid privacy api banned', becomes: FAILED },
  { errMsg: 'getUserProfile:fail can only be invoked by user TAP gesture.', becomes: FAILED },
  { errMsg: 'getUserProfile:fail desc length does not meet the requirements', becomes: FAILED },
  { errMsg: 'getPhoneNumber:fail jsapi has something new to say', becomes: FAILED },
  { errMsg: 'getPhoneNumber:fail', becomes: FAILED },
  // An errno that nobody listed leaves it to the text, and a number in the text is no errno.
  { errno: 9102, errMsg: 'getPhoneNumber:fail user deny', becomes: DENIED },
  { errMsg: 'getPhoneNumber:fail 102 user deny', becomes: DENIED },
  { errno: 987654, errMsg: 'getPhoneNumber:fail user deny', becomes: DENIED },
  { errno: 987654, errMsg: 'getPhoneNumber:fail user cancel', becomes: CANCELLED },
  { errno: 987654, errMsg: 'getPhoneNumber:fail', becomes: FAILED },
  { errno: 987654, becomes: FAILED },
  { errno: 0, errMsg: 'getPhoneNumber:fail user deny', becomes: DENIED },
];

const METHODS = ['phoneNumber', 'realtimePhoneNumber', 'avatarNickname', 'userProfile'];

describe.each(METHODS)('P5: the answer to a %s prompt', (method) => {
  test.each([...BY_ERRNO, ...BY_TEXT])('P5: errno $errno "$errMsg" is $becomes', ({ becomes, ...detail }) => {
    const { login, shown, exchanged, session } = ask(method, detail);
    expect(login).toMatchObject({ values: [], code: becomes });
    expect(login.errors[0]).toHaveProperty('cause', detail);
    expect(exchanged).not.toHaveBeenCalled();
    // Not asked again in that flight, and never by itself.
    expect(shown).toHaveLength(1);
    expect(session.snapshot).toMatchObject({ status: 'anonymous', error: { code: becomes } });
  });
});

describe('P5: what is no answer at all', () => {
  const UNREADABLE: readonly unknown[] = [undefined, null, {}, 'yes', 7, [], { errMsg: 'getPhoneNumber:ok' }];

  test.each(METHODS.flatMap((method) => UNREADABLE.map((detail) => ({ method, detail }))))(
    'P5: $detail to a $method prompt is auth-failed',
    ({ method, detail }) => {
      const { login, shown, exchanged } = ask(method, detail);
      expect(login.code).toBe(FAILED);
      expect(shown).toHaveLength(1);
      expect(exchanged).not.toHaveBeenCalled();
    },
  );

  test.each([
    ['phoneNumber', { code: '' }],
    ['phoneNumber', { encryptedData: 'x' }],
    ['avatarNickname', { avatarUrl: 'wxfile://a.png' }],
    ['avatarNickname', { nickName: 'Ming' }],
    ['userProfile', { rawData: '{}' }],
  ])('P5: to a %s prompt, %p lacks something: auth-failed', (method, detail) => {
    expect(ask(method, detail).login.code).toBe(FAILED);
  });

  test('P5: the user closing the prompt is auth-cancelled', () => {
    const { login, shown } = ask('phoneNumber');
    shown[0].cancel();
    expect(login.code).toBe(CANCELLED);
  });

  test('T3: neither message nor JSON of such an error repeats what was answered', () => {
    const detail = { errMsg: 'getPhoneNumber:fail odd', code: 'secret-code', encryptedData: 'secret-data' };
    const [error] = ask('phoneNumber', detail).login.errors;
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('secret');
  });
});

describe('detail read', () => {
  test.each([
    ['phoneNumber', { errMsg: 'getPhoneNumber:ok', code: 'p', encryptedData: 'e', iv: 'i' }, { code: 'p' }],
    [
      'phoneNumber',
      { errMsg: 'getPhoneNumber:ok', encryptedData: 'e', iv: 'i' },
      { encryptedData: 'e', iv: 'i' },
    ],
    ['realtimePhoneNumber', { errMsg: 'getRealtimePhoneNumber:ok', code: 'p' }, { code: 'p' }],
    ['realtimePhoneNumber', { code: 'p', errno: 0 }, { code: 'p' }],
    ['avatarNickname', { avatarUrl: 'a', nickName: 'n' }, { avatarUrl: 'a', nickName: 'n' }],
    [
      'userProfile',
      { errMsg: 'getUserProfile:ok', userInfo: {}, rawData: '{}' },
      { userInfo: {}, rawData: '{}' },
    ],
    ['userInfo', { errMsg: 'getUserInfo:ok', userInfo: {}, iv: 'i' }, { userInfo: {}, iv: 'i' }],
  ])('%s: the backend is given the authorisation of %p', (method, detail, authorization) => {
    const { login, exchanged } = ask(method, detail);
    expect(login.values).toHaveLength(1);
    expect(exchanged).toHaveBeenCalledTimes(1);
    expect(exchanged).toHaveBeenCalledWith(
      expect.objectContaining({
        source: 'shop',
        method,
        authorization: expect.objectContaining(authorization),
      }),
    );
  });

  test.each([
    ['phoneNumber', 'getPhoneNumber'],
    ['realtimePhoneNumber', 'getRealtimePhoneNumber'],
    ['avatarNickname', 'chooseAvatar'],
    ['userInfo', 'getUserInfo'],
    ['userProfile', undefined],
  ])('%s is asked for by the open-type %s', (method, openType) => {
    expect(ask(method).shown).toMatchObject([{ method }]);
    expect(ask(method).shown[0].openType).toBe(openType);
  });
});

describe('P4: userInfo has a scope that the permission panel can grant', () => {
  const REFUSED = { errMsg: 'getUserInfo:fail auth deny', errno: 103 };
  const GRANTED = { errMsg: 'openSetting:ok', authSetting: { 'scope.userInfo': true } };
  const INFO = { errMsg: 'getUserInfo:ok', userInfo: { nickName: 'n' } };
  const methods = ({ shown }: Asked) => shown.map(({ method }) => method);

  test('P4: a refusal opens one setting prompt; granted, the method is tried once more', () => {
    const asked = ask('userInfo', REFUSED, GRANTED, INFO);
    expect(methods(asked)).toEqual(['userInfo', 'setting', 'userInfo']);
    expect(asked.shown[1]).toMatchObject({ openType: 'openSetting', scope: 'scope.userInfo' });
    expect(asked.login.values).toHaveLength(1);
  });

  test.each([
    ['refused', { errMsg: 'openSetting:ok', authSetting: { 'scope.userInfo': false } }],
    ['left as it was', { errMsg: 'openSetting:ok', authSetting: {} }],
    ['granted for something else', { errMsg: 'openSetting:ok', authSetting: { 'scope.camera': true } }],
  ])('P4: %s in the panel is auth-denied', (_, detail) => {
    const asked = ask('userInfo', REFUSED, detail);
    expect(methods(asked)).toEqual(['userInfo', 'setting']);
    expect(asked.login.code).toBe(DENIED);
  });

  test.each([
    [FAILED, { errMsg: 'openSetting:fail can only be invoked by user TAP gesture.' }],
    [FAILED, { errno: 102, errMsg: 'openSetting:fail no permission' }],
    [DENIED, { errMsg: 'openSetting:fail auth deny' }],
    [DENIED, { errMsg: 'openSetting:fail cancel' }],
  ])('P4 P5: %s where the panel itself says %j', (code, detail) => {
    expect(ask('userInfo', REFUSED, detail).login.code).toBe(code);
  });

  test('P4: refused again after the panel is auth-denied: there is one panel', () => {
    const asked = ask('userInfo', REFUSED, GRANTED, REFUSED, GRANTED);
    expect(methods(asked)).toEqual(['userInfo', 'setting', 'userInfo']);
    expect(asked.login.code).toBe(DENIED);
  });

  test.each([
    [CANCELLED, { errMsg: 'getUserInfo:fail cancel' }],
    [FAILED, { errMsg: 'getUserInfo:fail no permission' }],
    [FAILED, { errno: 112, errMsg: 'getUserInfo:fail api scope is not declared in the privacy agreement' }],
  ])('P4 P5: %s opens no panel', (code, detail) => {
    const asked = ask('userInfo', detail, GRANTED, INFO);
    expect(methods(asked)).toEqual(['userInfo']);
    expect(asked.login.code).toBe(code);
  });

  test('P4: a refusal concerns this flight alone: the next login asks again', () => {
    const asked = ask('userInfo', REFUSED, { authSetting: {} });
    watched(asked.session.login());
    expect(methods(asked)).toEqual(['userInfo', 'setting', 'userInfo']);
  });

  test('P4: a method without a scope is auth-denied at once', () => {
    const asked = ask('phoneNumber', { errMsg: 'getPhoneNumber:fail user deny', errno: 103 });
    expect(methods(asked)).toEqual(['phoneNumber']);
    expect(asked.login.code).toBe(DENIED);
  });
});
