// The example mini-program in a real browser, by real taps, on real servers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startSimulator, type Simulator } from '../../examples/simulator/simulator';
import { launchBrowser } from './browser';
import { counting } from './counts';
import { clearShots, Visit, type VisitOptions } from './visit';

let browser: Browser;
let simulator: Simulator;

before(async () => {
  clearShots();
  [browser, simulator] = await Promise.all([launchBrowser(), startSimulator()]);
});
after(async () => {
  await browser?.close();
  await simulator?.close();
});

/** A flow from a fresh browser to a clean end. */
function flow(name: string, walk: (visit: Visit) => Promise<void>, options?: VisitOptions): void {
  void test(name, { timeout: 90_000 }, async () => {
    const visit = await Visit.begin(name.replace(/\W+/g, '-'), browser, simulator.url, options);
    try {
      await walk(visit);
    } catch (error) {
      await visit.shot('failed');
      await visit.abandon();
      throw error;
    }
    await visit.end();
  });
}

/** The first login of somebody new, by the home page's button: two taps. */
async function logIn(visit: Visit): Promise<void> {
  await visit.on('#quick-login').click();
  await visit.sheet('获取你的手机号').getByText('允许').click();
  await visit.sees(visit.text('为你推荐'));
  await visit.state('authenticated');
}

/** A burst of requests, of which none fails. */
async function answersTwenty(visit: Visit): Promise<void> {
  await visit.knob('20 requests at once');
  await visit.toast('20 个请求都成功了');
}

async function openDetail(visit: Visit): Promise<void> {
  await visit.tap('明前龙井');
  await visit.sees(visit.on('#favourite'));
}

flow('cold: two taps to the first authenticated request', async (visit) => {
  const count = await counting(simulator);
  await visit.sees(visit.text('大家都在看'));
  await visit.state('anonymous');
  await visit.shot('guest');
  await visit.on('#quick-login').click();
  await visit.sees(visit.sheet('获取你的手机号'));
  await visit.shot('sheet');
  await visit.sheet('获取你的手机号').getByText('允许').click();
  await visit.sees(visit.text('白毫银针'));
  await visit.state('authenticated');
  const { answers } = await count();
  assert.equal(answers['POST /session/login 200'], 1);
  assert.equal(answers['GET /api/recommendations 200'], 2, 'once as a guest, once as a user');
});

flow('cold: the dialog of a page, in the words of the page', async (visit) => {
  await openDetail(visit);
  await visit.on('#favourite').click();
  await visit.sees(visit.dialog('登录后继续'));
  await visit.shot('dialog');
  await visit.tap('手机号登录');
  await visit.sheet('获取你的手机号').getByText('允许').click();
  await visit.toast('已收藏');
  await visit.seesNo(visit.dialog('登录后继续'));
  await visit.sees(visit.text('收藏了这件商品'));
});

flow('a comment, and what was typed while it was on its way', async (visit) => {
  await logIn(visit);
  await openDetail(visit);
  const field = visit.on('').getByPlaceholder('写评论…');
  for (const text of ['回甘好', '还会再来']) {
    await field.fill(text);
    await visit.on('#comment').click();
    await visit.sees(visit.text(text));
    assert.equal(await field.inputValue(), '');
  }
  await visit.shot('comments');
  await visit.page.keyboard.press('Escape');
  await openDetail(visit);
  await visit.sees(visit.text('还会再来'));
});

flow('logged out: nothing of the user stays on a page', async (visit) => {
  await logIn(visit);
  await visit.tab('我的');
  const phone = visit.on('.who .soft').filter({ hasText: /^\d{11}$/ });
  await visit.sees(phone);
  await visit.on('#forget').click();
  await visit.seesNo(phone);
  await visit.tab('订单');
  await visit.sees(visit.text('登录后查看订单'));
  await visit.tab('首页');
  await visit.sees(visit.text('大家都在看'));
  await visit.seesNo(visit.text('白毫银针'));
});

flow('returning user: logged in without a tap', async (visit) => {
  await logIn(visit);
  const count = await counting(simulator);
  const again = await Visit.begin('returning-user', browser, simulator.url, { user: visit.user });
  await again.sees(again.text('为你推荐'));
  await again.state('authenticated');
  assert.equal(await again.logged('asks for'), 0);
  assert.deepEqual(await count(), {
    login: 1,
    codeToSession: 1,
    answers: { 'POST /session/silent 200': 1, 'GET /api/recommendations 200': 1 },
  });
  await again.end();
});

