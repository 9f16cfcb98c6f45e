import type { Scene } from '../stage';

export const silentVisitor: Scene = {
  title: 'A silent visitor',
  says: 'the home page asks for nothing and shows something',
  expected: { 'wx.login': 1, exchanges: 1, requests: 1, prompts: 0, answers: 1, errors: 0 },
  play: async (stage) => {
    const shop = stage.open({ source: 'shop', user: 'fang' });
    const { data } = await shop.ask('recommendations');
    stage.fact('recommendations for a guest', data?.for, 'guest');
    stage.fact('the visitor is anonymous, and the page knows what for', shop.session.snapshot, {
      status: 'anonymous',
      guest: { segment: 'newcomer' },
    });
  },
};
