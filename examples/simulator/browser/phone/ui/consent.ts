import { h } from '../../shared/dom';
import { act, showSheet } from './sheets';

const head = (name: string, what: string) =>
  h('header', {}, h('span', { class: 'logo' }), h('b', {}, name), h('span', {}, what));

/** WeChat's question whether a mini-program may have something of the user's. */
const ask = (name: string, what: string, details: readonly Node[]): Promise<boolean> =>
  showSheet<boolean>(what, (close) => [
    head(name, '申请'),
    h('h2', {}, what),
    ...details,
    h(
      'footer',
      {},
      act('拒绝', 'no', () => close(false)),
      act('允许', 'yes', () => close(true)),
    ),
  ]);

export const askPhoneNumber = (name: string, realtime: boolean) =>
  ask(name, realtime ? '获取并实时验证你的手机号' : '获取你的手机号', [
    h(
      'div',
      { class: 'choice' },
      h('span', {}, '138****8000', h('small', {}, '上次提供')),
      h('i', { class: 'tick' }),
    ),
  ]);

export const askProfile = (name: string) =>
  ask(name, '获取你的微信头像和昵称', [
    h(
      'div',
      { class: 'choice' },
      h('img', { src: '/avatars/1.svg', alt: '' }),
      h('span', {}, '微信用户', h('small', {}, '微信个人信息')),
      h('i', { class: 'tick' }),
    ),
  ]);

/** WeChat's own privacy question, for a mini-program that has none. */
export const askPrivacy = (name: string) =>
  showSheet<boolean>('隐私保护提示', (close) => [
    head(name, '隐私保护提示'),
    h('p', {}, '在你使用服务之前，请仔细阅读《小程序隐私保护指引》。如你同意，请点击“同意”开始使用。'),
    h(
      'footer',
      {},
      act('拒绝', 'no', () => close(false)),
      act('同意', 'yes', () => close(true)),
    ),
  ]);

export const showContract = () =>
  void showSheet<void>(
    '隐私保护指引',
    (close) => [
      h('h2', {}, '小程序隐私保护指引'),
      h(
        'p',
        {},
        '本指引是模拟器中的示例文本。开发者收集你选中的头像、昵称和手机号，用于登录与配送，不会向第三方提供。',
      ),
      h(
        'footer',
        {},
        act('我知道了', 'yes', () => close()),
      ),
    ],
    { onMask: undefined },
  );

const AVATARS = [1, 2, 3, 4].map((number) => `/avatars/${number}.svg`);

export const chooseAvatar = () =>
  showSheet<string | undefined>('选择头像', (close) => [
    h('h2', {}, '选择头像'),
    h(
      'div',
      { class: 'avatars' },
      ...AVATARS.map((source, index) =>
        h(
          'button',
          {
            type: 'button',
            'aria-label': `头像 ${index + 1}`,
            onclick: () => close(`wxfile://tmp${source}`),
          },
          h('img', { src: source, alt: '' }),
        ),
      ),
    ),
    h(
      'footer',
      {},
      act('取消', 'no', () => close(undefined)),
    ),
  ]);
