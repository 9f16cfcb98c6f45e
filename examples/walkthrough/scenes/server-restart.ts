import type { MiniProgram } from '../mini-program';
import type { Scene } from '../stage';

export const serverRestart: Scene = {
  title: 'A restart in the middle',
  says: 'what passes by itself is waited for; the session stays',
  expected: {
    'wx.login': { atLeast: 2 },
    exchanges: 1,
    requests: 6,
    prompts: 0,
    answers: 6,
    errors: 1,
  },
  play: async (stage) => {
    const { backend } = stage;
    const regular = stage.open({ source: 'news', user: 'jia', who: 'regular' });
    const newcomer = stage.open({ source: 'news', user: 'ke', who: 'newcomer' });
    await stage.given('a regular who is logged in, and a newcomer', () => regular.ask('profile'));
    const loginsBefore = regular.phone.calls.login;
    const { pid, url } = backend;

    await backend.delay('/api/comments', 300);
    const onTheWire = regular.ask('comments');
    await stage.pause(100);
    stage.tell('backend', 'SIGTERM');
    await backend.stop();
    stage.tell('backend', 'the process has ended');
    stage.fact('the request on the wire was answered before', (await onTheWire).data !== undefined);

    const { error } = await regular.ask('profile');
    stage.fact('a request that does not wait fails, once', error, 'request-failed');
    stage.fact('and the session stays', regular.session.snapshot.status, 'authenticated');

    const waiting = Promise.all([
      ...[1, 2, 3].map(() => regular.ask('profileWithPatience')),
      ...[1, 2].map(() => newcomer.ask('profile')),
    ]);
    await untilItTriesAgain(newcomer);
    await backend.start();
    stage.tell('backend', 'a new process listens, on the same port and database');
    await waiting;

    stage.fact('it is another process at the same address', backend.pid !== pid && backend.url === url);
    stage.fact(
      "the regular's session outlived it: no login, the old credential",
      [regular.phone.calls.login, regular.credential],
      [loginsBefore, 'credential 1'],
    );
    stage.fact(
      "each of the newcomer's attempts took a fresh code",
      newcomer.phone.calls.login,
      newcomer.count('retry') + 1,
    );
  },
};

/** The first attempt found nobody. */
const untilItTriesAgain = ({ session }: MiniProgram) =>
  new Promise<void>((resolve) => {
    session.event$.subscribe(({ type }) => {
      if (type === 'retry') resolve();
    });
  });
