import { merge } from 'rxjs';
import { requestWithLogin, retryOnExpired, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { LoginMode, LoginOptions, Session } from 'rx-weapp-session';
import {
  asynchronous,
  at,
  away,
  close,
  createWorld,
  fails,
  issued,
  later,
  microtask,
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

const MODES: readonly LoginMode[] = ['common', 'silent', 'force', 'forceSilent', 'forceAuth'];

/** The session that an earlier run left behind, still good or past its end. */
const usable = record('Z');
const expired = { ...record('Z', { expiresAt: 1 }), receivedAt: -100000 };

const login = ({ session }: World, mode: LoginMode, options: LoginOptions = {}) =>
  watch(session.login({ ...options, mode }));
const loginAt = (time: number, world: World, mode: LoginMode, options: LoginOptions = {}) => {
  const log: string[] = [];
  at(time, () => watch(world.session.login({ ...options, mode })).log.forEach((entry) => log.push(entry)));
  return log;
};
const exchanges = ({ calls }: World) =>
  calls.filter(({ name }) => name === 'login').map(({ detail }) => detail);
const prompted = ({ events }: World) => events.filter(({ type }) => type === 'prompt').length;

describe('S3: a usable session', () => {
  for (const pace of PACES) {
    test(
      `S3: is used in the same tick, without wx.login, wx.checkSession or storage, with ${pace.title}`,
      virtually(() => {
        const world = createWorld({ pace, stored: usable });
        expect(world.session.credential?.token).toBe('Z');
        const before = world.calls.length;
        merge(
          requestWithLogin(world.session, { url: '/1' }),
          requestWithLogin(world.session, { url: '/2', loginOptions: { mode: 'silent' } }),
          sessionRequest(world.session, { url: '/3' }).pipe(withLogin(world.session)),
          sessionRequest(world.session, { url: '/4' }).pipe(silentOnly(world.session)),
        ).subscribe();
        expect(world.sent).toEqual(['Z', 'Z', 'Z', 'Z']);
        expect(new Set(world.calls.slice(before).map(({ name }) => name))).toEqual(new Set(['wx.request']));
      }),
    );
  }

  test(
    "S3: common and silent requests wait for a force caller's silent stage, and go out under the new credential",
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      login(world, 'force');
      watch(requestWithLogin(world.session, { url: '/common' }));
      watch(requestWithLogin(world.session, { url: '/silent', loginOptions: { mode: 'silent' } }));
      at(59, () => expect(world.sent).toEqual([]));
      flush();
      expect(world.sent).toEqual(['A', 'A']);
      expect(world.count('wx.login')).toBe(1);
    }),
  );

  for (const [title, script] of [
    ['is refused', { silentLogin: [status(403)] }],
    ['cannot reach the backend', { silentLogin: [offline] }],
    ['gets no code', { login: [fails('login:fail')] }],
    ['takes too long', { silentLogin: [never] }],
    ['would need the user', { silentLogin: [wanted('phoneNumber')] }],
  ] as const) {
    test(
      `S3: a force caller's silent stage that ${title} leaves them the credential that is still usable`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: usable, ...script });
        const { seen } = user(world.session);
        login(world, 'forceSilent');
        const requests = [
          watch(requestWithLogin(world.session, { url: '/common' })),
          watch(requestWithLogin(world.session, { url: '/silent', loginOptions: { mode: 'silent' } })),
        ];
        flush();
        expect(requests.map(({ log }) => log)).toEqual([
          ['200 Z', '|'],
          ['200 Z', '|'],
        ]);
        expect(seen).toEqual([]);
      }),
    );
  }

  test(
    "S3: who waited for a force caller's silent stage does not wait for its prompt",
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable, silentLogin: [wanted('phoneNumber')] });
      const forced = login(world, 'force');
      const { seen } = user(world.session, phone);
      const common = watch(requestWithLogin(world.session, { url: '/common' }));
      at(81, () => expect(common.log).toEqual(['200 Z', '|']));
      flush();
      expect(seen).toHaveLength(1);
      expect(forced.log).toEqual(['A', '|']);
    }),
  );

  test(
    'S3: while a prompt is open over a usable session, requests use that at once, and the new one afterwards',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      user(world.session, phone);
      login(world, 'forceAuth');
      at(500, () => {
        watch(requestWithLogin(world.session, { url: '/common' }));
        watch(requestWithLogin(world.session, { url: '/silent', loginOptions: { mode: 'silent' } }));
        expect(world.sent).toEqual(['Z', 'Z']);
      });
      at(5000, () => {
        watch(requestWithLogin(world.session, { url: '/later' }));
        expect(world.sent).toEqual(['Z', 'Z', 'A']);
      });
      flush();
      expect(prompted(world)).toBe(1);
    }),
  );

  test(
    'S3 E5: a credential that ends while the prompt over it is open is not used any more',
    virtually(({ flush }) => {
      const world = createWorld({ stored: record('Z', { expiresAt: 40000 }) });
      const { seen } = user(world.session, away);
      login(world, 'forceAuth');
      const silent = loginAt(20000, world, 'silent');
      at(20000, () => {
        const common = login(world, 'common');
        expect(common.log).toEqual([]);
        seen[0].answer(phone);
      });
      flush();
      expect(silent).toEqual(['!interaction-required']);
      expect(world.session.credential?.token).toBe('A');
      expect(world.count('silentLogin')).toBe(0);
    }),
  );
});

