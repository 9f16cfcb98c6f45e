import { defer, EMPTY, map, merge, NEVER, of, startWith, Subject, switchMap, throwError } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import {
  createSession,
  requestWithLogin,
  retryOnExpired,
  sessionError,
  sessionRequest,
  silentOnly,
  weapp,
  withLogin,
} from 'rx-weapp-session';
import type {
  HttpResponse,
  LoginMode,
  LoginOptions,
  RequestOptions,
  Session,
  SessionConfig,
} from 'rx-weapp-session';
import { onceTold } from './support/bare-session';
import { newCodes } from './support/new-codes';
import { watched } from './support/watched';

interface Callbacks {
  success(result: object): void;
}
type Sent = RequestOptions & Callbacks;

interface App {
  readonly session: Session;
  /** What wx.request was given; it is answered by hand, but for those that are refused. */
  readonly sent: Sent[];
  readonly silentLogin: jest.Mock;
}

const REFUSED = { statusCode: 401, data: '', header: {} };
const FINE = { statusCode: 200, data: 'fine', header: {} };

/** An app that is not logged in yet; the backend refuses the tokens that `refused` names, at once. */
function app(refused: RegExp, config: Partial<SessionConfig> = {}): App {
  const sent: Sent[] = [];
  let tokens = 0;
  const silentLogin = jest.fn(() => [{ credential: { token: `token ${++tokens}` } }]);
  const wx = {
    login: newCodes(),
    request: (options: Sent) => {
      sent.push(options);
      if (refused.test(String(options.header?.Authorization))) options.success(REFUSED);
    },
  };
  const session = createSession({
    source: 'shop',
    baseUrl: 'https://api.example.com',
    backend: { silentLogin, login: () => NEVER },
    platform: weapp(wx),
    store: null,
    ...config,
  });
  return { session, sent, silentLogin };
}

/** Answers the requests that carried this token. */
const answer = (sent: readonly Sent[], token: string) =>
  sent
    .filter(({ header }) => header?.Authorization === `Bearer ${token}`)
    .forEach(({ success }) => success(FINE));

const bearers = (sent: readonly Sent[]) => sent.map(({ header }) => header?.Authorization);

describe('E9: a retried request that is on the wire at a logout ends as it ends', () => {
  const guards: readonly (readonly [string, (session: Session) => MonoTypeOperatorFunction<HttpResponse>])[] =
    [
      ['no guard', () => (source) => source],
      ['withLogin', (session) => withLogin(session)],
      ['silentOnly', (session) => silentOnly(session)],
    ];
  test.each(guards)('E9: under %s', (_, guard) => {
    const { session, sent } = app(/token 1$/);
    watched(session.login());
    const asked = watched(
      sessionRequest(session, { url: '/me' }).pipe(guard(session), retryOnExpired(session)),
    );
    expect(bearers(sent)).toEqual(['Bearer token 1', 'Bearer token 2']);
    session.logout().subscribe();
    expect(asked.errors).toEqual([]);
    sent[1].success(FINE);
    expect(asked.values).toMatchObject([{ data: 'fine' }]);
    expect(asked.completed).toBe(true);
  });
});

describe('M1: a credential that the waiter before found refused', () => {
  // The first request is refused inside the call that tells both of their login.
  const twoRequests = (options: LoginOptions) => {
    const code$ = new Subject<object>();
    const { session, silentLogin, sent } = app(/token 1$/);
    silentLogin
      .mockImplementationOnce(() => code$.pipe(switchMap(() => [{ credential: { token: 'token 1' } }])))
      .mockImplementation(() => [{ authorize: { method: 'phoneNumber' } }]);
    const prompts = watched(session.prompt$);
    watched(sessionRequest(session, { url: '/first' }).pipe(withLogin(session)));
    const second = watched(sessionRequest(session, { url: '/second' }).pipe(withLogin(session, options)));
    code$.next({});
    return { sent, prompts, second };
  };

  test.each<LoginMode>(['silent', 'forceSilent'])('M1: %s: the next waiter logs in as silently', (mode) => {
    const { sent, prompts, second } = twoRequests({ mode });
    expect(second.code).toBe('interaction-required');
    expect(prompts.values).toEqual([null]);
    expect(sent).toHaveLength(1);
  });

  test('P6: the next waiter logs in with its own tips', () => {
    const { prompts, second } = twoRequests({ tips: { title: 'To see your orders' } });
    expect(second.errors).toEqual([]);
    expect(prompts.values).toMatchObject([null, { tips: { title: 'To see your orders' } }]);
  });
});

