import { promptByPage, weapp } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { firstValueFrom } from 'rxjs';
import type { Subscription } from 'rxjs';
import { bareSession } from './support/bare-session';
import { newCodes } from './support/new-codes';
import { pageUi } from './support/page-ui';
import { watched } from './support/watched';

// promptByPage where the navigation takes a while, fails, or the page misbehaves.

interface Page {
  readonly route?: string;
  onUnload?: () => void;
}
const app = globalThis as { getCurrentPages?: () => Page[] };
const url = '/pages/login/login';
const MINUTES = 120_000;

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  delete app.getCurrentPages;
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

/**
 * A session in an app that takes 100 ms to open a page, or to say that it will (the page stands 300 ms later), or to
 * find that it cannot; or never says.
 */
function inApp(navigation: 'opens' | 'will open' | 'fails' | 'hangs' = 'opens') {
  const stack: Page[] = [{}];
  app.getCurrentPages = () => [...stack];
  const opened: string[] = [];
  const questions: ((resolve: (answer: object) => void) => void)[] = [];
  const changes: Record<'show' | 'hide', (() => void)[]> = { show: [], hide: [] };
  const drop = (from: 'show' | 'hide') => (listener: () => void) => {
    changes[from] = changes[from].filter((each) => each !== listener);
  };
  let build = (): Page => ({});
  const session = bareSession({
    privacy: true,
    platform: weapp({
      login: newCodes(),
      onNeedPrivacyAuthorization: (listener: (typeof questions)[number]) => questions.push(listener),
      onAppShow: (listener: () => void) => changes.show.push(listener),
      onAppHide: (listener: () => void) => changes.hide.push(listener),
      offAppShow: drop('show'),
      offAppHide: drop('hide'),
      navigateTo: (options: { url: string; success(result: object): void; fail(result: object): void }) => {
        opened.push(options.url);
        if (navigation === 'hangs') return;
        setTimeout(() => {
          if (navigation === 'fails') return options.fail({ errMsg: 'navigateTo:fail webview count limit' });
          const open = () => void stack.push(build());
          if (navigation === 'opens') open();
          else setTimeout(open, 300);
          options.success({ errMsg: 'navigateTo:ok' });
        }, 100);
      },
    }),
  });
  return {
    session,
    opened,
    onOpen: (make: () => Page) => (build = make),
    openOther: (page: Page) => void stack.push(page),
    back: () => stack.pop()?.onUnload?.(),
    vanish: () => void stack.pop(),
    listening: () => changes.show.length + changes.hide.length,
    ask: (resolve: (answer: object) => void) => questions[0](resolve),
    change: (to: 'show' | 'hide') => changes[to].forEach((listener) => listener()),
  };
}

test('P3: unsubscribed while the page is on its way: the page’s own UI can claim the prompt', async () => {
  const { session, onOpen } = inApp();
  const subscription = promptByPage(session, { url });
  let ui: ReturnType<typeof pageUi> | undefined;
  onOpen(() => {
    ui = pageUi(session);
    return {};
  });
  watched(session.login());
  await pass(50);
  subscription.unsubscribe();
  await pass(1000);
  expect(ui?.claimed.map(({ method }) => method)).toEqual(['mine']);
});

test('P8: a privacy question that came while a navigation was failing is settled too', async () => {
  const { session, opened, ask } = inApp('fails');
  promptByPage(session, { url });
  const login = watched(session.login());
  const resolve = jest.fn();
  await pass(50);
  ask(resolve);
  await pass(MINUTES);
  expect(login.code).toBe('auth-cancelled');
  expect(resolve.mock.calls).toEqual([[{ event: 'disagree' }]]);
  expect(opened).toEqual([url, url]);
});

test('P3: a login that was begun while a navigation was failing has its turn', async () => {
  const { session } = inApp('fails');
  promptByPage(session, { url });
  watched(session.login());
  await pass(50);
  session.logout();
  const second = watched(session.login());
  await pass(MINUTES);
  const third = watched(session.login());
  await pass(MINUTES);
  expect([second.code, third.code]).toEqual(['auth-cancelled', 'auth-cancelled']);
});

