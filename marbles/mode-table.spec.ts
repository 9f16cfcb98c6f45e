import type { LoginMode } from 'rx-weapp-session';
import { failure, sessionMarbles } from 'rx-weapp-session/marbles';
import type { Scenario } from 'rx-weapp-session/marbles';
import { over, ticket } from './support/props';

const MODES: readonly LoginMode[] = ['common', 'silent', 'force', 'forceSilent', 'forceAuth'];

/**
 * What a login of each mode comes to that is made at 30 ms: when it ends, its credential or error, and what all of the
 * situation cost: C for each wx.login, S, I and R for each silent exchange, interactive exchange and refresh, P for
 * each prompt.
 */
interface Situation {
  readonly title: string;
  readonly given: (scenario: Scenario) => void;
  /** The login that goes on already when this one comes. */
  readonly before?: LoginMode;
  readonly outcome: Readonly<Record<LoginMode, string>>;
}

const nothing = () => undefined;
const usable = ({ storage }: Scenario) => storage.holds('Z');
const expired = ({ storage }: Scenario) => storage.holds('Y');
const asks = ({ backend }: Scenario) => backend.silentLogin.always('50ms p', ticket);
const rejects = ({ backend }: Scenario) =>
  backend.silentLogin.always('50ms f', { f: failure({ statusCode: 403 }) });
const refreshes = ({ backend }: Scenario) => backend.refresh.always('50ms R');
const cannotRefresh = ({ backend }: Scenario) => backend.refresh.always('50ms #');
const all =
  (...givens: readonly Situation['given'][]) =>
  (scenario: Scenario) =>
    givens.forEach((given) => given(scenario));

const SITUATIONS: readonly Situation[] = [
  {
    title: 'no session, a backend that knows the user',
    given: nothing,
    outcome: {
      common: '90ms A CS',
      silent: '90ms A CS',
      force: '90ms A CS',
      forceSilent: '90ms A CS',
      forceAuth: '1090ms A CIP',
    },
  },
  {
    title: 'no session, a backend that asks',
    given: asks,
    outcome: {
      common: '1140ms A CSIP',
      silent: '90ms !interaction-required CS',
      force: '1140ms A CSIP',
      forceSilent: '90ms !interaction-required CS',
      forceAuth: '1090ms A CIP',
    },
  },
  {
    title: 'a usable session, a backend that knows the user',
    given: usable,
    outcome: {
      common: '30ms Z',
      silent: '30ms Z',
      force: '90ms A CS',
      forceSilent: '90ms A CS',
      forceAuth: '1090ms A CIP',
    },
  },
  {
    title: 'a usable session, a backend that asks',
    given: all(usable, asks),
    outcome: {
      common: '30ms Z',
      silent: '30ms Z',
      force: '1140ms A CSIP',
      forceSilent: '90ms !interaction-required CS',
      forceAuth: '1090ms A CIP',
    },
  },
  {
    title: 'an expired session, a backend that knows the user',
    given: expired,
    outcome: {
      common: '90ms A CS',
      silent: '90ms A CS',
      force: '90ms A CS',
      forceSilent: '90ms A CS',
      forceAuth: '1090ms A CIP',
    },
  },
  {
    title: 'an expired session, a backend that refreshes',
    given: all(expired, refreshes),
    outcome: {
      common: '80ms R R',
      silent: '80ms R R',
      force: '90ms A CS',
      forceSilent: '90ms A CS',
      forceAuth: '1090ms A CIP',
    },
  },
  {
    title: 'a usable session, a backend that could refresh',
    given: all(usable, refreshes),
    outcome: {
      common: '30ms Z',
      silent: '30ms Z',
      force: '90ms A CS',
      forceSilent: '90ms A CS',
      forceAuth: '1090ms A CIP',
    },
  },
  {
    title: 'a silent stage in progress, which succeeds',
    given: nothing,
    before: 'common',
    outcome: {
      common: '60ms A CS',
      silent: '60ms A CS',
      force: '60ms A CS',
      forceSilent: '60ms A CS',
      forceAuth: '1120ms B CCSIP',
    },
  },
  {
    title: 'a silent stage in progress, which fails',
    given: rejects,
    before: 'common',
    outcome: {
      common: '60ms !login-rejected CS',
      silent: '60ms !login-rejected CS',
      force: '60ms !login-rejected CS',
      forceSilent: '60ms !login-rejected CS',
      forceAuth: '1120ms A CCSIP',
    },
  },
  {
    title: 'the silent stage of a silent caller in progress, a backend that asks',
    given: asks,
    before: 'silent',
    outcome: {
      common: '1110ms A CSIP',
      silent: '60ms !interaction-required CS',
      force: '1110ms A CSIP',
      forceSilent: '60ms !interaction-required CS',
      forceAuth: '1110ms A CSIP',
    },
  },
  {
    title: 'a forced silent stage in progress over a usable session, which succeeds',
    given: usable,
    before: 'forceSilent',
    outcome: {
      common: '60ms A CS',
      silent: '60ms A CS',
      force: '60ms A CS',
      forceSilent: '60ms A CS',
      forceAuth: '1120ms B CCSIP',
    },
  },
  {
    title: 'a forced silent stage in progress over a usable session, which fails',
    given: all(usable, rejects),
    before: 'forceSilent',
    outcome: {
      common: '60ms Z CS',
      silent: '60ms Z CS',
      force: '60ms !login-rejected CS',
      forceSilent: '60ms !login-rejected CS',
      forceAuth: '1120ms A CCSIP',
    },
  },
  {
    title: 'a forced silent stage in progress over a usable session, a backend that asks',
    given: all(usable, asks),
    before: 'forceSilent',
    outcome: {
      common: '60ms Z CS',
      silent: '60ms Z CS',
      force: '1110ms A CSIP',
      forceSilent: '60ms !interaction-required CS',
      forceAuth: '1110ms A CSIP',
    },
  },
  {
    title: 'an interactive stage open, no session',
    given: nothing,
    before: 'forceAuth',
    outcome: {
      common: '1060ms A CIP',
      silent: '30ms !interaction-required CIP',
      force: '1060ms A CIP',
      forceSilent: '30ms !interaction-required CIP',
      forceAuth: '1060ms A CIP',
    },
  },
  {
    title: 'an interactive stage open, an expired session that could be refreshed',
    given: all(expired, refreshes),
    before: 'forceAuth',
    outcome: {
      common: '1060ms A CIP',
      silent: '30ms !interaction-required CIP',
      force: '1060ms A CIP',
      forceSilent: '30ms !interaction-required CIP',
      forceAuth: '1060ms A CIP',
    },
  },
  {
    title: 'an interactive stage open over a usable session',
    given: usable,
    before: 'forceAuth',
    outcome: {
      common: '30ms Z CIP',
      silent: '30ms Z CIP',
      force: '1060ms A CIP',
      forceSilent: '30ms !interaction-required CIP',
      forceAuth: '1060ms A CIP',
    },
  },
  {
    title: 'a refresh in progress, which succeeds',
    given: all(expired, refreshes),
    before: 'common',
    outcome: {
      common: '50ms R R',
      silent: '50ms R R',
      force: '110ms A CSR',
      forceSilent: '110ms A CSR',
      forceAuth: '1110ms A CIPR',
    },
  },
  {
    title: 'a refresh in progress, which fails',
    given: all(expired, cannotRefresh),
    before: 'common',
    outcome: {
      common: '150ms !backend-unreachable RRR',
      silent: '150ms !backend-unreachable RRR',
      force: '210ms A CSRRR',
      forceSilent: '210ms A CSRRR',
      forceAuth: '1210ms A CIPRRR',
    },
  },
];

