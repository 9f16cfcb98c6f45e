import { request, requestWithLogin, weapp } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import { watched } from '../test/support/watched';

for (const [title, onAppShow] of [
  ['is missing', undefined],
  [
    'throws',
    () => {
      throw new Error('not in plugins');
    },
  ],
] as const) {
  test(`W1, F6: where onAppShow ${title} the session cannot tell, so an interrupted step is taken again at once`, () =>
    sessionMarbles(
      ({ session, wx, app, at, expectCalls, expectObservable }) => {
        wx.login(['10ms #', '10ms a'], { '#': { errMsg: 'login:fail interrupted', errno: 600003 } });
        at('5ms', app.background);

        expectCalls(wx.login).toBe('           x 9ms x');
        expectObservable(session.login()).toBe('70ms   (A|)');
      },
      { wx: { onAppShow } },
    ));

  test(`W1, F2: where onAppShow ${title} a time limit still ends what never answers, after the app was hidden`, () =>
    sessionMarbles(
      ({ session, wx, app, at, expectEvents, expectObservable }) => {
        wx.login('-');
        at('5ms', app.background);

        expectEvents().toBe('                 s 9999ms f');
        expectObservable(session.login()).toBe('10s      #', {}, 'login-timeout');
      },
      { wx: { onAppShow } },
    ));
}

const throwing = {
  abort: () => {
    throw new Error('already over');
  },
};
for (const [title, task] of [
  ['throws', throwing],
  [
    'cannot be read',
    {
      get abort(): unknown {
        throw new Error('revoked');
      },
    },
  ],
  ['is no function', { abort: true }],
] as const)
  test(`W1, C1: whoever unsubscribes from a request whose abort ${title} gets no exception`, () => {
    const sent = watched(request({ url: 'https://api.example.com/' }, weapp({ request: () => task })));
    expect(() => sent.stop()).not.toThrow();
  });

test('W1, C1: nor does whoever unsubscribes from a request with a login', () =>
  sessionMarbles(
    ({ session, storage, at, expectSession }) => {
      storage.holds('A');
      const sent = watched(requestWithLogin(session, { url: '/orders' }));
      at('10ms', () => expect(() => sent.stop()).not.toThrow());

      expectSession(session).toBe('A');
    },
    { wx: { request: () => throwing } },
  ));
