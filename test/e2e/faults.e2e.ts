// What the simulator does with a project that is wrong.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startSimulator, type Simulator } from '../../examples/simulator/simulator';
import { launchBrowser } from './browser';
import { Visit } from './visit';

const original = join(__dirname, '../../examples/miniprogram');
const project = mkdtempSync(join(tmpdir(), 'faults-'));

let browser: Browser;
let simulator: Simulator;
let visit: Visit;

before(async () => {
  cpSync(original, project, { recursive: true });
  [browser, simulator] = await Promise.all([launchBrowser(), startSimulator({ project })]);
});
after(async () => {
  await browser?.close();
  await simulator?.close();
  rmSync(project, { recursive: true, force: true });
});
beforeEach(async () => {
  visit = await Visit.begin('fault', browser, simulator.url);
  await visit.sees(visit.on('#quick-login'));
});
afterEach(() => visit.abandon());

/** Changes a file of the project until `work` is done. */
async function broken(
  file: string,
  change: (text: string) => string,
  work: () => Promise<void>,
): Promise<void> {
  const path = join(project, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, change(text));
  try {
    await work();
  } finally {
    writeFileSync(path, text);
  }
}

const problem = () => visit.phone.getByRole('alert');

/** The line, from 1, on which a file of the project holds a text. */
const lineOf = (file: string, text: string): number =>
  readFileSync(join(project, file), 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

for (const [kind, file, change, what, where] of [
  [
    'TypeScript',
    'services/toast.ts',
    (text: string) => text.replace('void wx', 'void = wx'),
    'Unexpected "="',
    'services/toast.ts:3:8',
  ],
  [
    'WXML',
    'pages/home/home.wxml',
    (text: string) => text.replace('{{failed}}', '{{failed'),
    'unexpected character inside expression',
    'pages/home/home.wxml:30:22',
  ],
  [
    'an unclosed tag',
    'pages/login/login.wxml',
    (text: string) => text.replace('</block>', ''),
    'missing end tag',
    'pages/login/login.wxml:4:4',
  ],
  ['WXSS', 'app.wxss', (text: string) => `${text}\n.open {`, 'Unclosed block', 'app.wxss:'],
  ['JSON', 'app.json', (text: string) => text.replace('"pages":', '"pages"'), 'Expected ":"', 'app.json:2:'],
  [
    'a component that is not there',
    'pages/detail/detail.json',
    (text: string) => text.replace('components/auth-prompt', 'components/nothing'),
    'component <auth-prompt> is not found',
    'pages/detail/detail.json',
  ],
] as const)
  void test(`does not compile: ${kind}`, { timeout: 60_000 }, async () => {
    await broken(file, change, async () => {
      await visit.knob('Cold restart');
      await visit.sees(problem().filter({ hasText: '编译失败' }));
      const said = (await problem().textContent()) ?? '';
      assert.ok(said.includes(what), said);
      assert.ok(said.includes(where), said);
      assert.ok((await visit.logged(what)) > 0, 'beside the phone, too');
      await visit.shot(kind.replace(/\W+/g, '-'));
    });
    await visit.phone.getByRole('button', { name: '重新编译' }).click();
    await visit.sees(visit.on('#quick-login'));
    assert.deepEqual(visit.console, []);
  });

void test('a page that throws: as it opens, and in a tap', { timeout: 60_000 }, async () => {
  const file = 'pages/detail/detail.ts';
  const fault = (text: string) =>
    text
      .replace('  onLoad({', "  onReady() {\n    throw new Error('not ready');\n  },\n  onLoad({")
      .replace('  onFavourite() {', "  onFavourite() {\n    throw new Error('no favourites');");
  await broken(file, fault, async () => {
    await visit.knob('Cold restart');
    await visit.tap('明前龙井');
    await visit.sees(problem().filter({ hasText: 'not ready' }));
    await visit.sees(problem().filter({ hasText: `${file}:${lineOf(file, 'not ready')}:` }));
    await visit.shot('throws');
    await visit.phone.getByRole('button', { name: '关闭' }).click();
    await visit.on('#favourite').click();
    await visit.sees(problem().filter({ hasText: 'no favourites' }));
    await visit.sees(problem().filter({ hasText: `${file}:${lineOf(file, 'no favourites')}:` }));
    await visit.phone.getByRole('button', { name: '关闭' }).click();
    await visit.phone.locator('#back').click();
    await visit.sees(visit.on('#quick-login'));
  });
});

void test('an app that throws, and a module that is not there', { timeout: 60_000 }, async () => {
  await broken(
    'app.ts',
    (text) => `import './nothing';\n${text}`,
    async () => {
      await visit.knob('Cold restart');
      await visit.sees(problem().filter({ hasText: "module './nothing' is not defined" }));
    },
  );
  await visit.knob('Cold restart');
  await visit.sees(visit.on('#quick-login'));
});

void test('a backend that is down from the start', { timeout: 60_000 }, async () => {
  await visit.knob('Stop');
  await visit.page.getByRole('button', { name: 'Start', exact: true }).waitFor();
  await visit.knob('Cold restart');
  await visit.sees(visit.text('加载失败'));
  await visit.shot('backend-down');
  await visit.knob('Start');
  await visit.page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  await visit.tap('重试');
  await visit.sees(visit.text('明前龙井'));
  assert.deepEqual(visit.console, []);
});
