import type { Scene } from '../stage';

const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export const coldRequests: Scene = {
  title: 'Ten cold requests',
  says: 'whoever needs a login shares the one in progress',
  expected: { 'wx.login': 1, exchanges: 1, requests: 10, prompts: 0, answers: 10, errors: 0 },
  play: async (stage) => {
    const news = stage.open({ source: 'news', user: 'an' });
    const outcomes = await Promise.all(ten.map((n) => news.ask('echo', n)));
    stage.fact(
      'each page got the answer to its own request',
      outcomes.map(({ data }) => data?.n),
      ten,
    );
    stage.fact('all ten went out under the new credential', new Set(news.sentAs).size, 1);
  },
};
