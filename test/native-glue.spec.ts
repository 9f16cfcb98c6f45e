import { asapScheduler, observeOn, timer } from 'rxjs';
import {
  createSession,
  injectSession,
  promptByPage,
  provideSession,
  sessionBehavior,
} from 'rx-weapp-session';
import type { Credential, Session, SessionView } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { phone, ticket } from '../marbles/support/props';
import { anotherCopy } from './support/another-copy';
import { pageUi } from './support/page-ui';
import { thrownBy, watched } from './support/watched';

/** The globals of a mini-program that the glue looks up. */
const app = globalThis as {
  wx?: object;
  Behavior?: (definition: BehaviorDefinition) => BehaviorDefinition;
  getCurrentPages?: () => object[];
};

beforeEach(() => {
  app.wx = {};
});
afterEach(() => {
  delete app.wx;
  delete app.Behavior;
  delete app.getCurrentPages;
});

/** A session in an app in virtual time; its prompts may stay open. */
const inApp = (run: (world: Scenario) => void, config: MarblesConfig = {}) =>
  sessionMarbles(run, { until: '2m', ...config });

const at = (ms: number, action: () => void) => void timer(ms).subscribe(action);

const session = (source: string): Session =>
  createSession({ source, store: null, backend: { silentLogin: () => [], login: () => [] } });

describe('provideSession and injectSession', () => {
  test('the first one provided is the default; others are found by their source', () => {
    const [shop, forum] = [session('shop'), session('forum')];
    provideSession(shop);
    provideSession(forum);
    expect([injectSession(), injectSession('forum'), injectSession('shop')]).toEqual([shop, forum, shop]);
  });

  test('config-invalid for what is no session, as a circular import gives; the next one is the first', () => {
    const { code, message } = thrownBy(() => provideSession(undefined as unknown as Session));
    expect(code).toBe('config-invalid');
    expect(message).toMatch(/^session must/);
    const shop = session('shop');
    provideSession(shop);
    expect(injectSession()).toBe(shop);
  });

  test('a session of the same source takes the former one’s place', () => {
    const [old, forum, shop] = [session('shop'), session('forum'), session('shop')];
    [old, forum, shop].forEach(provideSession);
    expect(injectSession()).toBe(shop);
  });

  test.each([
    ['nothing was provided', undefined, /^no session here.*provideSession/],
    ['another source was', 'forum', /"forum".*provideSession/],
  ])('not-configured where %s; the message says what to call', (_, source, message) => {
    if (source) provideSession(session('shop'));
    const error = thrownBy(() => injectSession(source));
    expect(error.code).toBe('not-configured');
    expect(error.message).toMatch(message);
  });

  test('another copy of the library, as a subpackage has it, finds them', () => {
    const shop = session('shop');
    const copy = anotherCopy();
    expect(copy.provideSession).not.toBe(provideSession);
    provideSession(shop);
    expect(copy.injectSession()).toBe(shop);
    const forum = session('forum');
    copy.provideSession(forum);
    expect(injectSession('forum')).toBe(forum);
  });

  test('a copy of another version finds the same marks, by their names', () => {
    const shop = session('shop');
    provideSession(shop);
    expect(Object.getOwnPropertyNames(app.wx)).toEqual(['_rxWeappSessions']);
    expect(Object.getOwnPropertySymbols(shop)).toEqual([Symbol.for('rx-weapp-session')]);
  });

  test('they do not show on wx', () => {
    provideSession(session('shop'));
    expect(Object.keys(app.wx ?? {})).toEqual([]);
    expect(JSON.stringify(app.wx)).toBe('{}');
  });

  test.each([
    ['without a wx', () => delete app.wx],
    ['with a wx that takes no property', () => (app.wx = Object.freeze({}))],
  ])('they are found %s', (_, prepare) => {
    prepare();
    const shop = session(`shop ${_}`);
    provideSession(shop);
    expect(injectSession(shop.source)).toBe(shop);
  });
});

