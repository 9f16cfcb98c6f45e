import { defer, finalize, map, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { createSession } from 'rx-weapp-session';
import type { AuthMethod, AuthPrompt } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Scenario } from 'rx-weapp-session/marbles';
import { phone } from './support/props';
import { numbering } from './support/shown';

const profile = { errMsg: 'getUserProfile:ok', userInfo: { nickName: 'Li' }, encryptedData: 'd', iv: 'i' };

/** Has the backend want this method, under the ticket t. */
const underTicket = (method: string) => ({ q: { authorize: { method, ticket: 't' } } });

describe('tickets', () => {
  for (const { method, asked } of [
    { method: 'phoneNumber', asked: 'p' },
    { method: 'userInfo', asked: 'u' },
    { method: 'userProfile', asked: 'f' },
  ])
    test(`P7: a ticket goes along with the answer for ${method}, and no further code is taken`, () =>
      sessionMarbles(({ session, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
        backend.silentLogin('50ms q', underTicket(method));
        user.answer({ ...phone, ...profile }, '1s');

        expectCalls(wx.login).toBe('           x');
        expectPrompts().toBe(`                60ms ${asked} 999ms .`);
        expectCalls(backend.login).toBe('      1060ms        t', {
          t: { source: 'shop', method, ticket: 't', code: undefined },
        });
        expectObservable(session.login()).toBe('1110ms        (A|)');
      }));

  test('P7: with a ticket no code is renewed, however long the user takes', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms q', underTicket('userProfile'));
      user.answer(profile, '20m');

      expectCalls(wx.login).toBe('           x');
      expectPrompts().toBe('                60ms f 1199999ms .');
      expectObservable(session.login()).toBe('20m 110ms         (A|)');
    }));
});

describe('codes', () => {
  test('P7: after-answer: the code is taken when the answer is there', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.grant('10m');

      expectCalls(wx.login).toBe('           x 600059ms x');
      expectCalls(backend.login).toBe('      10m 70ms     b', {
        b: {
          source: 'shop',
          method: 'phoneNumber',
          authorization: { code: 'phone-code' },
          ticket: undefined,
        },
      });
      expectObservable(session.login()).toBe('10m 120ms    (A|)');
    }));

  for (const pace of PACES)
    test(`P7: before-prompt: the code is there before the prompt is; ${pace}`, () =>
      sessionMarbles(
        ({ session, wx, backend, at, expectCalls, expectObservable, calls }) => {
          backend.silentLogin('50ms f');
          const codes = () =>
            calls.filter(({ name, result }) => name === wx.login.call && result === 'answered');
          const taken: number[] = [];
          at(0, () =>
            session.prompt$.subscribe((prompt) => {
              if (!prompt) return;
              taken.push(codes().length);
              prompt.answer(profile);
            }),
          );

          expectCalls(wx.login).inPace('           x 59ms x');
          expectCalls(backend.login).inPace('      70ms     b', {
            b: { source: 'shop', method: 'userProfile', authorization: profile, code: 'b' },
          });
          expectObservable(session.login()).inPace('120ms    (A|)');
          at('1s', () => expect(taken).toEqual([2]));
        },
        { pace },
      ));

  test('P7: none: no code is taken at all', () => {
    const invitation: AuthMethod = { code: 'none', read: (detail) => detail };
    sessionMarbles(
      ({ session, wx, backend, user, expectCalls, expectObservable }) => {
        backend.silentLogin('50ms q', { q: { authorize: { method: 'invitation' } } });
        user.answer({ invitation: 42 }, '1s');

        expectCalls(wx.login).toBe('           x');
        expectCalls(backend.login).toBe('      1060ms x', {
          x: { method: 'invitation', authorization: { invitation: 42 }, code: undefined, ticket: undefined },
        });
        expectObservable(session.login()).toBe('1110ms (A|)');
      },
      { methods: { invitation } },
    );
  });

  test('P7: a before-prompt code that cannot be had fails the flight before anybody is asked', () =>
    sessionMarbles(({ session, wx, backend, user, expectPrompts, expectObservable }) => {
      wx.login(['10ms a', '10ms #']);
      backend.silentLogin('50ms f');
      user.grant('1s');

      expectPrompts().toBe('');
      expectObservable(session.login()).toBe('70ms #', {}, 'code-unavailable');
    }));
});

