import { EMPTY, NEVER, of, throwError } from 'rxjs';
import { sessionError } from 'rx-weapp-session';
import type { AuthMethod } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import { phone, ticket } from './support/props';

const wants = (method: string, ticket?: string) => ({
  q: { authorize: { method, ...(ticket && { ticket }) } },
});

describe('the built-in methods', () => {
  const encrypted = { encryptedData: 'data', iv: 'iv' };
  const avatar = { avatarUrl: 'wxfile://a.png', nickName: 'Li' };
  const info = { errMsg: 'getUserInfo:ok', userInfo: { nickName: 'Li' }, rawData: '{}', ...encrypted };

  /** When codes are taken: after-answer, before-prompt, or none but that of the silent stage, under a ticket. */
  const [AFTER, BEFORE, NONE] = ['x 1059ms x', 'x 59ms x', 'x'];
  const TABLE: readonly {
    readonly method: string;
    readonly openType: string | undefined;
    readonly codes: string;
    readonly detail: unknown;
    readonly authorization: object;
  }[] = [
    {
      method: 'phoneNumber',
      openType: 'getPhoneNumber',
      codes: AFTER,
      detail: phone,
      authorization: { code: phone.code },
    },
    {
      method: 'phoneNumber',
      openType: 'getPhoneNumber',
      codes: NONE,
      detail: { errMsg: 'getPhoneNumber:ok', ...encrypted },
      authorization: encrypted,
    },
    {
      method: 'realtimePhoneNumber',
      openType: 'getRealtimePhoneNumber',
      codes: AFTER,
      detail: { errMsg: 'getRealtimePhoneNumber:ok', code: 'phone-code' },
      authorization: { code: 'phone-code' },
    },
    {
      method: 'avatarNickname',
      openType: 'chooseAvatar',
      codes: AFTER,
      detail: avatar,
      authorization: avatar,
    },
    { method: 'userInfo', openType: 'getUserInfo', codes: BEFORE, detail: info, authorization: info },
    { method: 'userProfile', openType: undefined, codes: BEFORE, detail: info, authorization: info },
  ];
  for (const { method, openType, codes, detail, authorization } of TABLE)
    test(`Built-in methods: ${method} reads ${Object.keys(authorization).join(', ')}`, () =>
      sessionMarbles(({ session, wx, backend, user, subscribe, expectCalls, expectPrompts }) => {
        backend.silentLogin('50ms q', wants(method, codes === NONE ? 't' : undefined));
        user.answer(detail, '1s');
        subscribe(session.login());

        const exchanged = (request: object) => {
          expect(request).toMatchObject({ method });
          expect((request as { authorization: unknown }).authorization).toEqual(authorization);
          return true;
        };
        expectCalls(wx.login).toBe(codes);
        expectPrompts().inOrder('q.', { q: { method, openType } });
        expectCalls(backend.login).inOrder('q', { q: exchanged });
      }));

  for (const [method, detail] of [
    ['phoneNumber', { errMsg: 'getPhoneNumber:ok', encryptedData: 'data' }],
    ['avatarNickname', { avatarUrl: 'wxfile://a.png' }],
    ['avatarNickname', { avatarUrl: '', nickName: 'Li' }],
    ['userInfo', { errMsg: 'getUserInfo:ok' }],
    ['userProfile', undefined],
  ] as const)
    test(`Built-in methods, P5: ${method} cannot read ${JSON.stringify(detail)}`, () =>
      sessionMarbles(({ session, backend, user, expectObservable }) => {
        backend.silentLogin('50ms q', wants(method));
        backend.login([]);
        user.answer(detail, '1s');

        expectObservable(session.login()).inOrder('#', {}, 'auth-failed');
      }));

  interface Callbacks {
    readonly withCredentials?: boolean;
    success(result: unknown): void;
  }
  const userInfoApi = (granted: boolean) => ({
    getSetting: ({ success }: Callbacks) => success({ authSetting: { 'scope.userInfo': granted } }),
    // As WeChat does: what a backend can decrypt comes only to who asks for it.
    getUserInfo: ({ success, withCredentials }: Callbacks) =>
      success(withCredentials ? info : { errMsg: info.errMsg, userInfo: info.userInfo }),
  });

  test('Built-in methods: userInfo needs no prompt where the scope is granted, and takes its code first', () =>
    sessionMarbles(
      ({ session, backend, user, expectCalls, expectPrompts, expectObservable }) => {
        backend.silentLogin('50ms u');
        user.away();

        expectPrompts().toBe('');
        expectCalls(backend.login).toBe('      70ms b', {
          b: { source: 'shop', method: 'userInfo', authorization: info, code: 'b', ticket: undefined },
        });
        expectObservable(session.login()).toBe('120ms  (A|)');
      },
      { wx: userInfoApi(true) },
    ));

  test('Built-in methods: userInfo asks where the scope is not granted', () =>
    sessionMarbles(
      ({ session, backend, user, expectPrompts, expectObservable }) => {
        backend.silentLogin('50ms u');
        user.answer(info, '1s');

        expectPrompts().toBe('                  70ms u 999ms .');
        expectObservable(session.login()).toBe('1120ms       (A|)');
      },
      { wx: userInfoApi(false) },
    ));
});