describe('the table of modes', () => {
  for (const { title, given, before, outcome } of SITUATIONS)
    for (const mode of MODES)
      test(`M1 M2 S3: ${mode} with ${title}: ${outcome[mode]}`, () =>
        sessionMarbles(
          (scenario) => {
            const { session, wx, backend, user, subscribe, expectCalls, expectPrompts, expectObservable } =
              scenario;
            given(scenario);
            user.grant('1s');
            const [time, end, cost = ''] = outcome[mode].split(' ');
            const times = (letter: string) => cost.split(letter).length - 1;

            if (before) subscribe(session.login({ mode: before }));
            const login = expectObservable(session.login({ mode }), '30ms ^');
            if (end.startsWith('!')) login.toBe(`${time} #`, {}, end.slice(1));
            else login.toBe(`${time} (${end}|)`);
            expectCalls(wx.login).times(times('C'));
            expectCalls(backend.silentLogin).times(times('S'));
            expectCalls(backend.login).times(times('I'));
            expectCalls(backend.refresh).times(times('R'));
            expectPrompts().inOrder('p.'.repeat(times('P')));
          },
          { credentials: over('Y') },
        ));
});

test('M1 S3: the time line of a force login with the user over a usable session', () =>
  sessionMarbles((scenario) => {
    const { session, user, expectSession, expectPrompts, expectObservable } = scenario;
    all(usable, asks)(scenario);
    user.grant('1s');

    expectSession(session).toBe('                           (Zs) 56ms i 1049ms     A');
    expectPrompts().toBe('                                   60ms p 999ms .');
    expectObservable(session.login({ mode: 'force' })).toBe('  1110ms              (A|)');
  }));

describe('a mode that there is not', () => {
  test('is config-invalid', () =>
    sessionMarbles(({ session, wx, user, expectCalls, expectObservable }) => {
      user.grant('1s');

      expectObservable(session.login({ mode: 'quiet' as LoginMode })).toBe('#', {}, 'config-invalid');
      for (const mode of ['force', 'forceSilent'] as const)
        expectObservable(session.login({ mode })).toBe('                    60ms (A|)');
      expectObservable(session.login({ mode: 'forceAuth' })).toBe('         1120ms (B|)');
      expectCalls(wx.login).toBe('                                          x 1059ms x');
    }));
});
