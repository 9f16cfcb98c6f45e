import { finalize, switchMap, type Subscription } from 'rxjs';
import { addComment, comments } from '../../services/api';
import { itemOf, type Item } from '../../services/catalogue';
import { showError } from '../../services/show-error';
import { toast } from '../../services/toast';

/** Comments and favourites need a user; `<auth-prompt/>` asks, with this page's words. */
Page({
  authTips: { title: '登录后继续', content: '收藏和评论会记在你的账号下' },

  data: { item: null as Item | null, notes: [] as string[], favourite: false, draft: '', busy: '' },

  request: undefined as Subscription | undefined,

  onLoad({ id = '' }: { id?: string }) {
    this.setData({ item: itemOf(decodeURIComponent(id)) });
  },

  onUnload() {
    // Nobody is left to see the answer: the login is called off, and its prompt withdrawn.
    this.request?.unsubscribe();
  },

  onInput({ detail }: WechatMiniprogram.Input) {
    this.setData({ draft: detail.value });
  },

  onFavourite() {
    this.post('favourite', '收藏了它');
  },

  onComment() {
    const text = this.data.draft.trim();
    if (text) this.post('comment', text);
    else toast('写点什么吧');
  },

  post(what: 'favourite' | 'comment', text: string) {
    const { item, busy } = this.data;
    if (!item || busy) return;
    this.setData({ busy: what });
    this.request = addComment(`${item.name}：${text}`)
      .pipe(
        switchMap(() => comments()),
        finalize(() => this.setData({ busy: '' })),
      )
      .subscribe({
        next: (all) => {
          const mine = all.filter((comment) => comment.text.startsWith(`${item.name}：`));
          const notes = mine.map((comment) => comment.text.slice(comment.text.indexOf('：') + 1)).reverse();
          this.setData({ notes, favourite: notes.includes('收藏了它') });
          if (what === 'comment') this.setData({ draft: '' });
          toast(what === 'comment' ? '已发布' : '已收藏', 'success');
        },
        error: showError,
      });
  },
});