describe('a method of yours', () => {
  const oops = () => {
    throw new Error('no');
  };
  for (const { title, withoutPrompt, waits } of [
    { title: 'completes empty', withoutPrompt: () => EMPTY, waits: 0 },
    { title: 'fails', withoutPrompt: () => throwError(() => new Error('no')), waits: 0 },
    { title: 'throws', withoutPrompt: oops, waits: 0 },
    { title: 'cannot be read', withoutPrompt: () => of('nonsense'), waits: 0 },
    { title: 'gives no answer in time', withoutPrompt: () => NEVER, waits: 15_000 },
  ]) {
    test(`F1 P7: a withoutPrompt that ${title} is followed by the prompt`, () => {
      const mine: AuthMethod = {
        code: 'none',
        withoutPrompt,
        read: (detail) => {
          if (detail !== 'yes') throw sessionError('auth-failed', 'unreadable');
          return detail;
        },
      };
      sessionMarbles(
        ({ session, backend, user, expectPrompts, expectObservable }) => {
          backend.silentLogin('50ms q', wants('mine'));
          user.answer('yes', '1s');

          expectPrompts().toBe(`                  ${waits + 60}ms m 999ms .`);
          expectObservable(session.login()).toBe(`${waits + 1110}ms       (A|)`);
        },
        { methods: { mine } },
      );
    });
  }

  test('P7: a method may be an object with a state of its own', () => {
    class Mine implements AuthMethod {
      readonly code = 'none';
      readonly given = ['granted before'];
      withoutPrompt() {
        return this.given;
      }
      read(detail: unknown) {
        if (!this.given.includes(String(detail))) throw sessionError('auth-failed', 'unreadable');
        return detail;
      }
    }
    sessionMarbles(
      ({ session, backend, user, expectPrompts, expectObservable }) => {
        backend.silentLogin('50ms q', wants('mine'));
        user.away();

        expectPrompts().toBe('');
        expectObservable(session.login()).toBe('110ms (A|)');
      },
      { methods: { mine: new Mine() } },
    );
  });

  test('F1: of a withoutPrompt the first value counts, and its end is not awaited', () => {
    const mine: AuthMethod = {
      code: 'none',
      withoutPrompt: () => of('one', 'two'),
      read: (detail) => detail,
    };
    sessionMarbles(
      ({ session, backend, expectCalls, expectObservable }) => {
        backend.silentLogin('50ms q', wants('mine'));

        expectCalls(backend.login).toBe('      60ms x', {
          x: { source: 'shop', method: 'mine', authorization: 'one', code: undefined, ticket: undefined },
        });
        expectObservable(session.login()).toBe('110ms  (A|)');
      },
      { methods: { mine } },
    );
  });

  test('A method of yours replaces a built-in one of the same name', () => {
    const phoneNumber: AuthMethod = { openType: 'mine', code: 'none', read: () => 'mine' };
    sessionMarbles(
      ({ session, backend, user, expectCalls, expectPrompts, expectObservable }) => {
        backend.silentLogin('50ms p');
        user.answer(phone, '1s');

        expectPrompts().toBe('                  60ms p 999ms .', { p: { openType: 'mine' } });
        expectCalls(backend.login).toBe('       1060ms        x', {
          x: {
            source: 'shop',
            method: 'phoneNumber',
            authorization: 'mine',
            code: undefined,
            ticket: undefined,
          },
        });
        expectObservable(session.login()).toBe('1110ms        (A|)');
      },
      { methods: { phoneNumber } },
    );
  });

  test('forceAuth without a method asks for defaultMethod', () =>
    sessionMarbles(
      ({ session, user, expectPrompts, expectObservable }) => {
        user.close('1s');

        expectPrompts().toBe('n 999ms .');
        expectObservable(session.login({ mode: 'forceAuth' })).toBe('1s #', {}, 'auth-cancelled');
      },
      { defaultMethod: 'avatarNickname' },
    ));
});

test('M2 P9: forceAuth with a method that nobody knows is the caller’s fault, also where it waited for a silent stage', () =>
  sessionMarbles(({ session, backend, expectObservable }) => {
    backend.silentLogin('50ms p', ticket);
    const nonsense = session.login({ mode: 'forceAuth', method: 'nonsense' });

    expectObservable(session.login({ mode: 'silent' })).toBe('60ms #', {}, 'interaction-required');
    expectObservable(nonsense).toBe('                          60ms #', {}, 'config-invalid');
  }));
