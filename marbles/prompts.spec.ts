import { asyncScheduler, EMPTY, filter, map, of, throwError } from 'rxjs';
import { englishTips, isSessionError, sessionError } from 'rx-weapp-session';
import type { AuthMethod, AuthPrompt, AuthTips, SessionError, TipsSource } from 'rx-weapp-session';
import {
  at,
  away,
  close,
  createWorld,
  fails,
  issued,
  never,
  PACES,
  phone,
  refuses,
  user,
  virtually,
  wanted,
  watch,
  word,
} from './support/world';
import type { Script, World } from './support/world';

const MINUTE = 60000;
const CODE_AGE = 4.5 * MINUTE;

/** What each subscriber of `prompt$` is told: `phoneNumber 1`, or `null`. */
const told = ({ session }: World) =>
  watch(session.prompt$.pipe(map((prompt) => prompt && `${prompt.method} ${prompt.id}`)));

/** What the backend was handed in its interactive exchanges. */
const exchanges = ({ calls }: World) =>
  calls.filter(({ name }) => name === 'login').map(({ detail }) => detail);

/** When wx.login was called. */
const codesAt = ({ calls }: World) => calls.filter(({ name }) => name === 'wx.login').map((call) => call.at);

/** A world whose backend wants an authorisation before it issues a credential. */
const asking = (script: Script = {}, method = 'phoneNumber', ticket?: string) =>
  createWorld({ silentLogin: [wanted(method, ticket)], ...script });

const methodsOf = (seen: readonly AuthPrompt[]) => seen.map(({ method }) => method);

/** The wall clock goes on while the timers stand still, as in the background. */
function asleep(ms: number) {
  const awake = asyncScheduler.now;
  jest.spyOn(asyncScheduler, 'now').mockImplementation(() => awake() + ms);
}
afterEach(() => void jest.restoreAllMocks());

describe('one prompt at a time', () => {
  for (const pace of PACES) {
    test(
      `P1: two logins share one prompt; prompt$ is null before and after, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = asking({ pace });
        const ui = told(world);
        user(world.session, phone);
        const logins = [watch(world.session.login()), watch(world.session.login())];
        flush();
        expect(ui.log).toEqual(['null', expect.stringMatching(/^phoneNumber \d+$/), 'null']);
        expect(logins.map(({ log }) => log)).toEqual([
          ['A', '|'],
          ['A', '|'],
        ]);
      }),
    );
  }

  test(
    'P1: a late subscriber is given the open prompt, and null once it is answered',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, phone);
      watch(world.session.login());
      at(500, () => expect(told(world).log).toEqual([`phoneNumber ${seen[0].id}`]));
      // Answered at 1060; the exchange is not over before 1120.
      at(1062, () => expect(told(world).log).toEqual(['null']));
      flush();
      expect.assertions(2);
    }),
  );

  test(
    'P1: a subscriber that answers inside its own handler leaves nothing answered to the next one',
    virtually(({ flush }) => {
      const world = asking();
      world.session.prompt$.subscribe((prompt) => prompt?.answer(phone));
      const second = told(world);
      const login = watch(world.session.login());
      flush();
      expect(second.log).toEqual(['null']);
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P1 P9: of two steps the second prompt opens only when the first is gone',
    virtually(({ flush }) => {
      const world = asking({ interactiveLogin: [wanted('avatarNickname'), issued('A')] });
      const ui = told(world);
      const { seen } = user(world.session, phone, { avatarUrl: 'wxfile://a.png', nickName: 'Li' });
      watch(world.session.login());
      flush();
      const [first, second] = seen;
      expect(second.id).not.toBe(first.id);
      expect(ui.log).toEqual([
        'null',
        `phoneNumber ${first.id}`,
        'null',
        `avatarNickname ${second.id}`,
        'null',
      ]);
    }),
  );

  test(
    'P1 C3: prompt$ completes with dispose, after null where a prompt was open',
    virtually(({ flush }) => {
      const world = asking();
      const ui = told(world);
      user(world.session, away);
      const login = watch(world.session.login());
      at(500, () => world.session.dispose());
      flush();
      expect(ui.log.slice(-2)).toEqual(['null', '|']);
      expect(login.log).toEqual(['!disposed']);
    }),
  );
});

describe('an answer', () => {
  const other = { ...phone, code: 'other-code' };

  for (const pace of PACES) {
    test(
      `P2: counts once, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = asking({ pace });
        const { seen } = user(world.session, away);
        const login = watch(world.session.login());
        at(500, () => {
          seen[0].answer(phone);
          seen[0].answer(other);
          seen[0].cancel();
        });
        at(2000, () => seen[0].answer(other));
        flush();
        expect(exchanges(world)).toEqual([expect.objectContaining({ authorization: { code: phone.code } })]);
        expect(login.log).toEqual(['A', '|']);
      }),
    );
  }

  test(
    'P2: an answer after a cancel does nothing',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, away);
      const login = watch(world.session.login());
      at(500, () => {
        seen[0].cancel();
        seen[0].answer(phone);
      });
      flush();
      expect(login.log).toEqual(['!auth-cancelled']);
      expect(exchanges(world)).toEqual([]);
    }),
  );

  const ENDINGS: readonly {
    readonly title: string;
    readonly config?: Script['config'];
    readonly end: (world: World, login: { stop(): void }) => void;
    readonly log: readonly string[];
  }[] = [
    { title: 'logout', end: ({ session }) => void session.logout(), log: ['!logged-out'] },
    {
      title: 'the time-out',
      config: { timeouts: { prompt: 5000 } },
      end: () => undefined,
      log: ['!login-timeout'],
    },
    { title: 'the withdrawal', end: (_, login) => login.stop(), log: [] },
    { title: 'dispose', end: ({ session }) => session.dispose(), log: ['!disposed'] },
  ];
  for (const { title, config, end, log } of ENDINGS) {
    test(
      `P2: after ${title} does nothing, and prompt$ is null`,
      virtually(({ flush }) => {
        const world = asking({ config });
        const { seen } = user(world.session, away);
        const ui = told(world);
        const login = watch(world.session.login());
        at(5000, () => end(world, login));
        at(6000, () => {
          expect(ui.log.filter((value) => value !== '|').slice(-1)).toEqual(['null']);
          seen[0].answer(phone);
          seen[0].cancel();
        });
        flush();
        expect(login.log).toEqual(log);
        expect(exchanges(world)).toEqual([]);
        expect(world.count('wx.login')).toBe(1);
        expect(world.session.credential).toBeUndefined();
      }),
    );
  }

  test(
    'P2: to a prompt of an earlier login does not answer the one that is open',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, close, phone);
      const logins = [watch(world.session.login())];
      at(2000, () => logins.push(watch(world.session.login())));
      at(2500, () => seen[0].answer({ ...phone, code: 'stale' }));
      flush();
      expect(logins.map(({ log }) => log)).toEqual([['!auth-cancelled'], ['A', '|']]);
      expect(exchanges(world)).toEqual([expect.objectContaining({ authorization: { code: phone.code } })]);
    }),
  );

  test(
    'P2: without timeouts.prompt the user may take any time',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, away);
      const login = watch(world.session.login());
      at(60 * MINUTE, () => seen[0].answer(phone));
      flush();
      expect(login.log).toEqual(['A', '|']);
    }),
  );
});