test('W2 P3: where there is no console, a navigation that fails cancels its prompt all the same', async () => {
  const { console: known } = globalThis;
  Reflect.deleteProperty(globalThis, 'console');
  try {
    const { session } = inApp('fails');
    promptByPage(session, { url });
    const login = watched(session.login());
    await pass(1000);
    expect(login.code).toBe('auth-cancelled');
  } finally {
    globalThis.console = known;
  }
});

test('P3: a navigation of which nothing is heard cancels its prompt after ten seconds, and the next one has its turn', async () => {
  const { session, opened } = inApp('hangs');
  promptByPage(session, { url });
  const login = watched(session.login());
  await pass(9999);
  expect(login.errors).toEqual([]);
  await pass(1);
  expect(login.code).toBe('auth-cancelled');
  watched(session.login());
  await pass(1);
  expect(opened).toEqual([url, url]);
});

test('P3: a page whose own onUnload throws is gone all the same', async () => {
  const { session, opened, onOpen, back } = inApp();
  promptByPage(session, { url });
  onOpen(() => ({
    onUnload: () => {
      throw new Error('a slip of the app’s');
    },
  }));
  const first = watched(session.login());
  await pass(1000);
  expect(back).toThrow('a slip of the app’s');
  expect(first.code).toBe('auth-cancelled');
  watched(session.login());
  await pass(1000);
  expect(opened).toEqual([url, url]);
});

// WeChat calls success when it is settled that it goes there.
test.each(['opens', 'will open'] as const)(
  'P3: never a hang: a page that %s when navigateTo succeeds is closed, and cancels; the next login opens it again',
  async (navigation) => {
    for (const hasUi of [false, true]) {
      const { session, opened, onOpen, back } = inApp(navigation);
      const subscription = promptByPage(session, { url });
      onOpen(() => (hasUi ? { onUnload: pageUi(session).leave } : {}));
      const first = watched(session.login());
      await pass(1000);
      back();
      await pass(1000);
      expect(first.code).toBe('auth-cancelled');
      watched(session.login());
      await pass(1000);
      expect(opened).toEqual([url, url]);
      subscription.unsubscribe();
    }
  },
);

test('P3: where a prompt is over before its page stands, the page is that of the next one', async () => {
  const { session, opened, back } = inApp('will open');
  promptByPage(session, { url });
  watched(session.login());
  await pass(200);
  session.logout();
  const second = watched(session.login());
  await pass(1000);
  expect(opened).toEqual([url]);
  back();
  await pass(1000);
  expect(second.code).toBe('auth-cancelled');
});

test('P3: where nobody is asked any more before the page stands, the next prompt has its turn', async () => {
  const { session, opened } = inApp('will open');
  promptByPage(session, { url });
  watched(session.login());
  await pass(200);
  session.logout();
  await pass(1000);
  watched(session.login());
  await pass(1000);
  expect(opened).toEqual([url, url]);
});

test.each([
  ['/pages/login/login', 'pages/login/login'],
  ['/pages/login/login?from=home', 'pages/login/login'],
  ['../login/login', 'pages/login/login'],
  ['login/login', 'pages/login/login'],
  ['/pages/login/index', 'pages/login/index'],
])('P3: of two pages that open at once, the one at %s is the login page', async (given, route) => {
  const { session, onOpen, openOther, back } = inApp();
  promptByPage(session, { url: given });
  onOpen(() => ({ route, onUnload: pageUi(session).leave }));
  const login = watched(session.login());
  await pass(50);
  openOther({ route: 'pages/item/index' });
  await pass(1000);
  back();
  await pass(1000);
  expect(login.code).toBe('auth-cancelled');
});

test.each([
  ['before', 150],
  ['at launch, when no page stood yet, before', 50],
])('P3: another page that stands %s the login page is not taken for it', async (_, ms) => {
  const { session, opened, onOpen, openOther, back, vanish } = inApp('will open');
  if (ms < 100) vanish();
  promptByPage(session, { url });
  onOpen(() => ({ route: 'pages/login/login', onUnload: pageUi(session).leave }));
  const login = watched(session.login());
  await pass(ms);
  openOther({ route: 'pages/item/index' });
  await pass(1000);
  expect(login.errors).toEqual([]);
  back();
  await pass(1000);
  expect(login.code).toBe('auth-cancelled');
  expect(opened).toEqual([url]);
});

