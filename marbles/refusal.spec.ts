import { sessionError } from 'rx-weapp-session';
import type { AuthMethod } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import { because } from './support/because';
import { numbering } from './support/shown';

const setting = { s: { method: 'setting', scope: 'scope.userInfo' } };
const info = { errMsg: 'getUserInfo:ok', userInfo: { nickName: 'Li' }, encryptedData: 'data', iv: 'iv' };

describe('a refusal', () => {
  test('P4: of a method without a settingScope is auth-denied at once, and the next login asks again', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin.always('50ms p');
      user.refuse('1s').grant('1s');

      expectPrompts().toBe('                         60ms p 999ms . 3999ms p 999ms .');
      expectObservable(session.login()).toBe('       1060ms        #', {}, 'auth-denied');
      expectObservable(session.login(), '5s ^').toBe('6120ms                         (A|)');
    }));

  test('P4: of a method with a settingScope opens one setting prompt; granted, the method is tried once more', () =>
    sessionMarbles(({ session, backend, user, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms u');
      user.refuse('1s').grant('1s').grant('1s');

      expectPrompts().toBe('                     70ms u 999ms (.s) 996ms (.u) 996ms .', setting);
      expectObservable(numbering()(session)).toBe('. 69ms 1 999ms (.2) 996ms (.3) 996ms .');
      expectCalls(backend.login).toBe('          3070ms                          b', {
        b: { method: 'userInfo', authorization: info },
      });
      expectObservable(session.login()).toBe('   3120ms                          (A|)');
    }));

  test('P4: granted in the panel and refused once more is auth-denied, without a second panel', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms u');
      user.refuse('1s').grant('1s').refuse('1s');

      expectPrompts().toBe('                  70ms u 999ms (.s) 996ms (.u) 996ms .', setting);
      expectObservable(session.login()).toBe('3070ms                              #', {}, 'auth-denied');
    }));

  test('P4: refused in the panel is auth-denied; the next login asks again, panel and all', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin.always('50ms u');
      user.refuse('1s').refuse('1s').refuse('1s').grant('1s').grant('1s');

      expectPrompts().toBe(
        '                                              70ms u 999ms (.s) 996ms . 2999ms u 999ms (.s) 996ms (.u) 996ms .',
        setting,
      );
      expectObservable(session.login()).toBe('        2070ms              #', {}, 'auth-denied');
      expectObservable(session.login(), '5s ^').toBe(
        '8120ms                                                        (A|)',
      );
    }));

  test('P4: the setting prompt closed is auth-denied: nothing was granted', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms u');
      user.refuse('1s').close('1s');

      expectPrompts().toBe('                  70ms u 999ms (.s) 996ms .', setting);
      expectObservable(session.login()).toBe('2070ms              #', {}, 'auth-denied');
    }));

  test('P4 F2: the setting prompt past its time limit is login-timeout, not a refusal', () =>
    sessionMarbles(
      ({ session, backend, user, expectPrompts, expectObservable }) => {
        backend.silentLogin('50ms u');
        user.refuse('1s').away();

        expectPrompts().toBe('                  70ms u 999ms (.s) 4996ms .', setting);
        expectObservable(session.login()).toBe('6070ms              #', {}, 'login-timeout');
      },
      { timeouts: { prompt: 5000 } },
    ));

  test('P4: of another scope in the panel does not count as granted', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms u');
      const elsewhere = { errMsg: 'openSetting:ok', authSetting: { 'scope.writePhotosAlbum': true } };
      user.refuse('1s').answer(elsewhere, '1s');

      expectPrompts().toBe('                  70ms u 999ms (.s) 996ms .', setting);
      expectObservable(session.login()).toBe('2070ms              #', {}, 'auth-denied');
    }));

  test('P5 F7: an answer of the panel that cannot be read is no refusal', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms u');
      const unreadable = {
        get authSetting(): object {
          throw new Error('oops');
        },
      };
      user.refuse('1s').answer(unreadable, '1s');

      expectPrompts().toBe('                  70ms u 999ms (.s) 996ms .', setting);
      expectObservable(session.login()).toBe('2070ms              #', {}, 'auth-failed');
    }));

  test('P4 P7: one panel in a login, also where an answer came too late for its code and the prompt is shown again', () =>
    sessionMarbles(({ session, backend, user, app, at, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms u');
      user.refuse('1s').grant('1s').grant('1s').refuse('1s');
      at('3069ms', () => app.jump('5m'));

      expectPrompts().toBe('                  70ms u 999ms (.s) 996ms (.u) 996ms . 9ms u 999ms .', setting);
      expectObservable(session.login()).toBe(
        '4080ms                                           #',
        {},
        'auth-denied',
      );
    }));

  test('P4 P5: a cancel or an operator fault opens no panel', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin.always('50ms u');
      user.answer({ errMsg: 'getUserInfo:fail cancel' }, '1s').close('1s').answer({ errno: 112 }, '1s');

      expectPrompts().toBe('                           70ms u 999ms . 3999ms u 999ms . 3999ms u 999ms .');
      expectObservable(session.login()).toBe('         1070ms        #', {}, 'auth-cancelled');
      expectObservable(session.login(), ' 5s ^').toBe(
        ' 6070ms                       #',
        {},
        'auth-cancelled',
      );
      expectObservable(session.login(), '10s ^').toBe(
        '11070ms                                       #',
        {},
        'auth-failed',
      );
    }));

  test('P4: a settingScope of a method of yours works the same way', () => {
    const address: AuthMethod = {
      code: 'none',
      settingScope: 'scope.address',
      read: (detail) => {
        if (detail === 'no') throw sessionError('auth-denied', 'no');
        return detail;
      },
    };
    sessionMarbles(
      ({ session, backend, user, expectPrompts, expectObservable }) => {
        backend.silentLogin('50ms q', { q: { authorize: { method: 'address' } } });
        user
          .answer('no', '1s')
          .answer({ authSetting: { 'scope.address': true } }, '1s')
          .answer('Main St', '1s');

        expectPrompts().toBe('                  60ms a 999ms (.s) 996ms (.a) 996ms .', {
          a: 'address',
          s: { method: 'setting', scope: 'scope.address' },
        });
        expectObservable(session.login()).toBe('3110ms                             (A|)');
      },
      { methods: { address } },
    );
  });
});