describe('claim and release', () => {
  test(
    'P1: the first UI that claims has it; released, prompt$ offers the same prompt again to be claimed',
    virtually(({ flush }) => {
      const world = asking();
      const offers: AuthPrompt[] = [];
      world.session.prompt$.pipe(filter(Boolean)).subscribe((prompt) => offers.push(prompt));
      const login = watch(world.session.login());
      at(500, () => {
        const [prompt] = offers;
        expect([prompt.claim(), prompt.claim()]).toEqual([true, false]);
        prompt.release();
        const [, again] = offers;
        expect(again.id).toBe(prompt.id);
        expect([again.claim(), again.claim()]).toEqual([true, false]);
        again.answer(phone);
      });
      flush();
      expect(login.log).toEqual(['A', '|']);
      expect(offers).toHaveLength(2);
    }),
  );

  test(
    'P1 P2: an answered prompt can neither be claimed nor be offered again',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, away);
      const ui = told(world);
      watch(world.session.login());
      at(500, () => {
        seen[0].claim();
        seen[0].answer(phone);
        seen[0].release();
        expect(seen[0].claim()).toBe(false);
      });
      flush();
      expect(ui.log).toEqual(['null', `phoneNumber ${seen[0].id}`, 'null']);
    }),
  );

  test(
    'P1: who subscribes while a prompt is claimed sees it, but cannot claim it',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, away);
      watch(world.session.login());
      at(500, () => {
        seen[0].claim();
        const late: (AuthPrompt | null)[] = [];
        world.session.prompt$.subscribe((prompt) => late.push(prompt));
        expect(late.map((prompt) => prompt && prompt.claim())).toEqual([false]);
        seen[0].cancel();
      });
      flush();
      expect.assertions(1);
    }),
  );
});

