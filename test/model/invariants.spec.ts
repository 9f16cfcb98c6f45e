import { sessionError } from 'rx-weapp-session';
import { INVARIANTS } from './invariants';
import { createJudge } from './judge';
import { play } from './play';
import { usual } from './setting';
import { answers, calls, logsOut, observes, replies, take } from './steps';
import type { Entry, Happening, Kind } from './trace';

// Each promise is broken here on purpose: a trace of a real run is changed, and its judge must say so.

/** A run in which most things happen: an expiry, a re-login, a prompt, a logout, and a login of another after it. */
const trace: readonly Entry[] = play({ ...usual, logout: true }, (world, recorder) =>
  [
    observes(),
    calls({ via: 'withLogin', mode: 'common', retries: 1 }),
    answers(0, 0), // the code
    answers(0, 0), // the first token
    answers(0, 1), // expired
    answers(0, 0), // another code
    answers(0, 0), // the second token
    answers(0, 0), // the request's response
    calls({ via: 'login', mode: 'forceAuth' }),
    replies('grants'),
    answers(0, 0),
    answers(0, 0),
    calls({ via: 'silentOnly', mode: 'silent' }),
    logsOut(false),
    calls({ via: 'withLogin', mode: 'silent' }),
  ].forEach((step) => take(step, world, recorder)),
);

const judged = (it: readonly Entry[]): readonly string[] => {
  const judge = createJudge();
  return it.flatMap((entry) => judge(entry));
};

type Of<What extends Happening['what']> = Extract<Entry, { what: What }>;
const is =
  <What extends Happening['what']>(what: What) =>
  (entry: Entry): entry is Of<What> =>
    entry.what === what;
const isAsk = (kind: Kind) => (entry: Entry) => entry.what === 'ask' && entry.kind === kind;

const indexOf = (which: (entry: Entry) => boolean, nth = 1): number =>
  [...trace.keys()].filter((index) => which(trace[index]))[nth - 1];

/** The trace with something more after the n-th entry of some sort. */
const after = (which: (entry: Entry) => boolean, more: readonly Happening[], nth = 1): readonly Entry[] => {
  const index = indexOf(which, nth);
  const { at, clock, foreground } = trace[index];
  const entries = more.map((happening) => ({ at, clock, foreground, ...happening }));
  return [...trace.slice(0, index + 1), ...entries, ...trace.slice(index + 1)];
};
/** The trace without the n-th entry of some sort. */
const without = (which: (entry: Entry) => boolean, nth = 1): readonly Entry[] =>
  trace.filter((_, index) => index !== indexOf(which, nth));
/** The trace with something changed in all entries of some sort, or in the n-th. */
const changed = (which: (entry: Entry) => boolean, change: object, nth?: number): readonly Entry[] =>
  trace.map((entry, index) =>
    which(entry) && (nth === undefined || index === indexOf(which, nth)) ? { ...entry, ...change } : entry,
  );

const tokens = trace.filter(is('answer')).flatMap(({ credential }) => credential ?? []);
const codes = trace.filter(is('ask')).flatMap(({ code }) => code ?? []);
const ask = (kind: Kind, more: object = {}): Happening => ({ what: 'ask', question: 900, kind, ...more });
const states = trace.filter(is('state')).filter(({ observer }) => observer === 0);
const asked = (caller: number) => (entry: Entry) => is('ask')(entry) && entry.caller === caller;
const secret = sessionError('login-rejected', `no such token: ${tokens[0].token}`);

const flights = Array.from({ length: 6 }, (): readonly Happening[] => [
  { what: 'event', event: { type: 'login-start', at: 0, stage: 'silent' } },
]).flat();

