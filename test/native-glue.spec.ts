import { asapScheduler, observeOn } from 'rxjs';
import {
  createSession,
  injectSession,
  isSessionError,
  promptByPage,
  provideSession,
  sessionBehavior,
} from 'rx-weapp-session';
import type * as library from 'rx-weapp-session';
import type { AuthPrompt, Credential, Session, SessionView } from 'rx-weapp-session';
import {
  at,
  close,
  createWorld,
  issued,
  phone,
  record,
  user,
  virtually,
  wanted,
  watch,
} from './support/world';
import type { Script } from './support/world';

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

const session = (source: string): Session =>
  createSession({ source, store: null, backend: { silentLogin: () => [], login: () => [] } });

/** The library once more, as a subpackage has it. */
const anotherCopy = () => {
  let copy = {};
  jest.isolateModules(() => {
    copy = jest.requireActual('rx-weapp-session');
  });
  return copy as typeof library;
};

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('provideSession and injectSession', () => {
  test('the first one provided is the default; others are found by their source', () => {
    const [shop, forum] = [session('shop'), session('forum')];
    provideSession(shop);
    provideSession(forum);
    expect([injectSession(), injectSession('forum'), injectSession('shop')]).toEqual([shop, forum, shop]);
  });

  test('a session of the same source takes the former one’s place', () => {
    const [old, forum, shop] = [session('shop'), session('forum'), session('shop')];
    [old, forum, shop].forEach(provideSession);
    expect(injectSession()).toBe(shop);
  });

  test.each([
    ['nothing was provided', undefined, /provideSession/],
    ['another source was', 'forum', /"forum".*provideSession/],
  ])('not-configured where %s; the message says what to call', (_, source, message) => {
    if (source) provideSession(session('shop'));
    const error = thrown(() => injectSession(source));
    expect(isSessionError(error, 'not-configured')).toBe(true);
    expect((error as Error).message).toMatch(message);
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

  test(
    'mirrors status, stage, origin, userId, guest and the code of the error; never the token',
    virtually(() => {
      const world = createWorld({
        silentLogin: [{ ...wanted('phoneNumber', 'ticket'), guest: { segment: 'newcomer' } }],
        interactiveLogin: [issued('SECRET', { userId: 'u1', expiresAt: 60_000 })],
      });
      const component = mount({ session: world.session });
      const view = () => component.data.session;
      component.run('attached');
      expect(view()).toEqual(EMPTY);
      user(world.session, close, phone);
      at(0, () => watch(world.session.login()));
      at(1, () => expect(view()).toEqual({ ...EMPTY, status: 'authenticating', stage: 'silent' }));
      const guest = { segment: 'newcomer' };
      at(100, () =>
        expect(view()).toEqual({ ...EMPTY, status: 'authenticating', stage: 'interactive', guest }),
      );
      at(2000, () => expect(view()).toEqual({ ...EMPTY, guest, error: 'auth-cancelled' }));
      at(2001, () => watch(world.session.login()));
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
    }),
  );

  test(
    'sets only what changed',
    virtually(() => {
      const world = createWorld({ silentLogin: [issued('A', { userId: 'u1' })] });
      const component = mount({ session: world.session });
      component.run('attached');
      expect(component.set).toEqual([]);
      watch(world.session.login());
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
    }),
  );

  test(
    'leaves when it is detached or its page hidden; a page that is shown again catches up in one step',
    virtually(() => {
      const world = createWorld({ stored: record('A') });
      const component = mount({ session: world.session });
      component.run('attached');
      component.run('show');
      expect(component.set).toHaveLength(1);
      component.run('hide');
      world.session.logout();
      watch(world.session.login());
      at(100, () => {
        expect(component.set).toHaveLength(1);
        component.run('show');
        expect(component.set.slice(1)).toEqual([{ 'session.origin': 'silent' }]);
        component.run('detached');
        component.run('detached');
        world.session.logout();
        expect(component.set).toHaveLength(2);
      });
    }),
  );

  test('a component that is taken away by what it is told hears no more', () => {
    const world = createWorld({ stored: record('A') });
    const component = mount({ session: world.session }, () => component.run('detached'));
    component.run('attached');
    expect(component.data.session.status).toBe('authenticated');
    world.session.logout();
    expect(component.set).toHaveLength(1);
  });

  test('the session: the first one provided, looked up when the component is attached; the name in data', () => {
    const component = mount({ property: 'login' });
    expect(component.data).toEqual({ login: EMPTY });
    expect(
      isSessionError(
        thrown(() => component.run('attached')),
        'not-configured',
      ),
    ).toBe(true);
    const world = createWorld({ stored: record('A', { userId: 'u1' }) });
    provideSession(world.session);
    component.run('attached');
    expect(component.data.login).toMatchObject({ status: 'authenticated', origin: 'restored', userId: 'u1' });
  });

  test('not-configured where there is no Behavior', () => {
    expect(
      isSessionError(
        thrown(() => sessionBehavior()),
        'not-configured',
      ),
    ).toBe(true);
  });
});

/** A page stack, and `wx.navigateTo` that needs 100 ms. */
function createRouter(onLogin?: () => void) {
  interface FakePage {
    readonly route: string;
    onUnload?: () => void;
  }
  const stack: FakePage[] = [{ route: 'pages/home/home' }];
  app.getCurrentPages = () => [...stack];
  const opened: string[] = [];
  interface Options {
    readonly url: string;
    readonly success: (result: object) => void;
    readonly fail: (result: object) => void;
  }
  const open = ({ url, success, fail }: Options) => {
    opened.push(url);
    at(100, () => {
      if (url.includes('missing')) return fail({ errMsg: `navigateTo:fail page "${url}" is not found` });
      stack.push({ route: url.slice(1) });
      onLogin?.();
      success({ errMsg: 'navigateTo:ok' });
    });
  };
  return {
    stack,
    opened,
    wx: { navigateTo: open },
    back: () => stack.pop()?.onUnload?.(),
  };
}

describe('promptByPage', () => {
  const url = '/pages/login/login';
  const asking: Script = { silentLogin: [wanted('phoneNumber', 'ticket')] };

  /** The login page's own UI: claims what is open, as `<auth-prompt/>` does. */
  function loginPage(session: Session) {
    const claimed: AuthPrompt[] = [];
    const subscription = session.prompt$.subscribe((prompt) => {
      if (prompt?.claim()) claimed.push(prompt);
    });
    return {
      claimed,
      leave: () => {
        subscription.unsubscribe();
        claimed.at(-1)?.release();
      },
    };
  }

  test(
    'opens the page for a prompt; the page’s own UI finds it there, claims it and answers',
    virtually(() => {
      const router = createRouter(() => (page = loginPage(world.session)));
      const world = createWorld({ ...asking, wx: router.wx });
      let page: ReturnType<typeof loginPage> | undefined;
      promptByPage(world.session, { url });
      const login = watch(world.session.login());
      at(200, () => {
        expect(router.opened).toEqual([url]);
        expect(page?.claimed.map(({ method }) => method)).toEqual(['phoneNumber']);
        page?.claimed[0].answer(phone);
      });
      at(300, () => {
        expect(login.log).toEqual(['A', '|']);
        page?.leave();
        router.back();
        expect(world.session.snapshot.status).toBe('authenticated');
      });
    }),
  );

  test(
    'P3: what another subscriber claims when it is offered stays with it, whoever subscribed first',
    virtually(() => {
      const router = createRouter();
      const world = createWorld({ ...asking, wx: router.wx });
      promptByPage(world.session, { url });
      const own = loginPage(world.session);
      watch(world.session.login());
      at(1000, () => {
        expect(own.claimed).toHaveLength(1);
        expect(router.opened).toEqual([]);
        own.claimed[0].cancel();
      });
    }),
  );

  test(
    'P3: also what a UI claims that waits a turn itself, as <auth-prompt> does',
    virtually(({ flush }) => {
      const router = createRouter();
      const world = createWorld({ ...asking, wx: router.wx });
      promptByPage(world.session, { url });
      let claimed = false;
      world.session.prompt$.pipe(observeOn(asapScheduler)).subscribe((prompt) => {
        claimed ||= !!prompt?.claim();
      });
      watch(world.session.login());
      flush();
      expect({ claimed, opened: router.opened }).toEqual({ claimed: true, opened: [] });
    }),
  );

  test(
    'what a hidden page let go is left to the next page for half a second, counted while the app is shown',
    virtually(() => {
      const router = createRouter();
      const world = createWorld({ ...asking, wx: router.wx });
      promptByPage(world.session, { url });
      const first = loginPage(world.session);
      watch(world.session.login());
      at(1000, () => first.leave());
      at(1400, () => expect(router.opened).toEqual([]));
      let next: ReturnType<typeof loginPage> | undefined;
      at(1450, () => (next = loginPage(world.session)));
      at(2000, () => {
        expect(router.opened).toEqual([]);
        expect(next?.claimed).toHaveLength(1);
        next?.leave();
        world.hide();
      });
      at(10_000, () => {
        expect(router.opened).toEqual([]);
        world.show();
      });
      at(10_499, () => expect(router.opened).toEqual([]));
      at(10_501, () => expect(router.opened).toEqual([url]));
    }),
  );

  test.each([
    ['its UI lets the prompt go', true],
    ['nobody claimed it', false],
  ])('a page that is closed with the prompt open cancels it: %s', (_, attended) =>
    virtually(() => {
      const router = createRouter(() => {
        if (attended) page = loginPage(world.session);
      });
      const world = createWorld({ ...asking, wx: router.wx });
      let page: ReturnType<typeof loginPage> | undefined;
      promptByPage(world.session, { url });
      const login = watch(world.session.login());
      at(1000, () => {
        router.back();
        page?.leave();
      });
      at(1001, () => {
        expect(login.log).toEqual(['!auth-cancelled']);
        expect(router.opened).toHaveLength(1);
      });
      // The next login opens it anew.
      at(2000, () => watch(world.session.login()));
      at(3000, () => expect(router.opened).toHaveLength(2));
    })(),
  );

  test(
    'a base library that tells of pages by wx.onAfterPageUnload alone',
    virtually(() => {
      const listeners = new Set<() => void>();
      const router = createRouter();
      const world = createWorld({
        ...asking,
        wx: {
          ...router.wx,
          onAfterPageUnload: (listener: () => void) => listeners.add(listener),
          offAfterPageUnload: (listener: () => void) => listeners.delete(listener),
        },
      });
      promptByPage(world.session, { url });
      const login = watch(world.session.login());
      at(1000, () => {
        expect(listeners.size).toBe(1);
        listeners.forEach((listener) => listener());
        expect(login.log).toEqual([]);
        router.stack.pop();
        listeners.forEach((listener) => listener());
        expect(login.log).toEqual(['!auth-cancelled']);
        expect(listeners.size).toBe(0);
      });
    }),
  );

  test(
    'a navigation that fails cancels the prompt, and says so in the console',
    virtually(() => {
      const error = jest.spyOn(console, 'error').mockImplementation();
      const world = createWorld({ ...asking, wx: createRouter().wx });
      promptByPage(world.session, { url: '/pages/missing' });
      const login = watch(world.session.login());
      at(1000, () => {
        expect(login.log).toEqual(['!auth-cancelled']);
        expect(error).toHaveBeenCalledWith(
          expect.stringContaining('/pages/missing'),
          expect.objectContaining({ errMsg: expect.stringContaining('not found') as string }),
        );
        error.mockRestore();
      });
    }),
  );

  test(
    'while the page stands, or is on its way, further prompts are left to it',
    virtually(() => {
      const router = createRouter(() => (page = loginPage(world.session)));
      const world = createWorld({
        ...asking,
        wx: router.wx,
        interactiveLogin: [wanted('avatarNickname', 'second'), issued('A')],
      });
      let page: ReturnType<typeof loginPage> | undefined;
      promptByPage(world.session, { url });
      const first = watch(world.session.login());
      // Withdrawn on the way, and asked for again.
      at(80, () => {
        first.stop();
        watch(world.session.login({ mode: 'forceAuth' }));
      });
      at(1000, () => page?.claimed[0].answer(phone));
      at(2000, () => {
        expect(page?.claimed.map(({ method }) => method)).toEqual(['phoneNumber', 'avatarNickname']);
        expect(router.opened).toEqual([url]);
        page?.claimed[1].answer({ avatarUrl: 'a', nickName: 'n' });
      });
      at(3000, () => expect(world.session.credential?.token).toBe('A'));
    }),
  );

  test(
    'where the page stack cannot be seen, the same prompt opens no second page',
    virtually(() => {
      const router = createRouter();
      delete app.getCurrentPages;
      const world = createWorld({ ...asking, wx: router.wx });
      promptByPage(world.session, { url });
      watch(world.session.login());
      at(1000, () => {
        expect(router.opened).toHaveLength(1);
        const page = loginPage(world.session);
        page.leave();
      });
      at(5000, () => {
        expect(router.opened).toHaveLength(1);
        const page = loginPage(world.session);
        page.claimed[0].cancel();
        page.leave();
        watch(world.session.login());
      });
      at(6000, () => expect(router.opened).toHaveLength(2));
    }),
  );

  test(
    'unsubscribed, it opens nothing',
    virtually(() => {
      const router = createRouter();
      const world = createWorld({ ...asking, wx: router.wx });
      promptByPage(world.session, { url }).unsubscribe();
      const login = watch(world.session.login());
      at(5000, () => {
        expect(router.opened).toEqual([]);
        expect(login.log).toEqual(['!prompt-unhandled']);
      });
    }),
  );

  test('a session of another copy, or one that a test made up, will do', () => {
    const made = { ...session('made up') } as Session<Credential>;
    expect(() => promptByPage(made, { url }).unsubscribe()).not.toThrow();
  });
});

test(
  'P3: prompt-unhandled names what to add',
  virtually(() => {
    const world = createWorld({ silentLogin: [wanted('phoneNumber')] });
    let message = '';
    world.session.login().subscribe({ error: (error: unknown) => (message = String(error)) });
    at(5000, () => expect(message).toMatch(/auth-prompt.*promptByPage/));
  }),
);
