import type { Scene } from '../stage';

export const logoutDuringLogin: Scene = {
  title: 'Logout during a login',
  says: 'who waits is told, and nothing comes back',
  expected: { 'wx.login': 1, exchanges: 1, requests: 0, prompts: 0, answers: 0, errors: 3 },
  play: async (stage) => {
    const news = stage.open({ source: 'news', user: 'he' });
    await stage.backend.delay('/session/silent', 500);
    const waiting = Promise.all([1, 2, 3].map((n) => news.ask('echo', n)));
    await stage.pause(120);
    news.does('the user logs out');
    news.session.logout().subscribe();
    const outcomes = await waiting;
    stage.fact(
      'all three got logged-out',
      outcomes.map(({ error }) => error),
      ['logged-out', 'logged-out', 'logged-out'],
    );
    await stage.until(({ exchanges }) => exchanges > 0);
    stage.tell('backend', 'has answered the exchange; nobody takes it');
    await stage.pause(100);
    stage.fact('the session is still anonymous', news.session.snapshot, { status: 'anonymous' });
    stage.fact('storage is empty', [...news.storage.keys()], []);
  },
};
