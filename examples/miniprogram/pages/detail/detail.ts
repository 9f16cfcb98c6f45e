import { injectSession } from 'rx-weapp-session';
import { catchError, EMPTY, finalize, Subscription, switchMap, tap } from 'rxjs';
import { addComment, comments, type Comment } from '../../services/api';
import { itemOf, type Item } from '../../services/catalogue';
import { showError } from '../../services/show-error';
import { toast } from '../../services/toast';

/** Comments and favourites need a user; `<auth-prompt/>` asks, with this page's words. */
Page({
  authTips: { title: '登录后继续', content: '收藏和评论会记在你的账号下' },

  data: { item: null as Item | null, notes: [] as Comment[], favourite: false, draft: '', busy: '' },

  requests: new Subscription(),

  onLoad({ id = '' }: { id?: string }) {
    this.requests = new Subscription();
    this.setData({ item: itemOf(decodeURIComponent(id)) });
    // Nobody is asked for what they only look at.
    if (injectSession().credential)
      this.requests.add(comments().subscribe({ next: (all) => this.show(all), error: showError }));
  },

  onUnload() {
    // Nobody is left to see the answer: the login is called off, and its prompt withdrawn.
    this.requests.unsubscribe();
  },

  onInput({ detail }: WechatMiniprogram.Input) {
    this.setData({ draft: detail.value });
  },

  onFavourite() {
    if (!this.data.favourite) this.post('favourite', '收藏了这件商品');
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
    const posted$ = addComment(`${item.name}：${text}`).pipe(
      tap(() => {
        toast(what === 'comment' ? '已发布' : '已收藏', 'success');
        // What was typed meanwhile is the next one.
        if (what === 'comment' && this.data.draft.trim() === text) this.setData({ draft: '' });
      }),
      // It is posted, whether the list can be had or not.
      switchMap(() => comments().pipe(catchError(() => EMPTY))),
      finalize(() => this.setData({ busy: '' })),
    );
    this.requests.add(posted$.subscribe({ next: (all) => this.show(all), error: showError }));
  },

  show(all: readonly Comment[]) {
    const prefix = `${this.data.item?.name ?? ''}：`;
    const notes = all
      .filter(({ text }) => text.startsWith(prefix))
      .map(({ id, text }) => ({ id, text: text.slice(prefix.length) }))
      .reverse();
    this.setData({ notes, favourite: notes.some(({ text }) => text === '收藏了这件商品') });
  },
});
