import type { LoginMode } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import type { Scenario } from 'rx-weapp-session/marbles';
import { recordOf, rejected } from './support/props';

describe('M3: a failed flight', () => {
  const FAILURES: readonly {
    readonly mode: LoginMode;
    readonly code: string;
    readonly script: (scenario: Scenario) => void;
    readonly ms: number;
  }[] = [
    {
      mode: 'force',
      code: 'login-rejected',
      script: ({ backend }) => backend.silentLogin('50ms f', rejected),
      ms: 60,
    },
    {
      mode: 'force',
      code: 'backend-unreachable',
      script: ({ backend }) => backend.silentLogin(['50ms #', '50ms #', '50ms #']),
      ms: 180,
    },
    { mode: 'force', code: 'code-unavailable', script: ({ wx }) => wx.login('10ms #'), ms: 10 },
    {
      mode: 'force',
      code: 'backend-invalid',
      script: ({ backend }) => backend.silentLogin('50ms e', { e: {} }),
      ms: 60,
    },
    { mode: 'force', code: 'login-timeout', script: ({ backend }) => backend.silentLogin('-'), ms: 15010 },
    {
      mode: 'force',
      code: 'auth-denied',
      script: ({ backend, user }) => {
        backend.silentLogin('50ms p');
        user.refuse('1s');
      },
      ms: 1060,
    },
    {
      mode: 'force',
      code: 'auth-cancelled',
      script: ({ backend, user }) => {
        backend.silentLogin('50ms p');
        user.close('1s');
      },
      ms: 1060,
    },
    {
      mode: 'forceSilent',
      code: 'login-rejected',
      script: ({ backend }) => backend.silentLogin('50ms f', rejected),
      ms: 60,
    },
    {
      mode: 'forceSilent',
      code: 'backend-unreachable',
      script: ({ backend }) => backend.silentLogin(['50ms #', '50ms #', '50ms #']),
      ms: 180,
    },
    { mode: 'forceAuth', code: 'auth-cancelled', script: ({ user }) => user.close('1s'), ms: 1000 },
    {
      mode: 'forceAuth',
      code: 'auth-failed',
      script: ({ user }) => user.answer({ errno: 112 }, '1s'),
      ms: 1000,
    },
    {
      mode: 'forceAuth',
      code: 'login-rejected',
      script: ({ backend, user }) => {
        backend.login('50ms f', rejected);
        user.grant('1s');
      },
      ms: 1060,
    },
  ];
  for (const { mode, code, script, ms } of FAILURES)
    test(`M3: of mode ${mode} that ends in ${code} leaves a usable credential as it was, with the error`, () =>
      sessionMarbles((scenario) => {
        const { session, storage, at, expectObservable } = scenario;
        storage.holds('Z');
        script(scenario);

        expectObservable(session.login({ mode })).toBe(`${ms}ms #`, {}, code);
        at('20s', () => {
          expect(session.snapshot).toEqual({
            status: 'authenticated',
            credential: { token: 'Z' },
            origin: 'restored',
            error: expect.objectContaining({ code }) as unknown,
          });
          expect(session.credential?.token).toBe('Z');
          expect(storage.keys()).toHaveLength(1);
          expect(storage.content()).toEqual(recordOf('Z'));
        });
      }));

  for (const mode of ['common', 'silent'] as const)
    test(`M3 R5: so does a ${mode} login with verify`, () =>
      sessionMarbles(({ session, storage, wx, backend, expectSession, expectObservable }) => {
        storage.holds('Z');
        wx.checkSession('200ms #');
        backend.silentLogin('50ms f', rejected);

        expectSession(session).toBe('                         Z 199ms s 59ms e', {
          e: 'Z !login-rejected',
        });
        expectObservable(session.login({ mode, verify: true })).toBe('260ms #', {}, 'login-rejected');
      }));
});