interface Host {
  readonly data: Record<string, SessionView>;
  readonly set: Record<string, unknown>[];
  setData(data: Record<string, unknown>): void;
}
type Hook = (this: Host) => void;
interface BehaviorDefinition {
  readonly data: Record<string, SessionView>;
  readonly lifetimes: { readonly attached: Hook; readonly detached: Hook };
  readonly pageLifetimes: { readonly show: Hook; readonly hide: Hook };
}

/** A component with the behavior, as far as its lifetimes and its data go. */
function mount(options?: Parameters<typeof sessionBehavior>[0], told?: () => void) {
  app.Behavior = (definition) => definition;
  const definition = sessionBehavior(options) as unknown as BehaviorDefinition;
  const data = JSON.parse(JSON.stringify(definition.data)) as Record<string, SessionView>;
  const set: Host['set'] = [];
  const host: Host = {
    data,
    set,
    setData: (values) => {
      set.push(values);
      Object.entries(values).forEach(([path, value]) => {
        const [name, field] = path.split('.');
        data[name] = { ...data[name], [field]: value };
      });
      told?.();
    },
  };
  const { lifetimes, pageLifetimes } = definition;
  const hooks = { ...lifetimes, ...pageLifetimes };
  return { ...host, run: (name: keyof typeof hooks) => hooks[name].call(host) };
}

describe('sessionBehavior', () => {
  const EMPTY = { status: 'anonymous', stage: '', origin: '', userId: '', guest: null, error: '' };

  test('mirrors status, stage, origin, userId, guest and the code of the error; never the token', () =>
    inApp((world) => {
      world.backend.silentLogin.always('50ms p', {
        p: { authorize: { method: 'phoneNumber', ticket: 't' }, guest: { segment: 'newcomer' } },
      });
      const credential = { token: 'SECRET', userId: 'u1', expiresAt: 60_000 };
      world.backend.login('50ms A', { A: { credential } });
      const component = mount({ session: world.session });
      const view = () => component.data.session;
      component.run('attached');
      expect(view()).toEqual(EMPTY);
      world.user.close('1s').grant('1s');
      at(0, () => watched(world.session.login()));
      at(1, () => expect(view()).toEqual({ ...EMPTY, status: 'authenticating', stage: 'silent' }));
      const guest = { segment: 'newcomer' };
      at(100, () =>
        expect(view()).toEqual({ ...EMPTY, status: 'authenticating', stage: 'interactive', guest }),
      );
      at(2000, () => expect(view()).toEqual({ ...EMPTY, guest, error: 'auth-cancelled' }));
      at(2001, () => watched(world.session.login()));
      at(4000, () =>
        expect(view()).toEqual({
          ...EMPTY,
          status: 'authenticated',
          origin: 'interactive',
          userId: 'u1',
          guest,
        }),
      );
      at(60_000, () => {
        expect(view()).toEqual({ ...EMPTY, status: 'expired', userId: 'u1', guest });
        expect(JSON.stringify([component.data, component.set])).not.toContain('SECRET');
        component.run('detached');
      });
    }));

  test('sets only what changed', () =>
    inApp((world) => {
      world.backend.silentLogin('50ms A', { A: { token: 'A', userId: 'u1' } });
      const component = mount({ session: world.session });
      component.run('attached');
      expect(component.set).toEqual([]);
      watched(world.session.login());
      at(100, () => {
        expect(component.set).toEqual([
          { 'session.status': 'authenticating', 'session.stage': 'silent' },
          {
            'session.status': 'authenticated',
            'session.stage': '',
            'session.origin': 'silent',
            'session.userId': 'u1',
          },
        ]);
        world.session.logout();
        expect(component.set.slice(2)).toEqual([
          { 'session.status': 'anonymous', 'session.origin': '', 'session.userId': '' },
        ]);
      });
    }));

  test('leaves when it is detached or its page hidden; a page that is shown again catches up in one step', () =>
    inApp((world) => {
      world.storage.holds('A');
      const component = mount({ session: world.session });
      component.run('attached');
      component.run('show');
      expect(component.set).toHaveLength(1);
      component.run('hide');
      world.session.logout();
      watched(world.session.login());
      at(100, () => {
        expect(component.set).toHaveLength(1);
        component.run('show');
        expect(component.set.slice(1)).toEqual([{ 'session.origin': 'silent' }]);
        component.run('detached');
        component.run('detached');
        world.session.logout();
        expect(component.set).toHaveLength(2);
      });
    }));

  test('a component that is taken away by what it is told hears no more', () =>
    inApp((world) => {
      world.storage.holds('A');
      const component = mount({ session: world.session }, () => component.run('detached'));
      component.run('attached');
      expect(component.data.session.status).toBe('authenticated');
      world.session.logout();
      expect(component.set).toHaveLength(1);
    }));

  test('the session: the first one provided, looked up when the component is attached; the name in data', () => {
    const component = mount({ property: 'login' });
    expect(component.data).toEqual({ login: EMPTY });
    expect(thrownBy(() => component.run('attached')).code).toBe('not-configured');
    inApp(
      ({ session, storage }) => {
        storage.holds('A');
        provideSession(session);
        component.run('attached');
        expect(component.data.login).toMatchObject({
          status: 'authenticated',
          origin: 'restored',
          userId: 'u1',
        });
      },
      { credentials: { A: { userId: 'u1' } } },
    );
  });

  test('not-configured where there is no Behavior', () => {
    expect(thrownBy(() => sessionBehavior()).code).toBe('not-configured');
  });
});

