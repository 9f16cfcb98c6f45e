import type { Scene } from '../stage';

type Calls = Readonly<Record<string, number>>;

const callsSince = (earlier: Calls, calls: Calls): Calls =>
  Object.fromEntries(
    Object.entries(calls)
      .map(([name, count]) => [name, count - (earlier[name] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );

export const warmRequest: Scene = {
  title: 'A warm request',
  says: 'a usable session costs nothing',
  expected: { 'wx.login': 0, exchanges: 0, requests: 1, prompts: 0, answers: 1, errors: 0 },
  play: async (stage) => {
    const news = stage.open({ source: 'news', user: 'bo' });
    await stage.given('a visitor who is logged in', () => news.ask('profile'));

    const before = { ...news.phone.calls };
    const answered = news.ask('profile');
    const atOnce = callsSince(before, news.phone.calls);
    await answered;
    stage.fact('the request went out in the same tick', atOnce, { request: 1 });
    stage.fact(
      'no checkSession, no storage: nothing else was asked of wx',
      callsSince(before, news.phone.calls),
      {
        request: 1,
      },
    );
  },
};
