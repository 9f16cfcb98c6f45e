import { promptByPage, provideSession, weapp } from 'rx-weapp-session';
import type { AuthPrompt, Session } from 'rx-weapp-session';
import { firstValueFrom } from 'rxjs';
import { asks, bareSession, credential } from './support/bare-session';
import { newCodes } from './support/new-codes';
import { watched } from './support/watched';

// <auth-prompt/> where one prompt is told twice in a turn. How it looks, and its taps, are tested in the browser.

interface Definition {
  readonly data: object;
  readonly methods: object;
  readonly observers: Readonly<Record<'source', (source: string) => void>>;
  readonly lifetimes: Readonly<Record<'created' | 'attached' | 'detached', () => void>>;
  readonly pageLifetimes: Readonly<Record<'show' | 'hide', () => void>>;
}
const app = globalThis as {
  wx?: object;
  Component?: (definition: Definition) => void;
  getCurrentPages?: () => object[];
};
let definition: Definition;

beforeAll(() => {
  app.Component = (given) => (definition = given);
  jest.requireActual('../components/auth-prompt/index');
});
beforeEach(() => {
  app.wx = {};
});
afterEach(() => {
  delete app.wx;
  delete app.getCurrentPages;
});

const pass = (ms = 50) => new Promise((resolve) => setTimeout(resolve, ms));

/** The component as the framework makes it, as far as its script sees. */
function component() {
  const told: string[] = [];
  const instance = {
    ...definition.methods,
    data: { ...definition.data, source: '' } as {
      source: string;
      top?: { openType: string } | null;
      prompts?: readonly { readonly id: number }[];
    },
    getPageId: () => 'page',
    setData(data: object) {
      Object.assign(this.data, data);
    },
    triggerEvent: (name: string, { method }: { method: string }) => told.push(`${name} ${method}`),
  };
  const { lifetimes, pageLifetimes, observers } = definition;
  lifetimes.created.call(instance);
  return {
    told,
    attach: () => lifetimes.attached.call(instance),
    detach: () => lifetimes.detached.call(instance),
    show: () => pageLifetimes.show.call(instance),
    hide: () => pageLifetimes.hide.call(instance),
    set source(source: string) {
      instance.data.source = source;
      observers.source.call(instance, source);
    },
    /** An event of a prompt's own buttons. */
    fire(handler: string, detail: object, { id } = (instance.data.prompts || [])[0]) {
      const handlers = definition.methods as Readonly<Record<string, (event: object) => void>>;
      handlers[handler].call(instance, { detail, currentTarget: { dataset: { id } } });
    },
    get held() {
      return instance.data.prompts || [];
    },
    get shows() {
      return instance.data.top?.openType;
    },
  };
}

function provided(wx: object = {}, openType = 'getPhoneNumber', source = 'shop'): Session {
  const session = bareSession({
    source,
    backend: { silentLogin: () => [asks], login: () => [{ credential }] },
    methods: { mine: { openType, code: 'none', read: (detail) => detail } },
    privacy: true,
    platform: weapp({ login: newCodes(), ...wx }),
  });
  provideSession(session);
  return session;
}

const isShown = ({ shows, told }: ReturnType<typeof component>) => {
  expect(shows).toBe('getPhoneNumber');
  expect(told).toEqual(['open mine']);
};

test('P3: a prompt that the page’s own code claims and lets go at once is shown', async () => {
  const session = provided();
  const dialog = component();
  dialog.attach();
  let tried: AuthPrompt | undefined;
  session.prompt$.subscribe((prompt) => {
    if (!prompt || tried) return;
    tried = prompt;
    if (prompt.claim()) prompt.release();
  });
  watched(session.login());
  await pass();
  isShown(dialog);
  dialog.detach();
});