flow(
  'refusal, then the permission panel, then granted',
  async (visit) => {
    await openDetail(visit);
    await visit.on('#favourite').click();
    await visit.tap('微信登录');
    await visit.sheet('获取你的微信头像和昵称').getByText('拒绝').click();
    await visit.sees(visit.dialog('需要授权'));
    await visit.shot('needs-permission');
    await visit.tap('去设置');
    await visit.sheet('设置').getByRole('switch').click();
    await visit.shot('panel');
    await visit.sheet('设置').getByRole('button', { name: '返回' }).click();
    await visit.toast('已收藏');
    await visit.state('authenticated');
    assert.equal(await visit.logged('asks for userInfo'), 1, 'granted in the panel: not asked again');
  },
  { app: 'forum' },
);

flow(
  'refusal for good, and the next login asks again',
  async (visit) => {
    await openDetail(visit);
    await visit.on('#favourite').click();
    await visit.tap('微信登录');
    await visit.sheet('获取你的微信头像和昵称').getByText('拒绝').click();
    await visit.sees(visit.dialog('需要授权'));
    await visit.tap('暂不');
    await visit.seesNo(visit.dialog('需要授权'));
    await visit.state('anonymous');
    await visit.on('#favourite').click();
    await visit.sees(visit.text('微信登录'));
    await visit.tap('暂不');
    await visit.state('anonymous');
  },
  { app: 'forum' },
);

flow('refusal of the phone number, and the next login asks again', async (visit) => {
  await openDetail(visit);
  for (let times = 0; times < 2; times++) {
    await visit.on('#favourite').click();
    await visit.tap('手机号登录');
    await visit.sheet('获取你的手机号').getByText('拒绝').click();
    await visit.seesNo(visit.dialog('登录后继续'));
    await visit.state('anonymous');
  }
  await visit.knob('Reject next authorisation');
  await visit.on('#favourite').click();
  await visit.tap('手机号登录');
  await visit.seesNo(visit.dialog('登录后继续'));
  await visit.state('anonymous');
});

flow('modal closed: by its button, beside it, by the back key', async (visit) => {
  await openDetail(visit);
  const closings = [
    () => visit.tap('暂不'),
    () =>
      visit
        .on('wx-auth-prompt [aria-label="暂不"]')
        .first()
        .click({ position: { x: 20, y: 20 } }),
    () => visit.page.keyboard.press('Escape'),
  ];
  for (const close of closings) {
    await visit.on('#favourite').click();
    await visit.sees(visit.dialog('登录后继续'));
    await close();
    await visit.seesNo(visit.dialog('登录后继续'));
    await visit.state('anonymous');
  }
  await visit.sees(visit.on('#favourite'));
  assert.equal(await visit.logged('auth-cancelled'), closings.length * 2, 'one state and one event each');
});

flow('modal closed by the back key in the moment that it opens', async (visit) => {
  await openDetail(visit);
  await visit.pressBackOn('wx-auth-prompt [role=dialog]');
  await visit.on('#favourite').click();
  await visit.page.locator('#log li', { hasText: 'auth-cancelled' }).first().waitFor();
  await visit.seesNo(visit.dialog('登录后继续'));
  await visit.state('anonymous');
});

flow('modal closed with its page', async (visit) => {
  await openDetail(visit);
  await visit.on('#favourite').click();
  await visit.sees(visit.dialog('登录后继续'));
  await visit.phone.locator('#back').click();
  await visit.sees(visit.on('#quick-login'));
  await visit.state('anonymous');
});

flow('login page: its back button is a no, its login takes one back', async (visit) => {
  await visit.tab('订单');
  await visit.on('#see-orders').click();
  await visit.sees(visit.on('#page-login'));
  await visit.shot('login-page');
  await visit.phone.locator('#back').click();
  await visit.sees(visit.on('#see-orders'));
  await visit.state('anonymous');

  await visit.on('#see-orders').click();
  await visit.on('#page-later').click();
  await visit.sees(visit.on('#see-orders'));
  await visit.state('anonymous');

  await visit.on('#see-orders').click();
  await visit.on('#page-login').click();
  await visit.sheet('获取你的手机号').getByText('允许').click();
  await visit.sees(visit.text('配送中'));
  await visit.state('authenticated');
  await visit.shot('orders');
});

