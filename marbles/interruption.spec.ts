import { EMPTY, NEVER, of, throwError } from 'rxjs';
import { sessionError } from 'rx-weapp-session';
import type { AuthMethod } from 'rx-weapp-session';
import {
  at,
  away,
  createWorld,
  issued,
  later,
  never,
  offline,
  PACES,
  phone,
  record,
  status,
  user,
  virtually,
  wanted,
  watch,
  word,
} from './support/world';
import type { Script, World } from './support/world';

const fails = (reason: unknown) => throwError(() => reason);
const interrupted = fails({ errMsg: 'request:fail interrupted', errno: 600003 });
const code = (value: string) => ({ errMsg: 'login:ok', code: value });

const times = (world: World, name: string) =>
  world.calls.filter((call) => call.name === name).map((call) => call.at);
const handed = (world: World, name: string, field: string) =>
  world.calls
    .filter((call) => call.name === name)
    .map(({ detail }) => (detail as Record<string, unknown>)[field]);

/** Hides and shows the app at these times. */
const absent = (world: World, hideAt: number, showAt: number) => {
  at(hideAt, world.hide);
  at(showAt, world.show);
};

describe('F6: a step that the background interrupted', () => {
  const FORMS: readonly (readonly [string, unknown])[] = [
    ['its errMsg', { errMsg: 'request:fail interrupted', errno: 600003 }],
    ['its errMsg, without an errno', { errMsg: 'request:fail interrupted' }],
    [
      'the errMsg of its cause',
      sessionError('request-failed', 'wx.request failed', { errMsg: 'request:fail interrupted' }),
    ],
  ];

  for (const pace of PACES) {
    for (const [title, reason] of FORMS) {
      test(
        `F6: is taken again at once where the app is shown: by ${title}, with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({
            pace,
            silentLogin: [fails(reason), issued('A')],
            config: { retry: { count: 0, delay: 1000 } },
          });
          const { log } = watch(world.session.login());
          flush();
          expect(log).toEqual(['A', '|']);
          expect(handed(world, 'silentLogin', 'code')).toEqual(['code1', 'code2']);
          const [first, second] = times(world, 'wx.login');
          expect(second - first).toBe(pace.title === 'an asynchronous platform' ? 60 : 0);
        }),
      );
    }
  }

  test(
    'F6: is taken again when the app is shown, not before',
    virtually(({ flush }) => {
      const world = createWorld({
        silentLogin: [later(100, interrupted), issued('A')],
        config: { retry: { count: 0, delay: 0 } },
      });
      const { log } = watch(world.session.login());
      absent(world, 50, 60_000);
      flush();
      expect(times(world, 'wx.login')).toEqual([0, 60_000]);
      expect(log).toEqual(['A', '|']);
    }),
  );

  test(
    'F6: is taken again at once where the app was hidden and is shown already',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [later(100, interrupted), issued('A')] });
      watch(world.session.login());
      absent(world, 50, 120);
      flush();
      expect(times(world, 'wx.login')).toEqual([0, 160]);
    }),
  );

  for (const [title, wx] of [
    ['cannot tell', { onAppShow: undefined, onAppHide: undefined }],
    [
      'cannot tell, and throws',
      {
        onAppShow: () => {
          throw new Error('not in plugins');
        },
        onAppHide: undefined,
      },
    ],
  ] as const) {
    test(
      `F6: is taken again at once where the platform ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({ wx, silentLogin: [interrupted, issued('A')] });
        const { log } = watch(world.session.login());
        flush();
        expect(times(world, 'wx.login')).toEqual([0, 60]);
        expect(log).toEqual(['A', '|']);
      }),
    );
  }

  const STEPS: readonly (readonly [string, Script, string])[] = [
    ['wx.login', { login: [interrupted, code('code1')] }, 'wx.login'],
    ['the silent exchange', { silentLogin: [interrupted, issued('A')] }, 'silentLogin'],
    ['refresh', { stored: record('R', { expiresAt: -1 }), refresh: [interrupted, issued('A')] }, 'refresh'],
    [
      'the interactive exchange under a ticket',
      { silentLogin: [wanted('phoneNumber', 'ticket')], interactiveLogin: [interrupted, issued('A')] },
      'login',
    ],
    [
      'the interactive exchange of an after-answer method',
      { silentLogin: [wanted('phoneNumber')], interactiveLogin: [interrupted, issued('A')] },
      'login',
    ],
  ];

  for (const pace of PACES) {
    for (const [title, script, step] of STEPS) {
      test(
        `F6: any step: ${title}, with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, ...script, config: { retry: { count: 0, delay: 0 } } });
          const { seen } = user(world.session, phone);
          const { log } = watch(world.session.login());
          flush();
          expect(log).toEqual(['A', '|']);
          expect(world.count(step)).toBe(2);
          expect(seen.length).toBeLessThan(2);
          expect(world.events.map(({ type }) => type)).not.toContain('login-failure');
        }),
      );
    }
  }

  test(
    'F6: any step: afterLogin',
    virtually(({ flush }) => {
      let calls = 0;
      const afterLogin = () => (calls++ ? EMPTY : interrupted);
      const world = createWorld({ config: { afterLogin } });
      const { log } = watch(world.session.login());
      flush();
      expect(log).toEqual(['A', '|']);
      expect(calls).toBe(2);
      expect(world.count('silentLogin')).toBe(1);
    }),
  );

  test(
    'F6 F3: an interactive exchange whose answer came under its code is not taken again',
    virtually(({ flush }) => {
      const before: AuthMethod = { code: 'before-prompt', read: (detail) => detail };
      const world = createWorld({
        interactiveLogin: [interrupted, issued('A')],
        config: { methods: { before } },
      });
      user(world.session, 'answer', 'answer');
      const { log } = watch(world.session.login({ mode: 'forceAuth', method: 'before' }));
      flush();
      expect(log).toEqual(['!backend-unreachable']);
      expect(world.count('login')).toBe(1);
      expect(world.count('wx.login')).toBe(1);
    }),
  );

  test(
    'F6 L3: backend.logout is called once, interrupted or not',
    virtually(({ flush }) => {
      const world = createWorld({ stored: record('A'), backendLogout: [interrupted, of(undefined)] });
      watch(world.session.logout());
      flush();
      expect(world.count('backend.logout')).toBe(1);
    }),
  );

  test(
    'F6: at most twice in a flight: one step',
    virtually(({ flush }) => {
      const twice = createWorld({ silentLogin: [interrupted, interrupted, issued('A')] });
      const ever = createWorld({ silentLogin: [interrupted], config: { retry: { count: 0, delay: 0 } } });
      const codes = createWorld({ login: [interrupted] });
      const logs = [twice, ever, codes].map(({ session }) => watch(session.login()).log);
      flush();
      expect(logs).toEqual([['A', '|'], ['!backend-unreachable'], ['!code-unavailable']]);
      expect(ever.count('silentLogin')).toBe(3);
      expect(codes.count('wx.login')).toBe(3);
    }),
  );

  test(
    'F6: at most twice in a flight: no further try is made of it as a network failure either',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [interrupted] });
      const { log } = watch(world.session.login());
      flush();
      expect(log).toEqual(['!backend-unreachable']);
      expect(world.count('silentLogin')).toBe(3);
    }),
  );

  test(
    'F6: at most twice in a flight: all its steps together',
    virtually(({ flush }) => {
      const world = createWorld({
        login: [interrupted, code('code1'), code('code2')],
        silentLogin: [interrupted, wanted('phoneNumber', 'ticket')],
        interactiveLogin: [interrupted, issued('A')],
        config: { retry: { count: 0, delay: 0 } },
      });
      user(world.session, phone);
      const { log } = watch(world.session.login());
      flush();
      expect(log).toEqual(['!backend-unreachable']);
      expect(world.count('wx.login')).toBe(3);
      expect(world.count('silentLogin')).toBe(2);
      expect(world.count('login')).toBe(1);
    }),
  );

  test(
    'F6: the next flight has its own two',
    virtually(({ flush }) => {
      const script = [interrupted, interrupted, issued('A'), interrupted, interrupted, issued('B')];
      const world = createWorld({ silentLogin: script, config: { retry: { count: 0, delay: 0 } } });
      const first = watch(world.session.login());
      flush();
      const second = watch(world.session.login({ mode: 'force' }));
      flush();
      expect([first.log, second.log]).toEqual([
        ['A', '|'],
        ['B', '|'],
      ]);
    }),
  );

  test(
    'F6 F3: what is interrupted does not use up the tries after a transient failure',
    virtually(({ flush }) => {
      const script = [status(503), interrupted, status(503), interrupted, issued('A')];
      const world = createWorld({ silentLogin: script });
      const { log } = watch(world.session.login());
      flush();
      expect(log).toEqual(['A', '|']);
      expect(new Set(handed(world, 'silentLogin', 'code')).size).toBe(5);
    }),
  );

  test(
    'F6: errno 600003 without the word is an ordinary network failure',
    virtually(({ flush }) => {
      const cut = fails({ errMsg: 'request:fail network is cut', errno: 600003 });
      const world = createWorld({
        silentLogin: [cut, issued('A')],
        config: { retry: { count: 0, delay: 0 } },
      });
      const { log } = watch(world.session.login());
      flush();
      expect(log).toEqual(['!backend-unreachable']);
      expect(world.count('silentLogin')).toBe(1);
    }),
  );

  test(
    'F6: a logout while the step waits for the app to be shown ends it',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [later(100, interrupted), issued('A')] });
      const { log } = watch(world.session.login());
      absent(world, 50, 60_000);
      at(30_000, () => void world.session.logout());
      flush();
      expect(log).toEqual(['!logged-out']);
      expect(world.count('wx.login')).toBe(1);
      expect(word(world.session.snapshot)).toBe('anonymous');
    }),
  );
});

describe('F6: time limits count foreground time', () => {
  const LIMITS: readonly (readonly [string, Script, number])[] = [
    ['wx.login', { login: [never] }, 10_000],
    ['the silent exchange', { silentLogin: [never] }, 15_010],
    ['refresh', { stored: record('R', { expiresAt: -1 }), refresh: [never] }, 15_000],
    ['afterLogin', { config: { afterLogin: () => NEVER } }, 15_060],
    [
      'the interactive exchange',
      { silentLogin: [wanted('phoneNumber', 'ticket')], interactiveLogin: [never] },
      16_060,
    ],
    [
      'the prompt',
      { silentLogin: [wanted('phoneNumber', 'ticket')], config: { timeouts: { prompt: 20_000 } } },
      20_060,
    ],
  ];

  for (const [title, script, end] of LIMITS) {
    for (const absences of [
      [],
      [[5000, 300_000]],
      [
        [2000, 3000],
        [4000, 4500],
        [6000, 100_000],
      ],
    ]) {
      test(
        `F6 F2: ${title} is given up ${end} ms after the start, ${absences.length} absences not counted`,
        virtually(({ flush }) => {
          const world = createWorld(script);
          user(world.session, title === 'the prompt' ? away : phone);
          absences.forEach(([hideAt, showAt]) => absent(world, hideAt, showAt));
          const missed = absences.reduce((sum, [hideAt, showAt]) => sum + showAt - hideAt, 0);
          const { log } = watch(world.session.login());
          const seen: string[][] = [];
          at(end + missed - 1, () => seen.push([...log]));
          at(end + missed + 1, () => seen.push([...log]));
          flush();
          expect(seen).toEqual([[], ['!login-timeout']]);
        }),
      );
    }
  }

  test(
    'F6 F2: an answer that comes after a long absence is in time',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [later(100_000, issued('A'))] });
      const { log } = watch(world.session.login());
      absent(world, 1000, 99_000);
      flush();
      expect(log).toEqual(['A', '|']);
    }),
  );

  test(
    'F6 F2: a limit does not end while the app stays hidden',
    virtually(({ flush }) => {
      const world = createWorld({ login: [never] });
      const { log } = watch(world.session.login());
      at(1000, world.hide);
      at(1_000_000, () => expect(log).toEqual([]));
      flush();
      expect(log).toEqual([]);
      expect(word(world.session.snapshot)).toBe('silent');
    }),
  );

  test(
    'F6 F2: a step that starts while the app is hidden has its whole limit when the app is shown',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [never] });
      const { log } = watch(world.session.login());
      const seen: string[][] = [];
      absent(world, 5, 50_000);
      at(64_999, () => seen.push([...log]));
      at(65_001, () => seen.push([...log]));
      flush();
      expect(seen).toEqual([[], ['!login-timeout']]);
    }),
  );

  test(
    'F6 F2: the end of a logout waits for foreground time too',
    virtually(({ flush }) => {
      const world = createWorld({ stored: record('A'), backendLogout: [never] });
      const { log } = watch(world.session.logout());
      absent(world, 1000, 100_000);
      const ended: boolean[] = [];
      [15_001, 113_999, 114_001].forEach((ms) => at(ms, () => ended.push(log.includes('|'))));
      flush();
      expect(ended).toEqual([false, false, true]);
    }),
  );

  test(
    'F6 F2: showing and hiding twice over changes nothing',
    virtually(({ flush }) => {
      const world = createWorld({ login: [never] });
      const { log } = watch(world.session.login());
      [1000, 2000].forEach((ms) => at(ms, world.show));
      [3000, 4000].forEach((ms) => at(ms, world.hide));
      [50_000, 51_000].forEach((ms) => at(ms, world.show));
      const seen: string[][] = [];
      at(56_999, () => seen.push([...log]));
      at(57_001, () => seen.push([...log]));
      flush();
      expect(seen).toEqual([[], ['!login-timeout']]);
    }),
  );
});

test(
  'F6: a retry that was waiting goes on after an absence',
  virtually(({ flush }) => {
    const world = createWorld({
      silentLogin: [offline, issued('A')],
      config: { retry: { count: 1, delay: 1000 } },
    });
    const { log } = watch(world.session.login());
    absent(world, 100, 5000);
    flush();
    expect(log).toEqual(['A', '|']);
  }),
);
