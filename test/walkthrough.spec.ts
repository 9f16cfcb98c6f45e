import { runInNewContext } from 'node:vm';
import { isMet, isRight, type Counts, type Result } from '../examples/walkthrough/counting';
import { credentialNames } from '../examples/walkthrough/credential-names';
import { LiveTimeline } from '../examples/walkthrough/live-timeline';
import { messageOf } from '../examples/walkthrough/message-of';
import { coloured, paintFor, plain } from '../examples/walkthrough/paint';
import { sessionLine } from '../examples/walkthrough/session-line';
import { formatDifferences, formatSummary, formatTable } from '../examples/walkthrough/table';
import { formatHeading, formatLine, merge, WIDTH, type Moment } from '../examples/walkthrough/timeline';

// eslint-disable-next-line no-control-regex
const withoutColour = (text: string) => text.replace(/\x1b\[\d+m/g, '');

const terminal = { isTTY: true };
const pipe = {};

test('what failed is said, also by an error of the app service’s own realm', () => {
  expect(messageOf(runInNewContext("new Error('library is broken')"))).toBe('library is broken');
  expect([undefined, null, 'text', { message: 7 }, { message: '' }].map(messageOf)).toEqual(
    Array(5).fill('unknown error'),
  );
});

describe('colour', () => {
  test.each([
    ['a terminal', terminal, {}, true],
    ['a pipe', pipe, {}, false],
    ['a pipe, forced', pipe, { FORCE_COLOR: '1' }, true],
    ['a pipe, forced without a level', pipe, { FORCE_COLOR: '' }, true],
    ['a terminal, forced off', terminal, { FORCE_COLOR: '0' }, false],
    ['a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['NO_COLOR against FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
  ])('%s', (_, stream, env, expected) => {
    const painted = paintFor(stream, env)('red', 'x');
    expect(painted).toBe(expected ? '\x1b[31mx\x1b[0m' : 'x');
  });
});

describe('timeline', () => {
  const moment = (at: number, text: string, more: Partial<Moment> = {}): Moment => ({
    at,
    lane: 'wx',
    text,
    ...more,
  });

  test('what reads alike in one burst is one line, where the first of it stood', () => {
    expect(
      merge([
        moment(1, 'a', { took: 5 }),
        moment(2, 'b'),
        moment(3, 'a', { took: 2 }),
        moment(4, 'a', { lane: 'page' }),
        moment(5, 'a', { who: 'shop' }),
      ]),
    ).toEqual([
      { at: 1, lane: 'wx', text: 'a', times: 2, took: { least: 2, most: 5 } },
      { at: 2, lane: 'wx', text: 'b', times: 1 },
      { at: 4, lane: 'page', text: 'a', times: 1 },
      { at: 5, lane: 'wx', text: 'a', who: 'shop', times: 1 },
    ]);
  });

  const lines = merge([
    moment(3.4, 'wx.login', { took: 12 }),
    moment(3.4, 'wx.login', { took: 7.6 }),
    moment(1234, '200 /api/me', { lane: 'backend', who: 'shop', took: 4 }),
    moment(9, 'x'.repeat(WIDTH), { took: 4 }),
  ]).map((line) => [formatLine(line, plain), formatLine(line, coloured)]);

  test('columns: ms, lane, name, text, duration', () => {
    expect(lines.map(([text]) => text)).toEqual([
      `     3  wx       wx.login ×2${' '.repeat(61)}8–12 ms`,
      `  1234  backend  shop      200 /api/me${' '.repeat(54)}4 ms`,
      `     9  wx       ${'x'.repeat(WIDTH)}  4 ms`,
    ]);
    expect(lines.slice(0, 2).map(([text]) => text.length)).toEqual([WIDTH, WIDTH]);
  });

  test('colour changes no column', () => {
    for (const [text, painted] of lines) {
      expect(painted).not.toBe(text);
      expect(withoutColour(painted)).toBe(text);
    }
  });

  test('a heading fills the width', () => {
    const [heading, rule] = formatHeading(1, 'A title', 'what it shows', plain).split('\n');
    expect(heading).toMatch(/^1 {2}A title {2,}what it shows$/);
    expect([heading.length, rule.length]).toEqual([WIDTH, WIDTH]);
  });

  test('a remark comes after what happened before it; while muted nothing is told', () => {
    const printed: string[] = [];
    const timeline = new LiveTimeline((line) => void printed.push(line), plain);
    timeline.tell({ lane: 'wx', text: 'wx.login' });
    timeline.remark('✓', 'so it is');
    timeline.mute(true);
    timeline.tell({ lane: 'wx', text: 'unheard' });
    timeline.mute(false);
    expect(printed).toEqual([expect.stringMatching(/^ +\d+ {2}wx {7}wx\.login$/), '     ✓  so it is']);
  });
});

test('session$ is drawn as a growing line, with credentials by name', () => {
  const draw = sessionLine(credentialNames());
  const guest = { segment: 'newcomer' };
  expect([
    draw({ status: 'anonymous' }),
    draw({ status: 'authenticating', stage: 'silent', guest }),
    draw({ status: 'authenticating', stage: 'interactive', guest }),
    draw({ status: 'authenticated', credential: { token: 'secret' }, origin: 'interactive' }),
    draw({ status: 'expired', previous: { token: 'secret' } }),
    draw({ status: 'authenticated', credential: { token: 'other' }, origin: 'silent' }),
  ]).toEqual([
    '○  anonymous',
    '○──◔  silent login, guest {"segment":"newcomer"}',
    '○──◔──◑  asks the user',
    '○──◔──◑──●  credential 1 (interactive)',
    '○──◔──◑──●──◌  credential 1 has expired',
    '○──◔──◑──●──◌──●  credential 2 (silent)',
  ]);
});

describe('table', () => {
  const counts: Counts = { 'wx.login': 1, exchanges: 1, requests: 10, prompts: 0, answers: 10, errors: 0 };
  const right: Result = {
    title: 'Ten cold requests',
    expected: { ...counts, 'wx.login': { atLeast: 1 } },
    seen: counts,
    facts: [{ text: 'one user', seen: ['an'], expected: ['an'] }],
    took: 121.4,
  };
  const wrong: Result = {
    ...right,
    title: 'A wrong one',
    seen: { ...counts, exchanges: 2 },
    facts: [{ text: 'one user', seen: ['an', 'bo'], expected: ['an'] }],
  };
  const broken: Result = { ...right, title: 'A broken one', facts: [], failure: 'no end after 20 s' };

  test('a count that chance decides has a least', () => {
    expect([isMet({ atLeast: 2 }, 2), isMet({ atLeast: 2 }, 3), isMet({ atLeast: 2 }, 1)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([right, wrong, broken].map(isRight)).toEqual([true, false, false]);
  });

  test('a row for each scene, as wide as the timeline', () => {
    const table = formatTable([right, wrong], plain).split('\n');
    expect(table).toHaveLength(5);
    expect(table[2]).toMatch(
      /^1 {2}Ten cold requests +1\/1\+ +1\/1 +10\/10 +0\/0 +10\/10 +0\/0 +1\/1 +121 {2}✓$/,
    );
    expect(table[3]).toMatch(/^2 {2}A wrong one +1\/1\+ +2\/1 .* 0\/1 +121 {2}✗$/);
    for (const line of [table[1], table[2], table[3]]) expect(line).toHaveLength(WIDTH);
    expect(withoutColour(formatTable([right, wrong], coloured))).toBe(table.join('\n'));
  });

  test('differences: expected against seen, of what is wrong alone', () => {
    expect(formatDifferences([right], plain)).toBe('');
    expect(formatDifferences([right, wrong, broken], plain).split('\n')).toEqual([
      '✗ 2  A wrong one',
      '    exchanges',
      '      - expected  1',
      '      + seen      2',
      '    one user',
      '      - expected  ["an"]',
      '      + seen      ["an","bo"]',
      '✗ 3  A broken one',
      '    broke off: no end after 20 s',
    ]);
  });

  test('the last line', () => {
    expect(formatSummary([right], plain)).toBe('✓ 1 scenes, 6 counts and 1 facts as expected, in 0.1 s');
    expect(formatSummary([right, wrong, broken], plain)).toBe('✗ 2 of 3 scenes are not as expected');
  });
});
