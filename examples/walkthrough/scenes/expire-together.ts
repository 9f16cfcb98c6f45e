import type { Scene } from '../stage';

const five = [1, 2, 3, 4, 5];

export const expireTogether: Scene = {
  title: 'Five expire together',
  says: 'one login again, each request once more',
  expected: { 'wx.login': 1, exchanges: 1, requests: 10, prompts: 0, answers: 5, errors: 0 },
  play: async (stage) => {
    const news = stage.open({ source: 'news', user: 'chen' });
    await stage.given('a visitor who is logged in', () => news.ask('profile'));

    await stage.backend.delay('/api/echo', 400, five.length);
    const answered = Promise.all(five.map((n) => news.ask('echo', n)));
    await stage.pause(80);
    await stage.backend.expire(news.session.credential?.userId);
    stage.tell('backend', 'ends the session while the five are being worked on');
    const outcomes = await answered;
    stage.fact(
      'each page got the answer to its own request',
      outcomes.map(({ data }) => data?.n),
      five,
    );
    stage.fact('five went out under the old credential, five under the new one', news.sentAs.slice(-10), [
      ...five.map(() => 'credential 1'),
      ...five.map(() => 'credential 2'),
    ]);
  },
};
