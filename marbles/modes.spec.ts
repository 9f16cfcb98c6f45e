import { requestWithLogin, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { LoginMode, LoginOptions } from 'rx-weapp-session';
import {
  at,
  createWorld,
  fails,
  issued,
  later,
  PACES,
  phone,
  record,
  user,
  virtually,
  wanted,
  watch,
} from './support/world';
import type { Script, World } from './support/world';

const MODES: readonly LoginMode[] = ['common', 'silent', 'force', 'forceSilent', 'forceAuth'];

/** The session that an earlier run left behind, still good or past its end. */
const usable = record('Z');
const expired = { ...record('Z', { expiresAt: 1 }), receivedAt: -100000 };

const login = ({ session }: World, mode: LoginMode, options: LoginOptions = {}) =>
  watch(session.login({ ...options, mode }));
const prompted = ({ events }: World) => events.filter(({ type }) => type === 'prompt').length;

describe('R5: verify', () => {
  const bad = fails('checkSession:fail');
  const missing = { wx: { checkSession: undefined } };

  /** verify() at each of these times. */
  const verifyAt = (world: World, ...times: readonly number[]) => {
    const log: boolean[] = [];
    times.forEach((time) => at(time, () => world.session.verify().subscribe((good) => log.push(good))));
    return log;
  };

  test(
    'R5: without a session it is false, unasked',
    virtually(({ flush }) => {
      const worlds = [createWorld(), createWorld({ stored: expired })];
      const logs = worlds.map((world) => watch(world.session.verify()).log);
      expect(logs).toEqual([
        ['false', '|'],
        ['false', '|'],
      ]);
      flush();
      expect(worlds.map((world) => world.count('wx.checkSession'))).toEqual([0, 0]);
    }),
  );

  test(
    'R5: after a login with a new code in this foreground period it is true, unasked',
    virtually(({ flush }) => {
      const world = createWorld({ checkSession: [bad] });
      login(world, 'common');
      at(100, () => expect(watch(world.session.verify()).log).toEqual(['true', '|']));
      flush();
      expect(world.count('wx.checkSession')).toBe(0);
      expect.assertions(2);
    }),
  );

  test(
    'R5: the same after an interactive login that took a code, or whose silent stage did',
    virtually(({ flush }) => {
      const worlds = [createWorld(), createWorld({ silentLogin: [wanted('phoneNumber', 'ticket')] })];
      worlds.forEach((world, index) => {
        user(world.session, phone);
        login(world, index ? 'common' : 'forceAuth');
      });
      const logs = worlds.map((world) => verifyAt(world, 5000));
      flush();
      expect(logs).toEqual([[true], [true]]);
      expect(worlds.map((world) => world.count('wx.checkSession'))).toEqual([0, 0]);
    }),
  );

  test(
    'R5 E10: a refresh takes no code: WeChat is asked',
    virtually(({ flush }) => {
      const world = createWorld({ stored: expired, refresh: [issued('R')], checkSession: [bad] });
      login(world, 'common');
      const log = verifyAt(world, 100);
      flush();
      expect(log).toEqual([false]);
      expect(world.count('wx.checkSession')).toBe(1);
    }),
  );

  for (const pace of PACES) {
    test(
      `R5: a restored session is asked about once per foreground period, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: usable, checkSession: [{}, bad] });
        const log = verifyAt(world, 0, 10, 1000, 1000);
        at(2000, () => world.hide());
        at(3000, () => world.show());
        const again = verifyAt(world, 3001, 4000);
        flush();
        expect(log).toEqual([true, true, true, true]);
        expect(again).toEqual([false, false]);
        expect(world.count('wx.checkSession')).toBe(2);
      }),
    );
  }

  test(
    'R5: a login of an earlier foreground period is not good enough',
    virtually(({ flush }) => {
      const world = createWorld();
      login(world, 'common');
      at(1000, () => world.hide());
      at(2000, () => world.show());
      const log = verifyAt(world, 3000);
      flush();
      expect(log).toEqual([true]);
      expect(world.count('wx.checkSession')).toBe(1);
    }),
  );

  test(
    'R5: it logs in nobody, whatever the answer',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable, checkSession: [bad] });
      const states = watch(world.session.session$);
      const log = verifyAt(world, 0);
      flush();
      expect(log).toEqual([false]);
      expect(states.log).toEqual(['Z']);
      expect(world.count('wx.login')).toBe(0);
    }),
  );

  test(
    'R5 W1: a missing checkSession is false',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable, ...missing });
      const log = watch(world.session.verify()).log;
      flush();
      expect(log).toEqual(['false', '|']);
    }),
  );

  test(
    'R5: it is cold',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      world.session.verify();
      flush();
      expect(world.count('wx.checkSession')).toBe(0);
    }),
  );

  test(
    'R5 L1: after a logout it is false, unasked',
    virtually(({ flush }) => {
      const world = createWorld();
      login(world, 'common');
      at(100, () => void world.session.logout());
      const log = verifyAt(world, 200);
      flush();
      expect(log).toEqual([false]);
      expect(world.count('wx.checkSession')).toBe(0);
    }),
  );

  test(
    'R5 C3: after dispose it is disposed, also for who waits',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      const waiting = watch(world.session.verify());
      at(100, () => world.session.dispose());
      flush();
      expect(waiting.log).toEqual(['!disposed']);
      expect(watch(world.session.verify()).log).toEqual(['!disposed']);
    }),
  );

  const WITH_VERIFY: readonly (readonly [mode: LoginMode, good: string, bad: string, asks: string])[] = [
    // A good key: as the mode is. A bad one: forced. A bad one, and a backend that asks.
    ['common', 'Z C0 P0', 'A C1 P0', 'A C1 P1'],
    ['silent', 'Z C0 P0', 'A C1 P0', '!interaction-required C1 P0'],
    ['force', 'A C1 P0', 'A C1 P0', 'A C1 P1'],
    ['forceSilent', 'A C1 P0', 'A C1 P0', '!interaction-required C1 P0'],
    ['forceAuth', 'A C1 P1', 'A C1 P1', 'A C1 P1'],
  ];
  for (const [mode, whenGood, whenBad, whenAsked] of WITH_VERIFY) {
    const outcomes: readonly (readonly [string, Script, string])[] = [
      ['a good answer', {}, whenGood],
      ['a false answer', { checkSession: [bad] }, whenBad],
      [
        'a false answer and a backend that asks',
        { checkSession: [bad], silentLogin: [wanted('phoneNumber', 'ticket')] },
        whenAsked,
      ],
    ];
    for (const [title, script, outcome] of outcomes)
      for (const pace of PACES)
        test(
          `R5: login({ mode: '${mode}', verify: true }) with ${title}: ${outcome}, with ${pace.title}`,
          virtually(({ flush }) => {
            const world = createWorld({ pace, stored: usable, ...script });
            user(world.session, phone);
            const { log } = login(world, mode, { verify: true });
            flush();
            expect(`${log[0]} C${world.count('wx.login')} P${prompted(world)}`).toBe(outcome);
          }),
        );
  }

  test(
    'R5 S1: many verifying callers make one question and one forced login, and are content afterwards',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable, checkSession: [bad] });
      const logs = [0, 0, 10, 205].map((time) => {
        const tokens: string[] = [];
        at(time, () => world.session.login({ verify: true }).subscribe(({ token }) => tokens.push(token)));
        return tokens;
      });
      at(1000, () => expect(login(world, 'common', { verify: true }).log).toEqual(['A', '|']));
      flush();
      expect(logs).toEqual([['A'], ['A'], ['A'], ['A']]);
      expect(world.count('wx.checkSession')).toBe(1);
      expect(world.count('wx.login')).toBe(1);
    }),
  );

  test(
    'R5: without a session it is one login, not two',
    virtually(({ flush }) => {
      const worlds = MODES.map((mode) => {
        const world = createWorld();
        user(world.session, phone);
        login(world, mode, { verify: true });
        return world;
      });
      flush();
      expect(worlds.map((world) => world.count('wx.login'))).toEqual([1, 1, 1, 1, 1]);
      expect(worlds.map((world) => world.count('wx.checkSession'))).toEqual([0, 0, 0, 0, 0]);
    }),
  );

  test(
    'R5 R3: guards and requests pass it on',
    virtually(({ flush }) => {
      const worlds = [0, 1, 2, 3].map(() => createWorld({ stored: usable, checkSession: [bad] }));
      const [a, b, c, d] = worlds.map(({ session }) => session);
      const logs = [
        watch(requestWithLogin(a, { url: '/', loginOptions: { verify: true } })),
        watch(requestWithLogin(b, { url: '/', loginOptions: { mode: 'silent', verify: true } })),
        watch(sessionRequest(c, { url: '/' }).pipe(withLogin(c, { verify: true }))),
        watch(sessionRequest(d, { url: '/' }).pipe(silentOnly(d, { verify: true }))),
      ].map(({ log }) => log);
      flush();
      expect(logs).toEqual(Array(4).fill(['200 A', '|']));
      expect(worlds.map((world) => world.count('wx.checkSession'))).toEqual([1, 1, 1, 1]);
    }),
  );

  test(
    'R5: a logout while WeChat is being asked ends the login, and logs nobody in',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable, checkSession: [later(500, bad)] });
      const waiting = login(world, 'common', { verify: true });
      at(300, () => void world.session.logout());
      flush();
      expect(waiting.log).toEqual(['!logged-out']);
      expect(world.count('wx.login')).toBe(0);
    }),
  );
});
