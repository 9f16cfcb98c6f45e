import { runInNewContext } from 'node:vm';
import {
  catchError,
  config as rxjsConfig,
  EMPTY,
  from,
  interval,
  map,
  merge,
  NEVER,
  of,
  take,
  throwError,
  throwIfEmpty,
  timer,
} from 'rxjs';
import {
  downloadFileWithLogin,
  request,
  requestWithLogin,
  sessionError,
  uploadFileWithLogin,
  withLogin,
} from 'rx-weapp-session';
import type { DownloadResponse, LoginBackend, Session } from 'rx-weapp-session';
import { failure, onRecording, PACES, promised, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Recording, Scenario } from 'rx-weapp-session/marbles';

const orders = (session: Session) => requestWithLogin(session, { url: '/orders' });

/** What a scenario fails with, the lines that it prints; nothing = it passes. */
function failureOf(run: (scenario: Scenario) => void, config?: MarblesConfig): string {
  try {
    sessionMarbles(run, config);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Text as it stands in a test, without the margin. */
const text = (...lines: readonly string[]) => lines.join('\n');

describe('a scenario', () => {
  test('twenty requests race a login that fails once, then succeeds', () =>
    sessionMarbles(
      ({ session, wx, backend, expectCalls, expectSession, expectRequests, expectObservable }) => {
        backend.silentLogin(['50ms #', '50ms A']);
        const all = merge(...Array.from({ length: 20 }, () => orders(session)));

        expectCalls(wx.login).toBe('           x 59ms x');
        expectCalls(backend.silentLogin).toBe('10ms a 59ms b');
        expectSession(session).toBe('          (ns) 116ms A');
        expectRequests().toBe(`                120ms (${'A'.repeat(20)})`);
        expectObservable(all).toBe(`            140ms (${'A'.repeat(20)}|)`);
      },
    ));

  test('unscripted: codes a, b, … after 10 ms, credentials A, B, … after 50 ms, resources after 20 ms', () =>
    sessionMarbles((it) => {
      it.expectObservable(orders(it.session)).toBe('80ms (A|)');
      it.expectObservable(it.session.login({ mode: 'force' }), '1s ^').toBe('1060ms (B|)');
      it.expectCalls(it.backend.silentLogin).toBe('10ms a 999ms b', { b: { source: 'shop', code: 'b' } });
      it.expectCalls(it.storage.write).toBe('60ms A 999ms B');
    }));

  test('default letters leave out those that are scripted or stored', () =>
    sessionMarbles(({ session, storage, wx, backend, expectCalls, expectObservable }) => {
      storage.holds('A');
      wx.login.always('10ms a');
      backend.login('50ms B');
      expectCalls(backend.silentLogin).toBe('10ms a');
      expectObservable(session.login({ mode: 'force' })).toBe('60ms (C|)');
    }));

  test('resources answer by the credential that a request carried', () =>
    sessionMarbles(({ session, storage, resources, expectRequests, expectSession, expectObservable }) => {
      storage.holds('R');
      resources({ R: '20ms x' });
      resources.at('/ads', { n: '5ms o', A: ['1ms b', '5ms o'] }, { b: { statusCode: 503 } });
      expectObservable(orders(session)).toBe('100ms (A|)');
      expectObservable(requestWithLogin(session, { url: '/ads' }), '1s ^').toBe('1001ms (b|)', { b: '503' });
      expectObservable(requestWithLogin(session, { url: '/ads' }), '2s ^').toBe('2005ms (A|)');
      expectSession(session).toBe('R 19ms (rs) 56ms A');
      expectRequests().toBe('R 79ms A 919ms A 999ms A');
      expectRequests('/ads').toBe('1s A 999ms A');
    }));

  test('what a request says is not taken for what it carries', () =>
    sessionMarbles(({ session, platform, storage, resources, expectRequests, expectObservable }) => {
      storage.holds('A');
      resources({ A: '20ms x', B: '20ms o' });
      resources.at('/votes', '20ms o');
      const answer$ = requestWithLogin(session, {
        url: '/answers?seat=A',
        method: 'POST',
        data: { option: 'A', text: 'A nice day' },
      });
      const vote$ = request({ url: 'https://api.example.com/votes', data: { option: 'A' } }, platform);

      expectObservable(answer$).toBe('100ms (B|)');
      expectRequests('/answers').toBe('A 79ms B');
      expectRequests('/votes').toBe('1s n');
      expectObservable(vote$, '1s ^').toBe('1020ms (n|)');
    }));

  test('a resource is found with a query behind its url', () =>
    sessionMarbles(({ session, resources, expectRequests, expectObservable }) => {
      resources.at('/search', '5ms b', { b: { data: 'found' } });
      expectObservable(requestWithLogin(session, { url: '/search?q=tea' })).toBe('65ms (b|)', {
        b: { data: 'found' },
      });
      expectRequests('/search').toBe('60ms A');
      expectRequests('/search?q=tea').toBe('60ms A');
    }));

  test('uploads and downloads are answered as requests are', () =>
    sessionMarbles(({ session, storage, resources, expectRequests, expectObservable }) => {
      storage.holds('R');
      resources({ R: '20ms x', A: '20ms o' });
      const file = { filePath: 'wxfile://photo', name: 'photo' };
      expectObservable(uploadFileWithLogin(session, { url: '/photos', ...file })).toBe('100ms (A|)');
      expectRequests('/photos').toBe('R 79ms A');
      expectObservable(downloadFileWithLogin(session, { url: '/bill' }), '1s ^').toBe('1020ms (b|)', {
        b: { statusCode: 200, tempFilePath: 'wxfile://download' },
      });
      const bill = downloadFileWithLogin(session, { url: '/bill', filePath: 'wxfile://mine' });
      expectObservable(bill, '2s ^').toBe('2020ms (b|)', {
        b: ({ filePath, tempFilePath }: DownloadResponse) => filePath === 'wxfile://mine' && !tempFilePath,
      });
    }));

  test('a request may be answered with what is no response at all', () =>
    sessionMarbles(({ platform, resources, expectObservable }) => {
      resources('20ms b', { b: null });
      expectObservable(request({ url: '/me' }, platform)).toBe('20ms (b|)', {
        b: (response: unknown) => response === null,
      });
    }));

  test('requests are told by the credential wherever it is attached', () =>
    sessionMarbles(
      ({ session, storage, expectRequests, subscribe }) => {
        storage.holds('R');
        subscribe(orders(session));
        subscribe(
          request({ url: 'https://elsewhere.example' }, undefined).pipe(withLogin(session)),
          '9ms ^ !',
        );
        expectRequests().toBe('R');
      },
      { attach: (options, { token }) => ({ ...options, url: `${options.url}?key=${token}` }) },
    ));

  test('a user grants, refuses, closes and is away', () =>
    sessionMarbles(
      ({ session, backend, user, at, expectPrompts, expectObservable, expectEvents }) => {
        backend.silentLogin.always('50ms p');
        user.refuse('400ms').close('1s').grant().away();
        expectPrompts().toBe('         60ms p 399ms . 599ms p 999ms . 999ms p 999ms . 939ms p', {
          p: 'phoneNumber',
        });
        expectObservable(session.login()).toBe('             460ms #', {}, 'auth-denied');
        expectObservable(session.login(), '1s ^').toBe('2060ms #', {}, 'auth-cancelled');
        expectObservable(session.login(), '3s ^').toBe('4120ms (A|)');
        at('4900ms', () => void session.logout());
        expectObservable(session.login(), '4940ms ^').toBe('');
        expectEvents().inOrder('spfspfspyosp', {
          f: ({ type }: { type: string }) => type === 'login-failure',
        });
      },
      { until: '10s' },
    ));

  test('a user who leaves the page, and comes back to the same prompt', () =>
    sessionMarbles(({ session, backend, user, at, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.grant('10s');
      at('5s', user.leave);
      at('7s', () => void user.grant('2s'));
      expectPrompts().toBe('60ms p 6939ms p 1999ms .');
      expectObservable(session.login()).toBe('9060ms (A|)');
    }));

  test('a user who comes back before the answer was due, and takes the time to think anew', () =>
    sessionMarbles(({ session, backend, user, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.grant('10s');
      at('5s', user.leave);
      at('7s', () => void user.grant('9s'));
      expectObservable(session.login()).toBe('16060ms (A|)');
    }));

  test('a user does nothing to a prompt that is gone', () =>
    sessionMarbles(({ session, backend, user, at, expectObservable, recording }) => {
      backend.silentLogin('50ms p');
      user.grant('1s').close('3s');
      at('500ms', () => void session.logout());
      expectObservable(session.login()).toBe('500ms #', {}, 'logged-out');
      const again = session.login({ mode: 'forceAuth' });
      expectObservable(again, '900ms ^').toBe('3900ms #', {}, 'auth-cancelled');
      at('5s', () => {
        const { marks } = recording().lanes[0];
        expect(marks).toMatchObject([{ at: 3900, label: 'close' }]);
      });
    }));

  test('background, foreground, clock jumps, expiry and logout stand on the same time line', () =>
    sessionMarbles(
      ({ session, app, perform, at, backend, wx, expectSession, expectObservable, expectCalls }) => {
        wx.login(['1s #', '10ms a', '10ms b'], { '#': { errMsg: 'login:fail interrupted' } });
        backend.logout('50ms |');
        // prettier-ignore
        const actions = { b: app.background, f: app.foreground, x: app.expire, o: app.logout };
        perform('                                                500ms b 9499ms f 9999ms x', actions);
        expectObservable(session.login()).toBe('                 10060ms (A|)');
        expectSession(session).toBe(
          '                            (ns) 10056ms A 9939ms a 999ms s 59ms B 38940ms b 8999ms n',
        );
        expectCalls(wx.login).toBe('                             x 9999ms x 10999ms x');
        expectObservable(session.login(), '21s ^').toBe('        21060ms (B|)');
        at('1m', () => app.jump('1h'));
        at('60001ms', () => expect(session.snapshot.status).toBe('expired'));
        at('69001ms', app.logout);
        expectCalls(backend.logout).toBe('69001ms B');
      },
      { credentials: { B: { expiresAt: 1_800_000 } } },
    ));

  test('Date.now and Math.random belong to the scenario, and are given back', () => {
    const { random } = Math;
    const { now } = Date;
    sessionMarbles(
      ({ backend, session, app, at, expectObservable }) => {
        backend.silentLogin(['50ms #', '50ms #', '50ms A']);
        at('5s', () => expect(Date.now()).toBe(5000));
        at('5s', () => app.jump('1m'));
        at('6s', () => expect(Date.now()).toBe(66000));
        // 60 + 150 + 60 + 600 + 60
        expectObservable(session.login()).toBe('930ms (A|)');
      },
      { random: [0.5, 1] },
    );
    expect([Math.random, Date.now]).toEqual([random, now]);
    expect(Date.now()).toBeGreaterThan(1e12);
  });

  test('stores, backends and sessions of your own', () =>
    sessionMarbles(
      ({ session, otherSession, resources, storage, expectSession, expectObservable }) => {
        resources.at('/wx/login', '5ms t', { t: { data: { token: 'A' } } });
        const club = otherSession({ source: 'club', store: null });
        expectSession(club).toBe('                (ns) 11ms A');
        expectObservable(club.login()).toBe('     15ms (A|)');
        expectObservable(session.login()).toBe('  45ms (A|)');
        expect(storage.keys()).toEqual([]);
      },
      {
        backend: (platform): LoginBackend => ({
          silentLogin: () =>
            request<{ token: string }>({ url: 'https://api.example.com/wx/login' }, platform).pipe(
              map(({ data }) => ({ credential: data })),
            ),
          login: () => EMPTY,
        }),
        store: {
          read: () => promised(timer(30)).then(() => undefined),
          write: () => undefined,
          remove: () => undefined,
        },
      },
    ));

  test('storage holds a record for each source', () =>
    sessionMarbles(({ session, otherSession, storage, expectSession }) => {
      storage.holds('R');
      storage.holds('Q', 'club');
      expectSession(session).toBe('R');
      expectSession(otherSession({ source: 'club' })).toBe('Q');
    }));

  for (const pace of PACES) {
    test(`the order is the same on each pace: ${pace}`, () =>
      sessionMarbles(
        ({ session, wx, backend, expectSession, expectCalls, expectObservable }) => {
          wx.login('10ms (cd)');
          backend.silentLogin('50ms p');
          expectSession(session).inOrder('nse', { e: 'anonymous' });
          expectCalls().inOrder('xxc');
          expectCalls(wx.login, backend.silentLogin).times(2);
          expectObservable(session.login({ mode: 'silent' })).inOrder('#', {}, 'interaction-required');
        },
        { pace },
      ));
  }
});

describe('what is not so fails, and shows where', () => {
  const wrong = (expecting: (scenario: Scenario) => void) =>
    failureOf((scenario) => {
      scenario.backend.silentLogin('50ms p');
      scenario.user.grant('1s');
      scenario.expectObservable(orders(scenario.session)).toBe('1140ms (A|)');
      expecting(scenario);
    });

  const CASES: readonly (readonly [string, (scenario: Scenario) => void, string])[] = [
    [
      'expectSession',
      ({ session, expectSession }) => expectSession(session).toBe('(ns) 56ms A'),
      text(
        'session$: not as expected at 60ms',
        '',
        '  expected  (ns) 56ms A',
        '  actual    (ns) 56ms i 1059ms A    i = interactive',
        '                      ^',
      ),
    ],
    [
      'expectSession, which takes no notice of what comes earlier or later',
      ({ session, expectSession }) => expectSession(session).toBe('(ns) 56ms i 1000ms A'),
      text(
        'session$: not as expected at 1061ms',
        '',
        '  expected  (ns) 56ms i 1s A',
        '  actual    (ns) 56ms i 1s - 58ms A',
        '                           ^',
      ),
    ],
    [
      'expectSession, where something comes earlier than what is expected',
      ({ session, expectSession }) => expectSession(session).toBe('n 99ms A'),
      text(
        'session$: not as expected at 0ms',
        '',
        '  expected  n--- 56ms - 39ms A',
        '  actual    (ns) 56ms i 39ms - 1019ms A    s = silent, i = interactive',
        '            ^',
      ),
    ],
    [
      'expectPrompts',
      ({ expectPrompts }) => expectPrompts().toBe('60ms u 999ms .', { u: 'userInfo' }),
      text(
        'prompt$: not as expected at 60ms',
        '',
        '  expected  60ms u 999ms .    u = userInfo',
        '  actual    60ms p 999ms .    p = phoneNumber',
        '                 ^',
      ),
    ],
    [
      'expectCalls',
      ({ wx, expectCalls }) => expectCalls(wx.login).toBe('x'),
      text(
        'wx.login: not as expected at 1060ms',
        '',
        '  expected  x',
        '  actual    x 1059ms x',
        '                     ^',
      ),
    ],
    [
      'expectCalls, as to what they were made with',
      ({ backend, expectCalls }) =>
        expectCalls(backend.login).toBe('1070ms b', { b: { authorization: { code: 'another' } } }),
      text(
        'backend.login: not as expected at 1070ms',
        '',
        '  expected  1070ms b    b = {"authorization":{"code":"another"}}',
        '  actual    1070ms 1    1 = backend.login {"source":"shop","method":"phoneNumber","authorization":{"code":"phone-code"},"code":"b"}',
        '                   ^',
      ),
    ],
    [
      'expectCalls, as to how often',
      ({ wx, expectCalls }) => expectCalls(wx.login).times(1),
      text('wx.login: expected 1 times, but it was 2:', '  at 0ms  wx.login', '  at 1060ms  wx.login'),
    ],
    [
      'expectRequests',
      ({ expectRequests }) => expectRequests().toBe('1120ms n'),
      text(
        'requests: not as expected at 1120ms',
        '',
        '  expected  1120ms n',
        '  actual    1120ms A',
        '                   ^',
      ),
    ],
    [
      'expectEvents',
      ({ expectEvents }) => expectEvents().inOrder('spf'),
      text(
        'event$: not as expected at step 3',
        '',
        '  expected  spf',
        '  actual    spy    y = login-success',
        '              ^',
      ),
    ],
    [
      'expectObservable',
      ({ session, expectObservable }) =>
        expectObservable(session.login()).toBe('1120ms #', {}, 'auth-denied'),
      text(
        'stream 2: not as expected at 1120ms',
        '',
        '  expected  1120ms #    # = auth-denied',
        '  actual    1120ms (A|)',
        '                   ^',
      ),
    ],
    [
      'nothing',
      ({ wx, expectCalls }) => expectCalls(wx.checkSession).toBe('5ms x'),
      text(
        'wx.checkSession: not as expected at 5ms',
        '',
        '  expected  -----x',
        '  actual    (nothing)',
        '                 ^',
      ),
    ],
    [
      'nothing of a stream that is still open',
      ({ expectObservable }) => expectObservable(NEVER).toBe('5ms x'),
      text(
        'stream 2: not as expected at 5ms',
        '',
        '  expected  -----x',
        '  actual    (nothing)',
        '                 ^',
        '(perhaps because promises, setTimeout and the timers of a second copy of rxjs are not virtual)',
      ),
    ],
    [
      'nothing, though something was looked at',
      ({ expectObservable }) => void expectObservable(of(1)),
      'stream 2: say what is expected, with toBe(…)',
    ],
  ];
  test.each(CASES)('%s', (_, expecting, message) => {
    expect(wrong(expecting)).toBe(message);
  });

  test('of a long stream, what lies around the difference', () => {
    const told = wrong(({ expectObservable }) => {
      const many = interval(1).pipe(
        take(2000),
        map(() => 'a'),
      );
      expectObservable(many).toBe(`-${'a'.repeat(1000)}b`);
    });
    const around = `… ${'a'.repeat(300)}`;
    expect(told).toBe(
      text(
        'stream 2: not as expected at 1001ms',
        '',
        `  expected  ${around}b`,
        `  actual    ${around}${'a'.repeat(300)} …`,
        `            ${' '.repeat(302)}^`,
      ),
    );
  });

  test('of a large group, what lies around the difference', () => {
    const told = wrong(({ expectObservable }) =>
      expectObservable(from('a'.repeat(900))).toBe(`(${'a'.repeat(800)}b${'a'.repeat(99)}|)`),
    );
    const [, , expected, actual] = told.split('\n');
    expect(expected).toContain('ab');
    expect(actual).not.toContain('ab');
  });

  test('all that is wrong is told at once', () => {
    const told = wrong(({ wx, expectCalls, expectRequests }) => {
      expectCalls(wx.login).toBe('');
      expectRequests().toBe('');
    });
    expect(told.match(/not as expected/g)).toHaveLength(2);
  });

  test('the error points to the line of the test', () => {
    const stackOf = (run: (scenario: Scenario) => void) => {
      try {
        return sessionMarbles(run);
      } catch (error) {
        return String((error as Error).stack);
      }
    };
    const wrongly = stackOf(({ expectRequests }) => expectRequests().toBe('A'));
    expect(wrongly).toMatch(/^Error: requests: not as expected[^]*\^\n +at [^\n]*kit\.spec\.ts/);
    const unsaid = stackOf(({ expectRequests }) => void expectRequests());
    expect(unsaid).toMatch(/^Error: requests: say what[^\n]*\n +at [^\n]*kit\.spec\.ts/);
  });

  test('what a test framework throws in the middle comes out as it is', () => {
    const told = failureOf(({ at, now }) => at('5ms', () => expect(now()).toBe(6)));
    expect(told).toMatch(/Expected.*6[^]*Received.*5/);
  });

  describe('an error that nobody takes', () => {
    test('fails the scenario, as it is', () => {
      const boom = new Error('boom');
      let told: unknown;
      try {
        sessionMarbles(() => void throwError(() => boom).subscribe());
      } catch (error) {
        told = error;
      }
      expect(told).toBe(boom);
    });

    test('does not end it: what is not as expected is told beside it', () => {
      const told = failureOf(({ session, wx, at, app, expectSession }) => {
        wx.login('10ms a');
        session.login({ mode: 'force' }).subscribe();
        at('1s', () => session.login({ mode: 'force' }).subscribe());
        at('30s', app.logout);
        expectSession(session).toBe('s 59ms A');
      });
      expect(told.split('\n\n').slice(0, 3)).toEqual([
        'wx.login took over 10000 ms',
        'wx.login was called for the 2nd time at 1000ms, but 1 outcome is scripted',
        'session$: not as expected at 1000ms',
      ]);
      expect(told).toMatch(/actual .* n .*n = anonymous/);
    });

    test('is the own one of an app that has a way to be told', () => {
      const heard: unknown[] = [];
      rxjsConfig.onUnhandledError = (error) => heard.push(error);
      try {
        sessionMarbles(() => throwError(() => 'boom').subscribe());
      } finally {
        rxjsConfig.onUnhandledError = null;
      }
      expect(heard).toEqual(['boom']);
    });

    test('points to its own line, whatever it is', () => {
      const stackOf = (thrown: unknown) => {
        try {
          return sessionMarbles(({ expectRequests }) => {
            expectRequests().toBe('A');
            throwError(() => thrown).subscribe();
          });
        } catch (error) {
          return String((error as Error).stack);
        }
      };
      expect(stackOf(new Error('boom'))).toMatch(
        /^Error: boom\n\nrequests: not[^]*\^\n +at [^\n]*kit\.spec\.ts/,
      );
      expect(stackOf('boom')).toMatch(/^Error: boom\n\nrequests: not/);
      expect(stackOf(undefined)).toMatch(/^Error: undefined\n\nrequests: not/);
    });
  });

  test('an async body: what it expects after an await would be looked at by nobody', () => {
    const body = async ({ session, expectObservable }: Scenario) => {
      await Promise.resolve();
      expectObservable(session.login()).toBe('nonsense');
    };
    expect(failureOf(body as (scenario: Scenario) => void)).toMatch(/must not be async/);
  });

  test('what is to come at a time that is over', () => {
    const told = failureOf(({ at }) => at('2s', () => at('1999ms', () => undefined)));
    expect(told).toMatch('1999ms is over: it is 2000ms');
  });

  test('what is expected when all is over', () => {
    let scenario: Scenario | undefined;
    sessionMarbles((it) => {
      scenario = it;
    });
    expect(() => scenario?.expectRequests().toBe('nonsense')).toThrow('the scenario is over');
  });

  test('nobody looked at a prompt, so that none was seen', () => {
    const unseen = /the scripted user was asked, but does not look: script them, with user.away/;
    const asked = ({ session, backend, expectPrompts, expectObservable }: Scenario) => {
      backend.silentLogin('50ms p');
      expectObservable(session.login()).inOrder('#', undefined, 'prompt-unhandled');
      expectPrompts().toBe('');
    };
    expect(failureOf(asked)).toMatch(unseen);
    expect(
      failureOf((scenario) => {
        scenario.user.away();
        asked(scenario);
      }),
    ).not.toMatch(unseen);
    sessionMarbles(({ session, expectPrompts, expectObservable }) => {
      expectObservable(session.login()).inOrder('(A|)');
      expectPrompts().toBe('');
    });
  });

  const denied = sessionError('auth-denied', 'no');
  const NEARLY: readonly (readonly [string, string, (scenario: Scenario) => void])[] = [
    [
      'an error with the message, but another code',
      'stream 1',
      ({ expectObservable }) => expectObservable(throwError(() => denied)).toBe('#', undefined, 'no'),
    ],
    [
      'an error with another message',
      'stream 1',
      ({ expectObservable }) =>
        expectObservable(throwError(() => new Error('no'))).toBe('#', undefined, 'yes'),
    ],
    [
      'an end where a value is wanted, whatever it is',
      'stream 1',
      ({ expectObservable }) => expectObservable(EMPTY).toBe('x', { x: undefined }),
    ],
    [
      'an error where an end is wanted',
      'stream 1',
      ({ expectObservable }) => expectObservable(throwError(() => denied)).toBe('|'),
    ],
    [
      'an end where an error is wanted',
      'stream 1',
      ({ expectObservable }) => expectObservable(EMPTY).toBe('#'),
    ],
    [
      'a value where an error is wanted',
      'stream 1',
      ({ expectObservable }) => expectObservable(of('a')).toBe('(#|)'),
    ],
    [
      'a text where an object is wanted, whatever is in it',
      'stream 1',
      ({ expectObservable }) => expectObservable(of('a')).toBe('(x|)', { x: {} }),
    ],
    [
      'an object where a number is wanted',
      'stream 1',
      ({ expectObservable }) => expectObservable(of({})).toBe('(x|)', { x: 1 }),
    ],
    [
      'a value that a function says no to',
      'stream 1',
      ({ expectObservable }) =>
        expectObservable(of('a')).toBe('(x|)', { x: (value: unknown) => value === 'b' }),
    ],
    [
      'a value that a matcher says no to',
      'stream 1',
      ({ expectObservable }) =>
        expectObservable(of('a')).toBe('(x|)', { x: expect.stringContaining('b') as unknown }),
    ],
    [
      'the data, of another status',
      'stream 1',
      ({ expectObservable }) => expectObservable(of({ statusCode: 503, data: 'A' })).toBe('(A|)'),
    ],
    [
      'the state, with an error',
      'session$',
      ({ session, backend, subscribe, expectSession }) => {
        backend.silentLogin('50ms f', { f: failure({ statusCode: 403 }) });
        subscribe(session.login().pipe(catchError(() => EMPTY)));
        expectSession(session).toBe('(ns) 56ms n');
      },
    ],
    [
      'the value, at another time',
      'stream 1',
      ({ expectObservable }) => expectObservable(timer(10).pipe(map(() => 'a'))).inPace('20ms (a|)'),
    ],
    [
      'all that is expected, and somebody left who waits',
      'the scenario never settles',
      ({ subscribe }) => subscribe(NEVER),
    ],
    [
      'all that is expected, and a login left that waits',
      'the scenario never settles',
      ({ session, backend, user }) => {
        backend.silentLogin('50ms p');
        user.away();
        session.login().subscribe();
      },
    ],
  ];
  test.each(NEARLY)('as little as %s', (_, message, run) => {
    expect(failureOf(run).slice(0, message.length)).toBe(message);
  });

  test('what no field tells', () => {
    const bytes = (byte: number) => Uint8Array.of(byte).buffer;
    /** One of rxjs's own, whose stack is a field. */
    const emptyError = (): unknown => {
      let thrown: unknown;
      EMPTY.pipe(throwIfEmpty()).subscribe({ error: (error: unknown) => (thrown = error) });
      return thrown;
    };
    for (const [actual, same, other] of [
      [new TypeError('no'), new TypeError('no'), new TypeError('yes')],
      [new TypeError('no'), /^no$/, /yes/],
      ['no', /^no$/, /yes/],
      [new Date(1), new Date(1), new Date(2)],
      [new Map([[1, 'a']]), new Map([[1, 'a']]), new Map([[1, 'b']])],
      [new Map([[1, 'a']]), new Map([[1, 'a']]), new Set([[1, 'a']])],
      [new Set([1]), new Set([1]), new Set([2])],
      [bytes(1), bytes(1), bytes(2)],
      [Uint8Array.of(1, 2), Uint8Array.of(1, 2), Uint8Array.of(1)],
      [new DataView(bytes(1)), new DataView(bytes(1)), new DataView(bytes(2))],
      [new AggregateError([1], 'no'), new AggregateError([1], 'no'), new AggregateError([2], 'no')],
      [new Error('no', { cause: 1 }), new Error('no'), new Error('no', { cause: 2 })],
      [emptyError(), emptyError(), /nothing/],
      ['no, no', /no/g, /yes/g],
      [{ message: 'no' }, { message: /^no$/ }, { absent: /undefined/ }],
      [{ message: 'no' }, /^no$/, /object/],
      [runInNewContext('new TypeError("no")') as unknown, /^no$/, new TypeError('yes')],
      [401, /^4/, /^5/],
      [[1], [1], new Set([1])],
    ]) {
      const is = (wanted: unknown) =>
        failureOf(({ expectObservable }) => {
          expectObservable(throwError(() => actual)).toBe('#', undefined, wanted);
          expectObservable(of({ actual })).toBe('(x|)', { x: { actual: wanted } });
        });
      expect(is(same)).toBe('');
      expect(is(other).match(/not as expected/g)).toHaveLength(2);
    }
  });

  test('letters that stand for nothing, and times that are none', () => {
    expect(failureOf(({ backend }) => backend.silentLogin('50ms q'))).toMatch(/what "q" stands for/);
    expect(failureOf(({ resources }) => resources('50ms q'))).toMatch(/what "q" stands for/);
    expect(failureOf(({ perform }) => perform('50ms q', {}))).toMatch(/what "q" stands for/);
    expect(failureOf(({ at }) => at('soon', () => undefined))).toMatch(/"soon" is no time/);
    for (const time of [NaN, -1, Infinity])
      expect(failureOf(({ at }) => at(time, () => undefined))).toMatch(`"${time}" is no time`);
    expect(failureOf(({ subscribe }) => subscribe(NEVER, '10ms'))).toMatch('write "10ms ^"');
  });
});

describe('a call that was not scripted', () => {
  test('beyond the last outcome: fails, and says which one', () => {
    const told = failureOf(({ backend, session, expectObservable }) => {
      backend.silentLogin('50ms #');
      expectObservable(session.login()).toBe('15070ms #');
    });
    expect(told).toBe('backend.silentLogin was called for the 2nd time at 70ms, but 1 outcome is scripted');
  });

  test.each(['1st', '2nd', '3rd', '4th', '10th', '11th', '12th', '13th', '14th', '21st', '22nd', '111th'])(
    'the %s',
    (which) => {
      const count = parseInt(which, 10) - 1;
      const told = failureOf(({ wx, session, at }) => {
        wx.login(Array.from({ length: count }, () => '#'));
        for (let call = 0; call <= count; call++)
          at(call * 1000, () => void session.login().subscribe({ error: () => undefined }));
      });
      expect(told).toMatch(
        `wx.login was called for the ${which} time at ${count * 1000}ms, but ${count} outcome`,
      );
    },
  );

  test('that must not come at all', () => {
    const told = failureOf(({ wx, session, subscribe }) => {
      wx.login([]);
      subscribe(session.login());
    });
    expect(told).toBe('wx.login was called for the 1st time at 0ms, but 0 outcomes are scripted');
  });

  test('a prompt that the user has no answer to', () => {
    const told = failureOf(
      ({ backend, session, user, subscribe }) => {
        backend.silentLogin('50ms p');
        backend.login('50ms n');
        user.grant();
        subscribe(session.login());
      },
      { timeouts: { prompt: 1500 } },
    );
    expect(told).toBe('the user was asked for avatarNickname at 1120ms, but has no more answers: 1 scripted');
  });
});

describe('a scenario that never settles', () => {
  const hint = "(where that is what it is about, end it: sessionMarbles(…, { until: '1m' }))";

  test('says that it waits for the user', () => {
    const scenario = ({ backend, session, user, subscribe }: Scenario) => {
      backend.silentLogin('50ms p');
      user.away();
      subscribe(session.login());
    };
    expect(failureOf(scenario)).toBe(
      text(
        'the scenario never settles; at 60ms it still waits for',
        '  - the user, who was asked for phoneNumber',
        '  - the end of subscribe 1, subscribed to at 0ms',
        hint,
      ),
    );
    expect(failureOf(scenario, { until: '1h' })).toBe('');
  });

  test('says that it waits for an answer, and for the app to be shown', () => {
    const told = failureOf(({ wx, app, at, session, subscribe }) => {
      wx.login('-');
      at('1s', app.background);
      subscribe(session.login());
    });
    expect(told).toBe(
      text(
        'the scenario never settles; at 1000ms it still waits for',
        '  - the app, which is in the background',
        '  - the answer to wx.login (x), called at 0ms',
        '  - the end of subscribe 1, subscribed to at 0ms',
        hint,
      ),
    );
  });

  for (const [title, endless] of [
    ['a poller', () => interval(30_000)],
    ['a loop without a pause', () => interval(0)],
  ] as const) {
    test(`comes to an end all the same: ${title}`, () => {
      const told = failureOf(({ subscribe }) => subscribe(endless()));
      expect(told).toMatch(/never settles[^]*- timers that go on for ever\n {2}- the end of subscribe 1/);
    });
  }

  test('a poller may be left, and the scenario may be ended', () => {
    expect(failureOf(({ subscribe }) => subscribe(interval(30_000), '^ 5m !'))).toBe('');
    const told = failureOf(({ subscribe }) => subscribe(interval(30_000)), { until: '5m' });
    expect(told).toBe('');
  });

  test('nothing of it is left for the next one', () => {
    failureOf(({ at }) => at('1s', () => void NEVER.subscribe()));
    failureOf(({ subscribe }) => subscribe(interval(0)));
    expect(
      failureOf(({ session, expectObservable }) => expectObservable(session.login()).toBe('60ms (A|)')),
    ).toBe('');
  });
});

test('a letter may stand for a failure, a credential, a reply', () =>
  sessionMarbles(({ session, backend, expectObservable, expectSession }) => {
    backend.silentLogin(['50ms f', '50ms V', of({ credential: { token: 'W' } })], {
      f: failure({ statusCode: 403 }),
      V: { token: 'long-token', userId: 'ann' },
    });
    expectObservable(session.login()).toBe('60ms #', {}, 'login-rejected');
    expectObservable(session.login(), '1s ^').toBe('1060ms (V|)', { V: { userId: 'ann' } });
    expectObservable(session.login({ mode: 'force' }), '2s ^').toBe('2010ms (W|)');
    expectSession(session).toBe('(ns) 56ms e 939ms s 59ms V 939ms s 9ms W', {
      e: 'anonymous !login-rejected',
    });
  }));

describe('the recording', () => {
  /** The recordings that are told of while something runs. */
  function recorded(work: () => void): readonly Recording[] {
    const all: Recording[] = [];
    const stop = onRecording((recording) => void all.push(recording));
    work();
    stop();
    return all;
  }

  const login = ({ session, backend, user, subscribe, app, at }: Scenario) => {
    backend.silentLogin('50ms p');
    user.grant('1s');
    subscribe(orders(session));
    at('2s', app.expire);
  };

  test('is plain data: lanes of marks at virtual times', () => {
    const [recording] = recorded(() => sessionMarbles(login, { title: 'a login' }));
    expect(JSON.parse(JSON.stringify(recording))).toEqual(recording);
    expect({ ...recording, lanes: [] }).toEqual({ title: 'a login', pace: 'timed', end: 2000, lanes: [] });
    const lanes = Object.fromEntries(recording.lanes.map(({ name, marks }) => [name, marks]));
    expect(Object.keys(lanes)).toEqual([
      ...['app', 'user', 'prompt$', 'storage.read', 'wx.login', 'storage.write', 'storage.remove'],
      ...['backend.silentLogin', 'backend.login', 'request', 'session$', 'event$', 'subscribe 1'],
    ]);
    expect(lanes.app).toEqual([{ at: 2000, label: 'expire', text: 'expire' }]);
    expect(lanes.user).toEqual([{ at: 1060, label: 'grant', text: 'grant' }]);
    expect(lanes['prompt$']).toEqual([{ at: 60, end: 1060, label: 'p', text: 'phoneNumber' }]);
    expect(lanes['wx.login']).toMatchObject([
      { at: 0, end: 10, label: 'x', result: 'answered', answer: 'a' },
      { at: 1060, end: 1070, answer: 'b' },
    ]);
    expect(lanes['backend.login']).toMatchObject([
      { at: 1070, end: 1120, label: 'b', answer: 'A', credential: 'A' },
    ]);
    expect(lanes.request).toMatchObject([
      { at: 1120, end: 1140, label: 'A', credential: 'A', answer: '200' },
    ]);
    expect(lanes['session$'].map(({ at, label }) => `${at} ${label}`)).toEqual([
      ...['0 n', '0 s', '60 i', '1120 A', '2000 a'],
    ]);
    expect(lanes['session$'].slice(-1)).toMatchObject([{ text: 'expired A', credential: 'A' }]);
  });

  test('tells of a failed scenario why it failed', () => {
    const [{ failure: why }] = recorded(() => failureOf(({ expectRequests }) => expectRequests().toBe('A')));
    expect(why).toMatch(/^requests: not as expected/);
  });

  test('holds no token that has a letter', () => {
    const [recording] = recorded(() =>
      sessionMarbles(login, { credentials: { A: { token: 'secret-token' } } }),
    );
    expect(recording.lanes.find(({ name }) => name === 'request')?.marks[0].label).toBe('A');
    expect(JSON.stringify(recording)).not.toContain('secret-token');
  });
});

test('two hundred scenarios take less than five seconds', () => {
  const started = process.cpuUsage();
  for (let run = 0; run < 200; run++) {
    sessionMarbles(({ session, backend, user, expectObservable, expectSession, expectRequests }) => {
      backend.silentLogin(['50ms #', '50ms p']);
      user.grant('1s');
      expectObservable(merge(...Array.from({ length: 20 }, () => orders(session)))).toBe(
        `1200ms (${'A'.repeat(20)}|)`,
      );
      expectSession(session).toBe('(ns) 116ms i 1059ms A');
      expectRequests().toBe(`1180ms (${'A'.repeat(20)})`);
    });
  }
  const { user: own, system } = process.cpuUsage(started);
  const taken = (own + system) / 1000;
  process.stdout.write(`200 scenarios: ${Math.round(taken)} ms of this process\n`);
  expect(taken).toBeLessThan(5000);
});
