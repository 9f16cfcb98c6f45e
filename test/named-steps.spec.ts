import { NEVER, throwError } from 'rxjs';
import { createSession, weapp } from 'rx-weapp-session';
import type { AuthPrompt, Session, SessionConfig, SessionEvent } from 'rx-weapp-session';
import { newCodes } from './support/new-codes';
import { errorOf, thrownBy, watched } from './support/watched';

// What an app's log shows of an error is its message: it has to say which step, hook or field is meant.

interface Callbacks {
  success(result: object): void;
  fail(result: object): void;
}

const LIMITS = { code: 1000, exchange: 2000, prompt: 3000 };
const never = () => NEVER;
const credential = { token: 'A' };
const backend = { silentLogin: () => [{ credential }], login: () => [{ credential }] };
const asking = { ...backend, silentLogin: () => [{ authorize: { method: 'phoneNumber', ticket: 't' } }] };

const boom = (): never => {
  throw new Error('oops');
};

function start(config: Partial<SessionConfig> = {}, stored?: object) {
  const record = { version: 1, source: 'shop', receivedAt: Date.now(), credential: stored };
  const session = createSession({
    source: 'shop',
    backend,
    platform: weapp({ login: newCodes() }),
    store: { read: () => stored && record, write: () => undefined, remove: () => undefined },
    timeouts: LIMITS,
    retry: { count: 0 },
    ...config,
  });
  const events: SessionEvent[] = [];
  session.event$.subscribe((event) => events.push(event));
  const told = (type: SessionEvent['type']) => events.find((event) => event.type === type)?.error;
  return { session, events, told };
}

const onPrompt = (session: Session, react: (prompt: AuthPrompt) => void) =>
  session.prompt$.subscribe((prompt) => prompt && react(prompt));

describe('F2: a time-out names the step and its limit', () => {
  const phone = { errMsg: 'getPhoneNumber:ok', code: 'p' };
  const STEPS: readonly {
    readonly step: string;
    readonly limit: keyof typeof LIMITS;
    readonly config: Partial<SessionConfig>;
    readonly stored?: object;
    readonly react?: (prompt: AuthPrompt) => void;
  }[] = [
    { step: 'wx.login', limit: 'code', config: { platform: weapp({ login: () => undefined }) } },
    { step: 'silentLogin', limit: 'exchange', config: { backend: { ...backend, silentLogin: never } } },
    {
      step: 'login',
      limit: 'exchange',
      config: { backend: { ...asking, login: never } },
      react: (prompt) => prompt.answer(phone),
    },
    {
      step: 'refresh',
      limit: 'exchange',
      config: { backend: { ...backend, refresh: never } },
      stored: { token: 'old', expiresAt: 1 },
    },
    { step: 'afterLogin', limit: 'exchange', config: { afterLogin: never } },
    { step: 'the prompt', limit: 'prompt', config: { backend: asking }, react: () => undefined },
  ];

  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test.each(STEPS)('F2: $step', ({ step, limit, config, stored, react }) => {
    const { session } = start(config, stored);
    if (react) onPrompt(session, react);
    const login = watched(session.login());
    jest.advanceTimersByTime(LIMITS[limit]);
    expect(login.errors).toEqual([
      expect.objectContaining({
        code: 'login-timeout',
        message: `${step} took over ${LIMITS[limit]} ms`,
      }),
    ]);
  });

  test('F2 L3: logout, in its event', () => {
    const { session, told } = start({ backend: { ...backend, logout: never } }, credential);
    watched(session.login());
    watched(session.logout());
    jest.advanceTimersByTime(LIMITS.exchange);
    expect(told('backend-logout-failure')).toMatchObject({
      code: 'login-timeout',
      message: 'logout took over 2000 ms',
    });
  });

  test('F2 K2: an asynchronous store, in the cause of its event', async () => {
    const stuck = () => new Promise<never>(() => undefined);
    const { session, told } = start({ store: { read: stuck, write: stuck, remove: stuck } });
    watched(session.session$);
    await jest.advanceTimersByTimeAsync(LIMITS.exchange);
    expect(told('storage-failure')?.cause).toMatchObject({
      code: 'login-timeout',
      message: 'the store took over 2000 ms',
    });
  });
});