describe('a prompt that nobody sees', () => {
  test(
    'P3: fails the flight after 3 seconds, naming what to add',
    virtually(({ expectObservable, flush }) => {
      const world = asking();
      const failures: SessionError[] = [];
      world.session.login().subscribe({ error: (error: unknown) => failures.push(error as SessionError) });
      expectObservable(world.session.session$.pipe(map(word))).toBe('s 59ms i 2999ms e', {
        s: 'silent',
        i: 'interactive',
        e: 'anonymous !prompt-unhandled',
      });
      flush();
      expect(failures.map(({ code }) => code)).toEqual(['prompt-unhandled']);
      expect(failures[0].message).toMatch(/session\.prompt\$.*auth-prompt.*promptByPage/);
    }),
  );

  test(
    'P3: after promptGrace, where that is set; prompt$ is null then',
    virtually(({ flush }) => {
      const world = asking({ config: { promptGrace: 100 } });
      const login = watch(world.session.login());
      at(159, () => expect(login.log).toEqual([]));
      at(161, () => {
        expect(login.log).toEqual(['!prompt-unhandled']);
        expect(told(world).log).toEqual(['null']);
      });
      flush();
      expect.assertions(3);
    }),
  );

  test(
    'P3: a UI that comes within the grace is given the prompt, and time is no matter any more',
    virtually(({ flush }) => {
      const world = asking();
      const login = watch(world.session.login());
      at(3000, () => user(world.session, away).seen[0].claim());
      at(30000, () => world.session.prompt$.subscribe((prompt) => prompt?.answer(phone)));
      flush();
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P3: fails as well when the last UI goes away later, counted from then',
    virtually(({ flush }) => {
      const world = asking();
      const page = user(world.session, away);
      const component = user(world.session, away);
      const login = watch(world.session.login());
      at(10000, () => page.leave());
      at(20000, () => component.leave());
      at(22999, () => expect(login.log).toEqual([]));
      at(23001, () => expect(login.log).toEqual(['!prompt-unhandled']));
      flush();
      expect.assertions(2);
    }),
  );

  test(
    'P3: only one stretch counts: pages that follow one another within the grace each see the prompt',
    virtually(({ flush }) => {
      const world = asking();
      const pages = [user(world.session, away)];
      const login = watch(world.session.login());
      [4000, 8000, 12000].forEach((time) => {
        at(time - 2000, () => pages.slice(-1)[0].leave());
        at(time, () => pages.push(user(world.session, time === 12000 ? phone : away)));
      });
      flush();
      expect(login.log).toEqual(['A', '|']);
      expect(new Set(pages.map(({ seen }) => seen[0].id)).size).toBe(1);
    }),
  );

  test(
    'P3: a UI that was there before the prompt is enough, and its absence before it does not count',
    virtually(({ flush }) => {
      const world = asking();
      user(world.session).leave();
      at(10000, () => watch(world.session.login()));
      at(12900, () => expect(world.session.snapshot.status).toBe('authenticating'));
      at(13059, () => expect(world.session.snapshot.status).toBe('authenticating'));
      at(13061, () => expect(word(world.session.snapshot)).toBe('anonymous !prompt-unhandled'));
      flush();
      expect.assertions(3);
    }),
  );

  test(
    'P3 F6: the background does not count, where no page is shown anyway',
    virtually(({ flush }) => {
      const world = asking();
      const page = user(world.session, away);
      const login = watch(world.session.login());
      at(1000, () => {
        page.leave();
        world.hide();
      });
      at(20000, () => {
        world.show();
        user(world.session, phone);
      });
      flush();
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P3: concerns each prompt of a flight',
    virtually(({ flush }) => {
      const world = asking({ interactiveLogin: [wanted('avatarNickname'), issued('A')] });
      const page = user(world.session, phone);
      const login = watch(world.session.login());
      at(1100, () => page.leave());
      flush();
      expect(login.log).toEqual(['!prompt-unhandled']);
      expect(world.count('login')).toBe(1);
    }),
  );
});

describe('a refusal', () => {
  const deny = { errMsg: 'getUserInfo:fail auth deny' };
  const info = { errMsg: 'getUserInfo:ok', userInfo: { nickName: 'Li' }, encryptedData: 'data', iv: 'iv' };
  const panel = (granted: boolean) => ({
    errMsg: 'openSetting:ok',
    authSetting: { 'scope.userInfo': granted },
  });

  test(
    'P4: of a method without a settingScope is auth-denied at once, and the next login asks again',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, refuses, phone);
      const logins = [watch(world.session.login())];
      at(1061, () => expect(logins[0].log).toEqual(['!auth-denied']));
      at(5000, () => logins.push(watch(world.session.login())));
      flush();
      expect(logins.map(({ log }) => log)).toEqual([['!auth-denied'], ['A', '|']]);
      expect(methodsOf(seen)).toEqual(['phoneNumber', 'phoneNumber']);
    }),
  );

  test(
    'P4: of a method with a settingScope opens one setting prompt; granted, the method is tried once more',
    virtually(({ flush }) => {
      const world = asking({}, 'userInfo');
      const { seen } = user(world.session, deny, panel(true), info);
      const login = watch(world.session.login());
      flush();
      expect(methodsOf(seen)).toEqual(['userInfo', 'setting', 'userInfo']);
      expect(seen[1].scope).toBe('scope.userInfo');
      expect(new Set(seen.map(({ id }) => id)).size).toBe(3);
      expect(login.log).toEqual(['A', '|']);
      expect(exchanges(world)).toEqual([
        expect.objectContaining({ method: 'userInfo', authorization: info }),
      ]);
    }),
  );

  test(
    'P4: granted in the panel and refused once more is auth-denied, without a second panel',
    virtually(({ flush }) => {
      const world = asking({}, 'userInfo');
      const { seen } = user(world.session, deny, panel(true), deny, panel(true), info);
      const login = watch(world.session.login());
      flush();
      expect(methodsOf(seen)).toEqual(['userInfo', 'setting', 'userInfo']);
      expect(login.log).toEqual(['!auth-denied']);
    }),
  );

  test(
    'P4: refused in the panel is auth-denied; the next login asks again, panel and all',
    virtually(({ flush }) => {
      const world = asking({}, 'userInfo');
      const { seen } = user(world.session, deny, panel(false), deny, panel(true), info);
      const logins = [watch(world.session.login())];
      at(5000, () => logins.push(watch(world.session.login())));
      flush();
      expect(methodsOf(seen)).toEqual(['userInfo', 'setting', 'userInfo', 'setting', 'userInfo']);
      expect(logins.map(({ log }) => log)).toEqual([['!auth-denied'], ['A', '|']]);
    }),
  );

  test(
    'P4: of another scope in the panel does not count as granted',
    virtually(({ flush }) => {
      const world = asking({}, 'userInfo');
      const { seen } = user(world.session, deny, {
        errMsg: 'openSetting:ok',
        authSetting: { 'scope.writePhotosAlbum': true },
      });
      const login = watch(world.session.login());
      flush();
      expect(methodsOf(seen)).toEqual(['userInfo', 'setting']);
      expect(login.log).toEqual(['!auth-denied']);
    }),
  );

  test(
    'P4 P5: a cancel or an operator fault opens no panel',
    virtually(({ flush }) => {
      const world = asking({}, 'userInfo');
      const { seen } = user(world.session, { errMsg: 'getUserInfo:fail cancel' }, close, { errno: 112 });
      const logins = [0, 5000, 10000].map((time) => {
        const log: string[] = [];
        at(time, () =>
          world.session
            .login()
            .subscribe({ error: (error: unknown) => log.push((error as SessionError).code) }),
        );
        return log;
      });
      flush();
      expect(logins).toEqual([['auth-cancelled'], ['auth-cancelled'], ['auth-failed']]);
      expect(methodsOf(seen)).toEqual(['userInfo', 'userInfo', 'userInfo']);
    }),
  );

  test(
    'P4: a settingScope of a method of yours works the same way',
    virtually(({ flush }) => {
      const address: AuthMethod = {
        code: 'none',
        settingScope: 'scope.address',
        read: (detail) => {
          if (detail === 'no') throw sessionError('auth-denied', 'no');
          return detail;
        },
      };
      const world = asking({ config: { methods: { address } } }, 'address');
      const { seen } = user(world.session, 'no', { authSetting: { 'scope.address': true } }, 'Main St');
      const login = watch(world.session.login());
      flush();
      expect(seen.map(({ method, scope }) => scope ?? method)).toEqual([
        'address',
        'scope.address',
        'address',
      ]);
      expect(login.log).toEqual(['A', '|']);
    }),
  );
});

describe('P5: what an answer without an authorisation means', () => {
  const NAMES: readonly (readonly [code: string, detail: unknown])[] = [
    ['auth-denied', { errMsg: 'getPhoneNumber:fail privacy permission is not authorized', errno: 104 }],
    [
      'auth-denied',
      { errMsg: 'getPhoneNumber:fail privacy permission is not authorized in gap', errno: 104 },
    ],
    ['auth-denied', { errMsg: 'privacy permission is not authorized', errno: 104 }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail', errno: 103 }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail user cancel', errno: 103 }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail', errno: 3 }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail user deny' }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail auth deny' }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail:auth denied' }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail', errno: 104 }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail user deny', errno: 104 }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail', errno: 1 }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail user cancel' }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail:user cancel' }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail', errno: 102 }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail user cancel', errno: 102 }],
    [
      'auth-failed',
      { errMsg: 'getPhoneNumber:fail api scope is not declared in the privacy agreement', errno: 112 },
    ],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail user deny', errno: 1400001 }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail', errno: 1003 }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail appid privacy api banned' }],
    ['auth-failed', { errMsg: 'getUserProfile:fail can only be invoked by user TAP gesture.' }],
    ['auth-failed', { errMsg: 'getUserProfile:fail desc length does not meet the requirements' }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail no permission' }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail something new' }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail something new', errno: 987654 }],
    ['auth-failed', { errMsg: 'getPhoneNumber:ok' }],
    ['auth-failed', {}],
    ['auth-failed', ''],
    ['auth-failed', null],
    ['auth-failed', undefined],
  ];
  for (const [code, detail] of NAMES) {
    test(
      `P5: ${JSON.stringify(detail)} is ${code}, and not asked again in that flight`,
      virtually(({ flush }) => {
        const world = asking();
        const { seen } = user(world.session, detail, phone);
        const login = watch(world.session.login());
        flush();
        expect(login.log).toEqual([`!${code}`]);
        expect(seen).toHaveLength(1);
        expect(exchanges(world)).toEqual([]);
        expect(word(world.session.snapshot)).toBe(`anonymous !${code}`);
      }),
    );
  }

  test(
    'P5: a fail result is none of the data that it happens to carry, and errno 0 is no failure',
    virtually(({ flush }) => {
      const world = asking();
      user(
        world.session,
        { errMsg: 'getPhoneNumber:fail user deny', code: 'stray' },
        { errMsg: 'getPhoneNumber:ok', errno: 0, code: 'phone-code' },
      );
      const logins = [watch(world.session.login())];
      at(5000, () => logins.push(watch(world.session.login())));
      flush();
      expect(logins.map(({ log }) => log)).toEqual([['!auth-denied'], ['A', '|']]);
    }),
  );

  test(
    'P5: the whole fail result stays reachable as the cause',
    virtually(({ flush }) => {
      const world = asking();
      const failures: unknown[] = [];
      user(world.session, refuses);
      world.session.login().subscribe({ error: (error: unknown) => failures.push(error) });
      flush();
      expect(failures.map((error) => isSessionError(error, 'auth-denied') && error.cause)).toEqual([refuses]);
    }),
  );

  test(
    'P5 F7: a read of yours that throws anything else is auth-failed',
    virtually(({ flush }) => {
      const read = () => {
        throw new TypeError('oops');
      };
      const world = asking({ config: { methods: { mine: { code: 'none', read } } } }, 'mine');
      user(world.session, 'anything');
      const login = watch(world.session.login());
      flush();
      expect(login.log).toEqual(['!auth-failed']);
    }),
  );
});

