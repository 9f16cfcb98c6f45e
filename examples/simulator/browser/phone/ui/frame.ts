import { byId, h } from '../../shared/dom';
import type { TabBarJson, WindowJson } from '../../shared/mini-program-code';
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

  showTop(path: string, { navigationBarTitleText = '', navigationStyle }: WindowJson, depth: number): void {
    this.setTitle(navigationBarTitleText);
    document.body.dataset.navigation = navigationStyle ?? 'default';
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
    bar.style.setProperty('--colour', tabBar.color ?? '');
    bar.style.setProperty('--selected', tabBar.selectedColor ?? '');
    bar.replaceChildren(
      ...tabBar.list.map(({ pagePath, text, iconPath, selectedIconPath }) => {
        const selected = pagePath === path;
        const icon = (selected ? selectedIconPath : undefined) ?? iconPath;
        const attributes = { type: 'button', role: 'tab', 'aria-selected': String(selected) };
        return h(
          'button',
          { ...attributes, onclick: () => onTab(pagePath) },
          icon === undefined ? undefined : h('img', { src: fileUrl(icon), alt: '' }),
          text,
        );
      }),
    );
  }
}
