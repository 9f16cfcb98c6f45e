import { catchError } from 'rxjs';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import { silentRequest } from './support/guarded';
import { PLATFORMS } from './support/platforms';
import { ticket } from './support/props';

const unasked = 'interaction-required';

describe('M1: silent callers', () => {
  for (const pace of PACES)
    test(`M1: open no prompt and do not wait for one; a common caller goes on alone, with ${PLATFORMS[pace]}`, () =>
      sessionMarbles(
        ({ session, backend, user, expectPrompts, expectObservable }) => {
          backend.silentLogin.always('50ms p', ticket);
          user.grant('1s');
          // The user takes a second on any pace.
          const [asked, exchange] = pace === 'timed' ? [60, 50] : [0, 0];

          expectObservable(session.login({ mode: 'silent' })).toBe(`${asked}ms #`, {}, unasked);
          expectObservable(session.login()).toBe(`                  ${asked + 1000 + exchange}ms (A|)`);
          expectPrompts().toBe(`                                            ${asked}ms p 999ms .`);
        },
        { pace },
      ));

  test("M1: a common caller shares a silent caller's silent stage: one code, one exchange, and its ticket", () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectObservable }) => {
      backend.silentLogin('50ms p', ticket);
      user.grant('1s');

      expectObservable(session.login({ mode: 'silent' })).toBe('60ms #', {}, unasked);
      expectObservable(session.login(), '30ms ^').toBe('              1110ms         (A|)');
      expectCalls(wx.login).toBe('             x');
      expectCalls(backend.silentLogin).toBe('  10ms a');
      expectCalls(backend.login).toBe('                      1060ms   t', { t: { ticket: 't' } });
    }));

  test('M1: a silent caller is settled in the same tick while the interactive stage is open', () =>
    sessionMarbles(({ session, wx, user, subscribe, expectCalls, expectRequests, ...it }) => {
      user.grant('1s');
      subscribe(silentRequest(session), '500ms ^');

      it.expectObservable(session.login({ mode: 'forceAuth' })).toBe('1060ms (A|)');
      it.expectObservable(session.login({ mode: 'silent' }), '500ms ^').toBe('500ms #', {}, unasked);
      expectRequests().toBe('         500ms n');
      expectCalls(wx.login).toBe('     1s x');
    }));

  for (const mode of ['silent', 'forceSilent'] as const)
    test(`M1 T4: a ${mode} login that would need the user leaves no error and no login event but its start`, () =>
      sessionMarbles(({ session, backend, expectSession, expectEvents, expectObservable }) => {
        backend.silentLogin('50ms p');

        expectSession(session).toBe('         (ns) 56ms n');
        expectEvents().toBe('                 s');
        expectObservable(session.login({ mode })).toBe('60ms #', {}, unasked);
      }));

  test('M1: a common caller goes on when the silent caller whose stage it shares has left', () =>
    sessionMarbles(({ session, backend, user, subscribe, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.grant('1s');
      subscribe(session.login({ mode: 'silent' }), '^ 29ms !');

      expectObservable(session.login()).toBe('1120ms (A|)');
    }));
});

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
