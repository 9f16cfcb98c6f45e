import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthTips, Session } from 'rx-weapp-session';
import { sessionMarbles } from 'rx-weapp-session/marbles';
import type { Scenario } from 'rx-weapp-session/marbles';
import { runExample } from './support/run-example';

// The page that the README shows is run: what a reader copies has to hold.

/** What the README's page has, as WeChat calls it. */
interface HomePage {
  data: { status: string; openType: string; tips: AuthTips | null };
  setData(data: object): void;
  onShow(): void;
  onHide(): void;
  onUnload(): void;
  onTap(): void;
  onAnswer(event: { detail: unknown }): void;
  onAgree(): void;
  onCancel(): void;
}

function homePage(readme: string, session: Session): HomePage {
  const text = readFileSync(join(__dirname, '..', readme), 'utf8');
  const [, code] = /```ts\n\/\/ pages\/home\/home\.ts\n([^]*?)```/.exec(text) as unknown as [string, string];
  let page: HomePage | undefined;
  runExample(code, {
    getApp: () => ({ session }),
    Page: (definition: HomePage) => {
      page = Object.assign(Object.create(definition) as HomePage, {
        data: { ...definition.data },
        setData(this: HomePage, data: object) {
          Object.assign(this.data, data);
        },
      });
    },
  });
  return page as HomePage;
}

const refusal = { detail: { errMsg: 'getUserInfo:fail auth deny' } };
const granted = { detail: { errMsg: 'openSetting:ok', authSetting: { 'scope.userInfo': true } } };
const profile = { detail: { errMsg: 'getUserInfo:ok', userInfo: { nickName: 'Ming' } } };
const phone = { detail: { errMsg: 'getPhoneNumber:ok', code: 'phone-code' } };

describe.each(['README.md', 'README.zh-CN.md'])('the home page of %s', (readme) => {
  const visiting = (visit: (page: HomePage, scenario: Scenario) => void) => () =>
    sessionMarbles((scenario) => {
      const page = homePage(readme, scenario.session);
      page.onShow();
      visit(page, scenario);
    });

  test(
    'P1: shows a prompt, answers it, and is rid of it',
    visiting((page, { session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      expectObservable(session.login()).toBe('2060ms (A|)');
      at('1s', () => {
        expect(page.data).toMatchObject({ status: 'authenticating', openType: 'getPhoneNumber' });
        expect(page.data.tips?.confirmText).toBeTruthy();
      });
      at('2s', () => page.onAnswer(phone));
      at('3s', () => expect(page.data).toEqual({ status: 'authenticated', openType: '', tips: null }));
    }),
  );

  test(
    "P3 P4: keeps the prompt while WeChat's permission panel hides the page, however long that takes",
    visiting((page, { session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms u');
      expectObservable(session.login()).toBe('11050ms (A|)');
      at('1s', () => page.onAnswer(refusal));
      at('2s', () => {
        expect(page.data.openType).toBe('openSetting');
        page.onTap();
        page.onHide();
      });
      at('9s', () => {
        page.onShow();
        page.onAnswer(granted);
      });
      at('10s', () => expect(page.data.openType).toBe('getUserInfo'));
      at('11s', () => page.onAnswer(profile));
    }),
  );

  test(
    'P3: an answer of the panel that comes before the page is shown counts once, and the page has one subscription',
    visiting((page, { session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms u');
      expectObservable(session.login()).toBe('8060ms #', {}, 'prompt-unhandled');
      at('1s', () => page.onAnswer(refusal));
      at('2s', () => {
        page.onTap();
        page.onHide();
      });
      at('4s', () => {
        page.onAnswer(granted);
        page.onShow();
      });
      at('5060ms', () => page.onHide());
    }),
  );

  test(
    'P3: leaves the prompt to others when it is hidden otherwise, and takes it up again',
    visiting((page, { session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      expectObservable(session.login()).toBe('4060ms (A|)');
      at('1s', () => page.onHide());
      at('3s', () => {
        page.onShow();
        expect(page.data.openType).toBe('getPhoneNumber');
      });
      at('4s', () => page.onAnswer(phone));
    }),
  );

  test(
    'P3: ends a login that no button of it can answer',
    visiting((_, { session, backend, expectObservable }) => {
      backend.silentLogin('50ms n');
      expectObservable(session.login()).toBe('60ms #', {}, 'auth-cancelled');
    }),
  );

  test(
    'P2: closes it at a tap on cancel',
    visiting((page, { session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      expectObservable(session.login()).toBe('1s #', {}, 'auth-cancelled');
      at('1s', () => page.onCancel());
    }),
  );

  test(
    'P3: is gone when it is unloaded',
    visiting((page, { session, backend, at, expectObservable }) => {
      backend.silentLogin('50ms p');
      expectObservable(session.login()).toBe('4s #', {}, 'prompt-unhandled');
      at('1s', () => page.onUnload());
    }),
  );
});
