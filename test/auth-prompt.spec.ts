import { promptByPage, provideSession, weapp } from 'rx-weapp-session';
import type { AuthPrompt, Session } from 'rx-weapp-session';
import { bareSession } from './support/bare-session';
import { newCodes } from './support/new-codes';
import { watched } from './support/watched';

// <auth-prompt/> where one prompt is told twice in a turn. How it looks, and its taps, are tested in the browser.

interface Definition {
  readonly data: object;
  readonly methods: object;
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
    data: { ...definition.data, source: '' } as { top?: { openType: string } | null },
    getPageId: () => 'page',
    setData(data: object) {
      Object.assign(this.data, data);
    },
    triggerEvent: (name: string, { method }: { method: string }) => told.push(`${name} ${method}`),
  };
  const { lifetimes, pageLifetimes } = definition;
  lifetimes.created.call(instance);
  return {
    told,
    attach: () => lifetimes.attached.call(instance),
    detach: () => lifetimes.detached.call(instance),
    show: () => pageLifetimes.show.call(instance),
    hide: () => pageLifetimes.hide.call(instance),
    get shows() {
      return instance.data.top?.openType;
    },
  };
}

function provided(wx: object = {}): Session {
  const session = bareSession({
    methods: { mine: { openType: 'getPhoneNumber', code: 'none', read: (detail) => detail } },
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

test('P3 P8: a prompt is shown though a privacy question came and was answered as it was offered', async () => {
  let ask = (_: (answer: object) => void): void => undefined;
  const session = provided({ onNeedPrivacyAuthorization: (listener: typeof ask) => (ask = listener) });
  const dialog = component();
  dialog.attach();
  session.prompt$.subscribe((prompt) => {
    if (prompt?.method === 'privacy') prompt.answer({ event: 'agree', buttonId: 'x' });
  });
  watched(session.login());
  ask(() => undefined);
  await pass();
  isShown(dialog);
  dialog.detach();
});
