import { catchError, EMPTY, ignoreElements, merge, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { requestWithLogin, sessionError } from 'rx-weapp-session';
import type { AuthMethod, LoginBackend, Session, SessionError } from 'rx-weapp-session';
import {
  createWorld,
  eventsOf,
  issued,
  offline,
  PACES,
  phone,
  status,
  user,
  virtually,
  wanted,
  watch,
} from './support/world';
import type { World } from './support/world';

const request = (session: Session) => requestWithLogin(session, { url: '/orders' });
const fails = (reason: unknown) => throwError(() => reason);
const closed = new Error('this account is closed');
const rejected = fails(closed);

/** All errors that some logins end with. */
function errorsOf(...logins: readonly Observable<unknown>[]): unknown[] {
  const errors: unknown[] = [];
  merge(
    ...logins.map((login) =>
      login.pipe(
        ignoreElements(),
        catchError((error: unknown) => {
          errors.push(error);
          return EMPTY;
        }),
      ),
    ),
  ).subscribe();
  return errors;
}

/** What was handed to the backend under a name, field by field. */
const handed = (world: World, name: string, field: string): unknown[] =>
  world.calls
    .filter((call) => call.name === name)
    .map(({ detail }) => (detail as Record<string, unknown>)[field]);
const codes = (world: World) => handed(world, 'silentLogin', 'code');
const times = (world: World, name: string) =>
  world.calls.filter((call) => call.name === name).map((call) => call.at);

/** A backend that is called without the world around it. */

describe('F3: what is tried again', () => {
  const TRANSIENT: readonly (readonly [string, unknown])[] = [
    ['no network', { errMsg: 'request:fail', errno: 600000 }],
    ['no network, of an old base library', { errMsg: 'request:fail' }],
    ['a time-out that wx reports', { errMsg: 'request:fail timeout', errno: 5 }],
    ['errno 600003', { errMsg: 'request:fail network changed', errno: 600003 }],
    ['request-failed', sessionError('request-failed', 'wx.request failed', { errMsg: 'request:fail' })],
    ...[408, 429, 500, 502, 503, 504, 599].map(
      (code) => [`statusCode ${code}`, { statusCode: code }] as const,
    ),
    ...[408, 429, 500].map((code) => [`status ${code}`, { status: code }] as const),
    ['an Error with a statusCode', Object.assign(new Error('Bad Gateway'), { statusCode: 502 })],
    ['WeChat is busy', { errcode: -1, errmsg: 'system error' }],
    ['WeChat is busy, in a response', { statusCode: 400, data: {}, errcode: -1 }],
    ['the minute quota', { errcode: 45011, errmsg: 'api minute-quota reach limit' }],
  ];

  for (const [title, reason] of TRANSIENT) {
    test(
      `F3: transient: ${title}: two more tries, each with a new code, then backend-unreachable`,
      virtually(({ flush }) => {
        const world = createWorld({ silentLogin: [fails(reason)] });
        const errors = errorsOf(world.session.login());
        flush();
        expect(codes(world)).toEqual(['code1', 'code2', 'code3']);
        expect(errors).toMatchObject([{ code: 'backend-unreachable' }]);
        expect((errors[0] as Error).cause).toBe(reason);
        expect(eventsOf(world, 'retry')).toHaveLength(2);
        expect(eventsOf(world, 'login-failure')).toHaveLength(1);
      }),
    );
  }

  for (const pace of PACES) {
    test(
      `F3: a transient failure that passes is no failure; with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, silentLogin: [status(503), offline, issued('A')] });
        const states = watch(world.session.session$);
        const { log } = watch(request(world.session));
        flush();
        expect(log).toEqual(['200 A', '|']);
        expect(states.log).toEqual(['anonymous', 'silent', 'A']);
        expect(codes(world)).toEqual(['code1', 'code2', 'code3']);
        expect(eventsOf(world, 'login-failure')).toEqual([]);
      }),
    );
  }

  const DEFINITIVE: readonly (readonly [string, unknown])[] = [
    ...[400, 401, 403, 404, 409, 422].map((code) => [`statusCode ${code}`, { statusCode: code }] as const),
    ['status 403', { status: 403 }],
    ['an odd success', { statusCode: 200, data: {} }],
    ['a status that is no number', { statusCode: '503' }],
    ['a blocked code', { errcode: 40226, errmsg: 'code blocked' }],
    ['another errcode', { errcode: 40013, errmsg: 'invalid appid' }],
    ['another errcode beside an errMsg', { errcode: 40013, errMsg: 'code2Session:fail' }],
    ['a plain Error', closed],
    ['a string', 'no'],
    ['nothing', undefined],
    ['null', null],
  ];

  for (const [title, reason] of DEFINITIVE) {
    test(
      `F3: definitive: ${title}: login-rejected at once, with it as its cause`,
      virtually(({ flush }) => {
        const world = createWorld({ silentLogin: [fails(reason)] });
        const errors = errorsOf(world.session.login());
        flush();
        expect(codes(world)).toEqual(['code1']);
        expect(errors).toMatchObject([{ code: 'login-rejected' }]);
        expect((errors[0] as Error).cause).toBe(reason);
        expect(eventsOf(world, 'retry')).toEqual([]);
      }),
    );
  }

  for (const code of ['login-rejected', 'backend-invalid', 'login-timeout', 'auth-failed'] as const) {
    test(
      `F3: a SessionError is read as its code says: ${code} is not tried again`,
      virtually(({ flush }) => {
        const own = sessionError(code, 'the backend says so');
        const world = createWorld({ silentLogin: [fails(own)] });
        const errors = errorsOf(world.session.login());
        flush();
        expect(world.count('silentLogin')).toBe(1);
        expect(errors).toMatchObject([{ code, message: 'the backend says so' }]);
      }),
    );
  }

  test(
    'F3: a backend that throws is login-rejected, with the thrown as its cause',
    virtually(({ flush }) => {
      let calls = 0;
      const backend: LoginBackend = {
        silentLogin: () => {
          calls += 1;
          throw closed;
        },
        login: () => EMPTY,
      };
      const errors = errorsOf(createWorld({ config: { backend } }).session.login());
      flush();
      expect(errors).toMatchObject([{ code: 'login-rejected', cause: closed }]);
      expect(calls).toBe(1);
    }),
  );

  for (const errcode of [40029, 40163]) {
    test(
      `F3: ${errcode} is tried again once, with a fresh code`,
      virtually(({ flush }) => {
        const world = createWorld({ silentLogin: [fails({ errcode }), issued('A')] });
        const { log } = watch(world.session.login());
        flush();
        expect(log).toEqual(['A', '|']);
        expect(codes(world)).toEqual(['code1', 'code2']);
      }),
    );

    test(
      `F3: ${errcode} twice is the backend's no`,
      virtually(({ flush }) => {
        const world = createWorld({ silentLogin: [fails({ statusCode: 401, errcode })] });
        const { log } = watch(world.session.login());
        flush();
        expect(log).toEqual(['!login-rejected']);
        expect(codes(world)).toEqual(['code1', 'code2']);
      }),
    );
  }

  test(
    'F3: a refused code and a busy backend are counted apart',
    virtually(({ flush }) => {
      const refused = fails({ errcode: 40029 });
      const world = createWorld({ silentLogin: [status(503), refused, status(503), refused] });
      const { log } = watch(world.session.login());
      flush();
      expect(codes(world)).toEqual(['code1', 'code2', 'code3', 'code4']);
      expect(log).toEqual(['!login-rejected']);
    }),
  );

  for (const count of [0, 1, 3]) {
    test(
      `F3: retry.count ${count}`,
      virtually(({ flush }) => {
        const world = createWorld({ silentLogin: [offline], config: { retry: { count, delay: 0 } } });
        const { log } = watch(world.session.login());
        flush();
        expect(world.count('silentLogin')).toBe(1 + count);
        expect(log).toEqual(['!backend-unreachable']);
      }),
    );
  }

  for (const [random, starts] of [
    [0, [0, 60, 120]],
    [0.5, [0, 60 + 150, 60 + 150 + 60 + 300]],
    [0.99, [0, 60 + 297, 60 + 297 + 60 + 594]],
  ] as const) {
    test(
      `F3: the wait is up to 300 ms, then up to 600 ms, at random: ${random}`,
      virtually(({ flush }) => {
        const dice = jest.spyOn(Math, 'random').mockReturnValue(random);
        const world = createWorld({ silentLogin: [offline], config: { retry: {} } });
        watch(world.session.login());
        flush();
        dice.mockRestore();
        expect(times(world, 'wx.login')).toEqual(starts);
      }),
    );
  }

  for (const [title, header, at] of [
    ['seconds', { 'Retry-After': '3' }, 3060],
    ['seconds as a number', { 'Retry-After': 3 }, 3060],
    ['zero', { 'Retry-After': '0' }, 60],
    ['a header field in lower case', { 'retry-after': '3' }, 3060],
    ['an HTTP date', { 'Retry-After': 'Thu, 01 Jan 1970 00:00:05 GMT' }, 5000],
    ['as long as an exchange may take', { 'Retry-After': '15' }, 15_060],
    ['what cannot be read', { 'Retry-After': 'soon' }, 60],
  ] as const) {
    test(
      `F3: 429 with its Retry-After: ${title}`,
      virtually(({ flush }) => {
        const busy = fails({ statusCode: 429, header, data: {} });
        const world = createWorld({ silentLogin: [busy, issued('A')] });
        const { log } = watch(world.session.login());
        flush();
        expect(times(world, 'wx.login')).toEqual([0, at]);
        expect(log).toEqual(['A', '|']);
      }),
    );
  }

  for (const [title, retryAfter, timeouts] of [
    ['seconds', '16', undefined],
    ['an HTTP date', 'Thu, 01 Jan 1970 00:00:16 GMT', undefined],
    ['above a limit of its own', '3', { exchange: 2000 }],
  ] as const) {
    test(
      `F3: a Retry-After above timeouts.exchange is backend-unreachable at once: ${title}`,
      virtually(({ expectObservable, flush }) => {
        const busy = status(429, { 'Retry-After': retryAfter });
        const world = createWorld({ silentLogin: [busy, issued('A')], config: { timeouts } });
        const codes$ = world.session
          .login()
          .pipe(catchError((error: unknown) => of((error as SessionError).code)));
        expectObservable(codes$).toBe('60ms (x|)', { x: 'backend-unreachable' });
        flush();
        expect(world.count('wx.login')).toBe(1);
      }),
    );
  }

  test(
    'F3: Retry-After makes no more tries than any other wait',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [status(429, { 'Retry-After': '1' })] });
      const { log } = watch(world.session.login());
      flush();
      expect(times(world, 'wx.login')).toEqual([0, 1060, 2120]);
      expect(log).toEqual(['!backend-unreachable']);
    }),
  );

  test(
    'F3: a code that wx.login gives again is not exchanged again',
    virtually(({ flush }) => {
      const world = createWorld({ login: [{ code: 'same' }], silentLogin: [fails({ errcode: 40029 })] });
      const { log } = watch(world.session.login());
      flush();
      watch(world.session.login());
      flush();
      expect(codes(world)).toEqual(['same']);
      expect(log).toEqual([expect.stringMatching(/^!/)]);
    }),
  );

  test(
    'F3: a code of an earlier flight is not exchanged again, not by the interactive stage either',
    virtually(({ flush }) => {
      const world = createWorld({ login: [{ code: 'same' }] });
      user(world.session, phone);
      watch(world.session.login());
      flush();
      world.session.logout();
      const { log } = watch(world.session.login({ mode: 'forceAuth' }));
      flush();
      expect(codes(world)).toEqual(['same']);
      expect(handed(world, 'login', 'code')).toEqual([]);
      expect(log).toEqual([expect.stringMatching(/^!/)]);
    }),
  );

  test(
    'F3: no code is ever exchanged twice, however long ago',
    virtually(({ flush }) => {
      const given = Array.from({ length: 50 }, (_, index) => ({ code: `code${index}` }));
      const world = createWorld({ login: [...given, { code: 'code0' }] });
      for (let login = 0; login <= given.length; login++) {
        watch(world.session.login({ mode: 'force' }));
        flush();
      }
      expect(world.count('wx.login')).toBe(51);
      expect(codes(world).filter((code) => code === 'code0')).toHaveLength(1);
    }),
  );

  const method = (code: AuthMethod['code']): AuthMethod => ({ code, read: (detail) => detail });
  const methods = {
    before: method('before-prompt'),
    after: method('after-answer'),
    none: method('none'),
  };
  const INTERACTIVE: readonly {
    readonly title: string;
    readonly method: keyof typeof methods;
    readonly ticket?: string;
    readonly codes: readonly (string | undefined)[];
  }[] = [
    { title: 'a ticket', method: 'before', ticket: 'ticket', codes: [undefined, undefined, undefined] },
    { title: 'after-answer', method: 'after', codes: ['code2', 'code3', 'code4'] },
    { title: 'none', method: 'none', codes: [undefined, undefined, undefined] },
  ];

  for (const { title, method, ticket, codes } of INTERACTIVE) {
    test(
      `F3: an interactive exchange is tried again with the same answer: ${title}`,
      virtually(({ flush }) => {
        const world = createWorld({
          silentLogin: [wanted(method, ticket)],
          interactiveLogin: [offline, status(503), issued('A')],
          config: { methods },
        });
        const { seen } = user(world.session, 'the answer');
        const { log } = watch(world.session.login());
        flush();
        expect(log).toEqual(['A', '|']);
        expect(seen).toHaveLength(1);
        expect(handed(world, 'login', 'authorization')).toEqual(Array(3).fill('the answer'));
        expect(handed(world, 'login', 'code')).toEqual(codes);
        expect(handed(world, 'login', 'ticket')).toEqual(Array(3).fill(ticket));
      }),
    );
  }

  for (const reason of [{ errMsg: 'request:fail' }, { statusCode: 503 }, { errcode: 40029 }]) {
    test(
      `F3: an exchange whose answer came under its code is not tried again: ${JSON.stringify(reason)}`,
      virtually(({ flush }) => {
        const world = createWorld({
          silentLogin: [wanted('before')],
          interactiveLogin: [fails(reason), issued('A')],
          config: { methods },
        });
        const { seen } = user(world.session, 'the answer');
        const { log } = watch(world.session.login());
        flush();
        expect(log).toEqual([reason.errcode ? '!login-rejected' : '!backend-unreachable']);
        expect(handed(world, 'login', 'code')).toEqual(['code2']);
        expect(world.count('wx.login')).toBe(2);
        expect(seen).toHaveLength(1);
      }),
    );
  }

  test(
    'F3: a refused code of an interactive exchange is replaced once, under the same answer',
    virtually(({ flush }) => {
      const world = createWorld({ interactiveLogin: [fails({ errcode: 40163 }), issued('A')] });
      const { seen } = user(world.session, phone);
      const { log } = watch(world.session.login({ mode: 'forceAuth' }));
      flush();
      expect(log).toEqual(['A', '|']);
      expect(handed(world, 'login', 'code')).toEqual(['code1', 'code2']);
      expect(seen).toHaveLength(1);
    }),
  );

  test(
    'F3: a definitive no to an interactive exchange is not tried again, nor asked again',
    virtually(({ flush }) => {
      const world = createWorld({ interactiveLogin: [rejected, issued('A')] });
      const { seen } = user(world.session, phone, phone);
      const { log } = watch(world.session.login({ mode: 'forceAuth' }));
      flush();
      expect(log).toEqual(['!login-rejected']);
      expect(world.count('login')).toBe(1);
      expect(seen).toHaveLength(1);
    }),
  );

  test(
    'F3: a wx.login that fails is code-unavailable at once, with the result as its cause',
    virtually(({ flush }) => {
      const result = { errMsg: 'login:fail timeout', errno: 5 };
      const world = createWorld({ login: [fails(result)] });
      const errors = errorsOf(world.session.login());
      flush();
      expect(errors).toMatchObject([{ code: 'code-unavailable', cause: result }]);
      expect(world.count('silentLogin')).toBe(0);
    }),
  );
});