test('P3: on a login page that is attached as its navigation succeeds, the prompt is shown', async () => {
  const stack: object[] = [{}];
  app.getCurrentPages = () => [...stack];
  const dialog = component();
  const session = provided({
    navigateTo: ({ success }: { success(result: object): void }) =>
      setTimeout(() => {
        stack.push({});
        dialog.attach();
        success({});
      }, 5),
  });
  const subscription = promptByPage(session, { url: '/login' });
  watched(session.login());
  await pass();
  isShown(dialog);
  subscription.unsubscribe();
  dialog.detach();
});

test('P3: on a page that is hidden and shown in one turn, the prompt is shown', async () => {
  const session = provided();
  const dialog = component();
  watched(session.login());
  dialog.attach();
  dialog.hide();
  dialog.show();
  await pass();
  isShown(dialog);
  dialog.detach();
});

/** A dialog on a page of an app that WeChat has questions on privacy for. */
function withPrivacy(openType?: string) {
  let listener = (_: (answer: object) => void): void => undefined;
  const session = provided(
    { onNeedPrivacyAuthorization: (given: typeof listener) => (listener = given) },
    openType,
  );
  const dialog = component();
  dialog.attach();
  return { session, dialog, ask: () => listener(() => undefined) };
}

test('P3 P8: a prompt is shown though a privacy question came and was answered as it was offered', async () => {
  const { session, dialog, ask } = withPrivacy();
  session.prompt$.subscribe((prompt) => {
    if (prompt?.method === 'privacy') prompt.answer({ event: 'agree', buttonId: 'x' });
  });
  watched(session.login());
  ask();
  await pass();
  isShown(dialog);
  dialog.detach();
});

/** A dialog on a page whose login began some ms ago. */
async function loggingIn(session: Session, ms?: number) {
  const dialog = component();
  dialog.attach();
  const login = watched(session.login());
  await pass(ms);
  const end = () => {
    dialog.detach();
    session.dispose();
  };
  return { session, dialog, login, end };
}

/** One whose login has asked for something by this open-type. */
const asked = (openType: string, ms?: number) => loggingIn(provided({}, openType), ms);

test('P3: a prompt whose open-type it has no button for is left to others', async () => {
  const { session, dialog, end } = await asked('contact');
  expect(dialog.shows).toBeUndefined();
  const open = await firstValueFrom(session.prompt$);
  expect(open?.claim()).toBe(true);
  await pass(1500);
  expect(dialog.shows).toBeUndefined();
  end();
});

test('P3: one that nobody takes is shown after a second, not before: never a hang', async () => {
  const { dialog, end } = await asked('contact', 900);
  expect(dialog.shows).toBeUndefined();
  await pass(600);
  expect(dialog.shows).toBe('contact');
  end();
});

test('the combined form of WeChat’s own is known', async () => {
  const { dialog, end } = await asked('getUserInfo|agreePrivacyAuthorization');
  expect(dialog.told).toEqual(['open mine']);
  end();
});

test('another source is another session: its prompt is shown, and the former one’s let go', async () => {
  const shop = provided();
  const club = provided({}, 'getPhoneNumber', 'club');
  const dialog = component();
  dialog.source = 'shop';
  dialog.attach();
  watched(shop.login());
  await pass();
  isShown(dialog);
  watched(club.login());
  dialog.source = 'shop';
  await pass();
  expect(dialog.told).toEqual(['open mine']);
  dialog.source = 'club';
  await pass();
  expect(dialog.told).toEqual(['open mine', 'open mine']);
  expect((await firstValueFrom(shop.prompt$))?.claim()).toBe(true);
  expect((await firstValueFrom(club.prompt$))?.claim()).toBe(false);
  dialog.detach();
  shop.dispose();
  club.dispose();
});

