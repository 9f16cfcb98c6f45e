import { concat, config as rxjsConfig, EMPTY, take } from 'rxjs';
import * as here from 'rx-weapp-session';
import type { AuthPrompt, AuthTips } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import { anotherCopy } from '../test/support/another-copy';
import { AGREED, claiming, EXPOSED, privacyOf, REFUSED } from './support/privacy';
import { ticket } from './support/props';
import { idleUi, numbering } from './support/shown';
import { slowStore } from './support/slow-store';

describe('WeChat’s privacy question', () => {
  test('P8: the privacy question is listened to at the first subscription to prompt$, once, and never with privacy: false', () => {
    const [privacy, without] = [privacyOf(), privacyOf()];
    sessionMarbles(
      ({ session, subscribe, at }) => {
        subscribe(session.login());
        at('1s', () => expect(privacy.listeners).toHaveLength(0));
        subscribe(session.prompt$, '2s ^ 1s !');
        subscribe(session.prompt$, '4s ^ 1s !');
        at('5s', () => expect(privacy.listeners).toHaveLength(1));
      },
      { wx: privacy.wx },
    );
    sessionMarbles(({ session, subscribe }) => subscribe(session.prompt$, '^ 1s !'), {
      wx: without.wx,
      privacy: false,
    });
    expect(without.listeners).toHaveLength(0);
  });

  test('P8: a base library without the privacy question asks nothing, and everything else works', () =>
    sessionMarbles(({ session, backend, user, expectPrompts, expectObservable }) => {
      backend.silentLogin('50ms p', ticket);
      user.grant('1s');

      expectPrompts().toBe('                    60ms p 999ms .');
      expectObservable(session.login()).toBe('1110ms        (A|)');
    }));

  test.each([0, undefined])(
    'P8: a platform whose api is no object, %p, asks nothing, and prompt$ goes on: only its logins fail, typed',
    (api) => {
      const { wx, listeners } = privacyOf();
      sessionMarbles(
        ({ otherSession, platform, expectObservable }) => {
          const session = otherSession({
            source: 'forum',
            platform: { ...platform, api: api as unknown as object },
          });

          expectObservable(claiming(session)).toBe('.');
          expectObservable(session.login()).toBe('  #', undefined, 'code-unavailable');
        },
        { wx },
      );
      expect(listeners).toHaveLength(0);
    },
  );

  test('P8: the privacy question becomes a prompt with the open-type, the texts and an event of its own', () => {
    const { wx, api$ } = privacyOf();
    sessionMarbles(
      ({ user, expectPrompts, expectEvents, expectObservable }) => {
        user.close('1s');

        expectPrompts().toBe('       v 999ms .', {
          v: { method: 'privacy', openType: 'agreePrivacyAuthorization', tips: { title: '隐私保护' } },
        });
        expectEvents().toBe('        p');
        expectObservable(api$).toBe('1s      d');
      },
      { wx, tips: { title: 'of the login' } },
    );
  });

  test('P8: a function given for tips is asked for the privacy question too; one that throws is an event, and no more', () => {
    const { wx, api$ } = privacyOf();
    const pageTips = (): AuthTips => {
      throw new Error('oops');
    };
    sessionMarbles(
      ({ user, expectPrompts, expectEvents, expectObservable }) => {
        user.close('1s');

        expectPrompts().toBe('       v 999ms .', { v: { tips: { title: 'for privacy' } } });
        expectEvents().toBe('        (ph)');
        expectObservable(api$).toBe('1s      d');
      },
      { wx, pageTips, tips: ({ method }) => ({ title: `for ${method}` }) },
    );
  });

  const ANSWERS: readonly {
    readonly title: string;
    readonly answer: (prompt: AuthPrompt) => void;
    /** What the private api is told. */
    readonly told: string;
  }[] = [
    {
      title: 'agree, with the button’s id',
      answer: (prompt) => prompt.answer({ ...AGREED, more: 1 }),
      told: 'a',
    },
    { title: 'disagree', answer: (prompt) => prompt.answer({ event: 'disagree' }), told: 'd' },
    { title: 'cancel', answer: (prompt) => prompt.cancel(), told: 'd' },
    { title: 'what cannot be read', answer: (prompt) => prompt.answer({ errMsg: 'ok' }), told: 'd' },
    { title: 'nothing', answer: (prompt) => prompt.answer(undefined), told: 'd' },
    {
      title: 'what throws as it is read',
      answer: (prompt) => {
        const torn = {
          get event(): string {
            throw new Error('oops');
          },
        };
        expect(() => prompt.answer(torn)).not.toThrow();
      },
      told: 'd',
    },
    {
      title: 'twice',
      answer: (prompt) => {
        prompt.answer(AGREED);
        prompt.cancel();
        prompt.answer(REFUSED);
      },
      told: 'a',
    },
    {
      title: 'an exposure, which does not close it',
      answer: (prompt) => {
        prompt.answer(EXPOSED);
        expect(prompt.claim()).toBe(false);
        prompt.answer(AGREED);
      },
      told: '(ea)',
    },
    {
      title: 'an exposure that comes late',
      answer: (prompt) => {
        prompt.answer(AGREED);
        prompt.answer(EXPOSED);
      },
      told: 'a',
    },
  ];
  for (const { title, answer, told } of ANSWERS)
    test(`P8: the answer to the privacy question: ${title}`, () => {
      const { wx, api$ } = privacyOf();
      sessionMarbles(
        ({ session, at, expectObservable }) => {
          const ui = idleUi(session);
          at('1s', () => answer(ui[0]));

          expectObservable(claiming(session)).toBe('(.V) 996ms .');
          expectObservable(api$).toBe(`              1s ${told}`);
        },
        { wx },
      );
    });

  test('P8: one answer settles all that wait, however many; the next question is a prompt of its own', () => {
    const { wx, api$ } = privacyOf();
    sessionMarbles(
      ({ session, perform, expectObservable }) => {
        const ui = idleUi(session);
        perform('                                       1s   e  999ms a 1999ms c', {
          e: () => ui[0].answer(EXPOSED),
          a: () => ui[0].answer(AGREED),
          c: () => ui[1].cancel(),
        });

        expectObservable(claiming(session)).toBe('   (.V)    1996ms  . 999ms V 999ms .');
        expectObservable(numbering()(session)).toBe('(.1)    1996ms  . 999ms 2 999ms .');
        expectObservable(api$).toBe('                1s   e  999ms a');
        expectObservable(api$).toBe('                1s   e  999ms a');
        expectObservable(api$).toBe('                1s   e  999ms a');
        expectObservable(api$, '3s ^').toBe('        4s                     d');
      },
      { wx },
    );
  });

  test('P8: an api that asks again from within the answer gets a prompt of its own', () => {
    const { wx, api$ } = privacyOf();
    sessionMarbles(
      ({ session, user, expectPrompts, expectObservable }) => {
        user.grant('1s').grant('1s');
        const twice = concat(api$.pipe(take(1)), api$);

        expectPrompts().toBe('                        v  999ms (.v) 996ms .');
        expectObservable(numbering()(session)).toBe('(.1) 996ms (.2) 996ms .');
        expectObservable(twice).toBe('               1s   a 999ms a');
      },
      { wx },
    );
  });

  test('P8: an api that throws at its answer keeps no other waiting', () => {
    const { wx, ask, api$ } = privacyOf();
    const notTapped = new Error('button was not tapped');
    // It is told to the app, as rxjs does with what a subscriber throws.
    const reported: unknown[] = [];
    const { onUnhandledError } = rxjsConfig;
    rxjsConfig.onUnhandledError = (error) => reported.push(error);
    try {
      sessionMarbles(
        ({ user, at, expectPrompts, expectObservable }) => {
          user.grant('1s');
          at(0, () =>
            ask(() => {
              throw notTapped;
            }),
          );

          expectPrompts().toBe('       v 999ms .');
          expectObservable(api$).toBe('1s      a');
        },
        { wx },
      );
    } finally {
      rxjsConfig.onUnhandledError = onUnhandledError;
    }
    expect(reported).toEqual([notTapped]);
  });

  test('K1 P8: a privacy question that comes while an asynchronous store is being read is shown when it has answered', () => {
    const { wx, api$ } = privacyOf();
    sessionMarbles(
      ({ user, expectPrompts, expectObservable }) => {
        user.grant('1s');

        expectObservable(api$, '10ms ^').toBe('1030ms   a');
        expectPrompts().toBe('                  30ms v 999ms .');
      },
      { wx, store: slowStore() },
    );
  });

  test('P8: nobody to see the privacy question for promptGrace is a disagree', () => {
    const { wx, api$ } = privacyOf();
    sessionMarbles(
      ({ session, subscribe, expectObservable }) => {
        subscribe(session.prompt$, '^ 9ms !');

        expectObservable(api$, '20ms ^').toBe('3020ms d');
      },
      { wx },
    );
  });

  test('P8: nobody left to see the privacy question is a disagree too', () => {
    const { wx, api$ } = privacyOf();
    sessionMarbles(
      ({ session, subscribe, expectObservable }) => {
        subscribe(session.prompt$, '^ 9999ms !');

        expectObservable(api$).toBe('13s d');
      },
      { wx },
    );
  });
});

