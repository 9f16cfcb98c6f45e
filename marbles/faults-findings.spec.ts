import { asyncScheduler } from 'rxjs';
import { request, requestWithLogin, weapp } from 'rx-weapp-session';
import { at, createWorld, fails, virtually, watch } from './support/world';

// What the fault matrix and the fuzzing found.

const interrupted = fails('login:fail interrupted', 600003);

for (const [title, onAppShow] of [
  ['is missing', undefined],
  [
    'throws',
    () => {
      throw new Error('not in plugins');
    },
  ],
] as const) {
  test(
    `W1, F6: where onAppShow ${title} the session cannot tell, so an interrupted step is taken again at once`,
    virtually(({ flush }) => {
      const world = createWorld({ login: [interrupted, { code: 'code2' }], wx: { onAppShow } });
      const login = watch(world.session.login());
      at(5, world.hide);
      flush();
      expect(login.log).toEqual(['A', '|']);
    }),
  );

  test(
    `W1, F2: where onAppShow ${title} a time limit still ends what never answers, after the app was hidden`,
    virtually(({ flush }) => {
      let ended = 0;
      const world = createWorld({ login: [], wx: { onAppShow, login: () => undefined } });
      const login = watch(world.session.login());
      world.session.event$.subscribe(() => (ended = asyncScheduler.now()));
      at(5, world.hide);
      flush();
      expect(login.log).toEqual(['!login-timeout']);
      expect(ended).toBe(10_000);
    }),
  );
}

const stuck = (task: unknown) => weapp({ request: () => task });
for (const [title, task] of [
  [
    'throws',
    {
      abort: () => {
        throw new Error('already over');
      },
    },
  ],
  [
    'cannot be read',
    {
      get abort(): unknown {
        throw new Error('revoked');
      },
    },
  ],
  ['is no function', { abort: true }],
] as const) {
  test(`W1, C1: whoever unsubscribes from a request whose abort ${title} gets no exception`, () => {
    const sent = watch(request({ url: 'https://api.example.com/' }, stuck(task)));
    expect(() => sent.stop()).not.toThrow();
  });
}

test(
  'W1, C1: nor does whoever unsubscribes from a request with a login',
  virtually(() => {
    const abort = () => {
      throw new Error('already over');
    };
    const world = createWorld({
      stored: { version: 1, source: 'shop', credential: { token: 'A' }, receivedAt: 0 },
      wx: { request: () => ({ abort }) },
    });
    const sent = watch(requestWithLogin(world.session, { url: '/orders' }));
    expect(() => sent.stop()).not.toThrow();
  }),
);
