import type { Scene } from '../stage';

export const lateExpiry: Scene = {
  title: 'A late expiry',
  says: 'an old verdict does not touch a newer credential',
  expected: { 'wx.login': 1, exchanges: 1, requests: 4, prompts: 0, answers: 2, errors: 0 },
  play: async (stage) => {
    const news = stage.open({ source: 'news', user: 'ding' });
    await stage.given('a visitor who is logged in', () => news.ask('profile'));

    await stage.backend.delay('/api/comments', 1000);
    let isLate = false;
    const slow = news.ask('comments').then((outcome) => ((isLate = true), outcome));
    await stage.pause(60);
    await stage.backend.expire(news.session.credential?.userId);
    stage.tell('backend', 'ends the session; /api/comments is still being worked on');
    await news.ask('profile');
    stage.fact('the quick request has logged in again before the slow one is refused', isLate, false);
    await slow;
    stage.fact('the newer credential stayed', news.credential, 'credential 2');
    stage.fact('the slow request was made again under it', news.sentAs.at(-1), 'credential 2');
  },
};
