import { injectSession } from 'rx-weapp-session';
import type { AuthPrompt, AuthTips } from 'rx-weapp-session';
import { combineLatest, debounceTime, filter, type Subscription, take } from 'rxjs';

const session = injectSession();

const OWN = ['phoneNumber', 'realtimePhoneNumber'];

/** Where `promptByPage` takes those whose page asks nothing itself. It closes when the login is over. */
Page({
  data: { tips: null as AuthTips | null, openType: '', over: false },

  prompt: undefined as AuthPrompt | undefined,
  shown: undefined as Subscription | undefined,

  onShow() {
    this.shown = session.prompt$.subscribe((prompt) => {
      const own = prompt && OWN.includes(prompt.method) && prompt.claim() ? prompt : undefined;
      this.prompt = own;
      this.setData({ tips: own?.tips ?? null, openType: own?.openType ?? '' });
    });
    this.shown.add(
      combineLatest([session.prompt$, session.session$])
        .pipe(
          // What begins in the same moment is asked here as well; what ended while the page was hidden has ended.
          debounceTime(300),
          filter(([prompt, { status }]) => !prompt && status !== 'authenticating'),
          take(1),
        )
        .subscribe(() => {
          this.leave();
          this.setData({ over: true });
          void wx.navigateBack();
        }),
    );
  },
  onHide() {
    this.leave();
  },
  onUnload() {
    this.leave();
  },
  leave() {
    this.shown?.unsubscribe();
    this.prompt?.release();
    this.prompt = undefined;
  },

  onAnswer({ detail }: WechatMiniprogram.CustomEvent) {
    this.prompt?.answer(detail);
  },
  /** Leaving without an answer is an answer: the prompt is cancelled when this page is gone. */
  onLater() {
    void wx.navigateBack();
  },
});