test('P8: a privacy question that the page’s own UI takes covers the prompt below, and keeps it', async () => {
  const { session, dialog, ask } = withPrivacy();
  let privacy: AuthPrompt | undefined;
  session.prompt$.subscribe((prompt) => {
    if (prompt?.method === 'privacy' && prompt.claim()) privacy = prompt;
  });
  watched(session.login());
  await pass();
  isShown(dialog);
  const { id } = dialog.held[0];
  ask();
  await pass();
  expect(dialog.shows).toBeUndefined();
  expect(dialog.held.map((view) => view.id)).toEqual([id]);

  privacy?.answer({ event: 'agree', buttonId: 'x' });
  await pass();
  isShown(dialog);
  expect(dialog.held.map((view) => view.id)).toEqual([id]);
  dialog.detach();
  session.dispose();
});

test('P8: an answer that comes while it is covered counts', async () => {
  const { session, dialog, ask } = withPrivacy();
  session.prompt$.subscribe((prompt) => prompt?.method === 'privacy' && prompt.claim());
  const login = watched(session.login());
  await pass();
  ask();
  await pass();
  dialog.fire('onAnswer', { code: 'phone-code' });
  await pass();
  expect(login.values).toHaveLength(1);
  dialog.detach();
  session.dispose();
});

const AVATAR = { avatarUrl: 'wxfile://avatar.png' };

test('a nickname that WeChat’s review refused does not come back into the field', async () => {
  const { dialog, end } = await asked('chooseAvatar');
  dialog.fire('onInput', { value: 'refused' });
  dialog.fire('onReview', { pass: false, timeout: false });
  dialog.fire('onAvatar', AVATAR);
  expect(dialog.held[0]).toMatchObject({ nickName: '', ...AVATAR });
  end();
});

test.each([
  { pass: true, timeout: false },
  { pass: false, timeout: true },
])('one that was not refused stays: %j', async (review) => {
  const { dialog, end } = await asked('chooseAvatar');
  dialog.fire('onInput', { value: 'Ming' });
  dialog.fire('onReview', review);
  dialog.fire('onAvatar', AVATAR);
  expect(dialog.held[0]).toMatchObject({ nickName: 'Ming', ...AVATAR });
  end();
});

test.each([
  ['leaves the form open', { errMsg: 'chooseAvatar:fail cancel' }, 1],
  ['leaves the form open', { errno: 1, errMsg: 'chooseAvatar:fail' }, 1],
  ['leaves the form open', { errno: 104, errMsg: 'chooseAvatar:fail' }, 1],
  [
    'is an answer',
    { errno: 104, errMsg: 'chooseAvatar:fail cancel, privacy permission is not authorized' },
    0,
  ],
  ['is an answer', { errno: 112, errMsg: 'chooseAvatar:fail api scope is not declared' }, 0],
])('P5: a sheet of avatars that %s: %j', async (_, detail, open) => {
  const { dialog, end } = await asked('chooseAvatar');
  dialog.fire('onAvatar', detail);
  expect(dialog.held).toHaveLength(open);
  end();
});

test.each([false, true])(
  'the album that chooses an avatar hides the page, and loses nothing (asked for privacy first: %s)',
  async (first) => {
    const { session, dialog, ask } = withPrivacy('chooseAvatar');
    watched(session.login());
    await pass();
    dialog.fire('onTap', {});
    if (first) {
      ask();
      await pass();
      expect(dialog.shows).toBe('agreePrivacyAuthorization');
      dialog.fire('onAgree', {}, dialog.held[1]);
      await pass();
    }
    expect(dialog.shows).toBe('chooseAvatar');
    dialog.hide();
    await pass();
    dialog.fire('onAvatar', AVATAR);
    dialog.show();
    await pass();
    expect(dialog.held[0]).toMatchObject(AVATAR);
    dialog.detach();
    session.dispose();
  },
);

test('P3: after a consent with nothing below it, a page that is hidden holds nothing', async () => {
  const { session, dialog, ask } = withPrivacy();
  ask();
  await pass();
  dialog.fire('onTap', {});
  dialog.fire('onAgree', {});
  await pass();
  dialog.hide();
  watched(session.login());
  await pass();
  expect(dialog.held).toEqual([]);
  dialog.detach();
  session.dispose();
});

