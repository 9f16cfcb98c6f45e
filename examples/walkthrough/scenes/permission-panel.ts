import type { Scene } from '../stage';

/** As long as it takes a hasty user to tap. */
const TAP = 120;

export const permissionPanel: Scene = {
  title: 'Refused, then granted',
  says: 'a new user says no, thinks better of it, and goes on',
  expected: { 'wx.login': 1, exchanges: 2, requests: 1, prompts: 2, answers: 1, errors: 0 },
  play: async (stage) => {
    const forum = stage.open({ source: 'forum', user: 'gu' });
    const asked: string[] = [];
    forum.onPrompt(async ({ method, scope, answer }) => {
      asked.push(method);
      await stage.pause(TAP);
      if (scope === undefined) {
        forum.does('the user taps, and refuses');
        forum.phone.refuseNext();
        answer(await forum.phone.tap('getUserInfo'));
      } else {
        forum.does(`the user opens the panel, and switches ${scope} on`);
        forum.phone.grantScope(scope);
        answer(await forum.phone.tap('openSetting'));
      }
    });
    await forum.ask('profile');
    stage.fact('the user was asked, then led to the panel', asked, ['userInfo', 'setting']);
    stage.fact("logged in with the user's consent", forum.session.snapshot.status, 'authenticated');
  },
};
