import { asyncScheduler } from 'rxjs';
import type { CredentialStore } from 'rx-weapp-session';
import { promised } from './support/promised';
import {
  at,
  away,
  createWorld,
  fails,
  issued,
  later,
  never,
  phone,
  record,
  user,
  virtually,
  wanted,
  watch,
} from './support/world';
import type { World } from './support/world';

// Each was a defect that the model of test/model found; each failed before it was mended.

/** The steps of logins, in order. */
const loginsOf = ({ calls }: World) =>
  calls.map(({ name }) => name).filter((name) => /^(wx\.login|silentLogin|login|refresh)$/.test(name));

test(
  'M2 S1: forceAuth goes on waiting where a force caller begins a silent stage as soon as a renewal ends',
  virtually(({ flush }) => {
    const world = createWorld({ stored: record('R'), refresh: [issued('A')], silentLogin: [issued('B')] });
    const { session } = world;
    user(session, phone);
    session.invalidate({ token: 'R' });
    watch(session.login());
    watch(session.login({ mode: 'force' }));
    watch(session.login({ mode: 'forceAuth' }));
    const { log } = watch(session.session$);
    flush();
    expect(log).toEqual(['silent', 'A', 'silent', 'B', 'interactive', 'A']);
  }),
);

test(
  'M2 S1: forceAuth goes on waiting where somebody who is told of a failed login begins another',
  virtually(({ flush }) => {
    const world = createWorld({ login: [fails('login:fail'), { code: 'code1' }, { code: 'code2' }] });
    const { session } = world;
    user(session, phone);
    session.login().subscribe({ error: () => watch(session.login()) });
    watch(session.login({ mode: 'forceAuth' }));
    const { log } = watch(session.session$);
    flush();
    expect(log).toEqual(['silent', 'anonymous !code-unavailable', 'silent', 'A', 'interactive', 'B']);
  }),
);

test(
  'M1 S1: a common caller shares the silent stage that a refused silent caller begins before it could go on',
  virtually(({ flush }) => {
    const world = createWorld({ silentLogin: [wanted('phoneNumber', 'one'), wanted('phoneNumber', 'two')] });
    const { session, calls } = world;
    user(session, phone);
    session.login({ mode: 'silent' }).subscribe({ error: () => watch(session.login({ mode: 'silent' })) });
    const common = watch(session.login());
    flush();
    expect(loginsOf(world)).toEqual(['wx.login', 'silentLogin', 'wx.login', 'silentLogin', 'login']);
    expect(calls.find(({ name }) => name === 'login')?.detail).toMatchObject({ ticket: 'two' });
    expect(common.log).toEqual(['A', '|']);
  }),
);

test(
  'P1 L1: a caller that logs in again as soon as it hears of the logout gets a prompt when the old one is gone',
  virtually(({ flush }) => {
    const { session } = createWorld({ silentLogin: [wanted('phoneNumber')] });
    const shown: (number | null)[] = [];
    session.prompt$.subscribe((prompt) => shown.push(prompt && prompt.id));
    session
      .login({ mode: 'forceAuth' })
      .subscribe({ error: () => watch(session.login({ mode: 'forceAuth' })) });
    at(1000, () => void session.logout());
    at(2000, () => void session.logout());
    flush();
    expect(shown).toEqual([null, 1, null, 2, null]);
  }),
);

test(
  'P2 L1: an answer that is given by a caller who is just told of the logout does nothing',
  virtually(({ flush }) => {
    const world = createWorld();
    const { session } = world;
    const { seen } = user(session, away);
    session.login({ mode: 'forceAuth' }).subscribe({ error: () => seen[0].answer(phone) });
    at(1000, () => void session.logout());
    flush();
    expect(loginsOf(world)).toEqual([]);
  }),
);

test(
  'P1 F2: a caller that asks again as soon as a prompt is over its limit gets one when the old one is gone',
  virtually(({ flush }) => {
    const { session } = createWorld({ config: { timeouts: { prompt: 1000 } } });
    const shown: (number | null)[] = [];
    session.prompt$.subscribe((prompt) => shown.push(prompt && prompt.id));
    session
      .login({ mode: 'forceAuth' })
      .subscribe({ error: () => watch(session.login({ mode: 'forceAuth' })) });
    flush();
    expect(shown).toEqual([null, 1, null, 2, null]);
  }),
);

test(
  'L1: a login that makes sure of the session_key is ended by a logout, though its own question brought that about',
  virtually(({ flush }) => {
    const world = createWorld({ stored: record('R', { expiresAt: 60_000 }) });
    const { session } = world;
    let log: readonly string[] = [];
    // Ahead of the timer for the same moment: the login notices the end.
    at(30_000, () => ({ log } = watch(session.login({ verify: true }))));
    session.session$.subscribe(({ status }) => {
      if (status === 'expired') session.logout();
    });
    flush();
    expect(log).toEqual(['!logged-out']);
    expect(loginsOf(world)).toEqual([]);
  }),
);

test(
  'R5 K1: a login makes sure of the session_key also where it waits for an asynchronous store',
  virtually(({ flush }) => {
    const store: CredentialStore = {
      read: () => promised(later(300, record('R'))),
      write: () => undefined,
      remove: () => undefined,
    };
    const world = createWorld({ config: { store }, checkSession: [fails('checkSession:fail')] });
    const { log } = watch(world.session.login({ verify: true }));
    flush();
    expect(world.count('wx.checkSession')).toBe(1);
    expect(log).toEqual(['A', '|']);
  }),
);

test(
  'F2: a clock that is set back while the app is shown makes no time limit longer',
  virtually(({ flush }) => {
    const { session, show, hide } = createWorld({ login: [never] });
    const { now } = asyncScheduler;
    const logged: number[] = [];
    session.login().subscribe({ error: () => logged.push(now()) });
    at(1000, () => (asyncScheduler.now = () => now() - 3_600_000));
    at(2000, hide);
    at(3000, show);
    try {
      flush();
    } finally {
      asyncScheduler.now = now;
    }
    // The clock tells nothing of the 2 s before it was hidden: the whole limit runs again.
    expect(logged).toEqual([13_000]);
  }),
);