flow('login page: a login that ends while the app is in the background has ended', async (visit) => {
  await visit.tab('订单');
  await visit.on('#see-orders').click();
  await visit.sees(visit.on('#page-login'));
  await visit.on('#page-login').click();
  await visit.sheet('获取你的手机号').getByText('允许').click();
  // Before the page has closed itself.
  await visit.knob('Background');
  await visit.state('authenticated');
  await visit.phone.getByRole('button', { name: '返回小程序' }).click();
  await visit.sees(visit.text('配送联系电话'));
});

flow('expiry in mid-flight: 20 requests, one login', async (visit) => {
  await logIn(visit);
  const count = await counting(simulator);
  await visit.knob('Slow');
  await visit.knob('20 requests at once');
  await visit.knob('Expire on server');
  await visit.toast('20 个请求都成功了');
  await visit.state('authenticated');
  assert.deepEqual(await count(), {
    login: 1,
    codeToSession: 1,
    answers: { 'GET /api/echo 401': 20, 'GET /api/echo 200': 20, 'POST /session/silent 200': 1 },
  });
  await visit.shot('timeline');
});

flow('logout, and logout with forgetting', async (visit) => {
  await logIn(visit);
  await visit.tab('我的');
  await visit.sees(visit.text('已登录'));
  await visit.shot('profile');
  await visit.on('#logout').click();
  await visit.toast('已退出');
  await visit.state('anonymous');
  assert.equal(await stored(visit), 0, 'nothing is stored');

  await visit.on('#login').click();
  await visit.sees(visit.text('已登录'));
  await visit.on('#forget').click();
  await visit.toast('不再静默登录');
  const count = await counting(simulator);
  await visit.tab('首页');
  await visit.sees(visit.text('大家都在看'));
  await visit.state('anonymous');
  assert.equal((await count()).login, 0, 'no silent login');
  await visit.tab('我的');
  await visit.on('#login').click();
  await visit.tap('手机号登录');
  await visit.sheet('获取你的手机号').getByText('允许').click();
  await visit.state('authenticated');
});

const stored = (visit: Visit): Promise<number> =>
  visit.page.evaluate<number>(
    "Object.keys(localStorage).filter((key) => key.includes('rx-weapp-session:')).length",
  );

flow('two pages with prompts: an open one goes along', async (visit) => {
  await visit.tap('会员日 · 看看有什么 ›');
  await visit.on('#claim').click();
  await visit.sees(visit.text('用手机号领取'));
  await visit.shot('own-prompt');
  assert.equal(await visit.on('wx-auth-prompt [role=dialog]').count(), 0, 'the page’s own UI goes first');
  await visit.tap('先看看能用在哪里 ›');
  await visit.sees(visit.dialog('还差一步'));
  await visit.shot('taken-along');
  await visit.tap('用手机号领取');
  await visit.sheet('获取你的手机号').getByText('允许').click();
  await visit.seesNo(visit.dialog('还差一步'));
  await visit.phone.locator('#back').click();
  await visit.sees(visit.text('已放进你的账号'));
  await visit.state('authenticated');
});

flow('cold restart: restored without a login', async (visit) => {
  await logIn(visit);
  const count = await counting(simulator);
  await visit.knob('Cold restart');
  await visit.sees(visit.text('为你推荐'));
  await visit.state('authenticated');
  assert.deepEqual(await count(), {
    login: 0,
    codeToSession: 0,
    answers: { 'GET /api/recommendations 200': 1 },
  });
  await visit.tab('我的');
  await visit.sees(visit.text('restored'));
});

