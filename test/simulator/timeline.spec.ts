import type { Report } from '../../examples/simulator/browser/shared/messages';
import { rowsFor } from '../../examples/simulator/browser/panel/rows';
import { createScale } from '../../examples/simulator/browser/panel/scale';
import { isBusy, NOTHING, told, type Timeline } from '../../examples/simulator/browser/panel/timeline';

const tell = (...reports: Report[]): Timeline => reports.reduce(told, NOTHING);

const call = (id: string, at: number, credential?: string): Report => ({
  kind: 'call',
  id,
  at,
  lane: 'request',
  text: 'GET /api/me',
  ...(credential && { credential }),
});
const done = (id: string, at: number, bad = false): Report => ({ kind: 'done', id, at, text: '200', bad });

describe('timeline', () => {
  test('a call is open until it is done', () => {
    const open = tell(call('1', 10, 'aa'));
    expect(isBusy(open)).toBe(true);
    const closed = told(open, done('1', 30));
    expect(isBusy(closed)).toBe(false);
    expect(closed.spans).toMatchObject([{ start: 10, end: 30, result: '200', bad: false, credential: 'aa' }]);
  });

  test('credentials are numbered in the order in which they turn up', () => {
    const { credentials } = tell(
      { ...call('1', 1), kind: 'call', lane: 'exchange', text: 'POST /session/silent' } as Report,
      { ...done('1', 2), credential: 'aa' } as Report,
      call('2', 3, 'aa'),
      call('3', 4, 'bb'),
    );
    expect(credentials).toEqual(['aa', 'bb']);
  });

  test('a prompt ends with null, or with the next one; one that is told again is the same', () => {
    const open = { id: 1, method: 'phoneNumber' };
    const { prompts } = tell(
      { kind: 'prompt', at: 1, open },
      { kind: 'prompt', at: 2, open },
      { kind: 'prompt', at: 3, open: { id: 2, method: 'setting', scope: 'scope.userInfo' } },
      { kind: 'prompt', at: 4 },
    );
    expect(prompts).toEqual([
      { id: 1, method: 'phoneNumber', start: 1, end: 3 },
      { id: 2, method: 'setting scope.userInfo', start: 3, end: 4 },
    ]);
  });

  test('a restart ends what was in flight', () => {
    const after = tell(call('1', 1), { kind: 'phone', at: 5, text: 'launch' });
    expect(after.spans).toMatchObject([{ end: 5, bad: true }]);
    expect(isBusy(after)).toBe(false);
  });
});

describe('scale', () => {
  test('keeps the order, and gives long silences little room', () => {
    const scale = createScale([100_000, 0, 10, 110], 14);
    const [a, b, c, d] = [0, 10, 110, 100_000].map((at) => scale.x(at));
    expect(a).toBe(14);
    expect([b - a, c - b, d - c].every((width) => width > 5 && width < 150)).toBe(true);
    expect(c - b).toBeGreaterThan(b - a);
    expect(scale.pauses).toEqual([{ x: (c + d) / 2, ms: expect.closeTo(99_890, -2) }]);
    expect(scale.width).toBe(d);
  });

  test('what happens at once stands in one place', () => {
    const scale = createScale([100, 101], 0);
    expect(scale.x(100)).toBe(scale.x(101));
  });
});

test('rows: as few as there have to be', () => {
  const extents = [
    { left: 0, right: 10 },
    { left: 5, right: 15 },
    { left: 10, right: 20 },
    { left: 12, right: 14 },
  ];
  expect(rowsFor(extents)).toEqual([0, 1, 0, 2]);
});