describe('M1: silent callers', () => {
  for (const pace of PACES) {
    test(
      `M1: open no prompt and do not wait for one; a common caller goes on alone, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, silentLogin: [wanted('phoneNumber', 'ticket')] });
        const { seen } = user(world.session, phone);
        const silent = login(world, 'silent');
        const common = login(world, 'common');
        at(100, () => {
          expect(silent.log).toEqual(['!interaction-required']);
          expect(common.log).toEqual([]);
        });
        flush();
        expect(common.log).toEqual(['A', '|']);
        expect(seen).toHaveLength(1);
      }),
    );
  }

  test(
    "M1: a common caller shares a silent caller's silent stage: one code, one exchange, and its ticket",
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber', 'ticket')] });
      user(world.session, phone);
      login(world, 'silent');
      at(30, () => login(world, 'common'));
      flush();
      expect(world.count('wx.login')).toBe(1);
      expect(world.count('silentLogin')).toBe(1);
      expect(exchanges(world)).toEqual([expect.objectContaining({ ticket: 'ticket' })]);
    }),
  );

  test(
    'M1: a silent caller is settled in the same tick while the interactive stage is open',
    virtually(({ flush }) => {
      const world = createWorld();
      user(world.session, phone);
      login(world, 'forceAuth');
      at(500, () => {
        expect(login(world, 'silent').log).toEqual(['!interaction-required']);
        watch(requestWithLogin(world.session, { url: '/', loginOptions: { mode: 'silent' } }));
        expect(world.sent).toEqual(['-']);
      });
      flush();
      expect(world.session.credential?.token).toBe('A');
      expect(world.count('wx.login')).toBe(1);
    }),
  );

  for (const mode of ['silent', 'forceSilent'] as const) {
    test(
      `M1 T4: a ${mode} login that would need the user leaves no error and no login event but its start`,
      virtually(({ flush }) => {
        const world = createWorld({ silentLogin: [wanted('phoneNumber')] });
        const states = watch(world.session.session$);
        login(world, mode);
        flush();
        expect(states.log).toEqual(['anonymous', 'silent', 'anonymous']);
        expect(world.events.map(({ type }) => type)).toEqual(['login-start']);
      }),
    );
  }

  test(
    'M1: a common caller goes on when the silent caller whose stage it shares has left',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber')] });
      user(world.session, phone);
      const silent = login(world, 'silent');
      const common = login(world, 'common');
      at(30, () => silent.stop());
      flush();
      expect(common.log).toEqual(['A', '|']);
    }),
  );
});

describe('M2: force callers', () => {
  for (const first of ['common', 'silent', 'force', 'forceSilent'] as const)
    for (const mode of ['force', 'forceSilent'] as const)
      test(
        `M2: ${mode} joins a ${first} caller's silent stage`,
        virtually(({ flush }) => {
          const world = createWorld();
          const logins = [login(world, first), login(world, mode)];
          at(30, () => logins.push(login(world, mode)));
          flush();
          expect(logins.map(({ log }) => log)).toEqual([
            ['A', '|'],
            ['A', '|'],
            ['A', '|'],
          ]);
          expect(world.count('wx.login')).toBe(1);
        }),
      );

  test(
    'M2: force joins the open interactive stage, forceSilent cannot',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber')] });
      const { seen } = user(world.session, phone);
      login(world, 'common');
      const force = loginAt(500, world, 'force');
      const forceSilent = loginAt(500, world, 'forceSilent');
      const joined: string[] = [];
      at(501, () => world.session.login({ mode: 'force' }).subscribe(({ token }) => joined.push(token)));
      flush();
      expect(force).toEqual([]);
      expect(forceSilent).toEqual(['!interaction-required']);
      expect(joined).toEqual(['A']);
      expect(seen).toHaveLength(1);
      expect(world.count('silentLogin')).toBe(1);
    }),
  );

  for (const [title, refresh, silentLogins] of [
    ['succeeds', [issued('R')], 1],
    ['is refused, so that a silent login follows', [status(401)], 2],
    ['fails', [offline], 1],
  ] as const)
    for (const pace of [asynchronous, microtask])
      test(
        `M2 E10: force callers wait for a refresh that ${title}, then share a flight of their own, with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, stored: expired, refresh });
          login(world, 'common');
          const forced = [login(world, 'force').log, login(world, 'forceSilent').log];
          flush();
          const fresh = silentLogins === 2 ? 'B' : 'A';
          expect(forced).toEqual([
            [fresh, '|'],
            [fresh, '|'],
          ]);
          expect(world.count('silentLogin')).toBe(silentLogins);
          expect(word(world.session.snapshot)).toBe(fresh);
        }),
      );
});

describe('M2: forceAuth', () => {
  test(
    'M2: takes the ticket of the silent stage that it waited for, where the methods agree',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber', 'ticket')] });
      const { seen } = user(world.session, phone);
      login(world, 'silent');
      const forced = login(world, 'forceAuth', { method: 'phoneNumber' });
      flush();
      expect(seen).toHaveLength(1);
      expect(exchanges(world)).toEqual([
        { source: 'shop', method: 'phoneNumber', authorization: { code: 'phone-code' }, ticket: 'ticket' },
      ]);
      expect(world.count('wx.login')).toBe(1);
      expect(forced.log).toEqual(['A', '|']);
    }),
  );

  test(
    'M2: does not take the ticket of another method',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('avatarNickname', 'ticket')] });
      const { seen } = user(world.session, phone);
      login(world, 'silent');
      login(world, 'forceAuth', { method: 'phoneNumber' });
      flush();
      expect(seen.map(({ method }) => method)).toEqual(['phoneNumber']);
      expect(exchanges(world)).toEqual([
        { source: 'shop', method: 'phoneNumber', authorization: { code: 'phone-code' }, code: 'code2' },
      ]);
    }),
  );

  test(
    'M2: takes no ticket of a silent stage that was over before it came',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber', 'ticket')] });
      user(world.session, phone);
      login(world, 'silent');
      at(5000, () => login(world, 'forceAuth'));
      flush();
      expect(exchanges(world)).toEqual([expect.not.objectContaining({ ticket: 'ticket' })]);
    }),
  );

  for (const [title, script] of [
    ['succeeded', {}],
    ['failed', { silentLogin: [status(403)] }],
  ] as const)
    test(
      `M2: opens its interactive stage only when the silent stage in progress has ${title}`,
      virtually(({ flush }) => {
        const world = createWorld(script);
        const { seen } = user(world.session, phone);
        login(world, 'common');
        const forced = login(world, 'forceAuth');
        at(59, () => expect(seen).toEqual([]));
        at(70, () => expect(seen).toHaveLength(1));
        flush();
        expect(world.count('login')).toBe(1);
        expect(forced.log).toEqual([world.session.credential?.token, '|']);
        expect(world.session.snapshot).toMatchObject({ origin: 'interactive' });
      }),
    );

  test(
    "M2: in an open interactive stage the first caller's tips and method count",
    virtually(({ flush }) => {
      const world = createWorld();
      const { seen } = user(world.session, { avatarUrl: 'wxfile://a', nickName: 'Li' });
      const logins = [login(world, 'forceAuth', { method: 'avatarNickname', tips: { title: 'first' } })];
      at(500, () =>
        logins.push(
          login(world, 'forceAuth', { method: 'avatarNickname', tips: { title: 'second' } }),
          login(world, 'common', { tips: { title: 'third' } }),
          login(world, 'force', { tips: { title: 'fourth' } }),
        ),
      );
      flush();
      expect(seen.map(({ method, tips }) => [method, tips.title])).toEqual([['avatarNickname', 'first']]);
      expect(logins.map(({ log }) => log)).toEqual(Array(4).fill(['A', '|']));
    }),
  );

  for (const [title, answer, first] of [
    ['is answered', phone, ['A', '|']],
    ['is cancelled', close, ['!auth-cancelled']],
    ['is refused', { errno: 103 }, ['!auth-denied']],
  ] as const)
    for (const pace of PACES)
      test(
        `M2 P1: with another method it waits until the open one ${title}, then opens its own, with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace });
          const open: (string | null)[] = [];
          world.session.prompt$.subscribe((prompt) => open.push(prompt && prompt.method));
          user(world.session, answer, { avatarUrl: 'wxfile://a', nickName: 'Li' });
          const logins = [login(world, 'forceAuth', { method: 'phoneNumber' })];
          at(500, () =>
            logins.push(
              login(world, 'forceAuth', { method: 'avatarNickname' }),
              login(world, 'forceAuth', { method: 'avatarNickname' }),
            ),
          );
          flush();
          const token = first[0] === 'A' ? 'B' : 'A';
          expect(logins.map(({ log }) => log)).toEqual([first, [token, '|'], [token, '|']]);
          expect(open).toEqual([null, 'phoneNumber', null, 'avatarNickname', null]);
        }),
      );

  test(
    'M2 C2: with another method it opens its own when the open one is withdrawn',
    virtually(({ flush }) => {
      const world = createWorld();
      const { seen } = user(world.session, away, { avatarUrl: 'wxfile://a', nickName: 'Li' });
      const first = login(world, 'forceAuth', { method: 'phoneNumber' });
      const second = login(world, 'forceAuth', { method: 'avatarNickname' });
      at(500, () => first.stop());
      flush();
      expect(seen.map(({ method }) => method)).toEqual(['phoneNumber', 'avatarNickname']);
      expect(second.log).toEqual(['A', '|']);
    }),
  );

  test(
    'M2 P1: behind a silent stage that asks for another method, it waits for that prompt as well',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber', 'ticket')] });
      const { seen } = user(world.session, phone, { avatarUrl: 'wxfile://a', nickName: 'Li' });
      const logins = [login(world, 'common'), login(world, 'forceAuth', { method: 'avatarNickname' })];
      flush();
      expect(seen.map(({ method }) => method)).toEqual(['phoneNumber', 'avatarNickname']);
      expect(logins.map(({ log }) => log)).toEqual([
        ['A', '|'],
        ['B', '|'],
      ]);
      expect(exchanges(world)).toEqual([
        expect.objectContaining({ ticket: 'ticket' }),
        expect.not.objectContaining({ ticket: 'ticket' }),
      ]);
    }),
  );

  test(
    'M2 L1: a logout ends it while it waits, and opens nothing',
    virtually(({ flush }) => {
      const world = createWorld();
      const { seen } = user(world.session, away);
      const logins = [
        login(world, 'forceAuth', { method: 'phoneNumber' }),
        login(world, 'forceAuth', { method: 'avatarNickname' }),
      ];
      at(500, () => void world.session.logout());
      flush();
      expect(logins.map(({ log }) => log)).toEqual([['!logged-out'], ['!logged-out']]);
      expect(seen).toHaveLength(1);
    }),
  );
});