describe('P5: what an answer without an authorisation means', () => {
  const NAMES: readonly (readonly [code: string, detail: unknown])[] = [
    ['auth-denied', { errMsg: 'getPhoneNumber:fail privacy permission is not authorized', errno: 104 }],
    [
      'auth-denied',
      { errMsg: 'getPhoneNumber:fail privacy permission is not authorized in gap', errno: 104 },
    ],
    ['auth-denied', { errMsg: 'privacy permission is not authorized', errno: 104 }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail', errno: 103 }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail user cancel', errno: 103 }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail', errno: 3 }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail user deny' }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail auth deny' }],
    ['auth-denied', { errMsg: 'getPhoneNumber:fail:auth denied' }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail', errno: 104 }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail user deny', errno: 104 }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail', errno: 1 }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail user cancel' }],
    ['auth-cancelled', { errMsg: 'getPhoneNumber:fail:user cancel' }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail', errno: 102 }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail user cancel', errno: 102 }],
    [
      'auth-failed',
      { errMsg: 'getPhoneNumber:fail api scope is not declared in the privacy agreement', errno: 112 },
    ],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail user deny', errno: 1400001 }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail', errno: 1003 }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail appid privacy api banned' }],
    ['auth-failed', { errMsg: 'getUserProfile:fail can only be invoked by user TAP gesture.' }],
    ['auth-failed', { errMsg: 'getUserProfile:fail desc length does not meet the requirements' }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail no permission' }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail something new' }],
    ['auth-failed', { errMsg: 'getPhoneNumber:fail something new', errno: 987654 }],
    ['auth-failed', { errMsg: 'getPhoneNumber:ok' }],
    ['auth-failed', {}],
    ['auth-failed', ''],
    ['auth-failed', null],
    ['auth-failed', undefined],
  ];
  for (const [code, detail] of NAMES)
    test(`P5: ${JSON.stringify(detail)} is ${code}, and not asked again in that flight`, () =>
      sessionMarbles(({ session, backend, user, expectPrompts, expectSession, expectObservable }) => {
        backend.silentLogin('50ms p');
        backend.login([]);
        user.answer(detail, '1s');

        expectPrompts().toBe('                        60ms p 999ms .');
        expectSession(session).toBe('           (ns) 56ms   i 999ms e', { e: `anonymous !${code}` });
        expectObservable(session.login()).toBe('1060ms        #', {}, code);
      }));

  test('P5: a fail result is none of the data that it happens to carry, and errno 0 is no failure', () =>
    sessionMarbles(({ session, backend, user, expectObservable }) => {
      backend.silentLogin.always('50ms p');
      user
        .answer({ errMsg: 'getPhoneNumber:fail user deny', code: 'stray' }, '1s')
        .answer({ errMsg: 'getPhoneNumber:ok', errno: 0, code: 'phone-code' }, '1s');

      expectObservable(session.login()).toBe('       1060ms #', {}, 'auth-denied');
      expectObservable(session.login(), '5s ^').toBe('6120ms (A|)');
    }));

  test('P5: the whole fail result stays reachable as the cause', () =>
    sessionMarbles(({ session, backend, user, expectObservable }) => {
      const detail = { errMsg: 'getPhoneNumber:fail user deny', errno: 103 };
      backend.silentLogin('50ms p');
      user.answer(detail, '1s');

      expectObservable(session.login()).toBe('1060ms #', {}, because('auth-denied', detail));
    }));

  test('P5 F7: a read of yours that throws anything else is auth-failed', () => {
    const read = () => {
      throw new TypeError('oops');
    };
    sessionMarbles(
      ({ session, backend, user, expectObservable }) => {
        backend.silentLogin('50ms q', { q: { authorize: { method: 'mine' } } });
        user.answer('anything', '1s');

        expectObservable(session.login()).toBe('1060ms #', {}, 'auth-failed');
      },
      { methods: { mine: { code: 'none', read } } },
    );
  });
});