test.each([
  [2900, undefined],
  [3300, 'auth-cancelled'],
])(
  'P3: a router may lead elsewhere than to the url: after three seconds any new page is the login page (%d ms: %s)',
  async (ms, code) => {
    const { session, onOpen, back } = inApp();
    promptByPage(session, { url });
    onOpen(() => ({ route: 'pages/login/sms', onUnload: pageUi(session).leave }));
    const login = watched(session.login());
    await pass(ms);
    back();
    await pass(1000);
    expect(login.code).toBe(code);
  },
);

test.each([
  ['is cancelled', false],
  ['is left to a UI that has it', true],
])('P3: never a hang: where the navigation leads nowhere, the prompt %s', async (_, hasUi) => {
  const { session, opened } = inApp('will open');
  delete app.getCurrentPages;
  promptByPage(session, { url });
  const login = watched(session.login());
  await pass(200);
  const ui = hasUi ? pageUi(session) : undefined;
  await pass(MINUTES);
  expect(login.code).toBe(hasUi ? undefined : 'auth-cancelled');
  ui?.claimed[0].answer({});
  session.logout();
  ui?.leave();
  watched(session.login());
  await pass(MINUTES);
  expect(opened).toEqual([url, url]);
});

test.each([
  ['came while it was on its way', 'opens', 50],
  ['came when WeChat had said that it opens', 'will open', 200],
  ['came while it stood', 'opens', 1000],
] as const)(
  'P3 P8: a page that is closed with a privacy question above its prompt, which %s, cancels both, and is not opened again',
  async (_, navigation, asked) => {
    const { session, opened, onOpen, back, ask } = inApp(navigation);
    promptByPage(session, { url });
    onOpen(() => {
      const { leave } = pageUi(session);
      return { onUnload: leave };
    });
    const login = watched(session.login());
    const resolve = jest.fn();
    await pass(asked);
    ask(resolve);
    await pass(1000);
    back();
    await pass(MINUTES);
    expect(login.code).toBe('auth-cancelled');
    expect(resolve.mock.calls).toEqual([[{ event: 'disagree' }]]);
    expect(opened).toEqual([url]);
  },
);

test('P3: what a page lets go after the app was hidden waits until it is shown, and half a second', async () => {
  const { session, opened, change } = inApp();
  promptByPage(session, { url });
  const { leave } = pageUi(session);
  watched(session.login());
  await pass(1000);
  change('hide');
  leave();
  await pass(2000);
  expect(opened).toEqual([]);
  change('show');
  await pass(1000);
  expect(opened).toEqual([url]);
});

/** A login page that was opened for a login that is over, and a second login that began some ms ago. */
async function secondLogin(
  { session }: ReturnType<typeof inApp>,
  ms: number,
  between = (): unknown => undefined,
) {
  promptByPage(session, { url });
  watched(session.login());
  await pass(1000);
  await between();
  session.logout();
  const second = watched(session.login());
  await pass(ms);
  return second;
}

test('P3: a page whose end went unnoticed cancels what it was shown, not the prompt that lets it be noticed', async () => {
  const app = inApp();
  const { session, opened, onOpen, vanish } = app;
  let ui: ReturnType<typeof pageUi> | undefined;
  onOpen(() => {
    ui = pageUi(session);
    return {};
  });
  const second = await secondLogin(app, 1000, () => {
    ui?.claimed[0].answer({});
    ui?.leave();
    vanish();
  });
  expect(second.errors).toEqual([]);
  expect(opened).toEqual([url, url]);
});

test('C3: disposed while the login page stands, no listener of it is left', async () => {
  const { session, listening } = inApp();
  promptByPage(session, { url });
  watched(session.login());
  await pass(1000);
  session.dispose();
  await pass(MINUTES);
  expect(listening()).toBe(0);
});