describe('F3: a failure names the step, and the number that came with it', () => {
  const failing = (reason: unknown) => () => throwError(() => reason);
  test.each([
    ['a plain error', new Error('oops'), 'silentLogin failed'],
    ['a status', { statusCode: 404 }, 'silentLogin failed: 404'],
    ['a status that passes', { status: 503 }, 'silentLogin failed: 503'],
    ['WeChat’s number', { statusCode: 200, data: { errcode: 40226 } }, 'silentLogin failed: 40226'],
    ['no network', { errMsg: 'request:fail' }, 'silentLogin failed'],
  ])('F3: %s', (_, reason, message) => {
    const { session } = start({ backend: { ...backend, silentLogin: failing(reason) } });
    expect(errorOf(session.login()).message).toBe(message);
  });

  test('F3 F5: a slip in afterLogin', () => {
    expect(errorOf(start({ afterLogin: boom }).session.login())).toMatchObject({
      code: 'login-rejected',
      message: 'afterLogin failed',
    });
  });
});

describe('code-unavailable names wx.login', () => {
  test.each([
    ['fails', ({ fail }: Callbacks) => fail({ errMsg: 'login:fail' })],
    ['gives no code', ({ success }: Callbacks) => success({})],
  ])('wx.login %s', (_, login) => {
    const error = errorOf(start({ platform: weapp({ login }) }).session.login());
    expect(error.code).toBe('code-unavailable');
    expect(error.message).toMatch(/^wx\.login /);
  });
});

describe('F7: a hook-failure names the hook', () => {
  test('F7: isExpired', () => {
    const { session, events, told } = start({ isExpired: boom });
    expect(session.isExpired({ statusCode: 401 })).toBe(false);
    const cause = new Error('oops');
    expect(events).toMatchObject([{ type: 'hook-failure', error: { code: 'config-invalid', cause } }]);
    expect(told('hook-failure')?.message).toMatch(/^isExpired /);
  });

  test('F7: tips', () => {
    const { session, told } = start({ backend: asking, tips: boom });
    onPrompt(session, (prompt) => prompt.cancel());
    expect(watched(session.login()).code).toBe('auth-cancelled');
    expect(told('hook-failure')?.message).toMatch(/^tips /);
  });
});

describe('config-invalid names what was handed over', () => {
  const unreadable = (field: string) => Object.defineProperty({}, field, { get: boom, enumerable: true });

  test('createSession: a config that cannot be read', () => {
    const error = thrownBy(() => createSession(unreadable('source') as SessionConfig));
    expect(error).toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/^config /) as unknown,
      cause: new Error('oops'),
    });
  });

  const OPTIONS: readonly (readonly [named: string, title: string, options: object])[] = [
    ['options', 'that cannot be read', unreadable('mode')],
    ['method', 'without a name', { mode: 'forceAuth', method: '' }],
    ['method', 'that is not known', { mode: 'forceAuth', method: 'nobody' }],
  ];
  test.each(OPTIONS)('login: %s %s', (named, _, options) => {
    const error = errorOf(start().session.login(options));
    expect(error.code).toBe('config-invalid');
    expect(error.message.split(' ')[0]).toBe(named);
  });
});

test('P5 F7: a method whose read throws is auth-failed, and says that the answer is what cannot be read', () => {
  const { session } = start({ methods: { mine: { code: 'none', read: boom } } });
  onPrompt(session, (prompt) => prompt.answer('yes'));
  expect(errorOf(session.login({ mode: 'forceAuth', method: 'mine' }))).toMatchObject({
    code: 'auth-failed',
    message: expect.stringContaining('answer') as unknown,
    cause: new Error('oops'),
  });
});