describe('M3: a failed flight', () => {
  const FAILURES: readonly (readonly [mode: LoginMode, title: string, script: Script, answer: unknown])[] = [
    ['force', 'login-rejected', { silentLogin: [status(403)] }, away],
    ['force', 'backend-unreachable', { silentLogin: [offline] }, away],
    ['force', 'code-unavailable', { login: [fails('login:fail')] }, away],
    ['force', 'backend-invalid', { silentLogin: [{}] }, away],
    ['force', 'login-timeout', { silentLogin: [never] }, away],
    ['force', 'auth-denied', { silentLogin: [wanted('phoneNumber')] }, { errno: 103 }],
    ['force', 'auth-cancelled', { silentLogin: [wanted('phoneNumber')] }, close],
    ['forceSilent', 'login-rejected', { silentLogin: [status(403)] }, away],
    ['forceSilent', 'backend-unreachable', { silentLogin: [offline] }, away],
    ['forceAuth', 'auth-cancelled', {}, close],
    ['forceAuth', 'auth-failed', {}, { errno: 112 }],
    ['forceAuth', 'login-rejected', { interactiveLogin: [status(403)] }, phone],
  ];
  for (const [mode, code, script, answer] of FAILURES) {
    test(
      `M3: of mode ${mode} that ends in ${code} leaves a usable credential as it was, with the error`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: usable, ...script });
        user(world.session, answer);
        const before = world.session.snapshot;
        const failed = login(world, mode);
        flush();
        expect(failed.log).toEqual([`!${code}`]);
        expect(world.session.snapshot).toEqual({ ...before, error: expect.objectContaining({ code }) });
        expect(world.session.credential?.token).toBe('Z');
        expect([...world.storage.values()]).toEqual([usable]);
      }),
    );
  }

  for (const mode of ['common', 'silent'] as const) {
    test(
      `M3 R5: so does a ${mode} login with verify`,
      virtually(({ flush }) => {
        const world = createWorld({
          stored: usable,
          checkSession: [fails('checkSession:fail')],
          silentLogin: [status(403)],
        });
        const failed = login(world, mode, { verify: true });
        flush();
        expect(failed.log).toEqual(['!login-rejected']);
        expect(word(world.session.snapshot)).toBe('Z !login-rejected');
      }),
    );
  }
});

