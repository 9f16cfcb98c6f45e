import { injectSession, sessionBehavior } from 'rx-weapp-session';
import type { AuthPrompt, AuthTips } from 'rx-weapp-session';
import { type Subscription } from 'rxjs';
import { profile } from '../../services/api';
import { showError } from '../../services/show-error';

const session = injectSession();

/** What this page's own card can answer; the rest is left to `<auth-prompt/>`. */
const OWN = ['phoneNumber', 'userInfo'];

/** A page with words and a UI of its own: the question stands in the page, not over it. */
Page({
  behaviors: [sessionBehavior()],

  authTips({ method }: Pick<AuthPrompt, 'method'>): Partial<AuthTips> | undefined {
    if (!OWN.includes(method)) return undefined;
    return {
      title: '还差一步',
      content: '登录就能领取会员日礼券',
      confirmText: method === 'phoneNumber' ? '用手机号领取' : '用微信领取',
      cancelText: '下次再说',
    };
  },

  data: { tips: null as AuthTips | null, openType: '', phone: '', claimed: false },

  prompt: undefined as AuthPrompt | undefined,
  shown: undefined as Subscription | undefined,
  request: undefined as Subscription | undefined,

  onShow() {
    this.shown = session.prompt$.subscribe((prompt) => {
      const own = prompt && OWN.includes(prompt.method) && prompt.claim() ? prompt : undefined;
      this.prompt = own;
      this.setData({ tips: own?.tips ?? null, openType: own?.openType ?? '' });
    });
  },
  onHide() {
    this.leave();
  },
  onUnload() {
    this.leave();
    // Nobody is left to see the answer: the login is called off, and its prompt withdrawn.
    this.request?.unsubscribe();
  },
  leave() {
    this.shown?.unsubscribe();
    this.prompt?.release();
    this.prompt = undefined;
  },

  onClaim() {
    if (this.request && !this.request.closed) return;
    this.request = profile().subscribe({
      next: ({ phone = '' }) => this.setData({ claimed: true, phone: phone.slice(-4) }),
      error: showError,
    });
  },
  /** An open prompt goes along: the next page's `<auth-prompt/>` takes it on. */
  onMore() {
    void wx.navigateTo({ url: '/pages/detail/detail?id=spring%20tea' });
  },
  onAnswer({ detail }: WechatMiniprogram.CustomEvent) {
    this.prompt?.answer(detail);
  },
  onCancel() {
    this.prompt?.cancel();
  },
});