describe('tips', () => {
  const FIELDS = ['title', 'content', 'confirmText', 'cancelText'] as const;

  /** The tips of the prompts of one login. */
  const tipsOf = (script: Script, tips?: TipsSource, method = 'phoneNumber', ...answers: unknown[]) => {
    const seen: AuthPrompt[] = [];
    const worlds: World[] = [];
    virtually(({ flush }) => {
      const world = asking(script, method);
      worlds.push(world);
      const ui = user(world.session, ...(answers.length ? answers : [close]));
      watch(world.session.login({ tips }));
      flush();
      seen.push(...ui.seen);
    })();
    return { tips: seen.map((prompt) => prompt.tips), events: worlds[0].events };
  };

  const pages = (...stack: readonly object[]) => {
    (globalThis as { getCurrentPages?: unknown }).getCurrentPages = () => stack;
  };
  afterEach(() => {
    delete (globalThis as { getCurrentPages?: unknown }).getCurrentPages;
  });

  let defaults: AuthTips;
  beforeEach(() => {
    [defaults] = tipsOf({}).tips;
  });

  test('P6: the defaults are Chinese, whole for each prompt, and differ by prompt', () => {
    const denied = { errMsg: 'getUserInfo:fail auth deny' };
    const [, setting] = tipsOf({}, undefined, 'userInfo', denied, close).tips;
    const all: AuthTips[] = [defaults, ...tipsOf({}, undefined, 'avatarNickname').tips, setting];
    expect(all).toHaveLength(3);
    FIELDS.forEach((field) => all.forEach((tips) => expect(tips[field]).toMatch(/[\u4e00-\u9fff]/)));
    expect(new Set(all.map(({ content }) => content)).size).toBe(3);
  });

  test('P6: the English ones are exported, and are as whole', () => {
    const denied = { errMsg: 'getUserInfo:fail auth deny' };
    const all = tipsOf({ config: { tips: englishTips } }, undefined, 'userInfo', denied, close).tips;
    expect(all).toHaveLength(2);
    FIELDS.forEach((field) => all.forEach((tips) => expect(tips[field]).toMatch(/^[ -~]+$/)));
    expect(new Set(all.map(({ content }) => content)).size).toBe(2);
  });

  test('P6: merge field by field: call over page over config over defaults', () => {
    pages({ authTips: { title: 'page', content: 'page' } });
    const config = { tips: { title: 'config', content: 'config', confirmText: 'config' } };
    expect(tipsOf({ config }, { title: 'call' }).tips).toEqual([
      { title: 'call', content: 'page', confirmText: 'config', cancelText: defaults.cancelText },
    ]);
  });

  test('P6: functions merge the same way, and may have nothing to say', () => {
    pages({ authTips: () => ({ title: 'page', content: 'page' }) });
    const config = {
      tips: () => ({ title: 'config', content: 'config', confirmText: 'config' }),
    };
    expect(tipsOf({ config }, () => undefined).tips).toEqual([
      { title: 'page', content: 'page', confirmText: 'config', cancelText: defaults.cancelText },
    ]);
  });

  test('P6: an undefined field says nothing', () => {
    const nothing = { title: undefined } as unknown as Partial<AuthTips>;
    expect(tipsOf({ config: { tips: { title: 'config' } } }, nothing).tips[0].title).toBe('config');
  });

  test("P6: page tips are the top page's, called on that page", () => {
    const top = {
      name: 'top',
      authTips(this: { name: string }) {
        return { title: this.name };
      },
    };
    pages({ authTips: { title: 'below', content: 'below' } }, top);
    expect(tipsOf({}).tips).toEqual([{ ...defaults, title: 'top' }]);
  });

  test('P6: a page without authTips, no page at all and no getCurrentPages leave the others', () => {
    pages({});
    expect(tipsOf({}).tips).toEqual([defaults]);
    pages();
    expect(tipsOf({}).tips).toEqual([defaults]);
    delete (globalThis as { getCurrentPages?: unknown }).getCurrentPages;
    expect(tipsOf({}).tips).toEqual([defaults]);
  });

  test(
    'P6: page tips are those of the page on top when the prompt opens',
    virtually(({ flush }) => {
      pages({ authTips: { title: 'first page' } });
      const world = asking();
      const { seen } = user(world.session, close);
      watch(world.session.login());
      pages({ authTips: { title: 'second page' } });
      flush();
      expect(seen[0].tips.title).toBe('second page');
    }),
  );

  test("P6: pageTips takes the place of the top page's", () => {
    pages({ authTips: { title: 'page', content: 'page' } });
    const config = { pageTips: { title: 'given' } };
    expect(tipsOf({ config }).tips).toEqual([{ ...defaults, title: 'given' }]);
  });

  test('P6: an object words the authorisation prompts only, a function is asked for the setting prompt too', () => {
    const denied = { errMsg: 'getUserInfo:fail auth deny' };
    const asked: unknown[] = [];
    const config: Script['config'] = {
      tips: (prompt) => {
        asked.push({ ...prompt });
        return { title: prompt.method };
      },
      pageTips: { content: 'page' },
    };
    const [first, setting] = tipsOf({ config }, { cancelText: 'call' }, 'userInfo', denied, close).tips;
    expect(first).toMatchObject({ title: 'userInfo', content: 'page', cancelText: 'call' });
    expect(setting.title).toBe('setting');
    expect(setting.content).not.toBe('page');
    expect(setting.cancelText).not.toBe('call');
    expect(asked).toEqual([
      { method: 'userInfo', openType: 'getUserInfo' },
      expect.objectContaining({ method: 'setting', scope: 'scope.userInfo' }),
    ]);
  });

  test('P6: an object does not word the setting prompt, wherever it is given', () => {
    const denied = { errMsg: 'getUserInfo:fail auth deny' };
    pages({ authTips: { title: 'page' } });
    const plain = tipsOf({ config: { pageTips: () => undefined } }, undefined, 'userInfo', denied, close);
    const worded = tipsOf(
      { config: { tips: { content: 'config' } } },
      { confirmText: 'call' },
      'userInfo',
      denied,
      close,
    );
    expect(worded.tips[0]).toMatchObject({ title: 'page', content: 'config', confirmText: 'call' });
    expect(worded.tips[1]).toEqual(plain.tips[1]);
  });

  test('P6 F7: a tips function that throws is left out, with an event', () => {
    const config: Script['config'] = {
      tips: () => {
        throw new Error('oops');
      },
    };
    const { tips, events } = tipsOf({ config }, { title: 'call' });
    expect(tips).toEqual([{ ...defaults, title: 'call' }]);
    expect(events.map(({ type }) => type)).toContain('hook-failure');
  });

  test(
    "P6 P9: the second step of a flight is worded for its own method, with the call's tips",
    virtually(({ flush }) => {
      const world = asking({ interactiveLogin: [wanted('avatarNickname'), issued('A')] });
      const { seen } = user(world.session, phone, close);
      watch(world.session.login({ tips: { title: 'call' } }));
      flush();
      expect(seen.map(({ tips }) => tips.title)).toEqual(['call', 'call']);
      expect(seen[0].tips.content).not.toBe(seen[1].tips.content);
    }),
  );
});

