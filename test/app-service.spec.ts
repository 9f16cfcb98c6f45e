import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isRefusal, type Callbacks } from '../examples/app-service/callbacks';
import { packForMiniProgram } from '../examples/app-service/pack';
import { loadAppService } from '../examples/app-service/sandbox';
import { createWx } from '../examples/app-service/wx';

jest.setTimeout(60_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'app-service-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Record<string, string>, below = folder): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(below, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

describe('sandbox', () => {
  const run = (code: string, wx: object = {}) => {
    write({ 'main.js': code });
    return loadAppService({ root: folder, wx }).require('./main');
  };

  test.each([
    'eval("1")',
    'new Function("return 1")()',
    '(() => {}).constructor("return 1")()',
    'setTimeout("1")',
  ])('%s is refused', (code) => expect(() => run(code)).toThrow());

  test.each([
    'window',
    'document',
    'self',
    'globalThis',
    'localStorage',
    'XMLHttpRequest',
    'WebSocket',
    'fetch',
  ])('%s is undefined, and no error to name', (name) =>
    expect(run(`module.exports = ${name}`)).toBeUndefined(),
  );

  test.each([
    'process',
    'Buffer',
    'URL',
    'AbortController',
    'queueMicrotask',
    'structuredClone',
    'TextEncoder',
  ])('%s does not exist', (name) => expect(run(`module.exports = typeof ${name}`)).toBe('undefined'));

  test('wx, console and timers exist; a timer id is a number', async () => {
    const log = jest.fn();
    write({
      'main.js':
        'clearTimeout(setTimeout(() => console.log("no"))); setTimeout(() => console.log(wx.name), 1)',
    });
    const { require } = loadAppService({
      root: folder,
      wx: { name: 'the wx' },
      console: { ...console, log },
    });
    require('./main');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log.mock.calls).toEqual([['the wx']]);
    expect(run('const id = setTimeout(() => {}); clearTimeout(id); module.exports = typeof id')).toBe(
      'number',
    );
  });

  test('App, Page and Component are registered by module path', () => {
    write({
      'app.js': 'App({ name: "shop" })',
      'pages/home.js': 'Page({ title: getApp().name })',
      'button.js': 'Component({ behaviors: [Behavior({})] })',
    });
    const service = loadAppService({ root: folder, wx: {} });
    for (const id of ['./app', './pages/home', './button']) service.require(id);
    expect(service.registered.pages.get('pages/home')).toEqual({ title: 'shop' });
    expect([...service.registered.components.keys()]).toEqual(['button']);
    const page = { route: 'pages/home' };
    service.pageStack.push(page);
    expect(service.globals.getCurrentPages()).toEqual([page]);
  });

  test('a module runs once, and a cycle sees what is there so far', () => {
    write({
      'a.js': 'exports.early = 1; exports.seen = require("./b").seen; exports.late = 2',
      'b.js': 'exports.seen = Object.keys(require("./a"))',
    });
    const { require } = loadAppService({ root: folder, wx: {} });
    expect(require('./a')).toEqual({ early: 1, seen: ['early'], late: 2 });
    expect(require('./a.js')).toBe(require('/a'));
  });

  describe('resolution', () => {
    beforeEach(() =>
      write({
        'lib/index.js': 'exports.lib = true',
        'miniprogram_npm/flat.js': 'module.exports = "flat"',
        'miniprogram_npm/pkg/index.js': 'module.exports = "outer " + require("flat")',
        'miniprogram_npm/pkg/sub/index.js': 'module.exports = require("../index") + " sub"',
        'miniprogram_npm/exporting/package.json': '{ "main": "main.js", "exports": "./main.js" }',
        'miniprogram_npm/exporting/main.js': '',
        'sub/miniprogram_npm/pkg/index.js': 'module.exports = "inner"',
        'sub/page.js': 'module.exports = require("pkg")',
      }),
    );

    test('a package: index.js, file, subpath; the nearest miniprogram_npm wins', () => {
      const { require } = loadAppService({ root: folder, wx: {} });
      expect(require('pkg')).toBe('outer flat');
      expect(require('pkg/sub')).toBe('outer flat sub');
      expect(require('./sub/page')).toBe('inner');
      expect(require('./lib/index')).toEqual({ lib: true });
    });

    test('a path from the root, as WeChat’s compiler writes it, where no package has it', () => {
      write({ '@babel/runtime/helpers/spread.js': 'module.exports = "helper"' });
      const { require } = loadAppService({ root: folder, wx: {} });
      expect(require('@babel/runtime/helpers/spread')).toBe('helper');
      expect(require('pkg')).toBe('outer flat');
    });

    test.each([
      ['./lib', "module 'lib.js' is not defined, require args is './lib'"],
      ['rxjs/operators', "module 'rxjs/operators' is not defined, require args is 'rxjs/operators'"],
      ['exporting', "module 'exporting' is not defined, require args is 'exporting'"],
      ['node:fs', "module 'node:fs' is not defined, require args is 'node:fs'"],
    ])('%s is not found', (id, message) => {
      expect(() => loadAppService({ root: folder, wx: {} }).require(id)).toThrow(message);
    });

    test('nothing outside the root is found', () => {
      write({ 'outside.js': '', 'miniprogram_npm/outer.js': '' });
      const { require } = loadAppService({ root: join(folder, 'sub'), wx: {} });
      expect(() => require('../outside')).toThrow(
        "module '../outside.js' is not defined, require args is '../outside'",
      );
      expect(() => require('outer')).toThrow("module 'outer' is not defined");
    });
  });
});

