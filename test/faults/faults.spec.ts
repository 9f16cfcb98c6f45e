import { config as rxjsConfig } from 'rxjs';
import { cells } from './cells';
import type { Cell } from './cells';
import { RESTORED } from './world';
import { runCell } from './run-cell';
import { startTime, stopTime } from '../support/virtual-time';

// Each cell of docs/faults.md: the faulty step ends as the contract says, and the next login works.

const own = Object.getOwnPropertyNames(Object.prototype).join();
beforeAll(startTime);
afterAll(stopTime);
afterEach(() => {
  jest.clearAllTimers();
  rxjsConfig.onUnhandledError = null;
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(own);
});

const title = ({ step, row, mode }: Cell) =>
  `${row.clause}: ${step.name} ${row.fault}${row.how && `, ${row.how}`} (${mode}; ${step.reached})`;

/** F4, M3, T4: what a login that ended so leaves behind. */
function leaves({ step, row, mode, expected }: Cell) {
  const setup = { ...step.setup, ...row.setup };
  const start = setup.start ?? (/^force/.test(mode) ? 'usable' : 'anonymous');
  if (expected.login === 'ok') {
    return { status: expected.request === 'session-expired' ? 'expired' : 'authenticated', error: undefined };
  }
  const error = expected.login === 'interaction-required' ? undefined : expected.login;
  // F4: a definitive refusal clears what was expired.
  if (start === 'expired' && error === 'login-rejected') return { status: 'anonymous', error };
  if (start === 'usable') return { status: 'authenticated', error };
  return { status: start, error };
}

for (const cell of cells) {
  test(title(cell), async () => {
    const { mode, expected } = cell;
    const observed = await runCell(cell);
    expect(observed.reached).toBe(true);
    expect(observed.logins).toEqual([expected.login, expected.login]);
    expect(observed.request).toBe(expected.request);
    expect({ status: observed.status, error: observed.error }).toEqual(leaves(cell));
    if (expected.credential) expect(observed.credential).toBe(expected.credential);
    if (expected.event) expect(observed.events).toContain(expected.event);
    expect(observed.unhandled).toEqual([]);
    expect(observed.leaks).toEqual([]);
    expect(observed.loggedOut).toBe(true);
    expect(observed.timersLeft).toBe(0);
    // F5, T4: a login that failed was never seen as done.
    if (expected.login !== 'ok') {
      expect(observed.authenticatedBefore).toBe(false);
      expect(observed.stored).toBe(observed.status === 'anonymous' ? undefined : RESTORED);
    }
    // M4: only where no session could be had does a silent request go without a credential.
    if (expected.request === 'ok')
      expect(observed.carried).toBe(expected.login === 'ok' || /^force/.test(mode));
    expect(observed.next).toEqual(['ok', 'ok']);
    const { credential, last, stored } = observed.settled;
    expect(last).not.toBe(RESTORED);
    expect({ credential, stored }).toEqual({ credential: last, stored: last });
  });
}
