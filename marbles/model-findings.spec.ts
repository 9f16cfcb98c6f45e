import { catchError, defer, finalize, map, tap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { createSession } from 'rx-weapp-session';
import type { AuthPrompt, Session } from 'rx-weapp-session';
import { promised, sessionMarbles } from 'rx-weapp-session/marbles';
import { phone, recordOf } from './support/props';
import { idleUi, numbering } from './support/shown';

// Each was a defect that the model of test/model found; each failed before it was mended.

const ask = (session: Session) => session.login({ mode: 'forceAuth' });

test('M2 S1: forceAuth goes on waiting where a force caller begins a silent stage as soon as a renewal ends', () =>
  sessionMarbles(({ session, storage, backend, user, app, at, expectSession, expectObservable }) => {
    storage.holds('R');
    backend.refresh('50ms A');
    backend.silentLogin('50ms B');
    backend.login('50ms C');
    user.grant('1s');
    at(0, app.expire);

    expectObservable(session.login()).toBe('                   50ms  (A|)');
    expectObservable(session.login({ mode: 'force' })).toBe('  110ms           (B|)');
    expectObservable(ask(session)).toBe('                      1170ms                  (C|)');
    expectSession(session).toBe('                       (Rrs) 45ms (As) 56ms (Bi) 1056ms C');
  }));

test('M2 S1: forceAuth goes on waiting where somebody who is told of a failed login begins another', () =>
  sessionMarbles(({ session, wx, user, expectSession, expectObservable }) => {
    wx.login(['10ms #', '10ms a', '10ms b']);
    user.grant('1s');
    const again = session.login().pipe(catchError(() => session.login()));

    expectObservable(again).toBe('       70ms             (A|)');
    expectObservable(ask(session)).toBe('1130ms                    (B|)');
    expectSession(session).toBe('(ns) 6ms (es) 56ms (Ai) 1056ms B', { e: 'anonymous !code-unavailable' });
  }));

test('M1 S1: a common caller shares the silent stage that a refused silent caller begins before it could go on', () =>
  sessionMarbles(({ session, wx, backend, user, expectCalls, expectObservable }) => {
    const asking = (ticket: string) => ({ authorize: { method: 'phoneNumber', ticket } });
    backend.silentLogin(['50ms o', '50ms t'], { o: asking('o'), t: asking('t') });
    user.grant('1s');
    const silent = () => session.login({ mode: 'silent' });
    const again = silent().pipe(catchError(silent));

    expectObservable(again).toBe('          120ms      #', {}, 'interaction-required');
    expectObservable(session.login()).toBe('1170ms        (A|)');
    expectCalls(wx.login).toBe('            x 59ms x');
    expectCalls(backend.silentLogin).toBe(' 10ms a 59ms b');
    expectCalls(backend.login).toBe('       1120ms   t');
  }));

test('P1 L1: a caller that logs in again as soon as it hears of the logout gets a prompt when the old one is gone', () =>
  sessionMarbles(({ session, app, perform, expectObservable }) => {
    const again = ask(session).pipe(catchError(() => ask(session)));
    perform('                                     1s    o  999ms o', { o: app.logout });

    expectObservable(numbering()(session)).toBe('(.1) 996ms (.2) 996ms .');
    expectObservable(again).toBe('               2s #', {}, 'logged-out');
  }));

test('P2 L1: an answer that is given by a caller who is just told of the logout does nothing', () =>
  sessionMarbles(({ session, wx, backend, app, at, expectCalls, expectObservable }) => {
    const seen = idleUi(session);
    const answering = ask(session).pipe(tap({ error: () => seen[0].answer(phone) }));
    at('1s', app.logout);

    expectObservable(answering).toBe('1s #', {}, 'logged-out');
    expectCalls(wx.login, backend.silentLogin, backend.login).toBe('');
  }));

test('P1 F2: a caller that asks again as soon as a prompt is over its limit gets one when the old one is gone', () =>
  sessionMarbles(
    ({ session, expectObservable }) => {
      const again = ask(session).pipe(catchError(() => ask(session)));

      expectObservable(numbering()(session)).toBe('(.1) 996ms (.2) 996ms .');
      expectObservable(again).toBe('               2s                   #', {}, 'login-timeout');
    },
    { timeouts: { prompt: 1000 } },
  ));

test('L1: a login that makes sure of the session_key is ended by a logout, though its own question brought that about', () =>
  sessionMarbles(
    ({ session, wx, backend, storage, at, expectCalls, expectSession, expectObservable }) => {
      storage.holds('R');
      at(0, () =>
        session.session$.subscribe(({ status }) => {
          if (status === 'expired') session.logout();
        }),
      );
      // Ahead of the timer for the same moment: the login notices the end.
      const login = session.login({ verify: true });

      expectObservable(login, '30s ^').toBe('30s       #', {}, 'logged-out');
      expectSession(session).toBe('         R 29999ms (rn)');
      expectCalls(wx.login, backend.silentLogin, backend.login).toBe('');
    },
    { credentials: { R: { expiresAt: 60_000 } } },
  ));

test('R5 K1: a login makes sure of the session_key also where it waits for an asynchronous store', () => {
  const record = recordOf('R');
  const store = {
    read: () => promised(timer(300).pipe(map(() => record))),
    write: () => undefined,
    remove: () => undefined,
  };
  sessionMarbles(
    ({ session, wx, expectCalls, expectObservable }) => {
      wx.checkSession('200ms #');

      expectCalls(wx.checkSession).toBe('                       300ms x');
      expectObservable(session.login({ verify: true })).toBe('560ms (A|)');
    },
    { store },
  );
});

test('F2: a clock that is set back while the app is shown makes no time limit longer', () =>
  sessionMarbles(({ session, wx, app, perform, expectObservable }) => {
    wx.login('-');
    const earlier = () => app.jump(-3_600_000);
    perform('                               1s j 999ms b 999ms f', {
      j: earlier,
      b: app.background,
      f: app.foreground,
    });

    // The clock tells nothing of the 2 s before it was hidden: the whole limit runs again.
    expectObservable(session.login()).toBe('13s #', {}, 'login-timeout');
  }));

test('P7 S1: a renewal of the code is given up before an answer that comes in the middle of it takes the next code', () => {
  const open = new Set<object>();
  let most = 0;
  sessionMarbles(({ platform, wx, at, expectCalls, expectObservable }) => {
    const login = <T>(call$: Observable<T>) =>
      defer(() => {
        const end = () => open.delete(call$);
        most = Math.max(most, open.add(call$).size);
        return call$.pipe(tap(end), finalize(end));
      });
    const session = createSession({
      source: 'shop',
      store: null,
      platform: {
        api: platform.api,
        shown$: platform.shown$,
        call: <T>(name: string, options?: object) =>
          name === 'login' ? login(platform.call<T>(name, options)) : platform.call<T>(name, options),
        callSync: (name, ...args) => platform.callSync(name, ...args),
      },
      backend: {
        silentLogin: () => [{ authorize: { method: 'userProfile' } }],
        login: () => [{ credential: { token: 'A' } }],
      },
    });
    const prompts: AuthPrompt[] = [];
    session.prompt$.subscribe((prompt) => prompt && prompts.push(prompt));
    const answer = () => prompts.at(-1)?.answer({ errMsg: 'getUserProfile:ok', userInfo: {} });
    at('270025ms', answer);
    at('280s', answer);

    expectCalls(wx.login).toBe('                       x 9ms x 270009ms x 4ms x');
    expectObservable(session.login().pipe(map(({ token }) => token))).toBe('280s (A|)');
  });
  expect(most).toBe(1);
});
