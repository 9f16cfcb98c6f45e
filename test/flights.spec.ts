import { config as rxjs, map, NEVER, of, timer } from 'rxjs';
import { weapp } from 'rx-weapp-session';
import type { AuthPrompt, LoginBackend, Session } from 'rx-weapp-session';
import { asks, bareSession, credential, later, silently } from './support/bare-session';
import { watched } from './support/watched';

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  rxjs.onStoppedNotification = null;
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('S1: a flight that a waiter of the one before begins', () => {
  test.each([
    ['when it is served', [{ credential }], () => undefined],
    ['when a logout ends it', NEVER, (session: Session) => void session.logout().subscribe()],
  ] as const)('S1: %s: the next ones join it', (_, first, end) => {
    const silentLogin = jest
      .fn<ReturnType<LoginBackend['silentLogin']>, []>(() => NEVER)
      .mockImplementationOnce(() => first);
    const session = bareSession(silently(silentLogin));
    const next = () => void session.login({ mode: 'force' }).subscribe({ error: () => undefined });
    session.login().subscribe({ next, error: next });
    end(session);
    expect(silentLogin).toHaveBeenCalledTimes(2);
    next();
    expect(silentLogin).toHaveBeenCalledTimes(2);
  });
});

describe('C1: who has left a flight', () => {
  test('C1: is held no longer: its end is not told to them', () => {
    const tooLate: string[] = [];
    rxjs.onStoppedNotification = ({ kind }) => tooLate.push(kind);
    const session = bareSession(silently(() => NEVER));
    const waiters = [1, 2, 3].map(() => session.login().subscribe());
    waiters.forEach((waiter) => waiter.unsubscribe());
    const last = watched(session.login());
    session.logout().subscribe();
    jest.runAllTimers();
    expect(last.code).toBe('logged-out');
    // A completion is what `take` and its like do anyway.
    expect(tooLate.filter((kind) => kind !== 'C')).toEqual([]);
  });
});

describe('a flight’s second stage', () => {
  test('C2: withdrawn by one waiter, another’s is a flight of its own, which begins then', () => {
    const session = bareSession(silently(() => timer(1000).pipe(map(() => asks))));
    const events = watched(session.event$);
    const one = session.login({ mode: 'common' }).subscribe();
    const other = watched(session.login({ mode: 'force' }));
    session.prompt$.subscribe((prompt) => {
      if (prompt) one.unsubscribe();
    });
    jest.advanceTimersByTime(1000);
    expect(other.errors).toEqual([]);
    expect(events.values.filter(({ type }) => type === 'login-start')).toMatchObject([
      { mode: 'common', stage: 'silent', duration: 0 },
      { mode: 'force', stage: 'interactive', duration: 0 },
    ]);
  });

  test('F5: afterLogin is for a credential: a reply that asks for the user is none', () => {
    const afterLogin = jest.fn(() => [{}]);
    const session = bareSession({ afterLogin });
    const prompts = watched(session.prompt$);
    watched(session.login());
    expect(prompts.values).toMatchObject([null, { method: 'mine' }]);
    expect(afterLogin).not.toHaveBeenCalled();
  });
});

describe('the events of a flight tell about it', () => {
  test('its mode, its stage and how long it has taken, in ms', () => {
    jest.setSystemTime(1000);
    const answers: { success(result: object): void }[] = [];
    const login = (callbacks: (typeof answers)[number]) => answers.push(callbacks);
    const session = bareSession({ ...silently(() => [{ credential }]), platform: weapp({ login }) });
    const events = watched(session.event$);
    watched(session.login({ mode: 'forceSilent' }));
    jest.advanceTimersByTime(700);
    answers[0].success({ code: 'c' });
    session.logout().subscribe();
    expect(events.values).toStrictEqual([
      { type: 'login-start', at: 1000, mode: 'forceSilent', stage: 'silent', duration: 0 },
      { type: 'login-success', at: 1700, mode: 'forceSilent', stage: 'silent', duration: 700 },
      { type: 'logout', at: 1700 },
    ]);
  });

  type End = { readonly type: string; readonly code?: string; readonly ms: number };
  const ENDS: readonly (readonly [string, (session: Session, prompt: AuthPrompt) => void, End])[] = [
    ['takes too long', () => undefined, { type: 'login-failure', code: 'login-timeout', ms: 5100 }],
    ['is answered', (_, prompt) => prompt.answer('yes'), { type: 'login-success', ms: 500 }],
    [
      'is cancelled',
      (_, prompt) => prompt.cancel(),
      { type: 'login-failure', code: 'auth-cancelled', ms: 400 },
    ],
    [
      'a logout ends',
      (session) => void session.logout().subscribe(),
      { type: 'login-failure', code: 'logged-out', ms: 400 },
    ],
  ];
  test.each(ENDS)('those of a prompt that %s, too', (_, end, { type, code, ms }) => {
    jest.setSystemTime(1000);
    const session = bareSession({
      backend: { silentLogin: () => later(asks), login: () => later({ credential }) },
      timeouts: { prompt: 5000 },
    });
    const events = watched(session.event$);
    const prompts = watched(session.prompt$);
    watched(session.login());
    jest.advanceTimersByTime(400);
    const [, prompt] = prompts.values;
    if (!prompt) throw new Error('no prompt');
    end(session, prompt);
    jest.advanceTimersByTime(10_000);
    expect(events.values.slice(0, 3)).toStrictEqual([
      { type: 'login-start', at: 1000, mode: 'common', stage: 'silent', duration: 0 },
      { type: 'prompt', at: 1100, mode: 'common', stage: 'interactive', duration: 100 },
      {
        type,
        at: 1000 + ms,
        mode: 'common',
        stage: 'interactive',
        duration: ms,
        ...(code && { error: expect.objectContaining({ code }) as unknown }),
      },
    ]);
  });
});

