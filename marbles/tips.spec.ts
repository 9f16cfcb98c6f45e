import { englishTips } from 'rx-weapp-session';
import type { AuthPrompt, AuthTips, SessionEvent, TipsSource } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, UserScript } from 'rx-weapp-session/marbles';
import { privacyOf } from './support/privacy';
import { idleUi } from './support/shown';

const FIELDS = ['title', 'content', 'confirmText', 'cancelText'] as const;

/** One login, and how its prompts were worded. */
interface Asking {
  readonly config?: MarblesConfig;
  /** The call's own. */
  readonly tips?: TipsSource;
  /** The letter of the method that the backend wants. */
  readonly wanted?: string;
  readonly answers?: (user: UserScript) => void;
}

function tipsOf({ config, tips, wanted = 'p', answers = (user) => user.close() }: Asking = {}) {
  let seen: readonly AuthPrompt[] = [];
  const events: SessionEvent['type'][] = [];
  sessionMarbles(({ session, backend, user, subscribe }) => {
    backend.silentLogin(`50ms ${wanted}`);
    seen = idleUi(session);
    answers(user);
    session.event$.subscribe(({ type }) => events.push(type));
    subscribe(session.login({ tips }));
  }, config);
  return { tips: seen.map((prompt) => prompt.tips), events };
}

/** The user refuses, and closes the panel: two prompts. */
const refusing = { wanted: 'u', answers: (user: UserScript) => user.refuse().close() };

const pages = (...stack: readonly object[]) => {
  (globalThis as { getCurrentPages?: unknown }).getCurrentPages = () => stack;
};
const noPages = () => {
  delete (globalThis as { getCurrentPages?: unknown }).getCurrentPages;
};
afterEach(noPages);

let defaults: AuthTips;
beforeEach(() => {
  [defaults] = tipsOf().tips;
});

test('P6: the defaults are Chinese, whole for each prompt, and differ by prompt', () => {
  const [, setting] = tipsOf(refusing).tips;
  const all: AuthTips[] = [defaults, ...tipsOf({ wanted: 'n' }).tips, setting];
  expect(all).toHaveLength(3);
  FIELDS.forEach((field) => all.forEach((tips) => expect(tips[field]).toMatch(/[\u4e00-\u9fff]/)));
  expect(new Set(all.map(({ content }) => content)).size).toBe(3);
});

test('P6: the English ones are exported, and are as whole', () => {
  const all = tipsOf({ config: { tips: englishTips }, ...refusing }).tips;
  expect(all).toHaveLength(2);
  FIELDS.forEach((field) => all.forEach((tips) => expect(tips[field]).toMatch(/^[ -~]+$/)));
  expect(new Set(all.map(({ content }) => content)).size).toBe(2);
});

test('P6: each prompt that words something of its own has its own texts, in both languages', () => {
  const { wx, ask } = privacyOf();
  let privacy: AuthPrompt | undefined;
  sessionMarbles(
    ({ session, at }) => {
      const seen = idleUi(session);
      at(0, () => ask(() => undefined));
      at('1s', () => ([privacy] = seen));
    },
    { wx },
  );
  const [, setting] = tipsOf(refusing).tips;
  const chinese = [setting, privacy?.tips, tipsOf({ wanted: 'n' }).tips[0], defaults];
  const english = ['setting', 'privacy', 'avatarNickname', 'phoneNumber'].map((method) =>
    englishTips({ method }),
  );
  for (const all of [chinese, english])
    for (const field of ['title', 'content', 'confirmText'] as const)
      expect(new Set(all.map((tips) => tips?.[field])).size).toBe(4);
});

test('P6: an object words a method of yours too, whatever its name begins or ends with', () => {
  const methods = {
    carsetting: { code: 'none', read: (detail: unknown) => detail },
    privacyRules: { code: 'none', read: (detail: unknown) => detail },
  } as const;
  const titles: string[] = [];
  for (const method of ['carsetting', 'privacyRules'])
    sessionMarbles(
      ({ session, user, at, subscribe }) => {
        const seen = idleUi(session);
        user.close();
        subscribe(session.login({ mode: 'forceAuth', method }));
        at('10s', () => titles.push(...seen.map(({ tips }) => tips.title)));
      },
      { methods, tips: { title: 'of the app' } },
    );
  expect(titles).toEqual(['of the app', 'of the app']);
});

test('P6: merge field by field: call over page over config over defaults', () => {
  pages({ authTips: { title: 'page', content: 'page' } });
  const config = { tips: { title: 'config', content: 'config', confirmText: 'config' } };
  expect(tipsOf({ config, tips: { title: 'call' } }).tips).toEqual([
    { title: 'call', content: 'page', confirmText: 'config', cancelText: defaults.cancelText },
  ]);
});