describe('the age of a before-prompt code', () => {
  test('P7: it is renewed each time it is 4.5 minutes old, under the same open prompt', () =>
    sessionMarbles(({ session, wx, backend, user, calls, at, expectCalls, expectObservable }) => {
      backend.silentLogin('50ms f');
      user.answer(profile, '10m');

      expectCalls(wx.login).inOrder('                x        x        x  x');
      expectObservable(numbering()(session)).toBe('. 69ms   1 599999ms    .');
      expectCalls(backend.login).toBe('           10m 70ms            d');
      expectObservable(session.login()).toBe('    10m 120ms           (A|)');
      // 4.5 minutes from when the code was asked for at the earliest, from when it came at the latest.
      at('11m', () => {
        const [, first, second, third] = calls.filter(({ name }) => name === wx.login.call);
        [second.at - first.at, third.at - second.at].forEach((age) => {
          expect(age).toBeGreaterThanOrEqual(270_000);
          expect(age).toBeLessThanOrEqual(270_010);
        });
      });
    }));

  const ENDS: readonly (readonly [title: string, end: (scenario: Scenario) => void, when?: string])[] = [
    ['answered', ({ user }) => void user.answer(profile, '4m')],
    ['closed', ({ user }) => void user.close('4m')],
    [
      'logged out',
      ({ user, app, at }) => {
        user.away();
        at('4m', app.logout);
      },
    ],
    ['withdrawn', ({ user }) => void user.away(), '^ 239999ms !'],
    [
      'disposed of',
      ({ user, app, at }) => {
        user.away();
        at('4m', app.dispose);
      },
    ],
  ];
  for (const [title, end, when] of ENDS)
    test(`P7: a renewal stops with the prompt: ${title}`, () =>
      sessionMarbles((scenario) => {
        const { session, wx, backend, subscribe, expectCalls } = scenario;
        backend.silentLogin('50ms f');
        end(scenario);
        subscribe(session.login(), when);

        expectCalls(wx.login).toBe('x 59ms x');
      }));

  test('P7: an answer under a code that is older even so is dropped: a new code, and the prompt again with a new id', () =>
    sessionMarbles(({ session, wx, backend, app, at, user, expectCalls, expectObservable }) => {
      backend.silentLogin('50ms f');
      // The app is frozen for five minutes, and answered at once afterwards.
      user.answer({ ...profile, iv: 'old' }, '59930ms').answer(profile, '1s');
      at('59999ms', () => app.jump('5m'));

      expectObservable(numbering()(session)).toBe('. 69ms   1 59929ms .  9ms 2 999ms .');
      expectCalls(wx.login).toBe('                x 59ms x   59939ms x');
      expectCalls(backend.login).toBe('           61010ms                     c', {
        c: { source: 'shop', method: 'userProfile', authorization: profile, code: 'c' },
      });
      expectObservable(session.login()).toBe('    61060ms                    (A|)');
    }));

  test('P7: so is one where the renewal failed', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectObservable }) => {
      wx.login(['10ms a', '10ms b', '10ms #', '10ms d']);
      backend.silentLogin('50ms f');
      user.answer(profile, '288s').answer(profile, '1s');

      expectObservable(numbering()(session)).toBe('. 69ms   1 287999ms   .  9ms   2 999ms .');
      expectCalls(backend.login).toBe('           289080ms                        d');
      expectObservable(session.login()).toBe('    289130ms                       (A|)');
    }));

  test('P7: after a renewal that failed the next one is made in its time, and its code serves the answer', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      wx.login(['10ms a', '10ms b', '10ms #', '10ms d']);
      backend.silentLogin('50ms f');
      user.answer(profile, '10m');

      expectCalls(wx.login).inOrder('xxxx');
      expectPrompts().toBe('             70ms f 599999ms .');
      expectCalls(backend.login).toBe('   10m 70ms        d');
      expectObservable(session.login()).toBe('10m 120ms   (A|)');
    }));

  test('P7: an answer within 4.5 minutes by the wall clock is not dropped', () =>
    sessionMarbles(({ session, backend, user, app, at, expectCalls, expectObservable }) => {
      backend.silentLogin('50ms f');
      user.answer(profile, '59930ms');
      // 4.5 minutes to the millisecond.
      at('59999ms', () => app.jump('210070ms'));

      expectCalls(backend.login).toBe('       1m       b');
      expectObservable(session.login()).toBe('1m 50ms (A|)');
    }));

  test('P7: an after-answer prompt outlives any background: its answer is used', () =>
    sessionMarbles(({ session, backend, user, app, at, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.answer(phone, '59940ms');
      at('59999ms', () => app.jump('20m'));

      expectPrompts().toBe('                  60ms p 59939ms .');
      expectObservable(session.login()).toBe('1m 60ms         (A|)');
    }));
});