flow('avatar and nickname, asked for anew', async (visit) => {
  await logIn(visit);
  await visit.tab('我的');
  await visit.on('#edit-profile').click();
  await visit.sees(visit.dialog('完善资料'));
  await visit.on('wx-auth-prompt').getByText('选择头像').click();
  await visit.sheet('选择头像').getByRole('button', { name: '头像 2' }).click();
  await visit.on('wx-auth-prompt input').fill('青青');
  await visit.shot('form');
  const widthOf = async (selector: string) => (await visit.on(selector).boundingBox())?.width;
  assert.equal(
    await widthOf('wx-auth-prompt [aria-label="选择头像"]'),
    await widthOf('wx-auth-prompt wx-input'),
  );
  await visit.tap('保存');
  await visit.toast('资料已更新');
  await visit.sees(visit.text('青青'));
});

flow('a dialog longer than the screen', async (visit) => {
  await logIn(visit);
  await visit.tab('我的');
  await visit.on('#edit-profile').click();
  const dialog = visit.dialog('完善资料');
  await visit.sees(dialog);
  await dialog.getByRole('heading').evaluate((heading: { textContent: string }) => {
    heading.textContent = '请完善资料'.repeat(200);
  });
  assert.equal((await dialog.getByRole('heading').textContent())?.length, 1000);
  await visit.shot('long');
  const scroller = dialog.locator('wx-scroll-view');
  await scroller.hover();
  await visit.page.mouse.wheel(0, 9999);
  const screen = await visit.page.locator('#phone').boundingBox();
  const button = await dialog.getByText('保存').boundingBox();
  assert.ok(
    screen && button && button.y + button.height <= screen.y + screen.height,
    'the button can be reached',
  );
  await visit.shot('scrolled');
  await visit.page.keyboard.press('Escape');
  await visit.seesNo(dialog);
});

flow('privacy refusal, and consent after WeChat’s ten seconds of silence', async (visit) => {
  await visit.tab('我的');
  await visit.on('#avatar').click();
  await visit.sees(visit.dialog('隐私保护'));
  await visit.shot('privacy');
  await visit.tap('不同意');
  await visit.toast('未同意隐私保护指引');
  await visit.seesNo(visit.dialog('隐私保护'));
  await visit.on('#avatar').click();
  await visit.toast('未同意隐私保护指引');
  assert.equal(await visit.logged('asks for privacy'), 1, 'not asked again at once');
  await visit.page.waitForTimeout(10_500);
  await visit.on('#avatar').click();
  await visit.sees(visit.dialog('隐私保护'));
  await visit.tap('同意');
  await visit.sheet('选择头像').getByRole('button', { name: '头像 3' }).click();
  await visit.state('anonymous');
});

flow('background and foreground', async (visit) => {
  await logIn(visit);
  await visit.knob('Background');
  await visit.sees(visit.phone.getByRole('button', { name: '返回小程序' }));
  await visit.phone.getByRole('button', { name: '返回小程序' }).click();
  await visit.sees(visit.text('为你推荐'));
  await answersTwenty(visit);
});

flow('offline, and back', async (visit) => {
  await logIn(visit);
  await visit.knob('Offline');
  await visit.knob('20 requests at once');
  await visit.toast('其余失败');
  await visit.state('authenticated');
  await visit.knob('Offline');
  await answersTwenty(visit);
});

flow('a backend that is down, and up again', async (visit) => {
  await logIn(visit);
  await visit.knob('Stop');
  await visit.tab('订单');
  await visit.toast('网络不给力');
  await visit.knob('Start');
  await visit.page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  await visit.tab('首页');
  await visit.sees(visit.text('为你推荐'));
  await visit.knob('Restart');
  await visit.page.locator('#restart:enabled').waitFor();
  await answersTwenty(visit);
});

flow(
  'a phone’s width, in the dark',
  async (visit) => {
    await logIn(visit);
    await visit.shot('phone');
    const chrome = visit.phone.locator('body');
    assert.deepEqual(
      await chrome.evaluate(`(() => {
        const { backgroundColor, color } = getComputedStyle(document.getElementById('bar'));
        return [backgroundColor, color, document.querySelector('#tabs [aria-selected=true] img').currentSrc.split('/').pop()];
      })()`),
      ['rgb(28, 31, 29)', 'rgb(255, 255, 255)', 'tab-home-on-dark.png'],
      'what WeChat draws is of the dark theme',
    );
    await visit.page.locator('#handle').click();
    await visit.sees(visit.page.locator('#paper svg'));
    const overflow = await visit.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.equal(overflow, 0, 'nothing sticks out');
  },
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
);