describe('E9: a request that is made while another is retried', () => {
  test('E9: its end does not bring that one back: a later request is a new one', () => {
    const { session, sent } = app(/token 1$/);
    watched(session.login());
    onceTold(session, 'login-start', () => watched(requestWithLogin(session, { url: '/log' })));
    watched(requestWithLogin(session, { url: '/a' }));
    const sentTo = (path: string) => sent.filter(({ url }) => url.endsWith(path));
    answer(sentTo('/a'), 'token 2');
    answer(sentTo('/log'), 'token 2');
    session.logout();
    const later = watched(sessionRequest(session, { url: '/b' }).pipe(withLogin(session)));
    expect(later.errors).toEqual([]);
    expect(bearers(sent).at(-1)).toBe('Bearer token 3');
  });
});

describe('E9: a guard that is subscribed a moment later', () => {
  test('E9: a retry that was answered is over: a logout does not end the poll that it belongs to', () => {
    const { session, sent } = app(/token 1$/);
    watched(session.login());
    const tick$ = new Subject<void>();
    const poll = watched(
      tick$.pipe(
        switchMap(() => sessionRequest(session, { url: '/me' }).pipe(withLogin(session))),
        retryOnExpired(session),
      ),
    );
    tick$.next();
    tick$.next();
    sent[1].success(FINE);
    expect(poll.values).toHaveLength(1);
    session.logout();
    expect(poll.errors).toEqual([]);
    tick$.next();
    expect(bearers(sent).at(-1)).toBe('Bearer token 3');
  });
});

describe('S5: the guards of two sessions around one request', () => {
  const guards = {
    'the other’s is inside': (shop: Session, other: Session) => [withLogin(other), withLogin(shop)],
    'the other’s is outside': (shop: Session, other: Session) => [withLogin(shop), withLogin(other)],
  };
  test.each(Object.entries(guards))('S5 E1: %s: the expiry is for the session that sent it', (_, order) => {
    const [shop, other] = [app(/token 1$/), app(/$^/, { source: 'other' })];
    const [inner, outer] = order(shop.session, other.session) as MonoTypeOperatorFunction<HttpResponse>[];
    const asked = watched(
      sessionRequest(shop.session, { url: '/me' }).pipe(inner, outer, retryOnExpired(shop.session)),
    );
    expect(bearers(shop.sent)).toEqual(['Bearer token 1', 'Bearer token 2']);
    shop.sent[1].success(FINE);
    expect(asked.values).toMatchObject([{ data: 'fine' }]);
    expect(other.session.snapshot.status).toBe('authenticated');
  });
});

describe('E9: a value that is no response', () => {
  test('E9: does not end the watch over a guard that comes later: nothing is sent as another user', () => {
    const { session, sent, silentLogin } = app(/ming$/);
    ['ming', 'hong'].forEach((userId) =>
      silentLogin.mockImplementationOnce(() => [{ credential: { token: userId, userId } }]),
    );
    const paid = watched(
      sessionRequest(session, { url: '/pay', method: 'POST' }).pipe(
        withLogin(session),
        startWith('loading'),
        retryOnExpired<unknown>(session),
      ),
    );
    expect(paid.code).toBe('user-changed');
    expect(bearers(sent)).toEqual(['Bearer ming']);
  });
});

describe('E2: a request beside the guard', () => {
  const PIPES: readonly (readonly [string, (session: Session) => Observable<HttpResponse>])[] = [
    [
      'behind a guard that is a gate',
      (session) =>
        of(null).pipe(
          withLogin(session),
          switchMap(() => sessionRequest(session, { url: '/me' })),
        ),
    ],
    [
      'merged with one that is guarded',
      (session) => merge(of(FINE).pipe(withLogin(session)), sessionRequest(session, { url: '/me' })),
    ],
  ];
  test.each(PIPES)('E2 E1: %s: its expiry is seen, and it is made again', (_, pipe) => {
    const { session, sent } = app(/token 1$/);
    watched(session.login());
    const asked = watched(pipe(session).pipe(retryOnExpired(session)));
    answer(sent, 'token 2');
    expect(asked.errors).toEqual([]);
    expect(asked.values.map(({ statusCode }) => statusCode)).not.toContain(401);
    expect(asked.values.length).toBeGreaterThan(0);
    expect(session.credential).toEqual({ token: 'token 2' });
  });
});

describe('S5: the expiry of another session', () => {
  test('S5 E2: is not this one’s: nothing is made again, nobody logs in', () => {
    const [shop, forum] = [app(/$^/), app(/token/, { source: 'forum' })];
    const order = watched(
      sessionRequest(shop.session, { url: '/order', method: 'POST' }).pipe(
        withLogin(shop.session),
        switchMap(() => requestWithLogin(forum.session, { url: '/post' })),
        retryOnExpired(shop.session),
      ),
    );
    shop.sent[0].success(FINE);
    expect(order.code).toBe('session-expired');
    expect(shop.sent).toHaveLength(1);
    expect(shop.silentLogin).toHaveBeenCalledTimes(1);
  });
});

describe('R3: loginOptions of null', () => {
  test('R3: are none, on a retry too', () => {
    const { session, sent } = app(/token 1$/);
    const nothing = null as unknown as LoginOptions;
    watched(requestWithLogin(session, { url: '/me', loginOptions: nothing }));
    expect(bearers(sent)).toEqual(['Bearer token 1', 'Bearer token 2']);
  });
});

