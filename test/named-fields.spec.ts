import { NEVER } from 'rxjs';
import { createSession, requestWithLogin, weapp } from 'rx-weapp-session';
import type { LoginBackend, RequestOptions, Session, SessionConfig } from 'rx-weapp-session';
import { errorOf, watched } from './support/watched';

// What an error's message, and an event, name: the step, the function or the argument that the developer has to look at.

interface Callbacks {
  success(result: object): void;
  fail(result: object): void;
}

const BASE = 'https://api.example.com';
const good = [{ credential: { token: 'A' } }];
const backend: LoginBackend = { silentLogin: () => good, login: () => good };
const wx = { login: ({ success }: Callbacks) => success({ code: 'c' }) };

const make = (config: Partial<SessionConfig> = {}, api: object = wx): Session =>
  createSession({
    source: 'shop',
    baseUrl: BASE,
    backend,
    platform: weapp(api),
    store: null,
    retry: { count: 0 },
    timeouts: { code: 1000, exchange: 1000, prompt: 1000 },
    ...config,
  });

describe('F2: a time-out names its step', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const steps: readonly (readonly [step: string, config: Partial<SessionConfig>, api: object])[] = [
    ['wx.login', {}, { login: () => undefined }],
    ['silentLogin', { backend: { ...backend, silentLogin: () => NEVER } }, wx],
    ['afterLogin', { afterLogin: () => NEVER }, wx],
  ];
  test.each(steps)('F2: %s', (step, config, api) => {
    const login = watched(make(config, api).login());
    jest.advanceTimersByTime(1000);
    expect(login.code).toBe('login-timeout');
    expect(String(login.errors[0])).toMatch(new RegExp(`: ${step.replace('.', '\\.')} `));
  });
});

describe('a step that fails is named', () => {
  test.each([
    ['fails', ({ fail }: Callbacks) => fail({ errMsg: 'login:fail' })],
    ['gives no code', ({ success }: Callbacks) => success({})],
  ])('wx.login %s', (_, login) => {
    const error = errorOf(make({}, { login }).login());
    expect(error.code).toBe('code-unavailable');
    expect(error.message).toMatch(/^wx\.login /);
  });

  test.each([undefined, null])('requestWithLogin without a request (%p)', (options) => {
    const error = errorOf(requestWithLogin(make(), options as unknown as RequestOptions));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(/^request /);
  });

  test('F7: a hook that throws: the event tells which, as a fault of the configuration', () => {
    const cause = new Error('a bug');
    const session = make({
      isExpired: () => {
        throw cause;
      },
    });
    const events = watched(session.event$);
    expect(session.isExpired({ statusCode: 200 })).toBe(false);
    expect(events.values).toMatchObject([{ type: 'hook-failure', error: { code: 'config-invalid', cause } }]);
    expect(events.values[0].error?.message).toMatch(/^isExpired /);
  });
});

describe('the events of a flight tell about it', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('its mode, its stage and how long it has taken, in ms', () => {
    const answers: Callbacks[] = [];
    const session = make({}, { login: (callbacks: Callbacks) => answers.push(callbacks) });
    const events = watched(session.event$);
    watched(session.login({ mode: 'forceSilent' }));
    jest.advanceTimersByTime(700);
    answers[0].success({ code: 'c' });
    session.logout().subscribe();
    expect(events.values).toMatchObject([
      { type: 'login-start', mode: 'forceSilent', stage: 'silent', duration: 0 },
      { type: 'login-success', mode: 'forceSilent', stage: 'silent', duration: 700 },
      { type: 'logout' },
    ]);
    expect(Object.keys(events.values[2]).sort()).toEqual(['at', 'type']);
  });
});