describe('the privacy question of two sessions', () => {
  for (const [title, library] of [
    ['two sessions', () => here],
    ['two sessions of two copies of the library', anotherCopy],
  ] as const)
    test(`P8: ${title} on one api object share one listener; the session that was subscribed last answers, once`, () => {
      const { createSession, weapp } = library();
      const { wx, listeners, api$ } = privacyOf();
      let kept: readonly string[] = [];
      sessionMarbles(
        ({ session: shop, platform, at, expectObservable }) => {
          at('1s', () => (kept = Object.getOwnPropertyNames(platform.api)));
          const backend = { silentLogin: () => EMPTY, login: () => EMPTY };
          const forum = createSession({
            source: 'forum',
            backend,
            platform: weapp(platform.api),
            store: null,
          });
          const [shopUi, forumUi] = [idleUi(shop), idleUi(forum)];
          at('200ms', () => forumUi[0].answer(AGREED));
          at('500ms', () => shopUi[0].cancel());

          expectObservable(claiming(shop)).toBe('            .              399ms V 99ms .');
          expectObservable(claiming(forum)).toBe('           . 99ms V 99ms .');
          expectObservable(claiming(shop), '300ms ^').toBe(' 300ms          . 99ms v 99ms .');
          expectObservable(api$, '100ms ^').toBe('           200ms         a');
          expectObservable(api$, '400ms ^').toBe('           500ms                       d');
        },
        { wx },
      );
      expect(listeners).toHaveLength(1);
      expect(kept).toContain('_rxWeappPrivacy');
    });

  test('P8: two sessions on two api objects have a listener each', () => {
    const [one, other] = [privacyOf(), privacyOf()];
    sessionMarbles(
      ({ session, otherSession, subscribe }) => {
        const forum = otherSession({ source: 'forum', platform: here.weapp(other.wx) });
        subscribe(session.prompt$, '^ 1s !');
        subscribe(forum.prompt$, '  ^ 1s !');
      },
      { wx: one.wx },
    );
    expect([one.listeners.length, other.listeners.length]).toEqual([1, 1]);
  });
});
