import { injectSession, sessionBehavior } from 'rx-weapp-session';
import type { LoginOptions } from 'rx-weapp-session';
import { type Subscription, switchMap } from 'rxjs';
import { expireOnServer, profile, type Profile } from '../../services/api';
import { showError } from '../../services/show-error';
import { toast } from '../../services/toast';
import { who$ } from '../../services/who';

const session = injectSession();
const app = getApp<{ burst(count: number): void }>();

/** The session, live, and everything that one can do to it. */
Page({
  behaviors: [sessionBehavior()],
  data: { userId: '', nickname: '', phone: '', avatar: '' },

  shown: undefined as Subscription | undefined,
  request: undefined as Subscription | undefined,

  onShow() {
    this.shown = who$.subscribe((me) => this.show(me));
  },
  onHide() {
    this.shown?.unsubscribe();
  },
  onUnload() {
    this.shown?.unsubscribe();
  },

  show(me: Profile | null) {
    const { userId = '', nickname = '', phone = '' }: Partial<Profile> = me ?? {};
    if (userId !== this.data.userId) this.setData({ avatar: '' });
    this.setData({ userId, nickname, phone });
  },

  /** Logs in, and shows who is there then. */
  login(options: LoginOptions, done: string) {
    this.request?.unsubscribe();
    this.request = session
      .login(options)
      .pipe(switchMap(() => profile()))
      .subscribe({
        next: (me) => {
          this.show(me);
          toast(done, 'success');
        },
        error: showError,
      });
  },

  onLogin() {
    this.login({}, '已登录');
  },
  onSwap() {
    this.login({ mode: 'forceSilent' }, '已悄悄换新凭证');
  },
  onForce() {
    this.login({ mode: 'force' }, '已换新凭证');
  },
  onProfile() {
    this.login({ mode: 'forceAuth', method: 'avatarNickname' }, '资料已更新');
  },
  onWechatProfile() {
    this.login({ mode: 'forceAuth', method: 'userInfo' }, '已同步');
  },

  /** Not a login: WeChat asks for the consent to the privacy terms by itself, and the library answers through its prompt. */
  onAvatar({ detail }: WechatMiniprogram.CustomEvent<{ avatarUrl?: string; errMsg: string }>) {
    if (detail.avatarUrl) this.setData({ avatar: detail.avatarUrl });
    else toast(/privacy/.test(detail.errMsg) ? '未同意隐私保护指引' : '没有选择头像');
  },

  onBurst() {
    app.burst(20);
  },

  onExpire() {
    const { userId = '' } = session.credential ?? {};
    expireOnServer(userId).subscribe({
      next: () => toast('凭证已在服务器上失效，再发个请求试试'),
      error: showError,
    });
  },

  /** A silent request may log in again after this one: an app that means good-bye takes the other. */
  onLogout() {
    this.leave('已退出');
  },
  onForget() {
    this.leave('已退出，不再静默登录', { forget: true });
  },
  /** It counts at the call, whenever the backend hears of it. */
  leave(title: string, options?: { forget: boolean }) {
    session.logout(options);
    this.request?.unsubscribe();
    this.show(null);
    toast(title);
  },
});