describe('codes and tickets', () => {
  const profile = { errMsg: 'getUserProfile:ok', userInfo: { nickName: 'Li' }, encryptedData: 'd', iv: 'i' };

  for (const method of ['phoneNumber', 'userInfo', 'userProfile'])
    test(
      `P7: a ticket goes along with the answer for ${method}, and no further code is taken`,
      virtually(({ flush }) => {
        const world = asking({}, method, 'ticket-1');
        user(world.session, { ...phone, ...profile });
        const login = watch(world.session.login());
        flush();
        expect(world.count('wx.login')).toBe(1);
        const [exchanged] = exchanges(world);
        expect(exchanged).toMatchObject({ source: 'shop', method, ticket: 'ticket-1' });
        expect(exchanged).not.toHaveProperty('code');
        expect(login.log).toEqual(['A', '|']);
      }),
    );

  test(
    'P7: with a ticket no code is renewed, however long the user takes',
    virtually(({ flush }) => {
      const world = asking({}, 'userProfile', 'ticket-1');
      const { seen } = user(world.session, away);
      const login = watch(world.session.login());
      at(20 * MINUTE, () => seen[0].answer(profile));
      flush();
      expect(world.count('wx.login')).toBe(1);
      expect(seen).toHaveLength(1);
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P7: after-answer: the code is taken when the answer is there',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, away);
      watch(world.session.login());
      at(10 * MINUTE, () => {
        expect(world.count('wx.login')).toBe(1);
        seen[0].answer(phone);
      });
      flush();
      expect(codesAt(world)).toEqual([0, 10 * MINUTE]);
      expect(exchanges(world)).toEqual([
        { source: 'shop', method: 'phoneNumber', authorization: { code: 'phone-code' }, code: 'code2' },
      ]);
    }),
  );

  for (const pace of PACES) {
    test(
      `P7: before-prompt: the code is there before the prompt is, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = asking({ pace }, 'userProfile');
        world.session.prompt$.subscribe((prompt) => {
          if (!prompt) return;
          expect(world.count('wx.login')).toBe(2);
          prompt.answer(profile);
        });
        watch(world.session.login());
        flush();
        expect(world.count('wx.login')).toBe(2);
        expect(exchanges(world)).toEqual([
          { source: 'shop', method: 'userProfile', authorization: profile, code: 'code2' },
        ]);
        expect.assertions(3);
      }),
    );
  }

  test(
    'P7: none: no code is taken at all',
    virtually(({ flush }) => {
      const invitation: AuthMethod = { code: 'none', read: (detail) => detail };
      const world = asking({ config: { methods: { invitation } } }, 'invitation');
      user(world.session, { invitation: 42 });
      watch(world.session.login());
      flush();
      expect(world.count('wx.login')).toBe(1);
      expect(exchanges(world)).toEqual([
        { source: 'shop', method: 'invitation', authorization: { invitation: 42 } },
      ]);
    }),
  );

  test(
    'P7: a before-prompt code that cannot be had fails the flight before anybody is asked',
    virtually(({ flush }) => {
      const world = asking({ login: [{ code: 'code1' }, fails('login:fail')] }, 'userProfile');
      const { seen } = user(world.session, profile);
      const login = watch(world.session.login());
      flush();
      expect(login.log).toEqual(['!code-unavailable']);
      expect(seen).toEqual([]);
    }),
  );

  test(
    'P7: a before-prompt code is renewed each time it is 4.5 minutes old, under the same open prompt',
    virtually(({ flush }) => {
      const world = asking({}, 'userProfile');
      const { seen } = user(world.session, away);
      const login = watch(world.session.login());
      at(10 * MINUTE, () => seen[0].answer(profile));
      flush();
      const [silent, first, second, third, ...more] = codesAt(world);
      expect(more).toEqual([]);
      expect(silent).toBe(0);
      // 4.5 minutes from when the code was asked for at the earliest, from when it came at the latest.
      [second - first, third - second].forEach((age) => {
        expect(age).toBeGreaterThanOrEqual(CODE_AGE);
        expect(age).toBeLessThanOrEqual(CODE_AGE + 10);
      });
      expect(seen).toHaveLength(1);
      expect(exchanges(world)).toEqual([expect.objectContaining({ code: 'code4' })]);
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P7: a renewal stops with the prompt: answered, closed, logged out or withdrawn',
    virtually(({ flush }) => {
      const ends: ((world: World, prompt: AuthPrompt, login: { stop(): void }) => void)[] = [
        (_, prompt) => prompt.answer(profile),
        (_, prompt) => prompt.cancel(),
        ({ session }) => void session.logout(),
        (_, __, login) => login.stop(),
        ({ session }) => session.dispose(),
      ];
      const worlds = ends.map((end) => {
        const world = asking({}, 'userProfile');
        const { seen } = user(world.session, away);
        const login = watch(world.session.login());
        at(4 * MINUTE, () => end(world, seen[0], login));
        return world;
      });
      flush();
      expect(worlds.map((world) => world.count('wx.login'))).toEqual([2, 2, 2, 2, 2]);
    }),
  );

  test(
    'P7: an answer under a code that is older even so is dropped: a new code, and the prompt again with a new id',
    virtually(({ flush }) => {
      const world = asking({}, 'userProfile');
      const { seen } = user(world.session, away, profile);
      const login = watch(world.session.login());
      at(MINUTE, () => {
        asleep(5 * MINUTE);
        seen[0].answer({ ...profile, iv: 'old' });
      });
      flush();
      expect(methodsOf(seen)).toEqual(['userProfile', 'userProfile']);
      expect(seen[1].id).not.toBe(seen[0].id);
      expect(world.count('wx.login')).toBe(3);
      expect(exchanges(world)).toEqual([
        { source: 'shop', method: 'userProfile', authorization: profile, code: 'code3' },
      ]);
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P7: so is one where the renewal failed',
    virtually(({ flush }) => {
      const code = (name: string) => ({ errMsg: 'login:ok', code: name });
      const world = asking({ login: [code('1'), code('2'), fails('login:fail'), code('4')] }, 'userProfile');
      const { seen } = user(world.session, away, profile);
      const login = watch(world.session.login());
      at(4.8 * MINUTE, () => seen[0].answer(profile));
      flush();
      expect(seen).toHaveLength(2);
      expect(exchanges(world)).toEqual([expect.objectContaining({ code: '4' })]);
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P7: an answer within 4.5 minutes by the wall clock is not dropped',
    virtually(({ flush }) => {
      const world = asking({}, 'userProfile');
      const { seen } = user(world.session, away, away);
      const login = watch(world.session.login());
      at(MINUTE, () => {
        asleep(3 * MINUTE);
        seen[0].answer(profile);
      });
      flush();
      expect(exchanges(world)).toEqual([expect.objectContaining({ code: 'code2' })]);
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P7: an after-answer prompt outlives any background: its answer is used',
    virtually(({ flush }) => {
      const world = asking();
      const { seen } = user(world.session, away, away);
      const login = watch(world.session.login());
      at(MINUTE, () => {
        asleep(20 * MINUTE);
        seen[0].answer(phone);
      });
      flush();
      expect(seen).toHaveLength(1);
      expect(login.log).toEqual(['A', '|']);
    }),
  );
});

describe('more than one authorisation', () => {
  const avatar = { avatarUrl: 'wxfile://a.png', nickName: 'Li' };

  test(
    'P9: phone, then avatar, each with its own ticket, in one flight',
    virtually(({ flush }) => {
      const world = asking(
        { interactiveLogin: [wanted('avatarNickname', 'ticket-2'), issued('A')] },
        'phoneNumber',
        'ticket-1',
      );
      const { seen } = user(world.session, phone, avatar);
      const login = watch(world.session.login());
      flush();
      expect(methodsOf(seen)).toEqual(['phoneNumber', 'avatarNickname']);
      expect(exchanges(world)).toEqual([
        { source: 'shop', method: 'phoneNumber', authorization: { code: 'phone-code' }, ticket: 'ticket-1' },
        { source: 'shop', method: 'avatarNickname', authorization: avatar, ticket: 'ticket-2' },
      ]);
      expect(world.count('wx.login')).toBe(1);
      expect(login.log).toEqual(['A', '|']);
      expect(world.events.filter(({ type }) => /^login-/.test(type)).map(({ type }) => type)).toEqual([
        'login-start',
        'login-success',
      ]);
    }),
  );

  test(
    'P9: five steps are allowed',
    virtually(({ flush }) => {
      const more = wanted('phoneNumber', 'ticket');
      const world = asking({ interactiveLogin: [more, more, more, more, issued('A')] });
      const { seen } = user(world.session, phone, phone, phone, phone, phone, phone);
      const login = watch(world.session.login());
      flush();
      expect(seen).toHaveLength(5);
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'P9: a sixth is backend-invalid, and nobody is asked for it',
    virtually(({ flush }) => {
      const world = asking({ interactiveLogin: [wanted('phoneNumber', 'ticket')] });
      const { seen } = user(world.session, phone, phone, phone, phone, phone, phone, phone);
      const login = watch(world.session.login());
      flush();
      expect(seen).toHaveLength(5);
      expect(login.log).toEqual(['!backend-invalid']);
    }),
  );

  for (const [title, script] of [
    ['of silentLogin', { silentLogin: [wanted('fax')] }],
    ['of login', { silentLogin: [wanted('phoneNumber')], interactiveLogin: [wanted('fax')] }],
  ] as const) {
    test(
      `P9: a method that the session does not know, in a reply ${title}, is backend-invalid`,
      virtually(({ flush }) => {
        const world = createWorld(script);
        user(world.session, phone);
        const login = watch(world.session.login());
        flush();
        expect(login.log).toEqual(['!backend-invalid']);
        expect(word(world.session.snapshot)).toBe('anonymous !backend-invalid');
      }),
    );
  }

  test(
    'P9: a method that the session does not know is config-invalid where the caller asks for it',
    virtually(({ flush }) => {
      const world = createWorld();
      const { seen } = user(world.session, phone);
      const login = watch(world.session.login({ mode: 'forceAuth', method: 'fax' }));
      flush();
      expect(login.log).toEqual(['!config-invalid']);
      expect(seen).toEqual([]);
      expect(world.session.snapshot.status).toBe('anonymous');
    }),
  );

  test(
    'P9: names that every object has are not known either',
    virtually(({ flush }) => {
      const world = asking({}, 'constructor');
      const logins = [watch(world.session.login())];
      at(5000, () =>
        logins.push(watch(world.session.login({ mode: 'forceAuth', method: 'hasOwnProperty' }))),
      );
      flush();
      expect(logins.map(({ log }) => log)).toEqual([['!backend-invalid'], ['!config-invalid']]);
    }),
  );
});

describe('the built-in methods', () => {
  const encrypted = { encryptedData: 'data', iv: 'iv' };
  const avatar = { avatarUrl: 'wxfile://a.png', nickName: 'Li' };
  const info = { errMsg: 'getUserInfo:ok', userInfo: { nickName: 'Li' }, rawData: '{}', ...encrypted };
  const TABLE: readonly {
    readonly method: string;
    readonly openType: string | undefined;
    readonly codes: number;
    readonly detail: unknown;
    readonly authorization: unknown;
    readonly ticket?: string;
  }[] = [
    {
      method: 'phoneNumber',
      openType: 'getPhoneNumber',
      codes: 0,
      detail: phone,
      authorization: { code: phone.code },
    },
    {
      method: 'phoneNumber',
      openType: 'getPhoneNumber',
      codes: 0,
      detail: { errMsg: 'getPhoneNumber:ok', ...encrypted },
      authorization: encrypted,
      ticket: 'ticket',
    },
    {
      method: 'realtimePhoneNumber',
      openType: 'getRealtimePhoneNumber',
      codes: 0,
      detail: { errMsg: 'getRealtimePhoneNumber:ok', code: 'phone-code' },
      authorization: { code: 'phone-code' },
    },
    {
      method: 'avatarNickname',
      openType: 'chooseAvatar',
      codes: 0,
      detail: avatar,
      authorization: avatar,
    },
    { method: 'userInfo', openType: 'getUserInfo', codes: 1, detail: info, authorization: info },
    { method: 'userProfile', openType: undefined, codes: 1, detail: info, authorization: info },
  ];
  for (const { method, openType, codes, detail, authorization, ticket } of TABLE) {
    test(
      `Built-in methods: ${method} reads ${Object.keys(authorization as object).join(', ')}`,
      virtually(({ flush }) => {
        const world = asking({}, method, ticket);
        const { seen } = user(world.session, detail);
        watch(world.session.login());
        // The prompt lies open: only a before-prompt code is taken by now.
        at(500, () => expect(world.count('wx.login')).toBe(1 + codes));
        flush();
        expect(seen.map((prompt) => prompt.openType)).toEqual([openType]);
        expect(exchanges(world)).toEqual([expect.objectContaining({ method, authorization })]);
        expect(world.count('wx.login')).toBe(ticket ? 1 : 2);
      }),
    );
  }

  for (const [method, detail] of [
    ['phoneNumber', { errMsg: 'getPhoneNumber:ok', encryptedData: 'data' }],
    ['avatarNickname', { avatarUrl: 'wxfile://a.png' }],
    ['avatarNickname', { avatarUrl: '', nickName: 'Li' }],
    ['userInfo', { errMsg: 'getUserInfo:ok' }],
    ['userProfile', undefined],
  ] as const) {
    test(
      `Built-in methods, P5: ${method} cannot read ${JSON.stringify(detail)}`,
      virtually(({ flush }) => {
        const world = asking({}, method);
        user(world.session, detail);
        const login = watch(world.session.login());
        flush();
        expect(login.log).toEqual(['!auth-failed']);
        expect(exchanges(world)).toEqual([]);
      }),
    );
  }

  interface Callbacks {
    success(result: unknown): void;
    fail(result: unknown): void;
  }
  const userInfoApi = (granted: boolean) => ({
    getSetting: ({ success }: Callbacks) => success({ authSetting: { 'scope.userInfo': granted } }),
    getUserInfo: ({ success }: Callbacks) => success(info),
  });

  test(
    'Built-in methods: userInfo needs no prompt where the scope is granted, and takes its code first',
    virtually(({ flush }) => {
      const world = asking({ wx: userInfoApi(true) }, 'userInfo');
      const { seen } = user(world.session, away);
      const login = watch(world.session.login());
      flush();
      expect(seen).toEqual([]);
      expect(exchanges(world)).toEqual([
        { source: 'shop', method: 'userInfo', authorization: info, code: 'code2' },
      ]);
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    'Built-in methods: userInfo asks where the scope is not granted',
    virtually(({ flush }) => {
      const world = asking({ wx: userInfoApi(false) }, 'userInfo');
      const { seen } = user(world.session, info);
      watch(world.session.login());
      flush();
      expect(methodsOf(seen)).toEqual(['userInfo']);
    }),
  );

  for (const [title, withoutPrompt] of [
    ['completes empty', () => EMPTY],
    ['fails', () => throwError(() => new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['cannot be read', () => of('nonsense')],
    ['gives no answer in time', () => never],
  ] as const) {
    test(
      `F1 P7: a withoutPrompt that ${title} is followed by the prompt`,
      virtually(({ flush }) => {
        const mine: AuthMethod = {
          code: 'none',
          withoutPrompt,
          read: (detail) => {
            if (detail !== 'yes') throw sessionError('auth-failed', 'unreadable');
            return detail;
          },
        };
        const world = asking({ config: { methods: { mine } } }, 'mine');
        const { seen } = user(world.session, 'yes');
        const login = watch(world.session.login());
        flush();
        expect(seen).toHaveLength(1);
        expect(login.log).toEqual(['A', '|']);
      }),
    );
  }

  test(
    'F1: of a withoutPrompt the first value counts, and its end is not awaited',
    virtually(({ flush }) => {
      const mine: AuthMethod = {
        code: 'none',
        withoutPrompt: () => of('one', 'two'),
        read: (detail) => detail,
      };
      const world = asking({ config: { methods: { mine } } }, 'mine');
      watch(world.session.login());
      flush();
      expect(exchanges(world)).toEqual([{ source: 'shop', method: 'mine', authorization: 'one' }]);
    }),
  );

  test(
    'A method of yours replaces a built-in one of the same name',
    virtually(({ flush }) => {
      const phoneNumber: AuthMethod = { openType: 'mine', code: 'none', read: () => 'mine' };
      const world = asking({ config: { methods: { phoneNumber } } });
      const { seen } = user(world.session, phone);
      watch(world.session.login());
      flush();
      expect(seen[0].openType).toBe('mine');
      expect(exchanges(world)).toEqual([{ source: 'shop', method: 'phoneNumber', authorization: 'mine' }]);
    }),
  );

  test(
    'forceAuth without a method asks for defaultMethod',
    virtually(({ flush }) => {
      const world = createWorld({ config: { defaultMethod: 'avatarNickname' } });
      const { seen } = user(world.session, close);
      watch(world.session.login({ mode: 'forceAuth' }));
      flush();
      expect(methodsOf(seen)).toEqual(['avatarNickname']);
    }),
  );
});
