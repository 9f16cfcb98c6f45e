import type { AppJson, MiniProgramCode, WindowJson } from '../shared/mini-program-code';
import type { Instance } from './framework';

type Query = Readonly<Record<string, string>>;

interface Page {
  readonly path: string;
  readonly instance: Instance;
}

export interface PageStackOptions {
  readonly code: MiniProgramCode;
  /** Where pages are shown. */
  readonly screen: HTMLElement;
  readonly create: (path: string, parent: HTMLElement) => Instance;
  /** Runs code of the mini-program; what it throws is told and goes no further. */
  readonly attempt: (work: () => void) => void;
  /** The stack has another top. */
  readonly onChange: () => void;
}

/** WeChat allows so many pages. */
const LIMIT = 10;

/** The open pages: those of a tab bar stay, the others come and go above them. */
export class PageStack {
  private stack: Page[] = [];
  private readonly tabs = new Map<string, Page>();
  private readonly app: AppJson;

  constructor(private readonly options: PageStackOptions) {
    this.app = options.code.app;
  }

  get depth(): number {
    return this.stack.length;
  }

  get paths(): string[] {
    return this.stack.map(({ path }) => path);
  }

  /** What getCurrentPages gives. */
  get callers(): Instance['caller'][] {
    return this.stack.map(({ instance }) => instance.caller);
  }

  get window(): WindowJson {
    const top = this.stack.at(-1);
    return { ...this.app.window, ...(top && this.options.code.components[top.path].json) };
  }

  /** Why this cannot be done, if so. */
  check(how: string, url: string): string | undefined {
    const { path } = parse(url, this.stack.at(-1)?.path);
    const page = this.options.code.components[path] as { isPage: boolean } | undefined;
    if (!page?.isPage) return `page "${path}" is not found`;
    if (how === 'switchTab') return this.isTab(path) ? undefined : 'can not switch to no-tabBar page';
    if (how !== 'reLaunch' && this.isTab(path)) return `can not ${how} a tabbar page`;
    return how === 'navigateTo' && this.depth >= LIMIT ? 'page limit exceeded' : undefined;
  }

  push(url: string): void {
    this.hideTop();
    this.open(url);
  }

  replace(url: string): void {
    this.close(this.stack.pop());
    this.open(url);
  }

  restart(url: string): void {
    const former = new Set([...this.stack, ...this.tabs.values()]);
    this.stack = [];
    this.tabs.clear();
    for (const page of former) this.close(page);
    this.open(url);
  }

  switchTab(url: string): void {
    const { path } = parse(url);
    if (this.stack.length === 1 && this.stack[0].path === path) return;
    while (this.stack.length > 1) this.close(this.stack.pop());
    const [current] = this.stack;
    if (current && this.isTab(current.path)) this.hideTop();
    else this.close(current);
    this.stack = [];
    const kept = this.tabs.get(path);
    if (!kept) return this.open(url);
    this.stack = [kept];
    this.showTop();
    this.options.onChange();
  }

  back(delta: number): void {
    for (let times = Math.min(delta, this.stack.length - 1); times > 0; times--) this.close(this.stack.pop());
    this.showTop();
    this.options.onChange();
  }

  /** The mini-program comes to the foreground, or leaves it. */
  show(): void {
    this.call(this.stack.at(-1), 'show');
  }

  hide(): void {
    this.call(this.stack.at(-1), 'hide');
  }

  private open(url: string): void {
    const { path, query } = parse(url, this.stack.at(-1)?.path);
    const { create, screen, onChange } = this.options;
    const holder = document.createElement('div');
    holder.className = this.stack.length > 0 ? 'page enters' : 'page';
    screen.append(holder);
    const page: Page = { path, instance: create(path, holder) };
    page.instance.element.dataset.route = path;
    Object.assign(page.instance.caller, { route: path, options: query });
    this.stack.push(page);
    if (this.isTab(path)) this.tabs.set(path, page);
    onChange();
    this.run(page, 'onLoad', query);
    // What onLoad did may have closed it again.
    if (this.stack.at(-1) !== page) return;
    this.call(page, 'show');
    this.run(page, 'onReady');
  }

  private close(page: Page | undefined): void {
    if (!page) return;
    const holder = page.instance.element.parentElement;
    this.run(page, 'onUnload');
    this.options.attempt(() => page.instance.release());
    holder?.remove();
  }

  private hideTop(): void {
    const top = this.stack.at(-1);
    this.call(top, 'hide');
    setShown(top, false);
  }

  private showTop(): void {
    const top = this.stack.at(-1);
    setShown(top, true);
    this.call(top, 'show');
  }

  /** Components learn of it as well. */
  private call(page: Page | undefined, change: 'show' | 'hide'): void {
    if (!page) return;
    this.options.attempt(() => page.instance.pageLifetime(change));
    this.run(page, change === 'show' ? 'onShow' : 'onHide');
  }

  private run(page: Page, name: string, ...given: unknown[]): void {
    const { caller } = page.instance;
    const method = caller[name];
    if (typeof method === 'function') this.options.attempt(() => void method.apply(caller, given));
  }

  private isTab(path: string): boolean {
    return this.app.tabBar?.list.some(({ pagePath }) => pagePath === path) ?? false;
  }
}

function setShown(page: Page | undefined, shown: boolean): void {
  page?.instance.element.parentElement?.toggleAttribute('hidden', !shown);
}

/** `/pages/a/a?b=c`, or relative to a page. */
function parse(url: string, from = ''): { path: string; query: Query } {
  const { pathname, searchParams } = new URL(url, `https://mini.program/${from}`);
  return { path: pathname.slice(1), query: Object.fromEntries(searchParams) };
}
