import { filter, map, tap } from 'rxjs';
import type { AuthPrompt } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { claiming } from './support/privacy';
import { phone } from './support/props';
import { idleUi, numbering } from './support/shown';

const byPhone = { authorization: { code: 'phone-code' } };

describe('one prompt at a time', () => {
  for (const pace of PACES)
    test(`P1: two logins share one prompt; prompt$ is null before and after; ${pace}`, () =>
      sessionMarbles(
        ({ session, backend, user, expectObservable }) => {
          backend.silentLogin('50ms p');
          user.grant('1s');

          expectObservable(numbering()(session)).inPace('. 59ms 1 999ms .');
          expectObservable(session.login()).inPace('1120ms           (A|)');
          expectObservable(session.login()).inPace('1120ms           (A|)');
        },
        { pace },
      ));

  test('P1: a late subscriber is given the open prompt, and null once it is answered', () =>
    sessionMarbles(({ session, backend, user, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.grant('1s');
      const told = numbering();

      expectObservable(told(session)).toBe('               . 59ms 1 999ms .');
      expectObservable(told(session), '500ms  ^').toBe('500ms   1 559ms .');
      expectObservable(told(session), '1062ms ^').toBe('1062ms           .');
      expectObservable(session.login()).toBe('             1120ms           (A|)');
    }));

  test('P1: a subscriber that answers inside its own handler leaves nothing answered to the next one', () =>
    sessionMarbles(({ session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      at(0, () => session.prompt$.subscribe((prompt) => prompt?.answer(phone)));

      expectObservable(numbering()(session)).toBe('.');
      expectObservable(session.login()).toBe('120ms (A|)');
    }));

  test('P1 P9: of two steps the second prompt opens only when the first is gone', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      backend.login(['50ms n', '50ms A']);
      user.grant('1s').grant('1s');

      expectPrompts().toBe('                        60ms p 999ms . 59ms n 999ms .');
      expectObservable(numbering()(session)).toBe('. 59ms 1 999ms . 59ms 2 999ms .');
      expectObservable(session.login()).toBe('     2180ms                          (A|)');
    }));

  test('P1: the ids of a session’s prompts count from 1', () =>
    sessionMarbles(({ session, backend, user, subscribe, expectObservable }) => {
      backend.silentLogin('50ms p');
      backend.login(['50ms n', '50ms A']);
      user.grant('1s').grant('1s');
      const ids = session.prompt$.pipe(map((prompt) => prompt && prompt.id));

      expectObservable(ids).toBe('. 59ms a 999ms . 59ms b 999ms .', { '.': null, a: 1, b: 2 });
      subscribe(session.login());
    }));

  test('P1 C3: prompt$ completes with dispose, after null where a prompt was open', () =>
    sessionMarbles(({ session, backend, user, app, at, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.away();
      at('500ms', app.dispose);

      expectPrompts().toBe('                   60ms p 439ms (.|)');
      expectObservable(session.login()).toBe('500ms         #', {}, 'disposed');
    }));
});

describe('an answer', () => {
  const other = { ...phone, code: 'other-code' };

  for (const pace of PACES)
    test(`P2: counts once; ${pace}`, () =>
      sessionMarbles(
        ({ session, backend, at, expectCalls, expectObservable }) => {
          backend.silentLogin('50ms p');
          const seen = idleUi(session);
          at('500ms', () => {
            seen[0].answer(phone);
            seen[0].answer(other);
            seen[0].cancel();
          });
          at('2s', () => seen[0].answer(other));

          expectCalls(backend.login).inPace('       510ms b', { b: byPhone });
          expectObservable(session.login()).inPace('560ms   (A|)');
        },
        { pace },
      ));

  test('P2: an answer after a cancel does nothing', () =>
    sessionMarbles(({ session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      backend.login([]);
      const seen = idleUi(session);
      at('500ms', () => {
        seen[0].cancel();
        seen[0].answer(phone);
      });

      expectObservable(session.login()).toBe('500ms #', {}, 'auth-cancelled');
    }));

  const ENDINGS: readonly {
    readonly title: string;
    readonly config?: MarblesConfig;
    readonly end?: (scenario: Scenario) => void;
    readonly when?: string;
    readonly prompts: string;
    readonly marbles: string;
    readonly code?: string;
  }[] = [
    {
      title: 'logout',
      end: ({ app }) => app.logout(),
      prompts: '. 59ms 1 4939ms .',
      marbles: '5s #',
      code: 'logged-out',
    },
    {
      title: 'the time-out',
      config: { timeouts: { prompt: 5000 } },
      prompts: '. 59ms 1 4999ms .',
      marbles: '5060ms #',
      code: 'login-timeout',
    },
    {
      title: 'the withdrawal',
      when: '^ 4999ms !',
      prompts: '. 59ms 1 4939ms .',
      marbles: '',
    },
    {
      title: 'dispose',
      end: ({ app }) => app.dispose(),
      prompts: '. 59ms 1 4939ms (.|)',
      marbles: '5s #',
      code: 'disposed',
    },
  ];
  for (const { title, config, end, when, prompts, marbles, code } of ENDINGS)
    test(`P2: after ${title} does nothing, and prompt$ is null`, () =>
      sessionMarbles((scenario) => {
        const { session, wx, backend, at, expectCalls, expectObservable } = scenario;
        backend.silentLogin('50ms p');
        backend.login([]);
        const seen = idleUi(session);
        at('5s', () => end?.(scenario));
        at('6s', () => {
          seen[0].answer(phone);
          seen[0].cancel();
        });

        expectObservable(numbering()(session)).toBe(prompts);
        expectObservable(session.login(), when).toBe(marbles, {}, code);
        expectCalls(wx.login).toBe('x');
        at('1m', () => expect(session.credential).toBeUndefined());
      }, config));

  for (const code of ['logged-out', 'disposed'] as const)
    test(`P2: a cancel by the UI that is just told that its prompt is gone does nothing: the login is ${code}`, () =>
      sessionMarbles(({ session, backend, app, at, subscribe, expectObservable }) => {
        backend.silentLogin('50ms p');
        let shown: AuthPrompt | null = null;
        const cancelling = tap((prompt: AuthPrompt | null) => {
          if (!prompt) shown?.cancel();
          shown = prompt;
        });
        subscribe(session.prompt$.pipe(cancelling), '^ 10s !');
        at('5s', code === 'disposed' ? app.dispose : app.logout);

        expectObservable(session.login()).toBe('5s #', {}, code);
      }));

  test('P2: to a prompt of an earlier login does not answer the one that is open', () =>
    sessionMarbles(({ session, backend, user, at, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin.always('50ms p');
      user.close('1s').grant('1s');
      const seen = idleUi(session);
      at('2500ms', () => seen[0].answer({ ...phone, code: 'stale' }));

      expectObservable(session.login()).toBe('       1060ms        #', {}, 'auth-cancelled');
      expectObservable(session.login(), '2s ^').toBe('3120ms                        (A|)');
      expectPrompts().toBe('                         60ms p 999ms . 999ms p 999ms .');
      expectCalls(backend.login).toBe('              3070ms                        c', { c: byPhone });
    }));

  test('P2: without timeouts.prompt the user may take any time', () =>
    sessionMarbles(({ session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      const seen = idleUi(session);
      at('60m', () => seen[0].answer(phone));

      expectObservable(session.login()).toBe('60m 60ms (A|)');
    }));
});

describe('claim and release', () => {
  test('P1: the first UI that claims has it; released, prompt$ offers the same prompt again to be claimed', () =>
    sessionMarbles(({ session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      const offers: AuthPrompt[] = [];
      session.prompt$.pipe(filter(Boolean)).subscribe((prompt) => offers.push(prompt));
      at('500ms', () => {
        const [prompt] = offers;
        expect([prompt.claim(), prompt.claim()]).toEqual([true, false]);
        prompt.release();
        const [, again] = offers;
        expect([again.claim(), again.claim()]).toEqual([true, false]);
        again.answer(phone);
      });

      expectObservable(numbering()(session)).toBe('. 59ms 1 439ms (1.)');
      expectObservable(session.login()).toBe('560ms           (A|)');
      at('1s', () => expect(offers).toHaveLength(2));
    }));

  test('P1 P2: an answered prompt can neither be claimed nor be offered again', () =>
    sessionMarbles(({ session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      const seen = idleUi(session);
      at('500ms', () => {
        seen[0].claim();
        seen[0].answer(phone);
        seen[0].release();
        expect(seen[0].claim()).toBe(false);
      });

      expectObservable(numbering()(session)).toBe('. 59ms 1 439ms .');
      expectObservable(session.login()).toBe('560ms           (A|)');
    }));

  test('P1: who subscribes while a prompt is claimed sees it, but cannot claim it', () =>
    sessionMarbles(({ session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      const seen = idleUi(session);
      at('500ms', () => {
        seen[0].claim();
        const late = idleUi(session);
        expect(late.map((prompt) => prompt.claim())).toEqual([false]);
      });
      at('600ms', () => seen[0].cancel());

      expectObservable(session.login()).toBe('600ms #', {}, 'auth-cancelled');
    }));
});

describe('a prompt that nobody sees', () => {
  test('P3: fails the flight after 3 seconds, naming what to add', () =>
    sessionMarbles(({ session, backend, expectSession, expectObservable }) => {
      backend.silentLogin('50ms p');
      const unseen = {
        code: 'prompt-unhandled',
        message: expect.stringMatching(/session\.prompt\$.*auth-prompt.*promptByPage/) as string,
      };

      expectSession(session).toBe('           (ns) 56ms i 2999ms e', { e: 'anonymous !prompt-unhandled' });
      expectObservable(session.login()).toBe('3060ms              #', {}, unseen);
    }));

  test('P3: after promptGrace, where that is set; prompt$ is null then', () =>
    sessionMarbles(
      ({ session, backend, expectObservable }) => {
        backend.silentLogin('50ms p');

        expectObservable(session.login()).toBe('               160ms #', {}, 'prompt-unhandled');
        expectObservable(numbering()(session), '161ms ^').toBe('161ms  .');
      },
      { promptGrace: 100 },
    ));

  test('P3: a UI that comes within the grace is given the prompt, and time is no matter any more', () =>
    sessionMarbles(({ session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      at('3s', () => idleUi(session)[0].claim());
      at('30s', () => session.prompt$.subscribe((prompt) => prompt?.answer(phone)));

      expectObservable(session.login()).toBe('30060ms (A|)');
    }));

  test('P3: fails as well when the last UI goes away later, counted from then', () =>
    sessionMarbles(({ session, backend, expectObservable }) => {
      backend.silentLogin('50ms p');
      const [page, component] = [numbering()(session), numbering()(session)];

      expectObservable(page, '     ^  9999ms !').toBe('. 59ms 1');
      expectObservable(component, '^ 19999ms !').toBe('. 59ms 1');
      expectObservable(session.login()).toBe('23s #', {}, 'prompt-unhandled');
    }));

  test('P3: only one stretch counts: pages that follow one another within the grace each see the prompt', () =>
    sessionMarbles(({ session, backend, user, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      at('12s', () => void user.grant('1s'));
      const told = numbering();

      expectObservable(told(session), '    ^ 1999ms !').toBe('  . 59ms  1');
      expectObservable(told(session), ' 4s ^ 1999ms !').toBe('  4s      1');
      expectObservable(told(session), ' 8s ^ 1999ms !').toBe('  8s      1');
      expectObservable(told(session), '12s ^').toBe('           12s     1 999ms .');
      expectObservable(session.login()).toBe('                   13060ms         (A|)');
    }));

  test('P3: who claimed a prompt and left without a word keeps nobody from it, once no UI is left', () =>
    sessionMarbles(({ session, backend, expectObservable }) => {
      backend.silentLogin('50ms p');

      expectObservable(claiming(session), '    ^ 1999ms !').toBe('. 59ms P');
      expectObservable(claiming(session), ' 1s ^ 1999ms !').toBe('1s p');
      expectObservable(claiming(session), ' 4s ^ 999ms !').toBe('4s P');
      expectObservable(session.login()).toBe('8s #', {}, 'prompt-unhandled');
    }));

  test('P3: a UI that has left before the prompt is none, and its absence before it does not count', () =>
    sessionMarbles(({ session, backend, subscribe, expectSession, expectObservable }) => {
      backend.silentLogin('50ms p');
      subscribe(session.prompt$, '^ 99ms !');

      expectSession(session).toBe('                   n 9999ms s 59ms i 2999ms e', {
        e: 'anonymous !prompt-unhandled',
      });
      expectObservable(session.login(), '10s ^').toBe(
        '13060ms                     #',
        {},
        'prompt-unhandled',
      );
    }));

  test('P3 F6: the background does not count, where no page is shown anyway', () =>
    sessionMarbles(({ session, backend, user, app, at, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      user.away();
      at('1s', user.leave);
      at('1s', app.background);
      at('20s', app.foreground);
      at('20s', () => void user.grant('1s'));

      expectPrompts().toBe('                   60ms p 19939ms p 999ms .');
      expectObservable(session.login()).toBe('21060ms                 (A|)');
    }));

  test('P3: concerns each prompt of a flight', () =>
    sessionMarbles(({ session, backend, user, at, expectCalls, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p');
      backend.login('50ms n');
      user.grant('1s');
      at('1100ms', user.leave);

      expectPrompts().toBe('                   60ms p 999ms .');
      expectCalls(backend.login).toBe('        1070ms         b');
      expectObservable(session.login()).toBe('4120ms         #', {}, 'prompt-unhandled');
    }));
});