describe('packForMiniProgram', () => {
  const into = () => join(folder, 'app');
  const library = (manifest: object) => {
    const root = join(folder, 'library');
    write(
      {
        'package.json': JSON.stringify({
          name: 'throwaway',
          version: '1.0.0',
          dependencies: { rxjs: '*' },
          ...manifest,
        }),
        'mp/index.js': 'exports.doubled = require("rxjs").of(1, 2).pipe(require("rxjs").map((n) => n * 2))',
        'mp/sub/index.js': 'exports.sub = require("../index").doubled !== undefined',
        'mp/skipped.js': '',
      },
      root,
    );
    mkdirSync(join(root, 'node_modules'));
    symlinkSync(join(__dirname, '../node_modules/rxjs'), join(root, 'node_modules/rxjs'), 'dir');
    return root;
  };

  test('what the tarball holds runs in the app service, with rxjs beside it', async () => {
    const packageRoot = library({ miniprogram: 'mp', files: ['mp', '!mp/skipped.js'] });
    await packForMiniProgram({ packageRoot, into: into() });
    write(
      {
        'app.js':
          'const seen = []; require("throwaway").doubled.subscribe((n) => seen.push(n)); exports.seen = seen.join()',
      },
      into(),
    );
    const { require } = loadAppService({ root: into(), wx: {} });
    expect(require('./app')).toEqual({ seen: '2,4' });
    expect(require('throwaway/sub')).toEqual({ sub: true });
    expect(() => require('throwaway/skipped')).toThrow('not defined');
    expect(() => require('rxjs/operators')).toThrow('not defined');
  });

  test('a package without a miniprogram folder is refused', async () => {
    await expect(packForMiniProgram({ packageRoot: library({}), into: into() })).rejects.toThrow(
      'no miniprogram folder',
    );
  });
});

