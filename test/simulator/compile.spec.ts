import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { compileForPhone } from '../../examples/simulator/compile/payload';
import { ProjectError } from '../../examples/simulator/compile/problem';
import { readProject } from '../../examples/simulator/compile/project';
import { compileTemplates } from '../../examples/simulator/compile/wxml';
import { compileWxss } from '../../examples/simulator/compile/wxss';

const wxss = (text: string, scope?: string) => compileWxss('a.wxss', new Map([['a.wxss', text]]), scope);

/** What a compilation says is wrong, a line each. */
function problemsOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ProjectError) return error.message;
    throw error;
  }
  return '';
}

describe('WXSS', () => {
  test.each([
    ['.a { width: 20rpx }', '.a { width: calc(var(--rpx) * 20) }'],
    ['.a { margin: -1.5rpx 2px }', '.a { margin: calc(var(--rpx) * -1.5) 2px }'],
    ['.a { height: 100vh }', '.a { height: calc(var(--vh) * 100) }'],
    ['.a { padding: env(safe-area-inset-bottom) }', '.a { padding: var(--safe-area-inset-bottom) }'],
    ['page, button.a { color: red }', 'wx-page, wx-button.a { color: red }'],
    ['@keyframes a { from { top: 0 } }', '@keyframes a { from { top: 0 } }'],
  ])('%s', (text, css) => expect(wxss(text)).toBe(css));

  test('a component’s classes are its own, and its host can be named', () => {
    expect(wxss('.a .b { color: red }', 'c1')).toBe('.c1--a .c1--b { color: red }');
    expect(wxss(':host { color: red }', 'c1')).toBe('[wx-host=c1] { color: red }');
  });

  test('imports are put in place, relative to the file or to the root', () => {
    const texts = new Map([
      ['pages/a/a.wxss', '@import "../../b.wxss";\n.a { top: 0 }'],
      ['b.wxss', "@import '/c.wxss';"],
      ['c.wxss', '.c { top: 1rpx }'],
    ]);
    expect(compileWxss('pages/a/a.wxss', texts)).toMatch(/\.c \{ top: calc.*\n?.*\.a \{ top: 0 \}/s);
  });

  test('says what is wrong, and where', () => {
    expect(problemsOf(() => wxss('.a {\n  color: red;\n'))).toBe('a.wxss:1:1: Unclosed block');
    expect(problemsOf(() => wxss('\n@import "no.wxss";'))).toBe('a.wxss:2:1: cannot import "no.wxss"');
    expect(problemsOf(() => wxss('@import "a.wxss";'))).toBe('a.wxss:1:1: cannot import "a.wxss"');
  });
});

describe('WXML', () => {
  const compile = (text: string) => compileTemplates(new Map([['a.wxml', text]]), ['a']);

  test('gives an expression', () => expect(eval(compile('<view>{{a}}</view>'))).toHaveProperty('a'));

  test.each([
    ['<view wx:if="{{a"></view>', 'a.wxml:1:14: missing expression end'],
    ['<view>\n  <button>\n</view>', 'a.wxml:2:4: missing end tag'],
    ['<view>{{a?.b}}</view>', 'a.wxml:1:10: unexpected character inside expression'],
  ])('%j', (text, problem) => expect(problemsOf(() => compile(text))).toContain(problem));
});

describe('project', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simulator-project-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }
  const whole = {
    'app.json': '{ "pages": ["a/a"] }',
    'app.ts': 'App({});',
    'a/a.json': '{ "usingComponents": { "b-c": "lib/b" } }',
    'a/a.ts': "import type { A } from './types';\nexport const a: A = 1;\nPage({});",
    'a/a.wxml': '<b-c />',
    'a/a.wxss': 'button { top: 1rpx }',
    'miniprogram_npm/lib/b/index.json': '{ "component": true }',
    'miniprogram_npm/lib/b/index.js': 'Component({})',
    'miniprogram_npm/lib/b/index.wxml': '<view class="b"/>',
    'miniprogram_npm/lib/b/index.wxss': '.b { top: 0 }',
    'images/a.png': 'png',
  };
  const compile = async () => compileForPhone(await readProject([folder]));
  const failure = async () => problemsOf(await thrower(compile()));
  const thrower = (work: Promise<unknown>) =>
    work.then(
      () => () => undefined,
      (error: unknown) => () => {
        throw error;
      },
    );

  /** What the compiled script hands to the phone. */
  async function started(): Promise<unknown[]> {
    const all: unknown[] = [];
    const startMiniProgram = (...given: unknown[]) => all.push(...given);
    runInNewContext(await compile(), { startMiniProgram });
    return all;
  }

  test('a page, its npm component and their styles become one script', async () => {
    write(whole);
    const [code, templates] = await started();
    expect(code).toMatchObject({
      app: { pages: ['a/a'] },
      components: {
        'miniprogram_npm/lib/b/index': { isPage: false, scope: expect.any(String) },
        'a/a': { isPage: true, json: { usingComponents: { 'b-c': '/miniprogram_npm/lib/b/index' } } },
      },
      styles: { 'a/a': 'wx-button { top: calc(var(--rpx) * 1) }' },
    });
    expect(Object.keys(code as object)).toContain('maps');
    expect(Object.keys(templates as object).sort()).toEqual(['a/a', 'miniprogram_npm/lib/b/index']);
  });

  const inTheDark = '{ "pages": ["a/a"], "darkmode": true, "themeLocation": "theme.json" }';

  test('what names a variable of theme.json has both of its values', async () => {
    write({
      ...whole,
      'app.json': inTheDark.replace('}', ', "window": { "backgroundColor": "@ground" } }'),
      'a/a.json': '{ "navigationBarTextStyle": "@ink", "navigationBarTitleText": "@home" }',
      'theme.json':
        '{ "light": { "ground": "#fff", "ink": "black" }, "dark": { "ground": "#000", "ink": "white" } }',
    });
    const [code] = await started();
    expect(code).toMatchObject({
      app: { window: { backgroundColor: { light: '#fff', dark: '#000' } } },
      components: {
        'a/a': {
          json: {
            navigationBarTextStyle: { light: 'black', dark: 'white' },
            navigationBarTitleText: '@home',
          },
        },
      },
    });
  });

  test.each([
    [{ 'app.json': inTheDark }, 'theme.json: this file is missing'],
    [{ 'app.json': '{ "pages": ["a/a"], "darkmode": true }' }, 'app.json: darkmode needs a themeLocation'],
    [
      {
        'app.json': inTheDark,
        'theme.json': '{ "light": { "ink": "black" }, "dark": {} }',
        'a/a.json': '{ "navigationBarTextStyle": "@ink" }',
      },
      'a/a.json: "@ink" is not in both halves of the theme',
    ],
    [{ 'app.ts': 'App({' }, 'app.ts:1:6: Expected identifier'],
    [{ 'app.json': '{ "pages": [}' }, 'app.json:1:13: Unexpected "}" in JSON'],
    [{ 'app.json': '{' }, 'app.json:1:2: '],
    [{ 'app.json': '{ "pages": ["a/a", "no/no"] }' }, 'no/no.js: this file is missing'],
    [
      { 'a/a.json': '{ "usingComponents": { "b-c": "no" } }' },
      'a/a.json: component <b-c> is not found: "no"',
    ],
  ])('%j', async (files, problem) => {
    write({ ...whole, ...files });
    expect(await failure()).toContain(problem);
  });

  test('a project without app.json', async () => {
    expect(await failure()).toBe('app.json: this file is missing');
  });
});
