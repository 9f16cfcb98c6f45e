import { injectSession, sessionBehavior } from 'rx-weapp-session';
import type { Subscription } from 'rxjs';
import { recommendations } from '../../services/api';
import { itemOf, type Item } from '../../services/catalogue';
import { showError } from '../../services/show-error';

const session = injectSession();

/** This page has a login UI of its own, which asks before the library does: one tap, and the answer is there already. */
Page({
  behaviors: [sessionBehavior()],
  data: { items: [] as Item[], forUser: false, failed: false },

  shown: undefined as Subscription | undefined,

  onShow() {
    // What was for a user is not shown to whoever comes after.
    if (this.data.forUser && !session.credential) this.setData({ items: [], forUser: false });
    this.load();
  },
  onHide() {
    this.shown?.unsubscribe();
  },
  onUnload() {
    this.shown?.unsubscribe();
  },

  load() {
    this.shown?.unsubscribe();
    this.shown = recommendations().subscribe({
      next: ({ for: whom, items }) =>
        this.setData({ items: items.map(itemOf), forUser: whom !== 'guest', failed: false }),
      error: (error: unknown) => {
        this.setData({ failed: true });
        showError(error);
      },
    });
  },

  onPhoneNumber({ detail }: WechatMiniprogram.CustomEvent) {
    const prompts = session.prompt$.subscribe((prompt) => {
      if (prompt?.method === 'phoneNumber' && prompt.claim()) prompt.answer(detail);
    });
    const login = session.login().subscribe({ next: () => this.load(), error: showError });
    login.add(prompts);
  },

  onOpen({ currentTarget }: WechatMiniprogram.TouchEvent) {
    void wx.navigateTo({
      url: `/pages/detail/detail?id=${encodeURIComponent(String(currentTarget.dataset.id))}`,
    });
  },

  onMember() {
    void wx.navigateTo({ url: '/pages/member/member' });
  },
});
