import { NEVER, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { sessionError, sessionRequest, weapp, withLogin } from 'rx-weapp-session';
import type { AuthPrompt, LoginBackend, Session, SessionEvent } from 'rx-weapp-session';
import { asks, bareSession, credential, later, onceTold, replying, silently } from './support/bare-session';
import { newCodes } from './support/new-codes';
import { watched } from './support/watched';
import type { Watched } from './support/watched';

// What handlers do while they are told, and what comes in the same moment as an end.

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const HOUR = 3_600_000;

const typesOf = ({ values }: Watched<SessionEvent>) => values.map(({ type }) => type);
const statusesOf = (session: Session) => {
  const statuses: string[] = [];
  session.session$.subscribe({
    next: ({ status }) => statuses.push(status),
    complete: () => statuses.push('|'),
  });
  return statuses;
};
const idsOf = (session: Session) => {
  const ids: (number | null)[] = [];
  session.prompt$.subscribe((prompt) => ids.push(prompt && prompt.id));
  return ids;
};
const answering = (session: Session, act: (prompt: AuthPrompt) => void) =>
  session.prompt$.subscribe((prompt) => prompt && act(prompt));

describe('a login in the handler of an end', () => {
  test('L1 P3: forceAuth in the login-failure of a logout is shown its own prompt', () => {
    const session = bareSession();
    const ids = idsOf(session);
    onceTold(session, 'login-failure', () => watched(session.login({ mode: 'forceAuth' })));
    watched(session.login({ mode: 'forceAuth' }));
    session.logout();
    jest.advanceTimersByTime(HOUR);
    expect(ids).toEqual([null, 1, null, 2]);
  });

  test.each([
    ['succeeds', later({ credential }), 'authenticated', 'login-success'],
    ['fails', later(undefined), 'anonymous', 'login-failure'],
  ] as const)('C2 T4: in the login-failure of a withdrawn prompt, one that %s', (_, second, status, end) => {
    const session = bareSession(replying(of(asks), second));
    watched(session.prompt$);
    const events = watched(session.event$);
    onceTold(session, 'login-failure', () => watched(session.login({ mode: 'silent' })));
    session.login().subscribe().unsubscribe();
    expect(session.snapshot).toEqual({ status: 'authenticating', stage: 'silent' });
    jest.advanceTimersByTime(1000);
    expect(session.snapshot.status).toBe(status);
    expect(typesOf(events)).toEqual(['login-start', 'prompt', 'login-failure', 'login-start', end]);
  });

  test('C2 P1: as the prompt is taken back, forceAuth opens another; the state says so, and a third joins it', () => {
    const session = bareSession();
    const ids: (number | null)[] = [];
    let again: Watched<unknown> | undefined;
    session.prompt$.subscribe((prompt) => {
      ids.push(prompt && prompt.id);
      if (ids.length === 3) again = watched(session.login({ mode: 'forceAuth' }));
    });
    session.login({ mode: 'forceAuth' }).subscribe().unsubscribe();
    expect(session.snapshot).toEqual({ status: 'authenticating', stage: 'interactive' });
    const third = watched(session.login({ mode: 'forceAuth' }));
    expect(ids).toEqual([null, 1, null, 2]);
    session.logout();
    expect([again?.code, third.code]).toEqual(['logged-out', 'logged-out']);
    expect(session.snapshot).toEqual({ status: 'anonymous' });
  });

  test('L1: a logout by who has the credential ends nothing for them: it came with its value', () => {
    const session = bareSession(silently(() => later({ credential })));
    const told: unknown[] = [];
    const watch = (source: Observable<unknown>) =>
      source.subscribe({
        next: (value) => {
          told.push(value);
          session.logout();
        },
        error: (error: unknown) => told.push(error),
        complete: () => told.push('|'),
      });
    watch(of('response').pipe(withLogin(session)));
    jest.advanceTimersByTime(1000);
    watch(session.login());
    jest.advanceTimersByTime(1000);
    expect(told).toEqual(['response', '|', credential, '|']);
  });

  test('S3: who joined a force stage that fails goes on with what is usable by then', () => {
    const next = { ...credential, token: 'B' };
    const session = bareSession(replying(of({ credential }), later(undefined), of({ credential: next })));
    watched(session.login());
    session
      .login({ mode: 'force' })
      .subscribe({ error: () => void watched(session.login({ mode: 'forceSilent' })) });
    const joined = watched(session.login());
    jest.advanceTimersByTime(1000);
    expect(joined.values).toEqual([next]);
  });
});

describe('S1 F1: three wait for a silent stage, and the interactive one ends at once', () => {
  const three = (session: Session, mode: 'common' | 'force') => {
    const events = watched(session.event$);
    const waiters = [1, 2, 3].map(() => watched(session.login({ mode })));
    jest.advanceTimersByTime(1000);
    return { events: typesOf(events), waiters };
  };
  const after = (login: LoginBackend['login'], method = 'mine') => ({
    backend: { silentLogin: () => later({ authorize: { method } }), login },
  });

  test('S1 F1: by a method that nobody knows: one flight, one error', () => {
    const { events, waiters } = three(bareSession(after(() => NEVER, 'nonsense')), 'common');
    expect(events).toEqual(['login-start', 'login-failure']);
    expect(new Set(waiters.map(({ errors }) => errors[0])).size).toBe(1);
  });

  test('S1 F1: cancelled: one prompt, one error', () => {
    const session = bareSession(after(() => NEVER));
    const ids = idsOf(session);
    answering(session, (prompt) => prompt.cancel());
    const { events, waiters } = three(session, 'common');
    expect(ids.filter(Boolean)).toEqual([1]);
    expect(events).toEqual(['login-start', 'prompt', 'login-failure']);
    expect(new Set(waiters.map(({ errors }) => errors[0])).size).toBe(1);
  });

  test.each(['common', 'force'] as const)('S1: answered: one exchange, for %s callers', (mode) => {
    const login = jest.fn(() => of({ credential }));
    const session = bareSession(after(login));
    answering(session, (prompt) => prompt.answer({}));
    const { waiters } = three(session, mode);
    expect(login).toHaveBeenCalledTimes(1);
    expect(waiters.map(({ values, completed }) => [values, completed])).toEqual(
      Array(3).fill([[credential], true]),
    );
  });

  test('S1: the first leaves as it is asked: the others share one more prompt and one exchange', () => {
    const login = jest.fn(() => of({ credential }));
    const session = bareSession(after(login));
    const ids = idsOf(session);
    answering(session, (prompt) => (prompt.id === 1 ? waiters[0].stop() : prompt.answer({})));
    const waiters = [1, 2, 3].map(() => watched(session.login({ mode: 'force' })));
    jest.advanceTimersByTime(1000);
    expect(ids.filter(Boolean)).toEqual([1, 2]);
    expect(login).toHaveBeenCalledTimes(1);
    expect(waiters.map(({ values }) => values)).toEqual([[], [credential], [credential]]);
  });

  test('E5 S1: a credential past its end on arrival serves all three', () => {
    const ended = { ...credential, expiresAt: 1 };
    const login = jest.fn(() => of({ credential: ended }));
    const session = bareSession(after(login));
    answering(session, (prompt) => prompt.answer({}));
    const { waiters } = three(session, 'common');
    expect(login).toHaveBeenCalledTimes(1);
    expect(waiters.map(({ values }) => values)).toEqual(Array(3).fill([ended]));
  });
});

test('M2: forceAuth whose method the backend asks for waits for the end of another method’s stage', () => {
  const login = jest.fn(({ method }: { method: string }) => of({ credential: { token: method } }));
  const any = { code: 'none', read: (detail: unknown) => detail } as const;
  const session = bareSession({
    methods: { mine: any, other: any },
    backend: { silentLogin: () => later(asks), login },
  });
  const shown: string[] = [];
  let open: AuthPrompt | undefined;
  answering(session, (prompt) => {
    shown.push(prompt.method);
    open = prompt;
  });
  watched(session.login({ mode: 'silent' }));
  const other = watched(session.login({ mode: 'forceAuth', method: 'other' }));
  const mine = watched(session.login({ mode: 'forceAuth', method: 'mine' }));
  jest.advanceTimersByTime(1000);
  expect(shown).toEqual(['other']);
  open?.answer({});
  expect(shown).toEqual(['other', 'mine']);
  open?.answer({});
  expect([other.values, mine.values]).toEqual([[{ token: 'other' }], [{ token: 'mine' }]]);
});

describe('C3: dispose', () => {
  const DISPOSED = [
    ['login-start', 'anonymous'],
    ['login-success', 'authenticated'],
  ] as const;
  test.each(DISPOSED)('C3 T2: in the handler of %s: session$ ends with the truth, %s', (type, last) => {
    const session = bareSession(silently(() => later({ credential })));
    const statuses = statusesOf(session);
    onceTold(session, type, () => session.dispose());
    watched(session.login());
    jest.advanceTimersByTime(1000);
    expect(statuses).toEqual(['anonymous', 'authenticating', last, '|']);
    expect(session.snapshot.status).toBe(last);
  });

  test('C3 K1: who waits for a store that has not answered gets disposed; nothing is sent', () => {
    const request = jest.fn();
    const session = bareSession({
      baseUrl: 'https://api.example.com',
      platform: weapp({ login: newCodes(), request }),
      store: { read: () => new Promise(() => undefined), write: () => undefined, remove: () => undefined },
    });
    watched(session.session$);
    const waiters = [session.verify(), sessionRequest(session, { url: '/a' }), session.login()].map((each) =>
      watched<unknown>(each),
    );
    session.dispose();
    expect(waiters.map(({ code }) => code)).toEqual(['disposed', 'disposed', 'disposed']);
    expect(request).not.toHaveBeenCalled();
  });

  test('C3: before its first use: later calls get disposed, and do not wait for a store that nobody reads', () => {
    const session = bareSession({ baseUrl: 'https://api.example.com' });
    session.dispose();
    const calls = [session.verify(), sessionRequest(session, { url: '/a' }), session.login({ verify: true })];
    expect(calls.map((each) => watched<unknown>(each).code)).toEqual(Array(3).fill('disposed'));
  });

  test.each(['login-failure', 'logout'] as const)(
    'L3 C3: in the %s of a logout, while a slow store writes: the logout ends',
    async (type) => {
      const slowly = () => new Promise<void>((done) => setTimeout(done, 1000));
      const session = bareSession({
        ...silently(() => [{ credential }]),
        store: { read: () => undefined, write: slowly, remove: slowly },
      });
      watched(session.login());
      watched(session.login({ mode: 'forceAuth' }));
      onceTold(session, type, () => session.dispose());
      const logout = watched(session.logout());
      await jest.advanceTimersByTimeAsync(60_000);
      expect(logout.completed).toBe(true);
    },
  );
});

describe('P8: the privacy question', () => {
  /** A session that answers it, and WeChat's asking. */
  const listening = () => {
    let listen = (_: (answer: object) => void): void => undefined;
    const platform = weapp({
      login: newCodes(),
      onNeedPrivacyAuthorization: (listener: typeof listen) => (listen = listener),
    });
    const session = bareSession({ platform, privacy: true });
    return { session, listen: (resolve: (answer: object) => void) => listen(resolve) };
  };

  test('C3 P8: in the handler of its own privacy prompt: disagree at once, and no timer is left', () => {
    const { session, listen } = listening();
    const resolve = jest.fn();
    onceTold(session, 'prompt', () => session.dispose());
    const ids = idsOf(session);
    listen(resolve);
    expect(resolve.mock.calls).toEqual([[{ event: 'disagree' }]]);
    expect(ids).toEqual([null]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('P2: an exposure told to a privacy prompt that was answered does nothing to the next one', () => {
    const { session, listen } = listening();
    const prompts: AuthPrompt[] = [];
    answering(session, (prompt) => prompts.push(prompt));
    const [first, second] = [jest.fn(), jest.fn()];
    listen(first);
    prompts[0].answer({ event: 'agree', buttonId: 'b' });
    listen(second);
    prompts[0].answer({ event: 'exposureAuthorization' });
    expect(second).not.toHaveBeenCalled();
    prompts[1].answer({ event: 'exposureAuthorization' });
    expect(second.mock.calls).toEqual([[{ event: 'exposureAuthorization' }]]);
  });

  test('P8: an answer that cannot be read is a no; the next question is asked', () => {
    const { session, listen } = listening();
    const ids = idsOf(session);
    answering(session, (prompt) =>
      prompt.answer({
        event: 'agree',
        get buttonId(): string {
          throw new Error('gone');
        },
      }),
    );
    const [first, second] = [jest.fn(), jest.fn()];
    listen(first);
    listen(second);
    [first, second].forEach(({ mock }) => expect(mock.calls).toEqual([[{ event: 'disagree' }]]));
    expect(ids.filter(Boolean)).toEqual([1, 2]);
  });
});

describe('R5: verify', () => {
  const expired = {
    read: () => ({ version: 1, source: 'shop', receivedAt: 0, credential: { token: 'R', expiresAt: 1 } }),
    write: () => undefined,
    remove: () => undefined,
  };

  test('R5 E10: over an expired credential it is a forced login, with a code, where refresh would take none', () => {
    const refresh = jest.fn(() => of({ credential: { token: 'renewed' } }));
    const session = bareSession({
      store: expired,
      backend: { silentLogin: () => later({ credential }), login: () => NEVER, refresh },
    });
    const login = watched(session.login({ verify: true }));
    jest.advanceTimersByTime(1000);
    expect(login.values).toEqual([credential]);
    expect(refresh).not.toHaveBeenCalled();
    expect(watched(session.verify()).values).toEqual([true]);
  });

  test('R5 F6: a code that the return to the app brings inside the call counts for this foreground period', () => {
    const change: Partial<Record<'show' | 'hide', () => void>> = {};
    const checkSession = jest.fn(({ success }: { success(result: object): void }) => success({}));
    const codes = newCodes();
    const logins: { fail(result: object): void }[] = [];
    const session = bareSession({
      ...silently(() => [{ credential }]),
      platform: weapp({
        onAppShow: (listener: () => void) => (change.show = listener),
        onAppHide: (listener: () => void) => (change.hide = listener),
        checkSession,
        login: (options: Parameters<typeof codes>[0] & { fail(result: object): void }) =>
          logins.push(options) > 1 && codes(options),
      }),
    });
    const login = watched(session.login());
    change.hide?.();
    logins[0].fail({ errMsg: 'login:fail interrupted' });
    change.show?.();
    expect(login.values).toEqual([credential]);
    expect(watched(session.verify()).values).toEqual([true]);
    expect(checkSession).not.toHaveBeenCalled();
  });
});

test('T4: an interactive flight that fails with interaction-required has its end in event$ and state', () => {
  const error = sessionError('interaction-required', 'of another session');
  const session = bareSession({
    backend: { silentLogin: () => [asks], login: () => throwError(() => error) },
  });
  answering(session, (prompt) => prompt.answer({}));
  const events = watched(session.event$);
  watched(session.login({ mode: 'forceAuth' }));
  expect(typesOf(events)).toEqual(['login-start', 'prompt', 'login-failure']);
  expect(session.snapshot).toMatchObject({ status: 'anonymous', error: { code: 'interaction-required' } });
});

test('F3: a pause that is too long for a timer ends the flight with its failure', () => {
  const session = bareSession({
    ...silently(() => throwError(() => ({ statusCode: 503 }))),
    retry: { count: 2, delay: Infinity },
  });
  const login = watched(session.login());
  expect(login.code).toBe('backend-unreachable');
  expect(session.snapshot).toMatchObject({ status: 'anonymous', error: { code: 'backend-unreachable' } });
});
