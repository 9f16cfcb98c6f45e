import type { MiniProgram } from '../mini-program';
import type { Scene, Stage } from '../stage';

export const twoMiniPrograms: Scene = {
  title: 'Two mini-programs',
  says: 'two appids, one backend: nothing shared but the person',
  expected: { 'wx.login': 2, exchanges: 5, requests: 3, prompts: 3, answers: 3, errors: 0 },
  play: async (stage) => {
    // One storage for both, which is stricter than a phone: there each mini-program has its own.
    const storage = new Map<string, unknown>();
    const shop = stage.open({ source: 'shop', user: 'lei', storage, who: 'shop' });
    const club = stage.open({ source: 'club', user: 'lei', storage, who: 'club' });
    agree(stage, shop);
    agree(stage, club);

    const [inShop, inClub] = await Promise.all([shop.ask('profile'), club.ask('profile')]);
    stage.fact('each talked to its own half', [inShop.data?.source, inClub.data?.source], ['shop', 'club']);
    stage.fact('the backend knows one person', inShop.data?.userId === inClub.data?.userId);
    stage.fact(
      'with a credential for each',
      shop.session.credential?.token !== club.session.credential?.token,
    );
    stage.fact('and a record for each', [...storage.keys()].sort(), recordsOf(club, shop));

    shop.does('the user logs out of the shop');
    await new Promise<void>((resolve) => shop.session.logout().subscribe({ complete: resolve }));
    await club.ask('profile');
    stage.fact('the shop is logged out, the club is not', [...storage.keys()], recordsOf(club));
  },
};

/** A user who gives what is asked for. */
function agree(stage: Stage, app: MiniProgram): void {
  app.onPrompt(async ({ method, answer }) => {
    await stage.pause(60);
    app.does(`the user gives the ${method}`);
    if (method === 'phoneNumber') answer(await app.phone.tap('getPhoneNumber'));
    else answer({ ...(await app.phone.tap('chooseAvatar')), nickName: '李雷' });
  });
}

const recordsOf = (...apps: MiniProgram[]) => apps.map(({ session }) => `rx-weapp-session:${session.source}`);
