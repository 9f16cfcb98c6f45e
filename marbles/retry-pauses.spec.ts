import { failure, sessionMarbles } from 'rx-weapp-session/marbles';
import type { MarblesConfig } from 'rx-weapp-session/marbles';

/** A backend that is busy, and says until when. */
const busy = (retryAfter: unknown, field = 'Retry-After') => ({
  f: failure({ statusCode: 429, header: { [field]: retryAfter }, data: {} }),
});

describe('F3: how long the next try waits', () => {
  for (const [random, tries] of [
    [0, 'x 59ms x 59ms x'],
    [0.5, 'x 209ms x 359ms x'],
    [0.99, 'x 356ms x 653ms x'],
  ] as const)
    test(`F3: the wait is up to 300 ms, then up to 600 ms, at random: ${random}`, () =>
      sessionMarbles(
        ({ session, wx, backend, subscribe, expectCalls }) => {
          backend.silentLogin.always('50ms #');
          subscribe(session.login());

          expectCalls(wx.login).toBe(tries);
        },
        { random },
      ));

  for (const [title, script, tries, end] of [
    ['seconds', busy('3'), 'x 3059ms x', '3120ms (A|)'],
    ['seconds as a number', busy(3), 'x 3059ms x', '3120ms (A|)'],
    ['zero', busy('0'), 'x 59ms x', '120ms (A|)'],
    ['a header field in lower case', busy('3', 'retry-after'), 'x 3059ms x', '3120ms (A|)'],
    ['an HTTP date', busy('Thu, 01 Jan 1970 00:00:05 GMT'), 'x 4999ms x', '5060ms (A|)'],
    ['as long as an exchange may take', busy('15'), 'x 15059ms x', '15120ms (A|)'],
    ['what cannot be read', busy('soon'), 'x 59ms x', '120ms (A|)'],
  ] as const)
    test(`F3: 429 with its Retry-After: ${title}`, () =>
      sessionMarbles(({ session, wx, backend, expectCalls, expectObservable }) => {
        backend.silentLogin(['50ms f', '50ms A'], script);

        expectCalls(wx.login).toBe(tries);
        expectObservable(session.login()).toBe(end);
      }));

  for (const [title, result] of [
    ['429 without a Retry-After', { statusCode: 429, header: {}, data: {} }],
    ['429 without header fields', { statusCode: 429 }],
    ['429 with a Retry-After that cannot be read', { statusCode: 429, header: { 'Retry-After': 'soon' } }],
    ['503 without a Retry-After', { statusCode: 503, header: {}, data: {} }],
  ] as const)
    test(`F3: ${title} waits as long as any other failure`, () =>
      sessionMarbles(
        ({ session, wx, backend, expectCalls, expectObservable }) => {
          backend.silentLogin.always('50ms f', { f: failure(result) });

          expectCalls(wx.login).toBe('           x 209ms x 359ms x');
          expectObservable(session.login()).toBe('630ms #', {}, 'backend-unreachable');
        },
        { random: 0.5 },
      ));

  const TOO_LONG: readonly (readonly [title: string, retryAfter: string, config?: MarblesConfig])[] = [
    ['seconds', '16'],
    ['an HTTP date', 'Thu, 01 Jan 1970 00:00:16 GMT'],
    ['above a limit of its own', '3', { timeouts: { exchange: 2000 } }],
  ];
  for (const [title, retryAfter, config] of TOO_LONG)
    test(`F3: a Retry-After above timeouts.exchange is backend-unreachable at once: ${title}`, () =>
      sessionMarbles(({ session, wx, backend, expectCalls, expectObservable }) => {
        backend.silentLogin(['50ms f', '50ms A'], busy(retryAfter));

        expectCalls(wx.login).toBe('           x');
        expectObservable(session.login()).toBe('60ms #', {}, 'backend-unreachable');
      }, config));

  test('F3: Retry-After makes no more tries than any other wait', () =>
    sessionMarbles(({ session, wx, backend, expectCalls, expectObservable }) => {
      backend.silentLogin.always('50ms f', busy('1'));

      expectCalls(wx.login).toBe('             x 1059ms x 1059ms x');
      expectObservable(session.login()).toBe('2180ms                 #', {}, 'backend-unreachable');
    }));
});