const BROKEN: readonly (readonly [promise: string, how: string, trace: readonly Entry[]])[] = [
  ['oneLoginAtATime', 'a second wx.login beside the first', after(isAsk('wx.login'), [ask('wx.login')])],
  ['oneLoginAtATime', 'an exchange beside a wx.login', after(isAsk('wx.login'), [ask('refresh')])],
  [
    'onePromptAtATime',
    'a prompt over a prompt',
    after((it) => is('prompt')(it) && it.prompt === 1, [{ what: 'prompt', prompt: 2 }]),
  ],
  ['onePromptAtATime', 'an answered prompt once more', after(is('replied'), [{ what: 'prompt', prompt: 1 }])],
  [
    'silentNeverPrompts',
    'the caller was a silent one',
    changed(is('call'), { spec: { via: 'login', mode: 'silent' } }),
  ],
  [
    'noneKnownExpired',
    'the retry carries the refused token',
    changed(asked(0), { token: tokens[0].token }, 2),
  ],
  [
    'noneKnownExpired',
    'a token that is past its end is sent later on',
    after(is('logout done'), [{ what: 'step', text: '' }, ask('request', { caller: 0, token: 'over' })]).map(
      (entry, index) =>
        index === 0
          ? { ...entry, what: 'stored', credential: { token: 'over', expiresAt: 1 }, receivedAt: 0 }
          : entry,
    ),
  ],
  [
    'noneKnownExpired',
    'an invalidated token is sent',
    after((it) => is('call')(it) && it.caller === 2, [{ what: 'invalidate', token: tokens[2].token }]),
  ],
  [
    'noneOfAnotherGeneration',
    'a token from before the logout',
    changed(asked(3), { token: tokens[2].token }),
  ],
  [
    'noneOfAnotherGeneration',
    'a token of another user',
    trace.map((entry) =>
      is('answer')(entry) && entry.credential === tokens[0]
        ? { ...entry, credential: { ...tokens[0], userId: 'bob' } }
        : is('ask')(entry) && entry.caller === 2
          ? { ...entry, token: tokens[0].token }
          : entry,
    ),
  ],
  [
    'noneOfAnotherGeneration',
    'a request that is made again for another user',
    trace.map((entry) =>
      is('answer')(entry) && entry.credential === tokens[1]
        ? { ...entry, credential: { ...tokens[1], userId: 'bob' } }
        : entry,
    ),
  ],
  ['noneUnauthenticated', 'no token', changed(asked(0), { token: undefined }, 1)],
  [
    'nothingComesBack',
    'the old session after the logout',
    after(is('logout returned'), [{ what: 'state', observer: 0, state: states[2].state }]),
  ],
  [
    'nothingComesBack',
    'the logout leaves a session',
    changed(is('logout returned'), { snapshot: states[2].state }),
  ],
  ['nothingComesBack', 'an old request is sent', after(is('logout done'), [ask('request', { caller: 0 })])],
  ['nothingComesBack', 'the logout logs in', after(is('logout returned'), [ask('wx.login')])],
  [
    'nothingComesBack',
    'an old token is handed out',
    after(is('logout done'), [{ what: 'value', caller: 0, value: tokens[0] }]),
  ],
  ['everySubscriberSettles', 'a caller waits for ever', without(is('settled'))],
  [
    'everySubscriberSettles',
    'a caller settles twice',
    after(is('settled'), [{ what: 'settled', caller: 0 }]),
  ],
  ['everySubscriberSettles', 'an error of no type', changed(is('settled'), { error: new Error('?') }, 1)],
  ['everySubscriberSettles', 'a login completes empty', without((it) => is('value')(it) && it.caller === 1)],
  ['everySubscriberSettles', 'a logout never ends', without(is('logout done'))],
  ['everySubscriberSettles', 'a logout fails', changed(is('logout done'), { error: secret })],
  ['everySubscriberSettles', 'a stream outlives the session', without(is('completed'))],
  ['bounded', 'a code is used twice', changed((it) => is('ask')(it) && !!it.code, { code: codes[0] })],
  ['bounded', 'a request is sent three times', after(asked(0), [ask('request', { caller: 0 })], 2)],
  [
    'bounded',
    'wx.login five times at once',
    after(isAsk('wx.login'), Array<Happening>(4).fill(ask('wx.login'))),
  ],
  [
    'bounded',
    'a seventh exchange',
    after(isAsk('silentLogin'), Array<Happening>(6).fill(ask('silentLogin'))),
  ],
  [
    'bounded',
    'a sixth flight that refusals caused',
    after((it) => is('answer')(it) && it.verdict === 'expired', flights),
  ],
  ['sameOrder', 'the second observer misses one', without((it) => is('state')(it) && it.observer === 1, 3)],
  ['sameOrder', 'the last state is not the truth', changed(is('end'), { snapshot: { status: 'anonymous' } })],
  ['storageEqualsMemory', 'the record is lost', changed(is('end'), { storage: { holds: undefined } })],
  [
    'storageEqualsMemory',
    'an old record is left',
    changed(is('end'), { storage: { holds: { credential: tokens[0] } } }),
  ],
  ['nothingSecretTold', 'an error tells a token', changed(is('settled'), { error: secret }, 1)],
  [
    'nothingSecretTold',
    'an event tells a token',
    after(is('event'), [{ what: 'event', event: { type: 'login-failure', at: 0, error: secret } }]),
  ],
  [
    'nothingSecretTold',
    'a state tells a token',
    after(is('state'), [{ what: 'state', observer: 0, state: { status: 'anonymous', error: secret } }]),
  ],
];

test('a run as it was breaks no promise', () => {
  expect(judged(trace)).toEqual([]);
});

test.each(BROKEN)('%s reports: %s', (promise, _, broken) => {
  expect(judged(broken)).toContainEqual(expect.stringMatching(`^${promise}: `));
});

test('each promise can be broken', () => {
  expect(new Set(BROKEN.map(([promise]) => promise))).toEqual(new Set(INVARIANTS.map(([name]) => name)));
});