describe('more than one authorisation', () => {
  const avatar = { avatarUrl: 'wxfile://avatar.png', nickName: 'Li' };

  test('P9: phone, then avatar, each with its own ticket, in one flight', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectPrompts, expectEvents, ...it }) => {
      backend.silentLogin('50ms q', underTicket('phoneNumber'));
      backend.login(['50ms q', '50ms A'], { q: { authorize: { method: 'avatarNickname', ticket: 'v' } } });
      user.grant('1s').grant('1s');

      expectCalls(wx.login).toBe('              x');
      expectPrompts().toBe('                   60ms p 999ms . 49ms n 999ms .');
      expectCalls(backend.login).toBe('         1060ms        t      1049ms  v', {
        t: { source: 'shop', method: 'phoneNumber', authorization: { code: 'phone-code' }, code: undefined },
        v: { source: 'shop', method: 'avatarNickname', authorization: avatar, code: undefined },
      });
      expectEvents().inOrder('sppy');
      it.expectObservable(session.login()).toBe('2160ms                        (A|)');
    }));

  test('P7 P9: a ticket stands for the rest of its flight: a step that brings none takes no code either', () =>
    sessionMarbles(({ session, wx, backend, user, expectCalls, expectObservable }) => {
      backend.silentLogin('50ms q', underTicket('phoneNumber'));
      backend.login(['50ms q', '50ms A'], { q: { authorize: { method: 'avatarNickname' } } });
      user.grant('1s').grant('1s');

      expectCalls(wx.login).toBe('              x');
      expectCalls(backend.login).toBe('         1060ms        t      1049ms  t', {
        t: { ticket: 't', code: undefined },
      });
      expectObservable(session.login()).toBe('2160ms                        (A|)');
    }));

  test('P9: the guest that comes with the wish for one more step is told while the user is asked', () =>
    sessionMarbles(({ session, backend, user, expectSession, expectObservable }) => {
      const guest = { phone: 'bound' };
      backend.silentLogin('50ms q', underTicket('phoneNumber'));
      backend.login(['50ms q', '50ms A'], {
        q: { authorize: { method: 'avatarNickname', ticket: 'v' }, guest },
      });
      user.grant('1s').grant('1s');

      expectSession(session).toBe('(ns) 56ms i 1049ms g 1049ms A', {
        g: { status: 'authenticating', stage: 'interactive', guest },
        A: { status: 'authenticated', guest },
      });
      expectObservable(session.login()).toBe('2160ms (A|)');
    }));

  test('P9: five steps are allowed', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      const more = underTicket('phoneNumber');
      backend.silentLogin('50ms p');
      backend.login(['50ms q', '50ms q', '50ms q', '50ms q', '50ms A'], more);
      user.grant('1s').grant('1s').grant('1s').grant('1s').grant('1s');

      expectPrompts().inOrder('p.p.p.p.p.');
      expectObservable(session.login()).inOrder('(A|)');
    }));

  test('P9: a sixth is backend-invalid, and nobody is asked for it', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      backend.login.always('50ms q', underTicket('phoneNumber'));
      user.grant('1s').grant('1s').grant('1s').grant('1s').grant('1s');

      expectPrompts().inOrder('p.p.p.p.p.');
      const tooMany = { code: 'backend-invalid', message: 'it asked for more than 5 things' };
      expectObservable(session.login()).inOrder('#', {}, tooMany);
    }));

  const fax = { q: { authorize: { method: 'fax' } } };

  test('P9: a method that the session does not know, in a reply of silentLogin, is backend-invalid', () =>
    sessionMarbles(({ session, backend, user, expectSession, expectObservable }) => {
      backend.silentLogin('50ms q', fax);
      user.grant('1s');

      const unknown = { code: 'backend-invalid', message: '"fax" is not in methods' };
      expectObservable(session.login()).toBe('60ms      #', {}, unknown);
      expectSession(session).toBe('           (ns) 56ms (ie)', { e: 'anonymous !backend-invalid' });
    }));

  test('P9: nor is it the fault of a caller of forceAuth that the next step is one the session does not know', () =>
    sessionMarbles(({ session, backend, user, expectObservable }) => {
      backend.login('50ms m', { m: { authorize: { method: 'unheardOf' } } });
      user.grant('1s');

      expectObservable(session.login({ mode: 'forceAuth' })).toBe('1060ms #', {}, 'backend-invalid');
    }));

  test('P9: a method that the session does not know, in a reply of login, is backend-invalid', () =>
    sessionMarbles(({ session, backend, user, expectSession, expectObservable }) => {
      backend.silentLogin('50ms p');
      backend.login('50ms q', fax);
      user.grant('1s');

      expectObservable(session.login()).toBe('1120ms             #', {}, 'backend-invalid');
      expectSession(session).toBe('           (ns) 56ms i 1059ms e', { e: 'anonymous !backend-invalid' });
    }));

  test('P9: a method that the session does not know is config-invalid where the caller asks for it', () =>
    sessionMarbles(({ session, user, at, expectPrompts, expectObservable }) => {
      user.grant('1s');

      const login = session.login({ mode: 'forceAuth', method: 'fax' });
      expectObservable(login).toBe('#', {}, 'config-invalid');
      expectPrompts().toBe('');
      at('1s', () => expect(session.snapshot.status).toBe('anonymous'));
    }));

  test('P9: names that every object has are not known either', () =>
    sessionMarbles(({ session, backend, expectObservable }) => {
      backend.silentLogin('50ms q', { q: { authorize: { method: 'constructor' } } });
      const asked = session.login({ mode: 'forceAuth', method: 'hasOwnProperty' });

      expectObservable(session.login()).toBe('60ms #', {}, 'backend-invalid');
      expectObservable(asked, '5s ^').toBe('  5s   #', {}, 'config-invalid');
    }));
});

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
