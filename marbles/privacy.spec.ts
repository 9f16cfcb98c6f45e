import { createSession, weapp } from 'rx-weapp-session';
import type { AuthPrompt, AuthTips, Session } from 'rx-weapp-session';
import { at, createWorld, eventsOf, phone, PACES, virtually, wanted, watch } from './support/world';
import type { Script, World } from './support/world';

type Answer = Record<string, unknown>;
type Resolve = (answer: Answer) => void;

const AGREED = { event: 'agree', buttonId: 'agree' };
const REFUSED = { event: 'disagree' };
const EXPOSED = { event: 'exposureAuthorization' };

/** WeChat's side: the listener that is registered, and private apis that wait for their answer. */
function privacyOf() {
  const listeners: ((resolve: Resolve) => void)[] = [];
  return {
    wx: {
      onNeedPrivacyAuthorization: (listener: (resolve: Resolve) => void) => void listeners.push(listener),
    },
    listeners,
    /** A private api is called: the answers that it was given. */
    need: (): Answer[] => {
      const answers: Answer[] = [];
      listeners[listeners.length - 1]((answer) => answers.push(answer));
      return answers;
    },
  };
}

const world = (privacy: { readonly wx: object }, script: Script = {}): World =>
  createWorld({ silentLogin: [wanted('phoneNumber', 'ticket')], ...script, wx: privacy.wx });

/** A UI that claims what it is offered, and writes down what it sees. */
function viewer(session: Session, claims = true) {
  const seen: string[] = [];
  const held: AuthPrompt[] = [];
  const subscription = session.prompt$.subscribe((prompt) => {
    seen.push(prompt ? `${prompt.method} ${prompt.id}` : '-');
    if (prompt && claims && prompt.claim()) held.push(prompt);
  });
  return { seen, held, last: () => held[held.length - 1], leave: () => subscription.unsubscribe() };
}

