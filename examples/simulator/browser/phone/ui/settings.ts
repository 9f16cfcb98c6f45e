import { h } from '../../shared/dom';
import { showSheet } from './sheets';

const NAMES: Readonly<Record<string, string>> = {
  'scope.userInfo': '用户信息',
};

type Setting = Readonly<Record<string, boolean>>;

/** WeChat's permission panel: the scopes that were asked for so far, each to be switched. */
export const editSettings = (setting: Setting) =>
  showSheet<Setting>(
    '设置',
    (close) => {
      const edited = { ...setting };
      const row = (scope: string) => {
        const toggle = h('button', {
          class: 'toggle',
          type: 'button',
          role: 'switch',
          'aria-label': NAMES[scope] ?? scope,
          'aria-checked': String(edited[scope]),
          onclick: () => {
            edited[scope] = !edited[scope];
            toggle.setAttribute('aria-checked', String(edited[scope]));
          },
        });
        return h('div', { class: 'row' }, NAMES[scope] ?? scope, toggle);
      };
      const scopes = Object.keys(setting);
      return [
        h(
          'nav',
          {},
          h('button', { class: 'back', type: 'button', 'aria-label': '返回', onclick: () => close(edited) }),
          h('b', {}, '设置'),
        ),
        h('p', {}, scopes.length > 0 ? '允许小程序使用' : '小程序还没有申请过权限'),
        ...scopes.map(row),
      ];
    },
    { placement: 'full' },
  );
