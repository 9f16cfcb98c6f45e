// The component alone on exparser, the component framework of WeChat's WebView base library, compiled by the real wcc.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import type { AuthPrompt, LoginReply, Session } from '../src/index';
import type * as Library from '../src/index';

interface Node {
  readonly dom: { readonly textContent: string; readonly innerHTML: string };
  dispatchEvent(type: string, options?: { readonly detail?: unknown }): void;
}
interface Rendered extends Node {
  readonly data: Record<string, unknown>;
  attach(parent: unknown): void;
  detach(): void;
  querySelector(selector: string): Node | undefined;
  querySelectorAll(selector: string): Node[];
  addEventListener(name: string, listener: (event: { readonly detail: unknown }) => void): void;
  triggerPageLifeTime(name: 'show' | 'hide'): void;
}
interface Simulate {
  load(path: string, tag: string, options: object): string;
  render(id: string, properties?: object): Rendered;
  sleep(ms: number): Promise<void>;
}
type Wx = Record<string, unknown>;

const require = createRequire(join(__dirname, 'package.json'));
const { JSDOM } = require('jsdom') as {
  JSDOM: new (html: string) => { readonly window: Record<string, unknown> };
};
const { window } = new JSDOM('<!doctype html><body></body>');
const globals = globalThis as unknown as Record<string, unknown>;
for (const name of ['document', 'Element', 'HTMLElement', 'Node', 'Event', 'CustomEvent', 'MutationObserver'])
  globals[name] = window[name];
globals.window = window;

const simulate = require('miniprogram-simulate') as Simulate;
const rootPath = join(__dirname, '../miniprogram_dist');
const { createSession, provideSession, weapp } = require(join(rootPath, 'index.js')) as typeof Library;
const id = simulate.load(join(rootPath, 'components/auth-prompt/index'), 'auth-prompt', {
  rootPath,
  compiler: 'official',
});
const wx = globals.wx as Wx;
const document = window.document as { createElement(tag: string): { readonly innerHTML: string } };

const phone = { errMsg: 'getPhoneNumber:ok', code: 'phone-code' };
const wanted = (method: string): LoginReply => ({ authorize: { method, ticket: 'ticket' } });

interface Script {
  readonly asks?: readonly string[];
  readonly methods?: Library.SessionConfig['methods'];
  readonly tips?: Library.TipsSource;
  readonly properties?: object;
}
let mounted: Rendered | undefined;

/** The component in a page, over a backend that asks for these authorisations before it lets a user in. */
function mount({ asks = ['phoneNumber'], methods = {}, tips = {}, properties }: Script = {}) {
  const authorizations: unknown[] = [];
  const outcomes: unknown[] = [];
  const events: string[] = [];
  let codes = 0;
  const next = (): LoginReply => {
    const method = asks[authorizations.length];
    return method ? wanted(method) : { credential: { token: 'A' } };
  };
  const asked: { need?: (resolve: (answer: object) => void) => void } = {};
  wx.onNeedPrivacyAuthorization = (listener: typeof asked.need) => (asked.need = listener);
  const platform = weapp({
    login: ({ success }: { success(result: object): void }) => success({ code: `code${++codes}` }),
    onNeedPrivacyAuthorization: wx.onNeedPrivacyAuthorization,
  });
  const session = createSession({
    source: 'shop',
    store: null,
    platform,
    methods,
    tips,
    promptGrace: 50,
    backend: {
      silentLogin: () => [next()],
      login: ({ authorization }) => {
        authorizations.push(authorization);
        return [next()];
      },
    },
  });
  provideSession(session);
  const component = simulate.render(id, properties);
  for (const name of ['open', 'answer', 'cancel'])
    component.addEventListener(name, ({ detail }) => events.push(`${name} ${(detail as AuthPrompt).method}`));
  const parent = document.createElement('div');
  component.attach(parent);
  mounted = component;

  const login = async () => {
    session.login().subscribe({
      next: ({ token }) => outcomes.push(token),
      error: (error: unknown) => outcomes.push((error as Library.SessionError).code),
    });
    await simulate.sleep(10);
  };
  const find = (selector: string): Node => {
    const node = component.querySelector(selector);
    assert.ok(node, `${selector} in ${parent.innerHTML}`);
    return node;
  };
  const fire = async (selector: string, event: string, detail?: unknown) => {
    find(selector).dispatchEvent(event, { detail });
    await simulate.sleep(10);
  };
  const isOpen = () => !!component.querySelector('.panel');
  const need = async () => {
    const answers: object[] = [];
    asked.need?.((answer) => answers.push(answer));
    await simulate.sleep(10);
    return answers;
  };
  return { session, component, parent, login, find, fire, isOpen, need, authorizations, outcomes, events };
}