describe('P8: WeChat’s privacy question', () => {
  test(
    'is listened to at the first subscription to prompt$, once, and never with privacy: false',
    virtually(() => {
      const [privacy, without] = [privacyOf(), privacyOf()];
      const { session } = world(privacy);
      watch(session.login()).stop();
      watch(session.session$).stop();
      expect(privacy.listeners).toHaveLength(0);
      viewer(session).leave();
      viewer(session);
      expect(privacy.listeners).toHaveLength(1);
      viewer(world(without, { config: { privacy: false } }).session);
      expect(without.listeners).toHaveLength(0);
      session.dispose();
    }),
  );

  test(
    'a base library without it asks nothing, and everything else works',
    virtually(() => {
      const { session } = world({ wx: {} });
      const page = viewer(session);
      const login = watch(session.login());
      at(100, () => page.last().answer(phone));
      at(300, () => expect(login.log).toEqual(['A', '|']));
    }),
  );

  test(
    'becomes a prompt with the open-type, the texts and an event of its own',
    virtually(() => {
      const privacy = privacyOf();
      const made = world(privacy, { config: { tips: { title: 'of the login' } } });
      const page = viewer(made.session);
      privacy.need();
      const { method, openType, tips } = page.last();
      expect([method, openType]).toEqual(['privacy', 'agreePrivacyAuthorization']);
      expect(tips.title).toBe('隐私保护');
      expect(eventsOf(made, 'prompt')).toHaveLength(1);
      page.last().cancel();
    }),
  );

  test(
    'a function given for tips is asked for it too; one that throws is an event, and no more',
    virtually(() => {
      const privacy = privacyOf();
      const pageTips = (): AuthTips => {
        throw new Error('oops');
      };
      const tips = ({ method }: { method: string }) => ({ title: `for ${method}` });
      const made = world(privacy, { config: { tips, pageTips } });
      const page = viewer(made.session);
      privacy.need();
      expect(page.last().tips.title).toBe('for privacy');
      expect(eventsOf(made, 'hook-failure')).toHaveLength(1);
      page.last().cancel();
    }),
  );

  test.each<[string, (prompt: AuthPrompt) => void, Answer[]]>([
    ['agree, with the button’s id', (prompt) => prompt.answer({ ...AGREED, more: 1 }), [AGREED]],
    ['disagree', (prompt) => prompt.answer({ event: 'disagree' }), [REFUSED]],
    ['cancel', (prompt) => prompt.cancel(), [REFUSED]],
    ['what cannot be read', (prompt) => prompt.answer({ errMsg: 'ok' }), [REFUSED]],
    ['nothing', (prompt) => prompt.answer(undefined), [REFUSED]],
    ['twice', (prompt) => (prompt.answer(AGREED), prompt.cancel(), prompt.answer(REFUSED)), [AGREED]],
    [
      'an exposure, which does not close it',
      (prompt) => {
        prompt.answer(EXPOSED);
        expect(prompt.claim()).toBe(false);
        prompt.answer(AGREED);
      },
      [EXPOSED, AGREED],
    ],
    ['an exposure that comes late', (prompt) => (prompt.answer(AGREED), prompt.answer(EXPOSED)), [AGREED]],
  ])('the answer: %s', (_, answer, expected) =>
    virtually(() => {
      const privacy = privacyOf();
      const page = viewer(world(privacy).session);
      const answers = privacy.need();
      expect(answers).toEqual([]);
      answer(page.last());
      expect(answers).toEqual(expected);
      expect(page.seen).toEqual(['-', 'privacy 1', '-']);
    })(),
  );

  test(
    'one answer settles all that wait, however many; the next question is a prompt of its own',
    virtually(() => {
      const privacy = privacyOf();
      const page = viewer(world(privacy).session);
      const first = [privacy.need(), privacy.need(), privacy.need()];
      page.last().answer(EXPOSED);
      page.last().answer(AGREED);
      expect(first).toEqual([
        [EXPOSED, AGREED],
        [EXPOSED, AGREED],
        [EXPOSED, AGREED],
      ]);
      const next = privacy.need();
      page.last().cancel();
      expect(next).toEqual([REFUSED]);
      expect(first.flat()).toHaveLength(6);
      expect(page.seen).toEqual(['-', 'privacy 1', '-', 'privacy 2', '-']);
    }),
  );

  test(
    'an api that asks again from within the answer gets a prompt of its own',
    virtually(() => {
      const privacy = privacyOf();
      const page = viewer(world(privacy).session);
      let again: Answer[] = [];
      privacy.listeners[0]((answer) => {
        expect(answer).toEqual(AGREED);
        again = privacy.need();
      });
      page.last().answer(AGREED);
      expect(again).toEqual([]);
      expect(page.seen).toEqual(['-', 'privacy 1', '-', 'privacy 2']);
      page.last().answer(AGREED);
      expect(again).toEqual([AGREED]);
    }),
  );

  test(
    'an api that throws at its answer keeps no other waiting',
    virtually(({ flush }) => {
      const privacy = privacyOf();
      const page = viewer(world(privacy).session);
      privacy.listeners[0](() => {
        throw new Error('button was not tapped');
      });
      const other = privacy.need();
      page.last().answer(AGREED);
      expect(other).toEqual([AGREED]);
      // It is told to the app, as rxjs does with what a subscriber throws.
      expect(flush).toThrow('button was not tapped');
    }),
  );

  test(
    'nobody to see it for promptGrace is a disagree, at the start or later',
    virtually(() => {
      const privacy = privacyOf();
      const page = viewer(world(privacy).session);
      page.leave();
      const early = privacy.need();
      at(2999, () => expect(early).toEqual([]));
      at(3001, () => expect(early).toEqual([REFUSED]));
    }),
  );

  test(
    'nobody left to see it',
    virtually(() => {
      const privacy = privacyOf();
      const page = viewer(world(privacy).session);
      const late = privacy.need();
      at(10_000, () => page.leave());
      at(12_999, () => expect(late).toEqual([]));
      at(13_001, () => expect(late).toEqual([REFUSED]));
    }),
  );
});

