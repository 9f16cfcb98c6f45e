import { injectSession, sessionBehavior } from 'rx-weapp-session';
import type { LoginOptions } from 'rx-weapp-session';
import { switchMap } from 'rxjs';
import { expireOnServer, profile } from '../../services/api';
import { showError } from '../../services/show-error';
import { toast } from '../../services/toast';

const session = injectSession();
const app = getApp<{ burst(count: number): void }>();

/** The session, live, and everything that one can do to it. */
Page({
  behaviors: [sessionBehavior()],
  data: { nickname: '', phone: '', avatar: '' },

  onShow() {
    if (session.credential) this.load();
    else this.setData({ nickname: '', phone: '' });
  },

  load() {
    profile().subscribe({
      next: ({ nickname = '', phone = '' }) => this.setData({ nickname, phone }),
      error: showError,
    });
  },

  /** Logs in, and shows who is there then. */
  login(options: LoginOptions, done: string) {
    session
      .login(options)
      .pipe(switchMap(() => profile()))
      .subscribe({
        next: ({ nickname = '', phone = '' }) => {
          this.setData({ nickname, phone });
          toast(done, 'success');
        },
        error: showError,
      });
  },

  onLogin() {
    this.login({}, '已登录');
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
    else toast(/privacy/.test(detail.errMsg) ? '未同意隐私指引' : '没有选择头像');
  },

  onBurst() {
    app.burst(20);
  },

  onExpire() {
    const { userId = '' } = session.credential ?? {};
    expireOnServer(userId).subscribe({
      next: () => toast('服务器上已失效，试试再发请求'),
      error: showError,
    });
  },

  onLogout() {
    session.logout().subscribe(() => this.left('已退出'));
  },
  onForget() {
    session.logout({ forget: true }).subscribe(() => this.left('已退出，不再静默登录'));
  },
  left(title: string) {
    this.setData({ nickname: '', phone: '', avatar: '' });
    toast(title);
  },
});