describe('M4: guards that show nothing', () => {
  const attempts = (session: Session) => [
    watch(sessionRequest(session, { url: '/' }).pipe(withLogin(session, { mode: 'silent' }))),
    watch(sessionRequest(session, { url: '/' }).pipe(silentOnly(session))),
    watch(requestWithLogin(session, { url: '/', loginOptions: { mode: 'silent' } })),
  ];

  for (const [code, script] of [
    ['interaction-required', { silentLogin: [wanted('phoneNumber')] }],
    ['login-rejected', { silentLogin: [status(403)] }],
    ['backend-unreachable', { silentLogin: [offline] }],
    ['code-unavailable', { login: [fails('login:fail')] }],
    ['login-timeout', { silentLogin: [never] }],
    ['backend-invalid', { silentLogin: [{}] }],
  ] as const)
    for (const pace of PACES)
      test(
        `M4: on ${code} withLogin fails in mode silent, silentOnly goes on anonymously, with ${pace.title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace, ...script });
          const { seen } = user(world.session, phone);
          const logs = attempts(world.session).map(({ log }) => log);
          flush();
          expect(logs).toEqual([[`!${code}`], ['200 -', '|'], ['200 -', '|']]);
          expect(world.sent).toEqual(['-', '-']);
          expect(seen).toEqual([]);
          expect(prompted(world)).toBe(0);
        }),
      );

  test(
    'M4: with a silent session both go out under it',
    virtually(({ flush }) => {
      const world = createWorld();
      const logs = attempts(world.session).map(({ log }) => log);
      flush();
      expect(logs).toEqual([
        ['200 A', '|'],
        ['200 A', '|'],
        ['200 A', '|'],
      ]);
    }),
  );

  for (const [title, guarded] of [
    [
      'guard first, retry outside',
      (session: Session) =>
        sessionRequest(session, { url: '/' }).pipe(silentOnly(session), retryOnExpired(session)),
    ],
    [
      'requestWithLogin',
      (session: Session) => requestWithLogin(session, { url: '/', loginOptions: { mode: 'silent' } }),
    ],
  ] as const) {
    test(
      `M4: on a retry too silentOnly goes anonymously: ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: usable, silentLogin: [wanted('phoneNumber')] });
        world.refused.add('Z');
        const { seen } = user(world.session, phone);
        const request = watch(guarded(world.session));
        flush();
        expect(world.sent).toEqual(['Z', '-']);
        expect(request.log).toEqual(['200 -', '|']);
        expect(seen).toEqual([]);
      }),
    );

    test(
      `M4 F8: while withLogin in mode silent fails there with the login's error: ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: usable, silentLogin: [wanted('phoneNumber')] });
        world.refused.add('Z');
        const request = watch(
          sessionRequest(world.session, { url: '/' }).pipe(
            withLogin(world.session, { mode: 'silent' }),
            retryOnExpired(world.session),
          ),
        );
        flush();
        expect(request.log).toEqual(['!interaction-required']);
        expect(world.sent).toEqual(['Z']);
      }),
    );
  }

  test(
    'M4 L1 C3: logged-out and disposed surface all the same',
    virtually(({ flush }) => {
      const [out, gone] = [createWorld(), createWorld()];
      const logs = [out, gone].map(({ session }) => attempts(session).map(({ log }) => log));
      at(30, () => {
        out.session.logout();
        gone.session.dispose();
      });
      flush();
      expect(logs).toEqual([Array(3).fill(['!logged-out']), Array(3).fill(['!disposed'])]);
      expect([...out.sent, ...gone.sent]).toEqual([]);
      expect(attempts(gone.session).map(({ log }) => log)).toEqual(Array(3).fill(['!disposed']));
    }),
  );

  test(
    'M4 E9: user-changed surfaces all the same',
    virtually(({ flush }) => {
      const world = createWorld({
        stored: record('Z', { userId: 'li' }),
        silentLogin: [issued('A', { userId: 'wang' })],
      });
      world.refused.add('Z');
      const request = watch(requestWithLogin(world.session, { url: '/', loginOptions: { mode: 'silent' } }));
      flush();
      expect(request.log).toEqual(['!user-changed']);
      expect(world.sent).toEqual(['Z']);
    }),
  );
});

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
