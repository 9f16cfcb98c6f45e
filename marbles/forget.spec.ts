import { throwError } from 'rxjs';
import type { Session } from 'rx-weapp-session';
import { PACES, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig, Scenario } from 'rx-weapp-session/marbles';
import { silentRequest } from './support/guarded';
import { over } from './support/props';
import { slowStore } from './support/slow-store';

const forgotten = { version: 1, source: 'shop', forget: true };

const silent = (session: Session) => session.login({ mode: 'silent' });

/** An earlier run of the same app, on the same storage. */
const earlierRun = ({ otherSession }: Scenario) => otherSession({ source: 'shop' });

describe('L2: logout({ forget: true })', () => {
  test('L2: leaves the forget mark alone in storage, without anything of the session', () =>
    sessionMarbles(({ session, storage, expectSession }) => {
      storage.holds({
        version: 1,
        source: 'shop',
        credential: { token: 'Z' },
        receivedAt: 0,
        guest: { coupons: 3 },
      });
      session.logout({ forget: true });

      expectSession(session).toBe('n');
      expect(storage.content()).toEqual(forgotten);
      expect(storage.keys()).toHaveLength(1);
      expect(session.snapshot).toEqual({ status: 'anonymous' });
    }));

  /** How it came about that the session under test finds the mark. */
  const STARTS: readonly { readonly title: string; readonly start: (scenario: Scenario) => void }[] = [
    {
      title: 'in the same run',
      start: ({ session }) => void session.logout({ forget: true }),
    },
    {
      title: 'after a restart',
      start: (scenario) => void earlierRun(scenario).logout({ forget: true }),
    },
    {
      title: 'after two restarts',
      start: (scenario) => {
        earlierRun(scenario).logout({ forget: true });
        expect(earlierRun(scenario).snapshot).toEqual({ status: 'anonymous' });
      },
    },
    {
      title: 'after a plain logout, which keeps the mark',
      start: ({ session }) => {
        session.logout({ forget: true });
        session.logout();
      },
    },
    {
      title: 'after a restart, a plain logout and a restart',
      start: (scenario) => {
        earlierRun(scenario).logout({ forget: true });
        earlierRun(scenario).logout();
      },
    },
  ];

  for (const { title, start } of STARTS) {
    /** A scenario whose session finds the mark. */
    const forgetful = (run: (scenario: Scenario) => void, config?: MarblesConfig) =>
      sessionMarbles((scenario) => {
        scenario.storage.holds('Z');
        start(scenario);
        expect(scenario.storage.content()).toEqual(forgotten);
        run(scenario);
      }, config);

    test(`L2: silent and forceSilent fail with interaction-required, without wx.login, ${title}`, () =>
      forgetful(({ session, wx, user, expectPrompts, expectObservable }) => {
        wx.login([]);
        user.grant('1s');

        expectObservable(silent(session)).toBe('                        #', {}, 'interaction-required');
        expectObservable(session.login({ mode: 'forceSilent' })).toBe(' #', {}, 'interaction-required');
        expectPrompts().toBe('');
      }));

    test(`L2: silentOnly goes anonymously, ${title}`, () =>
      forgetful(({ session, wx, expectRequests, expectObservable }) => {
        wx.login([]);

        expectObservable(silentRequest(session)).toBe('20ms (n|)');
        expectRequests().toBe('                        n');
      }));

    for (const mode of ['common', 'force'] as const)
      test(`L2: ${mode} goes to the interactive stage with defaultMethod, ${title}`, () =>
        forgetful(
          ({ session, backend, user, expectSession, expectPrompts, expectObservable }) => {
            backend.silentLogin([]);
            user.grant('1s');

            expectSession(session).toBe('               (ni) 1056ms A');
            expectPrompts().toBe('                      n 999ms .', { n: 'avatarNickname' });
            expectObservable(session.login({ mode })).toBe('1060ms     (A|)');
          },
          { defaultMethod: 'avatarNickname' },
        ));

    test(`L2: until an interactive login succeeds, ${title}`, () =>
      forgetful(({ session, storage, backend, user, at, expectCalls, expectPrompts, expectObservable }) => {
        user.refuse('1s').grant('1s');

        expectPrompts().toBe('                           p 999ms .        3999ms p 999ms .');
        expectObservable(session.login()).toBe('         1s #', {}, 'auth-denied');
        at('5s', () => expect(storage.content()).toEqual(forgotten));
        expectObservable(silent(session), '  5s ^').toBe(
          '       5s              #',
          {},
          'interaction-required',
        );
        expectObservable(session.login(), ' 5s ^').toBe('                               6060ms (A|)');
        at('10s', () => {
          expect(storage.content()).toMatchObject({ credential: { token: 'A' } });
          expect(storage.content()).not.toHaveProperty('forget');
          session.logout();
          expect(storage.keys()).toEqual([]);
        });
        expectObservable(silent(session), ' 10s ^').toBe('10060ms (B|)');
        expectCalls(backend.silentLogin).toBe('          10010ms b');
      }));
  }

  test('L2: forceAuth asks as ever, and ends it', () =>
    sessionMarbles((scenario) => {
      const { session, otherSession, storage, user, at, expectPrompts, expectObservable } = scenario;
      storage.holds('Z');
      earlierRun(scenario).logout({ forget: true });
      user.grant('1s');

      expectPrompts().toBe('                                     p 999ms .');
      expectObservable(session.login({ mode: 'forceAuth' })).toBe('1060ms (A|)');
      at('2s', () => expect(otherSession({ source: 'shop' }).credential?.token).toBe('A'));
    }));

  test('L2 F5: an interactive login whose afterLogin fails has not succeeded', () =>
    sessionMarbles(
      ({ session, storage, user, at, expectObservable }) => {
        storage.holds('Z');
        session.logout({ forget: true });
        user.grant('1s');

        expectObservable(session.login()).toBe('     1060ms #');
        at('2s', () => expect(storage.content()).toEqual(forgotten));
        expectObservable(silent(session), '2s ^').toBe('2s   #', {}, 'interaction-required');
      },
      { afterLogin: () => throwError(() => ({ errMsg: 'request:fail', errno: 600000 })) },
    ));

  test('L2: the mark is set while nobody is logged in as well', () =>
    sessionMarbles((scenario) => {
      const { session, storage, wx, expectObservable } = scenario;
      wx.login([]);
      earlierRun(scenario).logout({ forget: true });
      expect(storage.content()).toEqual(forgotten);

      expectObservable(silent(session)).toBe('#', {}, 'interaction-required');
    }));

  test('L2 K2: a mark that cannot be written, the storage being full, takes the record with it: a restart finds nobody', () =>
    sessionMarbles(({ session, storage, otherSession, at, expectSession, expectEvents }) => {
      storage.holds('Z');
      storage.write('#');
      at('1s', () => void session.logout({ forget: true }));

      expectSession(session).toBe('Z 999ms n');
      expectEvents().toBe('        1s (wo)');
      at('2s', () => {
        expect(storage.keys()).toEqual([]);
        expect(otherSession({ source: 'shop' }).snapshot).toEqual({ status: 'anonymous' });
      });
    }));

  test('L2: memory alone keeps it where there is no store', () =>
    sessionMarbles(
      ({ session, storage, at, expectObservable }) => {
        session.logout({ forget: true });

        expectObservable(silent(session)).toBe('#', {}, 'interaction-required');
        at('1s', () => expect(storage.keys()).toEqual([]));
      },
      { store: null },
    ));

  test('L2: a silent login under way does not lift it', () =>
    sessionMarbles(({ session, storage, at, expectObservable }) => {
      at('30ms', () => void session.logout({ forget: true }));

      expectObservable(session.login()).toBe('     30ms #', {}, 'logged-out');
      at('1s', () => expect(storage.content()).toEqual(forgotten));
      expectObservable(silent(session), '1s ^').toBe('1s #', {}, 'interaction-required');
    }));

  test('L2 K1: a plain logout before an asynchronous store has answered keeps a mark that it holds', () => {
    const store = slowStore(forgotten);
    sessionMarbles(
      ({ session, wx, app, at, expectSession, expectObservable }) => {
        wx.login([]);
        at('10ms', app.logout);

        expectSession(session).toBe('n');
        expectObservable(silent(session), '1s ^').toBe('1s #', {}, 'interaction-required');
        at('2s', () => expect(store.held()).toEqual(forgotten));
      },
      { store },
    );
  });

  test('L2 K1: a silent login waits for an asynchronous store, and finds its mark', () =>
    sessionMarbles(
      ({ session, wx, expectObservable }) => {
        wx.login([]);

        expectObservable(silent(session)).toBe('30ms #', {}, 'interaction-required');
      },
      { store: slowStore(forgotten) },
    ));

  for (const restarted of [false, true])
    test(`L2 E10: nothing is refreshed, ${restarted ? 'after a restart' : 'in the same run'}`, () =>
      sessionMarbles(
        (scenario) => {
          const { session, storage, wx, backend, expectObservable } = scenario;
          storage.holds('Z');
          wx.login([]);
          backend.refresh([]);
          (restarted ? earlierRun(scenario) : session).logout({ forget: true });

          expectObservable(silent(session)).toBe('#', {}, 'interaction-required');
        },
        { credentials: over('Z') },
      ));

  for (const pace of PACES)
    test(`L2 T4: a login that it turns away leaves anonymous without an error; ${pace}`, () =>
      sessionMarbles(
        ({ session, storage, at, expectSession, expectObservable }) => {
          storage.holds('Z');
          session.logout({ forget: true });

          expectObservable(silent(session)).toBe('#', {}, 'interaction-required');
          expectSession(session).inOrder('n');
          at('1s', () => expect(session.snapshot).toEqual({ status: 'anonymous' }));
        },
        { pace },
      ));
});