test('a session that is disposed leaves no listener of the login page behind', () => {
  const { session, listening } = inApp();
  const subscription = promptByPage(session, { url });
  expect(listening()).toBeGreaterThan(0);
  session.dispose();
  expect(listening()).toBe(0);
  expect(subscription.closed).toBe(true);
  promptByPage(session, { url });
  expect(listening()).toBe(0);
});

describe('a UI that leaves without letting go of its prompt', () => {
  const leaving = (session: Session) => session.prompt$.subscribe((prompt) => prompt?.claim());

  test('P3: never a hang: the login page is opened for it', async () => {
    const { session, opened } = inApp();
    promptByPage(session, { url });
    const ui = leaving(session);
    watched(session.login());
    await pass(1000);
    expect(opened).toEqual([]);
    ui.unsubscribe();
    await pass(1000);
    expect(opened).toEqual([url]);
  });

  test('P3: the login page itself finds its prompt again when it is back', async () => {
    const { session, opened, onOpen } = inApp();
    promptByPage(session, { url });
    let ui: Subscription | undefined;
    onOpen(() => {
      ui = leaving(session);
      return {};
    });
    const login = watched(session.login());
    await pass(1000);
    ui?.unsubscribe();
    await pass(5000);
    const { claimed } = pageUi(session);
    claimed[0].answer({});
    expect(session.snapshot).toMatchObject({ status: 'authenticating', stage: 'interactive' });
    expect(await firstValueFrom(session.prompt$)).toBeNull();
    expect(login.errors).toEqual([]);
    expect(opened).toEqual([url]);
  });

  test('P3: whoever leaves while the page is on its way does not take the prompt from it', async () => {
    const { session } = inApp();
    const other = session.prompt$.subscribe();
    promptByPage(session, { url });
    watched(session.login());
    await pass(50);
    other.unsubscribe();
    await pass(1);
    expect(pageUi(session).claimed).toEqual([]);
  });
});

test('P3: a page that goes on standing with nothing to ask, and is closed then, cancels nothing', async () => {
  const app = inApp();
  const { session, opened, onOpen, back } = app;
  const uis: ReturnType<typeof pageUi>[] = [];
  onOpen(() => {
    uis.push(pageUi(session));
    return {};
  });
  const second = await secondLogin(app, 1000, async () => {
    uis[0].claimed[0].answer({});
    uis[0].leave();
    await pass(1000);
    back();
  });
  expect(second.errors).toEqual([]);
  expect(opened).toEqual([url, url]);
});

describe('a prompt that opens while the login page is closing', () => {
  test('P3: is not cancelled where the page’s end is noticed late', async () => {
    const app = inApp();
    const { session, opened, vanish } = app;
    const second = await secondLogin(app, 200);
    vanish();
    await pass(1000);
    const other = pageUi(session);
    other.leave();
    await pass(1000);
    expect(second.errors).toEqual([]);
    expect(opened).toEqual([url, url]);
  });

  test.each([
    ['is not claimed there', false],
    ['is claimed there, and let go', true],
  ])('P3: opens it anew, and is not cancelled: it %s', async (_, claims) => {
    const app = inApp();
    const { session, opened, onOpen, back } = app;
    const uis: ReturnType<typeof pageUi>[] = [];
    onOpen(() => {
      const ui = pageUi(session);
      uis.push(ui);
      return { onUnload: ui.leave };
    });
    const second = await secondLogin(app, 300, () => claims || uis[0].leave());
    back();
    await pass(1000);
    expect(opened).toEqual([url, url]);
    expect(uis[1].claimed).toHaveLength(1);
    expect(second.errors).toEqual([]);
  });

  test('P3 P8: is cancelled where it stood, though a privacy question came at once', async () => {
    const app = inApp();
    const { opened, ask, back } = app;
    const second = await secondLogin(app, 100);
    ask(() => undefined);
    await pass(5000);
    back();
    await pass(1000);
    expect(second.code).toBe('auth-cancelled');
    expect(opened).toEqual([url]);
  });

  test('P3: closed once more, it is cancelled', async () => {
    const app = inApp();
    const { opened, back } = app;
    const second = await secondLogin(app, 300);
    back();
    await pass(200);
    back();
    await pass(1000);
    expect(second.code).toBe('auth-cancelled');
    expect(opened).toEqual([url, url]);
  });
});
