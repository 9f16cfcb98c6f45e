import { firstValueFrom, map, merge, Observable, take } from 'rxjs';
import { requestWithLogin } from 'rx-weapp-session';
import type { Session } from 'rx-weapp-session';
import { createWorld, PACES, virtually, word } from './support/world';

const request = (session: Session) => requestWithLogin(session, { url: '/orders' });

const LEAVING: readonly {
  readonly title: string;
  readonly leave: (source: Observable<unknown>) => Observable<unknown>;
}[] = [
  { title: 'stay to the end', leave: (source) => source },
  { title: 'take(1)', leave: (source) => source.pipe(take(1)) },
  {
    title: 'firstValueFrom',
    leave: (source) =>
      new Observable(
        (subscriber) =>
          void firstValueFrom(source).then(
            () => subscriber.complete(),
            () => subscriber.complete(),
          ),
      ),
  },
];

for (const pace of PACES) {
  describe(`with ${pace.title}`, () => {
    for (const { title, leave } of LEAVING) {
      test(
        `S1 S2: ten requests at once make one wx.login, one exchange and ten requests; waiters ${title}`,
        virtually(({ flush }) => {
          const world = createWorld({ pace });
          merge(...Array.from({ length: 10 }, () => leave(request(world.session)))).subscribe();
          flush();
          expect(world.count('wx.login')).toBe(1);
          expect(world.count('silentLogin')).toBe(1);
          expect(world.sent).toEqual(Array(10).fill('A'));
        }),
      );
    }
  });
}

test(
  'S1: the time line of a cold request',
  virtually(({ expectObservable }) => {
    const { session } = createWorld();
    expectObservable(session.session$.pipe(map(word))).toBe('(ns) 56ms A', {
      n: 'anonymous',
      s: 'silent',
      A: 'A',
    });
    expectObservable(request(session).pipe(map(({ data }) => data))).toBe('80ms (A|)');
  }),
);