describe('wx', () => {
  let server: Server;
  let wechatUrl: string;
  let answers: Record<string, RequestListener>;

  beforeEach(async () => {
    answers = {};
    server = createServer((incoming, outgoing) => {
      const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
      answers[path](incoming, outgoing);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    wechatUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** An address that was free a moment ago: nobody listens there. */
  const deserted = async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${port}`;
  };

  const json =
    (body: object, status = 200, headers: Record<string, string | string[]> = {}): RequestListener =>
    (_incoming, outgoing) =>
      void outgoing
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));

  const phoneOf = (more: object = {}) => createWx({ wechatUrl, appid: 'wx1', user: 'ann', ...more });

  /** Calls in wx's style; the outcome names the callback. */
  const called = (call: (callbacks: Callbacks) => unknown) =>
    new Promise<{ success?: object; fail?: object }>((resolve) => {
      const outcome: { success?: object; fail?: object } = {};
      call({
        success: (success) => Object.assign(outcome, { success }),
        fail: (fail) => Object.assign(outcome, { fail }),
        complete: () => resolve(outcome),
      });
    });

  test('login asks the server who names the phone, and answers later, never at once', async () => {
    const asked: unknown[] = [];
    answers['/__wx/login'] = (incoming, outgoing) => {
      asked.push(incoming.url);
      json({ code: 'c-1' })(incoming, outgoing);
    };
    const onCall = jest.fn();
    const { wx, phone } = phoneOf({ onCall });
    let returned = false;
    const outcome = called((callbacks) => {
      wx.login({
        ...callbacks,
        success: (result) => (expect(returned).toBe(true), callbacks.success?.(result)),
      });
      returned = true;
    });
    expect(await outcome).toEqual({ success: { code: 'c-1', errMsg: 'login:ok' } });
    expect(asked).toEqual(['/__wx/login?appid=wx1&user=ann']);
    expect(phone.calls).toEqual({ login: 1 });
    expect(onCall.mock.calls).toEqual([['login', expect.anything()]]);
  });

  test('login without a server, and with a failing one', async () => {
    answers['/__wx/login'] = json({}, 500);
    expect(await called(phoneOf().wx.login)).toEqual({
      fail: { errMsg: 'login:fail system error, status 500', errno: 1000 },
    });
    const unreachable = createWx({ wechatUrl: await deserted(), appid: 'wx1', user: 'ann' });
    expect(await called(unreachable.wx.login)).toEqual({
      fail: { errMsg: 'login:fail cgi failed', errno: 108 },
    });
  });

  test('checkSession', async () => {
    answers['/__wx/checkSession'] = json({ ok: true });
    expect(await called(phoneOf().wx.checkSession)).toEqual({ success: { errMsg: 'checkSession:ok' } });
    answers['/__wx/checkSession'] = json({ ok: false });
    expect(await called(phoneOf().wx.checkSession)).toEqual({
      fail: { errMsg: 'checkSession:fail session time out, need relogin' },
    });
  });

  test('getUserInfo: unasked, refused at the button, granted in the panel', async () => {
    answers['/__wx/userinfo'] = json({ userInfo: { nickName: 'Ann' }, iv: 'iv' });
    const { wx, phone } = phoneOf();
    expect(await called(wx.getUserInfo)).toEqual({ fail: { errMsg: 'getUserInfo:fail scope unauthorized' } });
    expect(await called(wx.getSetting)).toEqual({ success: { authSetting: {}, errMsg: 'getSetting:ok' } });

    phone.refuseNext();
    const denied = { errMsg: 'getUserInfo:fail auth deny', errno: 103 };
    expect(await phone.tap('getUserInfo')).toEqual(denied);
    expect(await called(wx.getUserInfo)).toEqual({ fail: denied });

    phone.grantScope('scope.userInfo');
    const authSetting = { 'scope.userInfo': true };
    expect(await phone.tap('openSetting')).toEqual({ authSetting, errMsg: 'openSetting:ok' });
    expect(await called(wx.openSetting)).toEqual({ success: { authSetting, errMsg: 'openSetting:ok' } });
    expect(await called(wx.getUserInfo)).toEqual({
      success: { userInfo: { nickName: 'Ann' }, iv: 'iv', errMsg: 'getUserInfo:ok' },
    });
  });

  test('the phone number button: refused once, then answered', async () => {
    answers['/__wx/phone'] = json({ code: 'p-1', encryptedData: 'data', iv: 'iv' });
    const { phone } = phoneOf();
    phone.refuseNext();
    expect(await phone.tap('getPhoneNumber')).toEqual({ errMsg: 'getPhoneNumber:fail user deny' });
    expect(await phone.tap('getPhoneNumber')).toEqual({
      code: 'p-1',
      encryptedData: 'data',
      iv: 'iv',
      errMsg: 'getPhoneNumber:ok',
    });
    expect(await phone.tap('chooseAvatar')).toEqual({ avatarUrl: expect.any(String) as string });
  });

  describe('request', () => {
    test('any HTTP status is a success, with header and cookies', async () => {
      answers['/gone'] = json({ gone: true }, 410, { 'set-cookie': ['a=1', 'b=2'], 'x-one': '1' });
      const { success } = await called((callbacks) =>
        phoneOf().wx.request({ url: `${wechatUrl}/gone`, ...callbacks }),
      );
      expect(success).toMatchObject({
        statusCode: 410,
        data: { gone: true },
        header: { 'x-one': '1' },
        cookies: ['a=1', 'b=2'],
        errMsg: 'request:ok',
      });
    });

    test('data: query for GET, JSON or form in the body; text that is no JSON stays text', async () => {
      answers['/echo'] = (incoming, outgoing) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          outgoing.end(
            [
              incoming.method,
              incoming.url,
              incoming.headers['content-type'] ?? '',
              Buffer.concat(chunks).toString(),
            ].join(' '),
          ),
        );
      };
      const echo = async (more: object) => {
        const { success } = await called((callbacks) =>
          phoneOf().wx.request({ url: `${wechatUrl}/echo`, ...more, ...callbacks }),
        );
        return (success as { data: unknown }).data;
      };
      const header = { 'content-type': 'application/x-www-form-urlencoded' };
      expect(await echo({ data: { a: 1, b: 'x y' } })).toBe('GET /echo?a=1&b=x+y  ');
      expect(await echo({ method: 'POST', data: { a: 1 } })).toBe('POST /echo application/json {"a":1}');
      expect(await echo({ method: 'POST', data: { a: 1 }, header })).toBe(
        'POST /echo application/x-www-form-urlencoded a=1',
      );
    });

    test('no connection', async () => {
      const url = await deserted();
      expect(await called((callbacks) => phoneOf().wx.request({ url, ...callbacks }))).toEqual({
        fail: { errMsg: 'request:fail -102:net::ERR_CONNECTION_REFUSED', errno: 600001 },
      });
    });

    test.each([{ header: { 'x-name': '张三' } }, { method: 'NO METHOD' }])(
      'what cannot be sent is a failure, and nothing worse: %p',
      async (options) => {
        const url = `${wechatUrl}/echo`;
        const request = { url, ...options } as unknown as Parameters<
          ReturnType<typeof phoneOf>['wx']['request']
        >[0];
        const { fail } = await called((callbacks) => phoneOf().wx.request({ ...request, ...callbacks }));
        expect(fail).toMatchObject({ errMsg: expect.stringMatching(/^request:fail /) as unknown });
      },
    );

    test('time-out, abort, no url', async () => {
      answers['/never'] = () => undefined;
      const { wx } = phoneOf();
      const url = `${wechatUrl}/never`;
      expect(await called((callbacks) => wx.request({ url, timeout: 30, ...callbacks }))).toEqual({
        fail: { errMsg: 'request:fail timeout', errno: 5 },
      });
      expect(await called((callbacks) => wx.request({ url, ...callbacks }).abort())).toEqual({
        fail: { errMsg: 'request:fail abort' },
      });
      expect(await called((callbacks) => wx.request({ url: '/relative', ...callbacks }))).toEqual({
        fail: { errMsg: 'request:fail invalid url "/relative"', errno: 600009 },
      });
    });
  });

  test('storage copies, gives an empty string for what is missing, and outlives the wx object', async () => {
    const storage = new Map<string, unknown>();
    const value = { n: 1 };
    const first = phoneOf({ storage }).wx;
    first.setStorageSync('k', value);
    value.n = 2;

    const { wx } = phoneOf({ storage });
    expect(wx.getStorageSync('k')).toEqual({ n: 1 });
    expect(wx.getStorageSync('missing')).toBe('');
    expect(
      await called((callbacks) => wx.setStorage({ key: 'e', data: 'secret', encrypt: true, ...callbacks })),
    ).toHaveProperty('success');
    expect(await called((callbacks) => wx.getStorage({ key: 'e', encrypt: true, ...callbacks }))).toEqual({
      success: { data: 'secret', errMsg: 'getStorage:ok' },
    });
    expect(await called((callbacks) => wx.removeStorage({ key: 'e', ...callbacks }))).toHaveProperty(
      'success',
    );
    expect(await called((callbacks) => wx.getStorage({ key: 'e', ...callbacks }))).toEqual({
      fail: { errMsg: 'getStorage:fail data not found' },
    });
    wx.removeStorageSync('k');
    expect(storage.size).toBe(0);
  });

  test('show and hide reach the listeners; off takes one away, or all', () => {
    const { wx, phone } = phoneOf();
    const [one, two, hidden] = [jest.fn(), jest.fn(), jest.fn()];
    wx.onAppShow(one);
    wx.onAppShow(one);
    wx.onAppShow(two);
    wx.onAppHide(hidden);
    phone.show();
    wx.offAppShow(one);
    phone.show();
    phone.hide();
    wx.offAppShow();
    phone.show();
    expect([one, two, hidden].map(({ mock }) => mock.calls.length)).toEqual([1, 2, 1]);
    expect(wx.getLaunchOptionsSync().scene).toBe(1001);
    expect(wx.getAccountInfoSync().miniProgram.appId).toBe('wx1');
  });

  test('isRefusal tells a refusal from a result', () => {
    expect([isRefusal({ fail: 'no' }), isRefusal({ code: 'c' })]).toEqual([true, false]);
  });
});
