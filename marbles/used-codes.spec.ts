import type { AuthMethod } from 'rx-weapp-session';
import { failure, sessionMarbles } from 'rx-weapp-session/marbles';
import { busy, phone, rejected, ticket } from './support/props';

describe('F3: no code is exchanged twice', () => {
  test('F3: a code that wx.login gives again is not exchanged again', () =>
    sessionMarbles(({ session, wx, backend, expectCalls, expectObservable }) => {
      wx.login.always('10ms a');
      backend.silentLogin.always('50ms f', { f: failure({ errcode: 40029 }) });

      expectCalls(wx.login).toBe('                  x 59ms x 939ms  x');
      expectCalls(backend.silentLogin).toBe('       10ms a');
      expectObservable(session.login()).toBe('       70ms     #', {}, 'code-unavailable');
      expectObservable(session.login(), '1s ^').toBe('1010ms         #', {}, 'code-unavailable');
    }));

  test('F3: a code of an earlier flight is not exchanged again, not by the interactive stage either', () =>
    sessionMarbles(({ session, wx, backend, user, app, at, expectCalls, expectObservable }) => {
      wx.login.always('10ms a');
      backend.login([]);
      user.answer(phone, '1s');
      at('1s', app.logout);
      const byPhone = session.login({ mode: 'forceAuth' });

      expectObservable(session.login()).toBe(' 60ms (A|)');
      expectCalls(backend.silentLogin).toBe('  10ms a');
      expectObservable(byPhone, '2s ^').toBe('  3010ms #', {}, 'code-unavailable');
    }));

  test('F3: no code is exchanged twice, fifty logins later neither', () =>
    sessionMarbles(({ session, wx, backend, expectCalls, expectObservable }) => {
      const fifty = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX');
      wx.login([...fifty, 'a'].map((code) => `10ms ${code}`));
      const logins = [...fifty, 'a'].map(() => session.login({ mode: 'force' }));

      logins.forEach((login, second) => {
        const marbles = second < fifty.length ? `${second}s 60ms (c|)` : `${second}s 10ms #`;
        expectObservable(login, `${second}s ^`).toBe(marbles, { c: { token: expect.any(String) as string } });
      });
      expectCalls(wx.login).times(51);
      expectCalls(backend.silentLogin).inOrder(fifty.join(''));
    }));
});

describe('F3: the interactive exchange', () => {
  const method = (code: AuthMethod['code']): AuthMethod => ({ code, read: (detail) => detail });
  const methods = {
    before: method('before-prompt'),
    after: method('after-answer'),
    none: method('none'),
  };
  const authorization = 'the answer';

  const INTERACTIVE: readonly {
    readonly title: string;
    readonly wanted: { readonly method: keyof typeof methods; readonly ticket?: string };
    readonly prompts: string;
    readonly exchanges: string;
    readonly handed: Readonly<Record<string, object>>;
    readonly end: string;
  }[] = [
    {
      title: 'a ticket',
      wanted: { method: 'before', ticket: 't' },
      prompts: '  60ms b 999ms .',
      exchanges: '1060ms       t 49ms t 49ms t',
      handed: { t: { authorization, code: undefined, ticket: 't' } },
      end: '1210ms (A|)',
    },
    {
      title: 'after-answer',
      wanted: { method: 'after' },
      prompts: '  60ms a 999ms .',
      exchanges: '1070ms       b 59ms c 59ms d',
      handed: {
        b: { authorization, code: 'b', ticket: undefined },
        c: { authorization, code: 'c', ticket: undefined },
        d: { authorization, code: 'd', ticket: undefined },
      },
      end: '1240ms (A|)',
    },
    {
      title: 'none',
      wanted: { method: 'none' },
      prompts: '  60ms n 999ms .',
      exchanges: '1060ms       x 49ms x 49ms x',
      handed: { x: { authorization, code: undefined, ticket: undefined } },
      end: '1210ms (A|)',
    },
  ];
  for (const { title, wanted, prompts, exchanges, handed, end } of INTERACTIVE)
    test(`F3: an interactive exchange is tried again with the same answer: ${title}`, () =>
      sessionMarbles(
        ({ session, backend, user, expectCalls, expectPrompts, expectObservable }) => {
          backend.silentLogin('50ms q', { q: { authorize: wanted } });
          backend.login(['50ms #', '50ms f', '50ms A'], busy);
          user.answer(authorization, '1s');

          expectPrompts().toBe(prompts);
          expectCalls(backend.login).toBe(exchanges, handed);
          expectObservable(session.login()).toBe(end);
        },
        { methods },
      ));

  for (const [reason, code] of [
    [{ errMsg: 'request:fail' }, 'backend-unreachable'],
    [{ statusCode: 503 }, 'backend-unreachable'],
    [{ errcode: 40029 }, 'login-rejected'],
  ] as const)
    test(`F3: an exchange whose answer came under its code is not tried again: ${JSON.stringify(reason)}`, () =>
      sessionMarbles(
        ({ session, wx, backend, user, expectCalls, expectPrompts, expectObservable }) => {
          backend.silentLogin('50ms q', { q: { authorize: { method: 'before' } } });
          backend.login(['50ms f', '50ms A'], { f: failure(reason) });
          user.answer(authorization, '1s');

          expectCalls(wx.login).toBe('            x 59ms x');
          expectPrompts().toBe('                 70ms  b 999ms .');
          expectCalls(backend.login).toBe('       1070ms         b');
          expectObservable(session.login()).toBe('1120ms         #', {}, code);
        },
        { methods },
      ));

  test('F3: a refused code of an interactive exchange is replaced once, under the same answer', () =>
    sessionMarbles(({ session, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.login(['50ms f', '50ms A'], { f: failure({ errcode: 40163 }) });
      user.answer(phone, '1s');

      expectPrompts().toBe('           p 999ms .');
      expectCalls(backend.login).toBe('1010ms      a 59ms b');
      expectObservable(session.login({ mode: 'forceAuth' })).toBe('1120ms (A|)');
    }));

  test('F3: a definitive no to an interactive exchange is not tried again, nor asked again', () =>
    sessionMarbles(({ session, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.login(['50ms f', '50ms A'], rejected);
      user.answer(phone, '1s').answer(phone, '1s');

      expectPrompts().toBe('           p 999ms .');
      expectCalls(backend.login).toBe('1010ms      a');
      expectObservable(session.login({ mode: 'forceAuth' })).toBe('1060ms #', {}, 'login-rejected');
    }));
});

test('F3: a refused code is not made good by sending the same ticket again', () =>
  sessionMarbles(({ session, backend, user, expectCalls, expectObservable }) => {
    backend.silentLogin('50ms p', ticket);
    backend.login(['50ms b', '50ms B'], { b: failure({ errcode: 40163 }) });
    user.grant('1s');

    expectCalls(backend.login).toBe('         1060ms t');
    expectObservable(session.login()).toBe('  1110ms        #', {}, 'login-rejected');
  }));
