import { join } from 'node:path';
import { of } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import ts from 'typescript';
import * as library from 'rx-weapp-session';
import * as operators from 'rx-weapp-session/operators';
import { findAny } from './support/find-any';
import {
  createSession,
  httpBackend,
  isSessionError,
  request,
  requestWithLogin,
  retryOnExpired,
  sessionBehavior,
  sessionError,
  sessionRequest,
  silentOnly,
  weapp,
  weappStore,
  whileAuthenticated,
  withLogin,
} from 'rx-weapp-session';
import type {
  AuthMethod,
  AuthPrompt,
  AuthTips,
  Credential,
  CredentialStore,
  HttpBackendOptions,
  HttpResponse,
  LoginBackend,
  LoginMode,
  LoginOptions,
  LoginReply,
  Platform,
  RequestOptions,
  Session,
  SessionConfig,
  SessionError,
  SessionErrorCode,
  SessionEvent,
  SessionState,
  SessionView,
  StoredSession,
  TipsSource,
} from 'rx-weapp-session';

// What must compile, and what must not: ts-jest checks the types of this file, and an expected error that
// does not come is an error as well. What is only here for its types is never called.

const root = join(__dirname, '..');

/** A program of the sources, with the options that they are built with. */
function publicProgram(entries: readonly string[], more: ts.CompilerOptions = {}): ts.Program {
  const path = join(root, 'tsconfig.json');
  const config: unknown = ts.readConfigFile(path, (name) => ts.sys.readFile(name)).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram([...entries], { ...options, noEmit: true, ...more });
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
type HasAny<T> = true extends { [K in keyof T]-?: IsAny<T[K]> }[keyof T] ? true : IsAny<T>;
type Members<T> = T extends unknown ? HasAny<T> : never;

/** Compiles for `true` alone. */
const holds = <T extends true>(...none: readonly T[]) => expect(none).toEqual([]);

/** Compiles where the value is of this very type. */
const exactly =
  <Expected>() =>
  <Actual>(_: Actual & (Equal<Actual, Expected> extends true ? unknown : never)) =>
    undefined;

interface Mine extends Credential {
  readonly level: number;
}
declare const mine: Session<Mine>;
declare const session: Session;
declare const backend: LoginBackend;
declare const myBackend: LoginBackend<Mine>;

/** Type-checked, and not run. */
const compiles = (_: () => unknown) => expect(typeof _).toBe('function');

describe('section 2: the type of the credential', () => {
  test('goes through the whole session', () => {
    holds<Equal<typeof mine.session$, Observable<SessionState<Mine>>>>();
    holds<Equal<typeof mine.snapshot, SessionState<Mine>>>();
    holds<Equal<typeof mine.credential, Mine | undefined>>();
    holds<Equal<ReturnType<typeof mine.login>, Observable<Mine>>>();
    holds<Equal<Parameters<typeof mine.invalidate>, [credential: Mine]>>();
    holds<Equal<ReturnType<typeof mine.logout>, Observable<void>>>();
    holds<Equal<ReturnType<typeof mine.verify>, Observable<boolean>>>();
    holds<Equal<typeof mine.prompt$, Observable<AuthPrompt | null>>>();
    holds<Equal<typeof mine.event$, Observable<SessionEvent>>>();
  });

  test('reaches backend, store, attach, afterLogin and httpBackend', () => {
    type Config = SessionConfig<Mine>;
    holds<Equal<Config['backend'], LoginBackend<Mine>>>();
    holds<Equal<NonNullable<Config['store']>, CredentialStore<Mine>>>();
    compiles(() => {
      const store = weappStore({ key: 'my-session' });
      exactly<Session<Mine>>()(createSession({ source: 'shop', backend: myBackend, store }));
    });
    holds<Equal<Parameters<NonNullable<Config['attach']>>, [options: RequestOptions, credential: Mine]>>();
    holds<Equal<Parameters<NonNullable<Config['afterLogin']>>[0], Mine>>();
    compiles(() => exactly<LoginBackend<Mine>>()(httpBackend<Mine>({ baseUrl: 'https://api.example.com' })));
    holds<Equal<ReturnType<typeof weappStore<Mine>>, CredentialStore<Mine>>>();
    compiles(() => {
      const made = createSession<Mine>({
        source: 'shop',
        backend: myBackend,
        attach: (options, { level }) => ({ ...options, url: `${options.url}?level=${level.toFixed()}` }),
        afterLogin: ({ level }, send) => send<string>({ url: `/level/${level.toFixed()}` }),
      });
      made.session$.subscribe((state) => {
        if (state.status === 'authenticated') state.credential.level.toFixed();
        // @ts-expect-error -- an anonymous state has no credential
        if (state.status === 'anonymous') void state.credential;
        if (state.status === 'expired') state.previous.level.toFixed();
      });
      // @ts-expect-error -- a field that no credential has
      made.login().subscribe(({ levels }) => void levels);
      // @ts-expect-error -- a token alone is no credential of mine
      made.invalidate({ token: 'A' });
    });
  });

  test('is inferred from the backend', () => {
    compiles(() => {
      exactly<Session<Mine>>()(createSession({ source: 'shop', backend: myBackend }));
      exactly<Session>()(createSession({ source: 'shop', backend }));
      // @ts-expect-error -- the check itself tells one from the other
      exactly<Session>()(createSession({ source: 'shop', backend: myBackend }));
    });
  });

  test('a credential needs a token', () => {
    compiles(() => {
      // @ts-expect-error -- an object without a token
      const reply: LoginReply = { credential: { userId: 'u1' } };
      // @ts-expect-error -- not a credential
      const wrong = (it: Session<{ id: string }>) => it.source;
      return [reply, wrong];
    });
  });

  test('a session of my credential is taken wherever a session is', () => {
    compiles(() => [
      sessionRequest(mine, { url: '/a' }),
      requestWithLogin(mine, { url: '/a' }),
      of(1).pipe(withLogin(mine), silentOnly(mine), retryOnExpired(mine), whileAuthenticated(mine)),
    ]);
  });
});

describe('section 2: requests', () => {
  type Given = WechatMiniprogram.RequestOption;

  test('RequestOptions are what wx.request takes', () => {
    holds<RequestOptions extends Given ? true : false>();
    compiles(() => wx.request({ url: '/a', method: 'PUT', header: {} } satisfies RequestOptions));
  });

  test('RequestOptions hold every field of wx.request but the callbacks', () => {
    type Callback = 'success' | 'fail' | 'complete';
    holds<Equal<Exclude<keyof Given, keyof RequestOptions | Callback>, never>>();
    holds<Equal<Extract<keyof RequestOptions, Callback>, never>>();
    compiles(() => {
      // @ts-expect-error -- Observables take the place of callbacks
      request({ url: '/a', success: () => undefined });
    });
  });

  test('what they answer is typed', () => {
    compiles(() => {
      exactly<Observable<HttpResponse<{ items: string[] }>>>()(
        requestWithLogin<{ items: string[] }>(session, { url: '/a' }),
      );
      holds<Equal<ReturnType<typeof request<number>>, Observable<HttpResponse<number>>>>();
      holds<Equal<ReturnType<typeof sessionRequest<number>>, Observable<HttpResponse<number>>>>();
      const untyped = sessionRequest(session, { url: '/a' });
      holds<Equal<typeof untyped, Observable<HttpResponse>>>();
      // @ts-expect-error -- without a type the data is unknown, and not any
      untyped.subscribe(({ data }) => void data.items);
    });
  });

  test('loginOptions belong to requestWithLogin alone', () => {
    compiles(() => {
      requestWithLogin(session, { url: '/a', loginOptions: { mode: 'silent' } });
      // @ts-expect-error -- sessionRequest never logs in
      sessionRequest(session, { url: '/a', loginOptions: {} });
      // @ts-expect-error -- nor does request
      request({ url: '/a', loginOptions: {} });
      // @ts-expect-error -- url is needed
      requestWithLogin(session, { method: 'GET' });
      // @ts-expect-error -- wx knows no PATCH
      requestWithLogin(session, { url: '/a', method: 'PATCH' });
      // @ts-expect-error -- header fields are texts
      requestWithLogin(session, { url: '/a', header: { 'x-n': 1 } });
    });
  });
});

describe('section 2: options', () => {
  test('modes are a closed list', () => {
    holds<Equal<LoginMode, 'common' | 'silent' | 'force' | 'forceSilent' | 'forceAuth'>>();
    holds<Equal<keyof LoginOptions, 'mode' | 'tips' | 'method' | 'verify'>>();
    compiles(() => {
      // @ts-expect-error -- no such mode
      session.login({ mode: 'loud' });
      // @ts-expect-error -- no such option
      session.login({ quiet: true });
      session.logout({ forget: true });
      // @ts-expect-error -- no such option
      session.logout({ forever: true });
    });
  });

  test('silentOnly takes verify and nothing else; retryOnExpired a count and a mode', () => {
    compiles(() => {
      silentOnly(session, { verify: true });
      // @ts-expect-error -- its mode is silent
      silentOnly(session, { mode: 'force' });
      retryOnExpired(session, { count: 2, mode: 'common' });
      // @ts-expect-error -- a number
      retryOnExpired(session, { count: '2' });
    });
  });

  test('operators keep the type of their source', () => {
    compiles(() => {
      exactly<Observable<{ id: number }>>()(
        of({ id: 1 }).pipe(withLogin(session), silentOnly(session), retryOnExpired(session)),
      );
    });
    holds<Equal<ReturnType<typeof withLogin<number>>, MonoTypeOperatorFunction<number>>>();
    holds<Equal<ReturnType<typeof whileAuthenticated<number>>, MonoTypeOperatorFunction<number>>>();
  });

  test('the configuration', () => {
    type Optional<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
    holds<Equal<Exclude<keyof SessionConfig, Optional<SessionConfig>>, 'source' | 'backend'>>();
    holds<null extends SessionConfig['store'] ? true : false>();
    compiles(() => {
      // @ts-expect-error -- a source is needed
      createSession({ backend });
      // @ts-expect-error -- a backend is needed
      createSession({ source: 'shop' });
      // @ts-expect-error -- no such field
      createSession({ source: 'shop', backend, baseURL: 'https://api.example.com' });
      // @ts-expect-error -- no such field in timeouts
      createSession({ source: 'shop', backend, timeouts: { login: 1 } });
      createSession({
        source: 'shop',
        backend,
        platform: weapp(),
        store: null,
        tips: ({ method, scope, openType }) => ({ title: `${method} ${String(scope)} ${String(openType)}` }),
        methods: { mine: { code: 'none', read: (detail) => detail } satisfies AuthMethod },
        isExpired: (outcome: unknown) => outcome === 401,
      });
    });
  });

  test('what an app hands on may be undefined, under exactOptionalPropertyTypes too', () => {
    const entry = join(__dirname, 'support/passing-on.ts');
    const program = publicProgram([entry], { exactOptionalPropertyTypes: true });
    const found = program.getSemanticDiagnostics(program.getSourceFile(entry));
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
  });

  test('a backend may answer by Observable, promise or list, and leaves refresh and logout out', () => {
    compiles(() => {
      const given: LoginBackend[] = [
        { silentLogin: ({ source, code }) => of({ credential: { token: source + code } }), login: () => [] },
        {
          silentLogin: async () => ({ authorize: { method: 'phoneNumber', ticket: 't' } }),
          login: ({ method, authorization: _, code, ticket }) => [
            { credential: { token: method + String(code) + String(ticket) } },
          ],
        },
        // @ts-expect-error -- login is needed
        { silentLogin: () => [] },
      ];
      const options: HttpBackendOptions = { baseUrl: 'https://api.example.com', paths: { logout: null } };
      // @ts-expect-error -- baseUrl is needed
      const incomplete: HttpBackendOptions = {};
      return [given, options, incomplete];
    });
  });

  test('a store may be synchronous or not; records are credentials or the forget mark', () => {
    compiles(() => {
      const stores: CredentialStore[] = [
        { read: () => undefined, write: () => undefined, remove: () => undefined },
        { read: async () => undefined, write: async () => undefined, remove: async () => undefined },
        weappStore({ key: 'k', encrypt: true }),
      ];
      return stores;
    });
    holds<StoredSession extends object ? true : false>();
  });
});

describe('section 2: states, prompts, errors', () => {
  test('states and prompts are read-only', () => {
    compiles(() => {
      const state = session.snapshot;
      // @ts-expect-error -- immutable
      state.status = 'anonymous';
      // @ts-expect-error -- immutable
      mine.credential = undefined;
      return (prompt: AuthPrompt) => {
        // @ts-expect-error -- immutable
        prompt.id = 7;
        // @ts-expect-error -- immutable
        prompt.tips.title = '';
      };
    });
  });

  test('a switch over the status knows all four', () => {
    holds<Equal<SessionState['status'], 'anonymous' | 'authenticating' | 'authenticated' | 'expired'>>();
    compiles(() => (state: SessionState<Mine>): number => {
      switch (state.status) {
        case 'anonymous':
          return state.error ? 1 : 0;
        case 'authenticating':
          return state.stage === 'silent' ? 2 : 3;
        case 'authenticated':
          return state.credential.level;
        case 'expired':
          return state.previous.level;
      }
    });
  });

  test('error codes are a closed list, and isSessionError narrows', () => {
    type Codes =
      | ('config-invalid' | 'not-configured' | 'disposed')
      | ('code-unavailable' | 'login-timeout' | 'login-rejected' | 'backend-unreachable' | 'backend-invalid')
      | ('login-loop' | 'reentrant-login')
      | ('interaction-required' | 'auth-denied' | 'auth-cancelled' | 'auth-failed' | 'prompt-unhandled')
      | ('session-expired' | 'logged-out' | 'user-changed' | 'request-failed');
    holds<Equal<SessionErrorCode, Codes>>();
    holds<Equal<SessionError['name'], 'SessionError'>>();
    holds<SessionError extends Error ? true : false>();
    compiles(() => (error: unknown) => {
      if (isSessionError(error)) return error.code;
      // @ts-expect-error -- not narrowed
      void error.code;
      return undefined;
    });
    const narrows = (error: SessionError | undefined) => {
      if (isSessionError(error, 'logged-out')) holds<Equal<typeof error.code, 'logged-out'>>();
      // One code asked for tells nothing of the others.
      else if (error) holds<Equal<typeof error.code, SessionErrorCode>>();
    };
    compiles(narrows as () => unknown);
    compiles(() => {
      // @ts-expect-error -- no such code
      sessionError('broken', 'message');
      // @ts-expect-error -- no such code
      isSessionError(undefined, 'broken');
    });
  });

  test("sessionBehavior's view is in the data of a component that names it inline", () => {
    compiles(() =>
      Component({
        behaviors: [sessionBehavior(), sessionBehavior({ property: 'login' })],
        methods: {
          whoIs() {
            holds<Equal<typeof this.data.session, SessionView>>();
            holds<Equal<typeof this.data.login, SessionView>>();
          },
        },
      }),
    );
  });

  test('event types are a closed list', () => {
    type Types =
      | ('login-start' | 'login-success' | 'login-failure' | 'expired' | 'logout' | 'user-changed' | 'prompt')
      | ('retry' | 'storage-failure' | 'backend-logout-failure' | 'hook-failure' | 'login-loop');
    holds<Equal<SessionEvent['type'], Types>>();
    holds<Equal<keyof SessionEvent, 'type' | 'at' | 'mode' | 'stage' | 'duration' | 'error'>>();
  });

  test('tips are texts, some of them, or a function', () => {
    holds<Equal<keyof AuthTips, 'title' | 'content' | 'confirmText' | 'cancelText'>>();
    compiles(() => {
      const tips: TipsSource[] = [
        {},
        { title: 'mine' },
        () => undefined,
        ({ method }) => ({ title: method }),
      ];
      // @ts-expect-error -- no such text
      const wrong: TipsSource = { caption: 'mine' };
      return [tips, wrong];
    });
  });
});

describe('no any in the public types', () => {
  test('nor in the members of the main ones', () => {
    holds<Equal<Members<Session>, false>>();
    holds<Equal<Members<SessionConfig>, false>>();
    holds<Equal<Members<SessionState>, false>>();
    holds<Equal<Members<LoginBackend>, false>>();
    holds<Equal<Members<LoginReply>, false>>();
    holds<Equal<Members<AuthPrompt>, false>>();
    holds<Equal<Members<AuthMethod>, false>>();
    holds<Equal<Members<RequestOptions>, false>>();
    holds<Equal<Members<HttpResponse>, false>>();
    holds<Equal<Members<Platform>, false>>();
    // The check itself sees one.
    holds<Equal<Members<{ readonly hole: ReturnType<typeof JSON.parse> }>, true>>();
  });

  test('nor anywhere that can be reached from an export', () => {
    const entries = ['src/index.ts', 'operators/index.ts'].map((entry) => join(root, entry));
    const found = entries.map((entry) => findAny(publicProgram(entries), entry, root));
    expect(found.flatMap(({ any }) => any)).toEqual([]);
    found.forEach(({ visited }) => expect(visited).toBeGreaterThan(40));
    // The walk itself sees one.
    const holey = join(__dirname, 'support/holey.ts');
    expect(findAny(publicProgram([holey]), holey, root).any).toEqual([
      'Holey.deep.hole',
      'Holey.call(given)',
      'Holey.list<0>',
    ]);
  });
});

describe('section 2: what the entries export', () => {
  const NAMES = [
    'createSession',
    'httpBackend',
    'weappStore',
    'request',
    'sessionRequest',
    'requestWithLogin',
    'withLogin',
    'silentOnly',
    'retryOnExpired',
    'whileAuthenticated',
    'sessionError',
    'isSessionError',
    'weapp',
    'provideSession',
    'injectSession',
    'sessionBehavior',
    'promptByPage',
    'uploadFile',
    'uploadFileWithLogin',
    'downloadFile',
    'downloadFileWithLogin',
  ];
  test.each(NAMES)('rx-weapp-session: %s', (name) => {
    expect(typeof (library as Readonly<Record<string, unknown>>)[name]).toBe('function');
  });

  test('rx-weapp-session/operators: the operators alone', () => {
    expect(Object.keys(operators).sort()).toEqual([
      'retryOnExpired',
      'silentOnly',
      'whileAuthenticated',
      'withLogin',
    ]);
  });

  test('P6: English tips are exported', () => {
    expect(Object.keys(library)).toContain('englishTips');
  });
});
