import { byId, h } from '../../shared/dom';
import type { TabBarJson, Themed, WindowJson } from '../../shared/mini-program-code';
import { fileUrl } from '../files';

interface FrameOptions {
  readonly tabBar?: TabBarJson;
  readonly onBack: () => void;
  readonly onTab: (path: string) => void;
  /** The capsule's two halves. */
  readonly onMenu: () => void;
  readonly onLeave: () => void;
  readonly onReturn: () => void;
}

/** What WeChat draws around a page: title, back, capsule, tabs. */
export class Frame {
  constructor(private readonly options: FrameOptions) {
    byId('back').addEventListener('click', options.onBack);
    byId('menu').addEventListener('click', options.onMenu);
    byId('leave').addEventListener('click', options.onLeave);
    byId('return').addEventListener('click', options.onReturn);
  }

  setTitle(title: string): void {
    byId('title').textContent = title;
  }

  showTop(path: string, window: WindowJson, depth: number): void {
    this.setTitle(window.navigationBarTitleText ?? '');
    document.body.dataset.navigation = window.navigationStyle ?? 'default';
    byId('bar').style.background = colour(window.navigationBarBackgroundColor);
    byId('bar').style.color = colour(window.navigationBarTextStyle);
    byId('screen').style.setProperty('--ground', colour(window.backgroundColor));
    byId('back').hidden = depth < 2;
    this.showTabs(path);
  }

  setBackground(background: boolean): void {
    byId('home-screen').hidden = !background;
  }

  private showTabs(path: string): void {
    const { tabBar, onTab } = this.options;
    const bar = byId('tabs');
    bar.hidden = !tabBar?.list.some(({ pagePath }) => pagePath === path);
    if (bar.hidden || !tabBar) return;
    bar.style.background = colour(tabBar.backgroundColor);
    bar.style.setProperty('--colour', colour(tabBar.color));
    bar.style.setProperty('--selected', colour(tabBar.selectedColor));
    bar.replaceChildren(
      ...tabBar.list.map(({ pagePath, text, iconPath, selectedIconPath }) => {
        const selected = pagePath === path;
        const icon = (selected ? selectedIconPath : undefined) ?? iconPath;
        const attributes = { type: 'button', role: 'tab', 'aria-selected': String(selected) };
        return h(
          'button',
          { ...attributes, onclick: () => onTab(pagePath) },
          icon === undefined ? undefined : picture(icon),
          text,
        );
      }),
    );
  }
}

/** As CSS has it: the browser chooses. Nothing, where the mini-program says nothing. */
function colour(value: Themed = ''): string {
  return typeof value === 'string' ? value : `light-dark(${value.light}, ${value.dark})`;
}

function picture(value: Themed): HTMLElement {
  const { light, dark } = typeof value === 'string' ? { light: value, dark: value } : value;
  const inTheDark = h('source', { media: '(prefers-color-scheme: dark)', srcset: fileUrl(dark) });
  return h('picture', {}, inTheDark, h('img', { src: fileUrl(light), alt: '' }));
}