/** A page stack, and `wx.navigateTo` that needs 100 ms. */
function createRouter() {
  let opens: () => void = () => undefined;
  interface FakePage {
    readonly route: string;
    onUnload?: (...args: unknown[]) => unknown;
  }
  const stack: FakePage[] = [{ route: 'pages/home/home' }];
  app.getCurrentPages = () => [...stack];
  const opened: string[] = [];
  /** What the login page declares. */
  const page: Omit<FakePage, 'route'> = {};
  interface Options {
    readonly url: string;
    readonly success: (result: object) => void;
    readonly fail: (result: object) => void;
  }
  const open = ({ url, success, fail }: Options) => {
    opened.push(url);
    at(100, () => {
      if (url.includes('missing')) return fail({ errMsg: `navigateTo:fail page "${url}" is not found` });
      stack.push({ route: url.slice(1), ...page });
      opens();
      success({ errMsg: 'navigateTo:ok' });
    });
  };
  return {
    stack,
    opened,
    page,
    wx: { navigateTo: open },
    /** What the page that was opened does. */
    onOpen: (action: () => void) => void (opens = action),
    back: () => stack.pop()?.onUnload?.(),
  };
}

describe('promptByPage', () => {
  const url = '/pages/login/login';
  type Router = ReturnType<typeof createRouter>;
  /** A scenario with pages, whose backend asks for the phone number. */
  const withPages = (run: (world: Scenario, router: Router) => void, wx: object = {}) => {
    const router = createRouter();
    inApp(
      (world) => {
        world.backend.silentLogin.always('50ms p', ticket);
        run(world, router);
      },
      { wx: { ...router.wx, ...wx } },
    );
  };

  test('opens the page for a prompt; the page’s own UI finds it there, claims it and answers', () =>
    withPages((world, router) => {
      let page: ReturnType<typeof pageUi> | undefined;
      router.onOpen(() => (page = pageUi(world.session)));
      promptByPage(world.session, { url });
      const login = watched(world.session.login());
      at(200, () => {
        expect(router.opened).toEqual([url]);
        expect(page?.claimed.map(({ method }) => method)).toEqual(['phoneNumber']);
        page?.claimed[0].answer(phone);
      });
      at(300, () => {
        expect(login).toMatchObject({ values: [{ token: 'A' }], completed: true });
        page?.leave();
        router.back();
        expect(world.session.snapshot.status).toBe('authenticated');
      });
    }));

  test('P3: what another subscriber claims when it is offered stays with it, whoever subscribed first', () =>
    withPages((world, router) => {
      promptByPage(world.session, { url });
      const own = pageUi(world.session);
      watched(world.session.login());
      at(1000, () => {
        expect(own.claimed).toHaveLength(1);
        expect(router.opened).toEqual([]);
        own.claimed[0].cancel();
      });
    }));

  test('P3: also what a UI claims that waits a turn itself, as <auth-prompt> does', () =>
    withPages((world, router) => {
      promptByPage(world.session, { url });
      let claimed = false;
      world.session.prompt$.pipe(observeOn(asapScheduler)).subscribe((prompt) => {
        claimed ||= !!prompt?.claim();
      });
      watched(world.session.login());
      world.flush();
      expect({ claimed, opened: router.opened }).toEqual({ claimed: true, opened: [] });
    }));

  test('what a hidden page let go is left to the next page for half a second, counted while the app is shown', () =>
    withPages((world, router) => {
      promptByPage(world.session, { url });
      const first = pageUi(world.session);
      watched(world.session.login());
      at(1000, () => first.leave());
      at(1400, () => expect(router.opened).toEqual([]));
      let next: ReturnType<typeof pageUi> | undefined;
      at(1450, () => (next = pageUi(world.session)));
      at(2000, () => {
        expect(router.opened).toEqual([]);
        expect(next?.claimed).toHaveLength(1);
        next?.leave();
        world.app.background();
      });
      at(10_000, () => {
        expect(router.opened).toEqual([]);
        world.app.foreground();
      });
      at(10_499, () => expect(router.opened).toEqual([]));
      at(10_501, () => expect(router.opened).toEqual([url]));
    }));

  test('what a page let go, and no other claims, is shown in a page of its own after that half a second', () =>
    withPages((world, router) => {
      promptByPage(world.session, { url });
      const first = pageUi(world.session);
      watched(world.session.login());
      at(1000, () => first.leave());
      at(1499, () => expect(router.opened).toEqual([]));
      at(1501, () => expect(router.opened).toEqual([url]));
    }));

  test('the page’s own onUnload is called as ever', () => {
    const onUnload = jest.fn(function (this: unknown, ..._: unknown[]) {
      return this;
    });
    withPages((world, router) => {
      router.page.onUnload = onUnload;
      promptByPage(world.session, { url });
      watched(world.session.login());
      at(1000, () => {
        const page = router.stack[1];
        expect(page.onUnload?.('given')).toBe(page);
      });
    });
    expect(onUnload.mock.calls).toEqual([['given']]);
  });

  test('a page whose end nobody tells of is missed at the next change of the prompt', () =>
    withPages((world, router) => {
      let page: ReturnType<typeof pageUi> | undefined;
      router.onOpen(() => (page = pageUi(world.session)));
      promptByPage(world.session, { url });
      const login = watched(world.session.login());
      at(1000, () => {
        router.stack.pop();
        expect(login).toMatchObject({ values: [], errors: [] });
        page?.leave();
        expect(login.code).toBe('auth-cancelled');
      });
    }));

  test('a page that is closed cancels the prompt that is open then, be it a later one', () =>
    withPages((world, router) => {
      const error = jest.spyOn(console, 'error').mockImplementation();
      world.backend.login('50ms n', { n: { authorize: { method: 'avatarNickname', ticket: 's' } } });
      let page: ReturnType<typeof pageUi> | undefined;
      router.onOpen(() => (page = pageUi(world.session)));
      promptByPage(world.session, { url });
      const login = watched(world.session.login());
      at(1000, () => page?.claimed[0].answer(phone));
      at(2000, () => {
        expect(page?.claimed.map(({ method }) => method)).toEqual(['phoneNumber', 'avatarNickname']);
        router.back();
        expect(login.code).toBe('auth-cancelled');
        expect(error).not.toHaveBeenCalled();
        error.mockRestore();
      });
    }));

  test.each([
    ['its UI lets the prompt go', true],
    ['nobody claimed it', false],
  ])('a page that is closed with the prompt open cancels it: %s', (_, attended) =>
    withPages((world, router) => {
      let page: ReturnType<typeof pageUi> | undefined;
      router.onOpen(() => {
        if (attended) page = pageUi(world.session);
      });
      promptByPage(world.session, { url });
      const login = watched(world.session.login());
      at(1000, () => {
        router.back();
        page?.leave();
      });
      at(1001, () => {
        expect(login.code).toBe('auth-cancelled');
        expect(router.opened).toHaveLength(1);
      });
      // The next login opens it anew.
      at(2000, () => watched(world.session.login()));
      at(3000, () => expect(router.opened).toHaveLength(2));
    }),
  );

  test('a base library that tells of pages by wx.onAfterPageUnload alone', () => {
    const listeners = new Set<() => void>();
    withPages(
      (world, router) => {
        promptByPage(world.session, { url });
        const login = watched(world.session.login());
        at(1000, () => {
          expect(listeners.size).toBe(1);
          listeners.forEach((listener) => listener());
          expect(login).toMatchObject({ values: [], errors: [] });
          router.stack.pop();
          listeners.forEach((listener) => listener());
          expect(login.code).toBe('auth-cancelled');
          expect(listeners.size).toBe(0);
        });
      },
      {
        onAfterPageUnload: (listener: () => void) => listeners.add(listener),
        offAfterPageUnload: (listener: () => void) => listeners.delete(listener),
      },
    );
  });

  test('a navigation that fails cancels the prompt, and says so in the console', () =>
    withPages((world) => {
      const error = jest.spyOn(console, 'error').mockImplementation();
      promptByPage(world.session, { url: '/pages/missing' });
      const login = watched(world.session.login());
      at(1000, () => {
        expect(login.code).toBe('auth-cancelled');
        expect(error).toHaveBeenCalledWith(
          expect.stringContaining('/pages/missing'),
          expect.objectContaining({ errMsg: expect.stringContaining('not found') as string }),
        );
        error.mockRestore();
      });
    }));

  test('while the page stands, or is on its way, further prompts are left to it', () =>
    withPages((world, router) => {
      const second = { n: { authorize: { method: 'avatarNickname', ticket: 's' } } };
      world.backend.login(['50ms n', '50ms A'], second);
      let page: ReturnType<typeof pageUi> | undefined;
      router.onOpen(() => (page = pageUi(world.session)));
      promptByPage(world.session, { url });
      const first = watched(world.session.login());
      // Withdrawn on the way, and asked for again.
      at(80, () => {
        first.stop();
        watched(world.session.login({ mode: 'forceAuth' }));
      });
      at(1000, () => page?.claimed[0].answer(phone));
      at(2000, () => {
        expect(page?.claimed.map(({ method }) => method)).toEqual(['phoneNumber', 'avatarNickname']);
        expect(router.opened).toEqual([url]);
        page?.claimed[1].answer({ avatarUrl: 'a', nickName: 'n' });
      });
      at(3000, () => expect(world.session.credential?.token).toBe('A'));
    }));

  test('where the page stack cannot be seen, the same prompt opens no second page', () =>
    withPages((world, router) => {
      delete app.getCurrentPages;
      promptByPage(world.session, { url });
      watched(world.session.login());
      at(1000, () => {
        expect(router.opened).toHaveLength(1);
        const page = pageUi(world.session);
        page.leave();
      });
      at(5000, () => {
        expect(router.opened).toHaveLength(1);
        const page = pageUi(world.session);
        page.claimed[0].cancel();
        page.leave();
        watched(world.session.login());
      });
      at(6000, () => expect(router.opened).toHaveLength(2));
    }));

  test('unsubscribed, it opens nothing', () =>
    withPages((world, router) => {
      promptByPage(world.session, { url }).unsubscribe();
      const login = watched(world.session.login());
      at(5000, () => {
        expect(router.opened).toEqual([]);
        expect(login.code).toBe('prompt-unhandled');
      });
    }));

  test('a session of another copy, or one that a test made up, will do', () => {
    const made = { ...session('made up') } as Session<Credential>;
    expect(() => promptByPage(made, { url }).unsubscribe()).not.toThrow();
  });
});

test('P3: prompt-unhandled names what to add', () =>
  inApp((world) => {
    world.backend.silentLogin('50ms p');
    let message = '';
    world.session.login().subscribe({ error: (error: unknown) => (message = String(error)) });
    at(5000, () => expect(message).toMatch(/auth-prompt.*promptByPage/));
  }));