describe('E2: what follows a retried request is no part of it', () => {
  test('E2: a guard below, subscribed by its answer, logs in by its own mode', () => {
    const { session, silentLogin } = app(/^$/, { isExpired: (outcome) => outcome === 'refused' });
    watched(session.login());
    const outcomes = ['refused', 'fine'];
    const next$ = defer(() => [session.credential?.token]).pipe(withLogin(session, { mode: 'force' }));
    const both = watched(
      defer(() => [outcomes.shift()]).pipe(
        retryOnExpired<string | undefined>(session),
        switchMap(() => next$),
      ),
    );
    // At the start, for the retry, and the one that is forced.
    expect(silentLogin).toHaveBeenCalledTimes(3);
    expect(both.values).toEqual(['token 3']);
  });
});

describe('F8: a login that fails for a request that expired', () => {
  test('F8: with an error of an app’s own session: that error, as it is', () => {
    const failure = new Error('offline');
    const token = { token: 'A' };
    const stub = {
      session$: EMPTY,
      credential: token,
      isExpired: () => true,
      invalidate: () => true,
      login: () => throwError(() => failure),
    } as unknown as Session;
    expect(watched(of('refused').pipe(retryOnExpired(stub))).errors[0]).toBe(failure);
    const coded = sessionError('login-rejected', 'no');
    const rejecting: Session = { ...stub, login: () => throwError(() => coded) };
    expect(watched(of('refused').pipe(retryOnExpired(rejecting))).code).toBe('login-rejected');
  });
});

describe('E7: each new credential is refused', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** Requests that end in a login-loop, or else after so many. */
  const rounds = (between: (session: Session) => Observable<unknown>, own = false) => {
    let tokens = 0;
    // Renewed, because wx.login takes its time the fifth time.
    const refresh = jest.fn(() => [{ credential: { token: `renewed ${++tokens}` } }]);
    const silentLogin = () => [{ credential: { token: 'first' } }];
    const { session } = app(/./, { backend: { silentLogin, login: () => NEVER, refresh } });
    const request$: Observable<unknown> = own
      ? of({ statusCode: 401 })
      : sessionRequest(session, { url: '/me' });
    const ask = () => watched(request$.pipe(withLogin(session))).code;
    const ends = Array.from({ length: 9 }, () => {
      const code = ask();
      watched(session.login({ mode: 'silent' }).pipe(switchMap(() => between(session))));
      return code;
    });
    return { refresh, ends, ask };
  };

  test.each([
    ['by sessionRequest', false],
    ['in its own way', true],
  ])(
    'E7: in an app that sends %s, a guarded source that completes without an outcome does not tell that its credential is good',
    (_, own) => {
      const { ends } = rounds((session) => EMPTY.pipe(withLogin(session)), own);
      expect(ends[8]).toBe('login-loop');
    },
  );

  test('E7: in an app that sends in its own way, a guarded source that ends well does', () => {
    const { ends } = rounds((session) => of('fine').pipe(withLogin(session)), true);
    expect(ends).toEqual(Array.from({ length: 9 }, () => 'session-expired'));
  });

  test('E7: where responses say what they were given, one that does not say it does not', () => {
    const { ends } = rounds((session) => of('a dialog').pipe(withLogin(session)));
    expect(ends[8]).toBe('login-loop');
  });

  test('E7: held back for half a minute to the end', () => {
    const { refresh, ask, ends } = rounds(() => EMPTY);
    expect(ends[8]).toBe('login-loop');
    jest.advanceTimersByTime(30000);
    expect(ask()).toBe('login-loop');
    expect(refresh).toHaveBeenCalledTimes(5);
    jest.advanceTimersByTime(1);
    expect(ask()).toBe('session-expired');
    expect(refresh).toHaveBeenCalledTimes(6);
  });
});

describe('E1: what a backend sends is no mark of the library, however it is named', () => {
  const pretended = [{ source: 'elsewhere' }, { given: null, source: 'shop' }, 'x'];
  const names = ['_rxWeappSession', 'rx-weapp-session', 'Symbol(rx-weapp-session)'];

  test.each(names)('E1: %s', (name) => {
    for (const mark of pretended) {
      const { session, sent } = app(/token 1$/, {
        isExpired: (outcome) => (outcome as { over?: boolean }).over === true,
      });
      const received = watched(
        sessionRequest<string>(session, { url: '/a' }).pipe(
          map(
            ({ statusCode }): object =>
              JSON.parse(JSON.stringify({ over: statusCode === 401, [name]: mark })) as object,
          ),
          withLogin(session),
          retryOnExpired(session),
        ),
      );
      answer(sent, 'token 2');
      expect(received.values).toEqual([{ over: false, [name]: mark }]);
      expect(bearers(sent)).toEqual(['Bearer token 1', 'Bearer token 2']);
    }
  });
});
