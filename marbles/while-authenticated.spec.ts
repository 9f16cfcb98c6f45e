import { EMPTY, map, NEVER, Observable, of, switchMap, timer } from 'rxjs';
import { requestWithLogin, sessionRequest, whileAuthenticated, withLogin } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import {
  at,
  away,
  createWorld,
  issued,
  offline,
  PACES,
  phone,
  record,
  status,
  user,
  virtually,
  wanted,
  watch,
} from './support/world';
import type { World } from './support/world';

const usable = record('Z');

/** A socket under the credential of its opening: `+Z` when it opens, `-Z` when it closes. */
function socket(session: Session) {
  const log: string[] = [];
  const source = new Observable<string>((subscriber) => {
    const token = session.credential?.token ?? '-';
    log.push(`+${token}`);
    subscriber.next(token);
    return () => log.push(`-${token}`);
  });
  return { log, source };
}

const expire = (session: Session) => session.invalidate({ token: 'Z' });

const open = ({ session }: World) => {
  const { log, source } = socket(session);
  return { log, out: watch(source.pipe(whileAuthenticated(session))) };
};

describe('R4: whileAuthenticated', () => {
  test(
    'R4: the time line: pauses over an expiry and a logout, goes on under a new credential',
    virtually(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const { session } = createWorld({ stored: usable });
      const ticks = cold('                a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p');
      at(5, () => expire(session));
      at(10, () => session.login().subscribe()); // 60 ms: the new credential is there at 70
      at(75, () => void session.logout());
      at(80, () => session.login().subscribe()); // at 140
      at(145, () => session.dispose());
      const result = '      a-b-c 65ms a-b-c 65ms a-b-c|';
      expectObservable(ticks.pipe(whileAuthenticated(session))).toBe(result);
      flush();
      expectSubscriptions(ticks.subscriptions).toBe(['^----!', '70ms ^----!', '140ms ^----!']);
    }),
  );

  for (const pace of PACES) {
    test(
      `R4: subscribes at once under a usable credential, with ${pace.title}`,
      virtually(() => {
        const world = createWorld({ pace, stored: usable });
        const { log, out } = open(world);
        expect(log).toEqual(['+Z']);
        expect(out.log).toEqual(['Z']);
      }),
    );

    test(
      `R4: waits for one, and logs in nobody, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace });
        const { log, out } = open(world);
        flush();
        expect(log).toEqual([]);
        expect(out.log).toEqual([]);
        expect(world.count('wx.login')).toBe(0);
        watch(world.session.login());
        flush();
        expect(log).toEqual(['+A']);
        expect(out.log).toEqual(['A']);
      }),
    );

    test(
      `R4: closes at an expiry, and opens again under the new credential, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: usable });
        const { log, out } = open(world);
        at(10, () => {
          expire(world.session);
          expect(log).toEqual(['+Z', '-Z']);
          expect(out.log).toEqual(['Z']);
        });
        at(20, () => watch(world.session.login()));
        flush();
        expect(log).toEqual(['+Z', '-Z', '+A']);
        expect(out.log).toEqual(['Z', 'A']);
      }),
    );

    test(
      `R4: closes at a logout, and opens again after a login, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: usable });
        const { log, out } = open(world);
        at(10, () => {
          world.session.logout();
          expect(log).toEqual(['+Z', '-Z']);
          expect(out.log).toEqual(['Z']);
        });
        at(20, () => watch(world.session.login()));
        flush();
        expect(log).toEqual(['+Z', '-Z', '+A']);
      }),
    );

    test(
      `R4: a renewal while the credential is usable changes over once, with ${pace.title}`,
      virtually(({ flush }) => {
        const world = createWorld({ pace, stored: usable });
        const { log, out } = open(world);
        watch(world.session.login({ mode: 'force' }));
        flush();
        expect(log).toEqual(['+Z', '-Z', '+A']);
        expect(out.log).toEqual(['Z', 'A']);
      }),
    );
  }

  test(
    'R4: stays open while a forced login is in progress over a credential that is still usable',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      user(world.session, away);
      const { log } = open(world);
      const login = watch(world.session.login({ mode: 'forceAuth' }));
      at(1000, () => {
        expect(world.session.snapshot.status).toBe('authenticating');
        expect(log).toEqual(['+Z']);
        login.stop();
      });
      flush();
      expect(log).toEqual(['+Z']);
    }),
  );

  for (const [title, silentLogin] of [
    ['refused', [status(403)]],
    ['offline', [offline]],
    ['asked to ask', [wanted('phoneNumber')]],
    ['given the same token again', [issued('Z')]],
  ] as const) {
    test(
      `R4: a forced login that is ${title} leaves the source alone`,
      virtually(({ flush }) => {
        const world = createWorld({ stored: usable, silentLogin });
        const { log } = open(world);
        watch(world.session.login({ mode: 'forceSilent' }));
        flush();
        expect(log).toEqual(['+Z']);
      }),
    );
  }

  test(
    'R4 E5: an expiry by the clock pauses it',
    virtually(({ flush }) => {
      const world = createWorld({ stored: record('Z', { expiresAt: 100000 }) });
      const { log } = open(world);
      at(69999, () => expect(log).toEqual(['+Z']));
      at(70001, () => expect(log).toEqual(['+Z', '-Z']));
      flush();
      expect(world.count('wx.login')).toBe(0);
      expect.assertions(3);
    }),
  );

  test(
    'R4: stays paused while a login is in progress, and where it fails',
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [status(403), issued('A')] });
      const { log, out } = open(world);
      watch(world.session.login());
      at(30, () => expect(log).toEqual([]));
      at(100, () => {
        expect(log).toEqual([]);
        watch(world.session.login());
      });
      flush();
      expect(out.log).toEqual(['A']);
    }),
  );

  test(
    'R4 L4: another user has a subscription of their own',
    virtually(({ flush }) => {
      const world = createWorld({
        stored: record('Z', { userId: 'li' }),
        silentLogin: [issued('A', { userId: 'wang' })],
      });
      const { log } = open(world);
      watch(world.session.login({ mode: 'force' }));
      flush();
      expect(log).toEqual(['+Z', '-Z', '+A']);
    }),
  );

  test(
    'R4: completes with the source, and subscribes it no more',
    virtually(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const { session } = createWorld({ stored: usable });
      const source = cold('     a-b|');
      at(10, () => session.login({ mode: 'force' }).subscribe());
      const result = source.pipe(whileAuthenticated(session));
      expectObservable(result).toBe('a-b|');
      flush();
      expectSubscriptions(source.subscriptions).toBe('^--!');
    }),
  );

  test(
    'R4: completes with a source that completes in the tick of its subscription, or without a value',
    virtually(({ flush }) => {
      const { session } = createWorld({ stored: usable });
      const logs = [of(1, 2), EMPTY].map((source) => watch(source.pipe(whileAuthenticated(session))).log);
      expect(logs).toEqual([['1', '2', '|'], ['|']]);
      flush();
    }),
  );

  test(
    'R4: errors with the source, and subscribes it no more',
    virtually(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const { session } = createWorld({ stored: usable });
      const source = cold('     a-#', undefined, new Error('gone'));
      at(10, () => session.login({ mode: 'force' }).subscribe());
      expectObservable(source.pipe(whileAuthenticated(session))).toBe('a-#', undefined, new Error('gone'));
      flush();
      expectSubscriptions(source.subscriptions).toBe('^-!');
    }),
  );

  for (const [title, before] of [
    ['open', { stored: usable }],
    ['paused', {}],
  ] as const) {
    test(
      `R4 C3: completes with dispose while it is ${title}`,
      virtually(({ flush }) => {
        const world = createWorld(before);
        const { log, out } = open(world);
        at(10, () => world.session.dispose());
        flush();
        expect(out.log.slice(-1)).toEqual(['|']);
        expect(log.filter((entry) => entry.startsWith('+'))).toHaveLength(
          log.filter((entry) => entry.startsWith('-')).length,
        );
      }),
    );
  }

  test(
    'R4 C3: completes at once after dispose, without subscribing its source',
    virtually(() => {
      const world = createWorld({ stored: usable });
      world.session.dispose();
      const { log, out } = open(world);
      expect(log).toEqual([]);
      expect(out.log).toEqual(['|']);
    }),
  );

  test(
    'R4: unsubscribing closes the source, and nothing opens it again',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      const { log, out } = open(world);
      at(10, () => {
        out.stop();
        expect(log).toEqual(['+Z', '-Z']);
        watch(world.session.login({ mode: 'force' }));
      });
      flush();
      expect(log).toEqual(['+Z', '-Z']);
    }),
  );

  test(
    'R4: each subscriber has its own subscription of the source',
    virtually(() => {
      const { session } = createWorld({ stored: usable });
      const { log, source } = socket(session);
      const shared = source.pipe(whileAuthenticated(session));
      watch(shared);
      watch(shared);
      expect(log).toEqual(['+Z', '+Z']);
    }),
  );

  test(
    'R4 F7: a source that is a value of its own making may log out inside its handler',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      const { log, source } = socket(world.session);
      const seen: string[] = [];
      source.pipe(whileAuthenticated(world.session)).subscribe((token) => {
        seen.push(token);
        if (token === 'Z') world.session.logout();
      });
      at(10, () => watch(world.session.login()));
      flush();
      expect(log).toEqual(['+Z', '-Z', '+A']);
      expect(seen).toEqual(['Z', 'A']);
    }),
  );

  test(
    'R4: a poll that finds its credential refused pauses, and goes on under the next one',
    virtually(({ flush }) => {
      const world = createWorld({ stored: usable });
      const { session } = world;
      const poll = timer(0, 1000).pipe(
        switchMap(() => sessionRequest(session, { url: '/unread' }).pipe(withLogin(session))),
      );
      const out = watch(poll.pipe(whileAuthenticated(session)));
      at(1500, () => world.refused.add('Z'));
      at(5500, () => watch(requestWithLogin(session, { url: '/' })));
      at(6800, () => out.stop());
      flush();
      expect(world.sent).toEqual(['Z', 'Z', 'Z', 'A', 'A', 'A']);
      expect(out.log).toEqual(['200 Z', '200 Z', '200 A', '200 A']);
    }),
  );

  test(
    'R4 K1: with an asynchronous store it waits for the record',
    virtually(({ flush }) => {
      const read = () =>
        ({
          then: (resolve: (value: unknown) => void) => {
            timer(30).subscribe(() => resolve(usable));
            return { then: () => undefined };
          },
        }) as unknown as Promise<unknown>;
      const store = { read, write: () => undefined, remove: () => undefined };
      const world = createWorld({ config: { store } });
      const { log } = open(world);
      at(29, () => expect(log).toEqual([]));
      flush();
      expect(log).toEqual(['+Z']);
    }),
  );

  test(
    "R4 P3: it shows nothing and waits for nobody's prompt",
    virtually(({ flush }) => {
      const world = createWorld({ silentLogin: [wanted('phoneNumber')] });
      const { seen } = user(world.session, phone);
      const out = watch(NEVER.pipe(whileAuthenticated(world.session), map(String)));
      flush();
      expect(seen).toEqual([]);
      expect(out.log).toEqual([]);
    }),
  );
});