describe.each(PACES)('P8: beside a login, with $title', (pace) => {
  const open = (privacy: ReturnType<typeof privacyOf>) => {
    const made = world(privacy, { pace });
    const page = viewer(made.session);
    const login = watch(made.session.login());
    return { made, page, login };
  };

  test(
    'it goes before the open prompt, which comes again afterwards: same id, claimable again',
    virtually(() => {
      const privacy = privacyOf();
      const { made, page, login } = open(privacy);
      at(200, () => {
        const [phonePrompt] = page.held;
        const answers = privacy.need();
        expect(phonePrompt.claim()).toBe(false);
        phonePrompt.release();
        expect(page.seen.slice(-2)).toEqual(['phoneNumber 1', 'privacy 2']);
        page.last().answer(AGREED);
        expect(answers).toEqual([AGREED]);
        expect(page.seen.slice(-2)).toEqual(['privacy 2', 'phoneNumber 1']);
        expect(page.held.map(({ id }) => id)).toEqual([1, 2, 1]);
        expect(page.last()).toBe(phonePrompt);
        phonePrompt.answer(phone);
      });
      at(400, () => {
        expect(login.log).toEqual(['A', '|']);
        expect(page.seen).toEqual(['-', 'phoneNumber 1', 'privacy 2', 'phoneNumber 1', '-']);
        expect(made.count('login')).toBe(1);
      });
    }),
  );

  test(
    'a prompt that a login opens meanwhile waits behind it: never two at a time',
    virtually(() => {
      const privacy = privacyOf();
      const { session } = world(privacy, { pace });
      const page = viewer(session);
      privacy.need();
      const login = watch(session.login());
      at(200, () => {
        expect(page.seen).toEqual(['-', 'privacy 1']);
        expect(session.snapshot).toMatchObject({ stage: 'interactive' });
        page.last().cancel();
        expect(page.seen).toEqual(['-', 'privacy 1', 'phoneNumber 2']);
        page.last().answer(phone);
      });
      at(400, () => expect(login.log).toEqual(['A', '|']));
    }),
  );

  test(
    'an answer to the prompt below counts: the button that led here may still tell',
    virtually(() => {
      const privacy = privacyOf();
      const { page, login } = open(privacy);
      at(200, () => {
        const answers = privacy.need();
        page.held[0].answer(phone);
        expect(page.seen.slice(-1)).toEqual(['privacy 2']);
        at(300, () => page.last().answer(AGREED));
        at(301, () => {
          expect(answers).toEqual([AGREED]);
          expect(login.log).toEqual(['A', '|']);
          expect(page.seen.slice(-1)).toEqual(['-']);
        });
      });
    }),
  );

  test(
    'logout leaves it open, and takes the login’s prompt away below it',
    virtually(() => {
      const privacy = privacyOf();
      const { made, page, login } = open(privacy);
      at(200, () => {
        const answers = privacy.need();
        watch(made.session.logout());
        expect(login.log).toEqual(['!logged-out']);
        expect(page.seen.slice(-1)).toEqual(['privacy 2']);
        page.last().answer(AGREED);
        expect(answers).toEqual([AGREED]);
        expect(page.seen.slice(-2)).toEqual(['privacy 2', '-']);
      });
    }),
  );

  test(
    'C3: after dispose the listener answers disagree, the open one included',
    virtually(() => {
      const privacy = privacyOf();
      const { made, page } = open(privacy);
      at(200, () => {
        const answers = privacy.need();
        made.session.dispose();
        expect(answers).toEqual([REFUSED]);
        page.last().answer(AGREED);
        expect(answers).toEqual([REFUSED]);
        expect(privacy.need()).toEqual([REFUSED]);
        viewer(made.session);
        expect(privacy.listeners).toHaveLength(1);
      });
    }),
  );
});

describe('P8: two sessions on one api object', () => {
  const another = (wx: object, source: string): Session =>
    createSession({
      source,
      store: null,
      platform: weapp(wx),
      backend: { silentLogin: () => [], login: () => [] },
    });

  test(
    'one listener; the session that was subscribed last answers, once',
    virtually(() => {
      const privacy = privacyOf();
      const [shop, forum] = ['shop', 'forum'].map((source) => another(privacy.wx, source));
      const [inShop, inForum] = [shop, forum].map((session) => viewer(session));
      expect(privacy.listeners).toHaveLength(1);
      const first = privacy.need();
      expect([inShop.seen, inForum.seen]).toEqual([['-'], ['-', 'privacy 1']]);
      inForum.last().answer(AGREED);
      expect(first).toEqual([AGREED]);

      const again = viewer(shop);
      const second = privacy.need();
      expect(inForum.seen).toEqual(['-', 'privacy 1', '-']);
      again.last()?.cancel();
      inShop.last()?.cancel();
      expect(second).toEqual([REFUSED]);
    }),
  );

  test(
    'two api objects have a listener each',
    virtually(() => {
      const [one, other] = [privacyOf(), privacyOf()];
      viewer(another(one.wx, 'shop'));
      viewer(another(other.wx, 'forum'));
      expect([one.listeners.length, other.listeners.length]).toEqual([1, 1]);
    }),
  );
});