test('P6: functions merge the same way, and may have nothing to say', () => {
  pages({ authTips: () => ({ title: 'page', content: 'page' }) });
  const config = {
    tips: () => ({ title: 'config', content: 'config', confirmText: 'config' }),
  };
  expect(tipsOf({ config, tips: () => undefined }).tips).toEqual([
    { title: 'page', content: 'page', confirmText: 'config', cancelText: defaults.cancelText },
  ]);
});

test('P6: an undefined field says nothing', () => {
  const tips = { title: undefined } as unknown as Partial<AuthTips>;
  expect(tipsOf({ config: { tips: { title: 'config' } }, tips }).tips[0].title).toBe('config');
});

test("P6: page tips are the top page's, called on that page", () => {
  const top = {
    name: 'top',
    authTips(this: { name: string }) {
      return { title: this.name };
    },
  };
  pages({ authTips: { title: 'below', content: 'below' } }, top);
  expect(tipsOf().tips).toEqual([{ ...defaults, title: 'top' }]);
});

test('P6 W2: a page without authTips, no page at all and no getCurrentPages leave the others', () => {
  pages({});
  expect(tipsOf().tips).toEqual([defaults]);
  pages();
  expect(tipsOf().tips).toEqual([defaults]);
  noPages();
  expect(tipsOf().tips).toEqual([defaults]);
});

test('P6: page tips are those of the page on top when the prompt opens', () => {
  pages({ authTips: { title: 'first page' } });
  sessionMarbles(({ session, backend, user, at, expectPrompts, expectObservable }) => {
    backend.silentLogin('50ms p');
    user.close('1s');
    at('59ms', () => pages({ authTips: { title: 'second page' } }));
    at('61ms', () => pages({ authTips: { title: 'third page' } }));

    expectObservable(session.login()).toBe('1060ms #', {}, 'auth-cancelled');
    expectPrompts().toBe('60ms p 999ms .', { p: { tips: { title: 'second page' } } });
  });
});

test("P6: pageTips takes the place of the top page's", () => {
  pages({ authTips: { title: 'page', content: 'page' } });
  const config = { pageTips: { title: 'given' } };
  expect(tipsOf({ config }).tips).toEqual([{ ...defaults, title: 'given' }]);
});

test('P6: an object words the authorisation prompts only, a function is asked for the setting prompt too', () => {
  const asked: unknown[] = [];
  const config: MarblesConfig = {
    tips: (prompt) => {
      asked.push({ ...prompt });
      return { title: prompt.method };
    },
    pageTips: { content: 'page' },
  };
  const [first, setting] = tipsOf({ config, tips: { cancelText: 'call' }, ...refusing }).tips;
  expect(first).toMatchObject({ title: 'userInfo', content: 'page', cancelText: 'call' });
  expect(setting.title).toBe('setting');
  expect(setting.content).not.toBe('page');
  expect(setting.cancelText).not.toBe('call');
  expect(asked).toEqual([
    { method: 'userInfo', openType: 'getUserInfo' },
    expect.objectContaining({ method: 'setting', scope: 'scope.userInfo' }),
  ]);
});

test('P6: an object does not word the setting prompt, wherever it is given', () => {
  pages({ authTips: { title: 'page' } });
  const plain = tipsOf({ config: { pageTips: () => undefined }, ...refusing });
  const config = { tips: { content: 'config' } };
  const worded = tipsOf({ config, tips: { confirmText: 'call' }, ...refusing });
  expect(worded.tips[0]).toMatchObject({ title: 'page', content: 'config', confirmText: 'call' });
  expect(worded.tips[1]).toEqual(plain.tips[1]);
});

test('P6 F7: a tips function that throws is left out, with an event', () => {
  const config: MarblesConfig = {
    tips: () => {
      throw new Error('oops');
    },
  };
  const { tips, events } = tipsOf({ config, tips: { title: 'call' } });
  expect(tips).toEqual([{ ...defaults, title: 'call' }]);
  expect(events).toContain('hook-failure');
});

test("P6 P9: the second step of a flight is worded for its own method, with the call's tips", () =>
  sessionMarbles(({ session, backend, user, at, subscribe, expectPrompts }) => {
    backend.silentLogin('50ms p');
    backend.login('50ms n');
    user.grant('1s').close('1s');
    const seen = idleUi(session);
    subscribe(session.login({ tips: { title: 'call' } }));

    const call = { tips: { title: 'call' } };
    expectPrompts().toBe('60ms p 999ms . 59ms n 999ms .', { p: call, n: call });
    at('5s', () => expect(seen[0].tips.content).not.toBe(seen[1].tips.content));
  }));