describe('F3: when an exchange is made again', () => {
  test.each([40029, 40163])('F3: %d: with a fresh code, at once', (errcode) => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    const silentLogin = jest
      .fn(() => [{ credential }])
      .mockImplementationOnce(() => {
        throw Object.assign(new Error('invalid code'), { errcode });
      });
    const login = watched(bareSession(silently(silentLogin)).login());
    expect(silentLogin).toHaveBeenCalledTimes(2);
    expect(login.values).toEqual([credential]);
  });

  test('F3: never with a code that has been exchanged, three hundred logins later neither', () => {
    const codes = Array.from({ length: 300 }, (_, index) => `c${index}`);
    const given = [...codes, codes[0]];
    const silentLogin = jest.fn(() => [{ credential }]);
    const login = jest.fn(({ success }: { success(result: object): void }) => {
      jest.advanceTimersByTime(1000);
      success({ code: given[login.mock.calls.length - 1] });
    });
    const session = bareSession({ ...silently(silentLogin), platform: weapp({ login }) });
    const ends = given.map(() => watched(session.login({ mode: 'force' })).code);
    expect(ends).toEqual([...codes.map(() => undefined), 'code-unavailable']);
    expect(silentLogin).toHaveBeenCalledTimes(300);
  });

  test.each(['X-Retry-After', 'Retry-After-Ms'])('F3: %s is no Retry-After', (field) => {
    jest.spyOn(Math, 'random').mockReturnValue(1);
    const silentLogin = jest
      .fn(() => [{ credential }])
      .mockImplementationOnce(() => {
        throw Object.assign(new Error('busy'), { statusCode: 503, header: { [field]: '3' } });
      });
    const login = watched(bareSession({ ...silently(silentLogin), retry: { delay: 50 } }).login());
    expect(login.values).toEqual([]);
    jest.advanceTimersByTime(50);
    expect(login.values).toEqual([credential]);
  });
});

describe('F2: the longest limit', () => {
  const LONGEST = 2 ** 31 - 1;
  const waiting = (prompt: number) => {
    const session = bareSession({ timeouts: { prompt } });
    watched(session.prompt$);
    const login = watched(session.login({ mode: 'forceAuth' }));
    jest.advanceTimersByTime(LONGEST - 1);
    expect(login.errors).toEqual([]);
    jest.advanceTimersByTime(1);
    return login;
  };

  test('F2: the longest that a timer can count to ends a step', () => {
    expect(waiting(LONGEST).code).toBe('login-timeout');
  });

  test('F2: a longer one is none, and does not end it at once', () => {
    expect(waiting(LONGEST + 1).errors).toEqual([]);
  });
});

describe('T3: what a reply brings is frozen', () => {
  test('T3: but for what is not plain data: that is left as it is', () => {
    const guest = { name: 'Ming', seen: new Date(0), picture: new Uint8Array([1, 2]), tags: ['a'] };
    const session = bareSession(silently(() => of({ credential, guest })));
    const login = watched(session.login());
    expect(login.errors).toEqual([]);
    expect([guest, guest.tags].every(Object.isFrozen)).toBe(true);
    expect([guest.seen, guest.picture].some(Object.isFrozen)).toBe(false);
    expect(session.snapshot).toMatchObject({ status: 'authenticated', guest });
  });
});