const claims = (session: Session, when: (prompt: AuthPrompt) => boolean = () => true) => {
  const held: AuthPrompt[] = [];
  session.prompt$.subscribe((prompt) => {
    if (prompt && when(prompt) && prompt.claim()) held.push(prompt);
  });
  return held;
};

beforeEach(() => {
  mounted?.detach();
  mounted = undefined;
  for (const name of [
    'onNeedPrivacyAuthorization',
    'getUserProfile',
    'getPrivacySetting',
    'openPrivacyContract',
  ])
    delete wx[name];
});
after(() => setImmediate(() => process.exit()));

describe('auth-prompt', () => {
  test('shows nothing until there is a prompt', () => {
    const { isOpen, component, events } = mount();
    assert.deepEqual([isOpen(), component.data.caught, events], [false, false, []]);
  });

  test('phone number: the texts, the combined open-type, the answer', async () => {
    const { component, login, fire, find, isOpen, outcomes, authorizations, events } = mount();
    await login();
    assert.equal(find('.title').dom.textContent, '登录');
    assert.equal(find('.confirm').dom.textContent, '手机号登录');
    assert.equal(
      (component.data.top as { openType: string }).openType,
      'getPhoneNumber|agreePrivacyAuthorization',
    );
    await fire('.confirm', 'tap');
    await fire('.confirm', 'agreeprivacyauthorization', { errMsg: 'ok' });
    assert.deepEqual(authorizations, []);
    await fire('.confirm', 'getphonenumber', phone);
    assert.deepEqual(authorizations, [{ code: 'phone-code' }]);
    assert.deepEqual(outcomes, ['A']);
    assert.deepEqual(events, ['open phoneNumber', 'answer phoneNumber']);
    assert.equal(isOpen(), false);
  });

  test('a second tap’s event meets no other prompt', async () => {
    const { login, fire, find, authorizations, outcomes } = mount({
      asks: ['phoneNumber', 'realtimePhoneNumber'],
    });
    await login();
    const first = find('.confirm');
    first.dispatchEvent('getphonenumber', { detail: phone });
    first.dispatchEvent('getphonenumber', { detail: { ...phone, code: 'late' } });
    await simulate.sleep(10);
    assert.deepEqual(authorizations, [{ code: 'phone-code' }]);
    assert.deepEqual(outcomes, []);
    await fire('.confirm', 'getrealtimephonenumber', phone);
    assert.deepEqual(outcomes, ['A']);
  });

  test('a refusal ends the login', async () => {
    const { login, fire, outcomes, isOpen } = mount();
    await login();
    await fire('.confirm', 'getphonenumber', { errMsg: 'getPhoneNumber:fail user deny', errno: 103 });
    assert.deepEqual([outcomes, isOpen()], [['auth-denied'], false]);
  });

  for (const [what, selector, event] of [
    ['the button', '.cancel', 'tap'],
    ['the mask', '.mask', 'tap'],
    ['the back key', '.back', 'leave'],
  ])
    test(`cancelled by ${what}, once`, async () => {
      const { login, find, outcomes, events, isOpen } = mount();
      await login();
      const node = find(selector);
      node.dispatchEvent(event);
      node.dispatchEvent(event);
      await simulate.sleep(10);
      assert.deepEqual(outcomes, ['auth-cancelled']);
      assert.deepEqual(events, ['open phoneNumber', 'cancel phoneNumber']);
      assert.equal(isOpen(), false);
    });

  test('avatar and nickname: both are needed, and answered together', async () => {
    const { login, fire, find, component, authorizations } = mount({ asks: ['avatarNickname'] });
    await login();
    await fire('.form', 'submit', { value: { nickName: '小明' } });
    assert.deepEqual(authorizations, []);
    assert.equal(find('.missing').dom.textContent, '请选择头像并填写昵称');
    await fire('.avatar', 'chooseavatar', { errMsg: 'chooseAvatar:fail cancel' });
    await fire('.avatar', 'chooseavatar', { avatarUrl: 'wxfile://a.png' });
    assert.equal(component.querySelector('.missing'), undefined);
    await fire('.form', 'submit', { value: { nickName: ' ' } });
    await fire('.form', 'submit', { value: { nickName: ' 小明 ' } });
    assert.deepEqual(authorizations, [{ avatarUrl: 'wxfile://a.png', nickName: '小明' }]);
  });

  test('a refused avatar is an answer', async () => {
    const { login, fire, outcomes } = mount({ asks: ['avatarNickname'] });
    await login();
    const refusal = { errMsg: 'chooseAvatar:fail privacy permission is not authorized', errno: 104 };
    await fire('.avatar', 'chooseavatar', refusal);
    assert.deepEqual(outcomes, ['auth-denied']);
  });

  test('user info refused: the permission panel, then once more', async () => {
    const { login, fire, find, outcomes } = mount({ asks: ['userInfo'] });
    await login();
    await fire('.confirm', 'getuserinfo', { errMsg: 'getUserInfo:fail auth deny' });
    assert.equal(find('.confirm').dom.textContent, '去设置');
    await fire('.confirm', 'opensetting', { authSetting: { 'scope.userInfo': true } });
    await fire('.confirm', 'getuserinfo', { errMsg: 'getUserInfo:ok', userInfo: { nickName: '小明' } });
    assert.deepEqual(outcomes, ['A']);
  });

  test('user profile: asked for in the tap', async () => {
    const given: { desc: string; success(result: object): void }[] = [];
    wx.getUserProfile = (options: (typeof given)[0]) => given.push(options);
    const { login, fire, outcomes } = mount({ asks: ['userProfile'] });
    await login();
    await fire('.confirm', 'tap');
    assert.equal(given[0].desc, '登录后继续');
    given[0].success({ errMsg: 'getUserProfile:ok', userInfo: {} });
    assert.deepEqual(outcomes, ['A']);
  });

  test('user profile: WeChat wants a desc, also where the texts leave it out', async () => {
    const given: { desc: string }[] = [];
    wx.getUserProfile = (options: (typeof given)[0]) => given.push(options);
    const { login, fire } = mount({ asks: ['userProfile'], tips: { content: '' } });
    await login();
    await fire('.confirm', 'tap');
    assert.equal(given[0].desc, '登录');
  });

  test('a method of the app’s own without an open-type is answered like wx.showModal', async () => {
    const methods = { terms: { code: 'none' as const, read: (detail: unknown) => detail } };
    const { login, fire, authorizations } = mount({ asks: ['terms'], methods });
    await login();
    await fire('.confirm', 'tap');
    assert.deepEqual(authorizations, [{ confirm: true }]);
  });

  test('privacy: exposure, agree with the button’s id, and the prompt below comes again with its form', async () => {
    wx.getPrivacySetting = ({ success }: { success(result: object): void }) =>
      success({ needAuthorization: true, privacyContractName: '《隐私保护指引》' });
    let opened = 0;
    wx.openPrivacyContract = () => opened++;
    const { login, fire, find, need, component, authorizations } = mount({ asks: ['avatarNickname'] });
    await login();
    await fire('.avatar', 'chooseavatar', { avatarUrl: 'wxfile://a.png' });
    const answers = await need();
    assert.deepEqual(answers, [{ event: 'exposureAuthorization' }]);
    assert.equal(find('.title').dom.textContent, '隐私保护');
    await fire('.contract', 'tap');
    assert.equal(opened, 1);
    const agree = component.querySelectorAll('.confirm')[1];
    agree.dispatchEvent('agreeprivacyauthorization', { detail: {} });
    await simulate.sleep(10);
    assert.deepEqual(answers[1], { event: 'agree', buttonId: 'auth-prompt-2' });
    assert.equal(find('.title').dom.textContent, '完善资料');
    await fire('.form', 'submit', { value: { nickName: '小明' } });
    assert.deepEqual(authorizations, [{ avatarUrl: 'wxfile://a.png', nickName: '小明' }]);
  });

  test('the event of the button below still counts while privacy covers it', async () => {
    const { login, need, component, authorizations } = mount();
    await login();
    await need();
    assert.equal(component.querySelectorAll('.confirm').length, 2);
    component.querySelectorAll('.confirm')[0].dispatchEvent('getphonenumber', { detail: phone });
    await simulate.sleep(10);
    assert.deepEqual(authorizations, [{ code: 'phone-code' }]);
  });

  test('closing the privacy prompt is a disagree; the prompt below comes again', async () => {
    const { login, need, find, component } = mount();
    await login();
    const answers = await need();
    component.querySelectorAll('.cancel')[1].dispatchEvent('tap');
    await simulate.sleep(10);
    assert.deepEqual(answers, [{ event: 'exposureAuthorization' }, { event: 'disagree' }]);
    assert.equal(find('.title').dom.textContent, '登录');
  });

  test('the page’s own UI goes first, though it was told later', async () => {
    const { session, login, isOpen } = mount();
    const own = claims(session);
    await login();
    assert.deepEqual([own.length, isOpen()], [1, false]);
    own[0].release();
    await simulate.sleep(10);
    assert.equal(isOpen(), false);
    own[1].cancel();
  });

  test('a hidden page lets go and shows nothing; shown again it goes on where it was', async () => {
    const { component, session, login, fire, isOpen, find } = mount({ asks: ['avatarNickname'] });
    await login();
    await fire('.avatar', 'chooseavatar', { avatarUrl: 'wxfile://a.png' });
    await fire('.nickname', 'input', { value: '小' });
    component.triggerPageLifeTime('hide');
    assert.equal(isOpen(), false);
    component.triggerPageLifeTime('show');
    await simulate.sleep(10);
    assert.ok(find('.picture'));
    const [view] = component.data.prompts as [{ avatarUrl: string; nickName: string }];
    assert.deepEqual([view.avatarUrl, view.nickName], ['wxfile://a.png', '小']);

    component.triggerPageLifeTime('hide');
    const elsewhere = claims(session);
    component.triggerPageLifeTime('show');
    await simulate.sleep(10);
    assert.deepEqual([elsewhere.length, isOpen()], [1, false]);
    elsewhere[0].cancel();
  });

  test('hidden for good, nobody sees the prompt: prompt-unhandled', async () => {
    const { component, login, outcomes } = mount();
    await login();
    component.triggerPageLifeTime('hide');
    await simulate.sleep(200);
    assert.deepEqual(outcomes, ['prompt-unhandled']);
  });

  test('hidden by a sheet of WeChat’s own it keeps the prompt, and the event counts', async () => {
    const { component, login, fire, outcomes } = mount();
    await login();
    await fire('.confirm', 'tap');
    component.triggerPageLifeTime('hide');
    await simulate.sleep(100);
    await fire('.confirm', 'getphonenumber', phone);
    assert.deepEqual(outcomes, ['A']);
  });

  test('detached in mid-prompt: cancelled, and no later event counts', async () => {
    const { component, find, login, outcomes } = mount();
    await login();
    const button = find('.confirm');
    component.detach();
    button.dispatchEvent('getphonenumber', { detail: phone });
    await simulate.sleep(100);
    assert.deepEqual(outcomes, ['auth-cancelled']);
  });

  test('properties: source, texts, back', async () => {
    const { login, find, component } = mount({
      asks: ['avatarNickname'],
      properties: { source: 'shop', texts: { avatar: 'Choose an avatar' }, back: false },
    });
    await login();
    assert.match(find('.avatar').dom.textContent, /Choose an avatar/);
    assert.equal((component.data.words as { missing: string }).missing, '请选择头像并填写昵称');
    assert.equal(component.data.back, false);
  });
});