test('P3: while its page is hidden no prompt is shown there; back on it, it is', async () => {
  const session = provided();
  const dialog = component();
  dialog.attach();
  dialog.hide();
  const login = watched(session.login());
  await pass();
  expect(dialog.held).toEqual([]);
  dialog.show();
  await pass();
  isShown(dialog);
  dialog.hide();
  expect(dialog.held).toEqual([]);
  expect(login.errors).toEqual([]);
  dialog.show();
  await pass();
  expect(dialog.shows).toBe('getPhoneNumber');
  dialog.detach();
});

test('P3: attached to a page that is not on top, it shows nothing until that page is shown', async () => {
  app.getCurrentPages = () => [{ getPageId: () => 'another' }];
  const session = provided();
  const dialog = component();
  dialog.attach();
  watched(session.login());
  await pass();
  expect(dialog.held).toEqual([]);
  dialog.show();
  await pass();
  isShown(dialog);
  dialog.detach();
});

type Profile = { desc: string; success(result: object): void; fail(error: object): void };

/** A dialog that asks for the profile, and its button tapped. */
async function tapped(wx: object, tips: object = {}) {
  app.wx = wx;
  const login = jest.fn(() => [{ credential }]);
  const session = bareSession({
    backend: { silentLogin: () => [{ authorize: { method: 'userProfile' } }], login },
    tips,
  });
  provideSession(session);
  const { dialog, login: result, end } = await loggingIn(session);
  dialog.fire('onConfirm', {});
  await pass();
  return { dialog, login, result, end };
}

describe('P5: the profile is asked for in the tap, by wx.getUserProfile', () => {
  const userInfo = { userInfo: { nickName: 'Ming' } };
  const refused = { errMsg: 'getUserProfile:fail auth deny' };

  test('what it gives is the answer', async () => {
    const getUserProfile = jest.fn(({ success }: Profile) => success(userInfo));
    const { dialog, login, result, end } = await tapped({ getUserProfile });
    expect(login).toHaveBeenCalledWith(
      expect.objectContaining({ method: 'userProfile', authorization: userInfo }),
    );
    expect(result.values).toEqual([credential]);
    expect(dialog.told).toEqual(['open userProfile', 'answer userProfile']);
    end();
  });

  test('so is a refusal', async () => {
    const getUserProfile = jest.fn(({ fail }: Profile) => fail(refused));
    const { dialog, login, result, end } = await tapped({ getUserProfile });
    expect(login).not.toHaveBeenCalled();
    expect(result.code).toBe('auth-denied');
    expect(dialog.told.slice(0, 2)).toEqual(['open userProfile', 'answer userProfile']);
    end();
  });

  test('a WeChat that has it no more is a failure, not a refusal', async () => {
    const { result, end } = await tapped({});
    expect(result.code).toBe('auth-failed');
    end();
  });

  test.each([
    ['the content, as far as WeChat takes it', { content: 'abcde'.repeat(7) }, 'abcde'.repeat(6)],
    ['else the title', { content: '', title: 'Who are you?' }, 'Who are you?'],
    ['else the method', { content: '', title: '' }, 'userProfile'],
  ])('it says what for: %s', async (_, tips, desc) => {
    const getUserProfile = jest.fn();
    const { end } = await tapped({ getUserProfile }, tips);
    expect(getUserProfile).toHaveBeenCalledTimes(1);
    expect(getUserProfile).toHaveBeenCalledWith(expect.objectContaining({ desc }));
    end();
  });
});

test('P8: WeChat’s privacy contract opens at a tap, and the page that it hides lets nothing go', async () => {
  const openPrivacyContract = jest.fn();
  app.wx = { openPrivacyContract };
  const { dialog, end } = await asked('getPhoneNumber');
  dialog.fire('onContract', {});
  expect(openPrivacyContract).toHaveBeenCalledTimes(1);
  dialog.hide();
  await pass();
  isShown(dialog);
  end();
});
