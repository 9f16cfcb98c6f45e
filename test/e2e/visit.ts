import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';

const SHOTS = join(__dirname, '../../.run/e2e');

export interface VisitOptions {
  /** Which mini-program: `shop` asks for the phone number, `forum` for the profile. */
  readonly app?: string;
  /** Whose phone; somebody unknown by default. */
  readonly user?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** The last run's screenshots are not this one's. */
export const clearShots = () => rmSync(SHOTS, { recursive: true, force: true });

let visitors = 0;

/** Somebody in front of the simulator: the phone, the panel, and what the browser's console said. */
export class Visit {
  readonly console: string[] = [];
  private shots = 0;

  private constructor(
    private readonly name: string,
    private readonly context: BrowserContext,
    readonly page: Page,
    readonly user: string,
  ) {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()))
        this.console.push(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.console.push(`uncaught: ${error.message}`));
  }

  static async begin(
    name: string,
    browser: Browser,
    url: string,
    options: VisitOptions = {},
  ): Promise<Visit> {
    const { app = 'shop', user = `visitor-${++visitors}`, viewport = { width: 1280, height: 800 } } = options;
    const context = await browser.newContext({
      viewport,
      locale: 'zh-CN',
      reducedMotion: 'reduce',
      colorScheme: options.colorScheme ?? 'light',
    });
    context.setDefaultTimeout(15_000);
    const visit = new Visit(name, context, await context.newPage(), user);
    await visit.page.goto(`${url}/?${new URLSearchParams({ app, user }).toString()}`);
    return visit;
  }

  /** The mini-program. */
  get phone(): FrameLocator {
    return this.page.frameLocator('#phone');
  }

  /** Something on the page that is on top. */
  on(selector: string): Locator {
    return this.phone.locator(`.page:not([hidden]) ${selector}`);
  }

  /** Words on the page that is on top. */
  text(text: string): Locator {
    return this.on('').getByText(text);
  }

  /** One of WeChat's own sheets. */
  sheet(label: string): Locator {
    return this.phone.getByRole('dialog', { name: label }).and(this.phone.locator('.sheet'));
  }

  /** The mini-program's dialog of that title. */
  dialog(title: string): Locator {
    return this.on(`wx-auth-prompt [role=dialog][aria-label="${title}"]`);
  }

  async tap(text: string): Promise<void> {
    await this.on('').getByText(text, { exact: true }).click();
  }

  async tab(name: string): Promise<void> {
    await this.phone.getByRole('tab', { name }).click();
  }

  async knob(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  /** The line above the timeline says so. */
  async state(text: string): Promise<void> {
    // On a narrow screen it is behind a button.
    await this.page.locator('#state', { hasText: text }).waitFor({ state: 'attached' });
  }

  async toast(text: string): Promise<void> {
    await this.sees(this.phone.locator('.toast', { hasText: text }));
  }

  /** The back key, in the moment that the phone shows something: before any timer or callback has its turn. */
  async pressBackOn(selector: string): Promise<void> {
    await this.phone.locator('body').evaluate(`
      new MutationObserver((_, observer) => {
        if (!document.querySelector(${JSON.stringify(selector)})) return;
        observer.disconnect();
        window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
      }).observe(document.body, { childList: true, subtree: true })`);
  }

  async sees(locator: Locator): Promise<void> {
    await locator.first().waitFor({ state: 'visible' });
  }

  async seesNo(locator: Locator): Promise<void> {
    await locator.first().waitFor({ state: 'hidden' });
  }

  /** How often something stands in the log beside the phone. */
  async logged(text: string | RegExp): Promise<number> {
    return this.page.locator('#log li').filter({ hasText: text }).count();
  }

  async shot(what: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${this.name}-${++this.shots}-${what}.png`) });
  }

  /** Nothing is left open, and the console is clean. */
  async end(): Promise<void> {
    await this.shot('end');
    const open = await this.phone
      .locator('.mask, wx-auth-prompt [role=dialog]')
      .filter({ visible: true })
      .count();
    const status = await this.page.locator('#state').textContent();
    await this.context.close();
    assert.deepEqual(this.console, [], 'errors and warnings in the console');
    assert.equal(open, 0, 'a dialog is still open');
    assert.doesNotMatch(status ?? '', /authenticating/, 'a login is still in progress');
  }

  /** For visits that are expected to leave something in the console. */
  async abandon(): Promise<void> {
    await this.shot('end');
    await this.context.close();
  }
}
