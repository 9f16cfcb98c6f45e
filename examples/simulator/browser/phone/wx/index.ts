import type { Device } from '../device';
import type { Memory } from '../memory';
import { Network } from '../network';
import type { PageStack } from '../page-stack';
import { Account, type AccountUi } from './account';
import { feedback, type FeedbackUi } from './feedback';
import { Privacy, type PrivacyUi } from './privacy';
import { request } from './request';
import { routing } from './routing';
import { storage } from './storage';
import { system } from './system';

export interface WxOptions {
  readonly device: Device;
  /** What the mini-program stores. */
  readonly storage: Memory;
  /** What WeChat keeps of the user's decisions. */
  readonly decisions: Memory;
  readonly pages: PageStack;
  readonly closeContainer: () => boolean;
  readonly firstPage: string;
  readonly ui: AccountUi & FeedbackUi & { readonly privacy: PrivacyUi };
}

/** The part of `wx` that a mini-program with a login needs. */
export function createWx({
  device,
  storage: stored,
  decisions,
  pages,
  closeContainer,
  firstPage,
  ui,
}: WxOptions) {
  const network = new Network(device);
  const privacy = new Privacy(decisions, ui.privacy);
  const account = new Account({ device, network, memory: decisions, privacy, ui });
  const { launch, api } = system(device, firstPage);
  const wx: Record<string, unknown> = {
    ...account.api(),
    ...privacy.api(),
    request: request(network),
    ...storage(stored),
    ...routing(pages, closeContainer),
    ...feedback(ui),
    ...api,
  };
  wx.canIUse = (name: string) => name.split('.')[0] in wx;
  return { wx, account, privacy, launch };
}
