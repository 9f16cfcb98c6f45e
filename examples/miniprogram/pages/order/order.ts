import { injectSession, sessionBehavior } from 'rx-weapp-session';
import { type Subscription, switchMap } from 'rxjs';
import { profile, type Profile } from '../../services/api';
import { itemOf } from '../../services/catalogue';
import { showError } from '../../services/show-error';
import { toast } from '../../services/toast';
import { who$ } from '../../services/who';

const session = injectSession();

/** A page without any prompt: whoever has to log in is taken to the login page. */
Page({
  behaviors: [sessionBehavior()],
  data: { profile: null as Profile | null, phone: '', tea: itemOf('spring tea') },

  shown: undefined as Subscription | undefined,
  request: undefined as Subscription | undefined,

  onShow() {
    // Who is logged in sees the orders; who is not is not disturbed.
    this.shown = who$.subscribe((me) => this.show(me));
  },
  onHide() {
    this.shown?.unsubscribe();
  },
  onUnload() {
    this.shown?.unsubscribe();
  },

  /** The login page hides this one meanwhile, and the request lives on. */
  load() {
    this.request?.unsubscribe();
    this.request = profile().subscribe({ next: (me) => this.show(me), error: showError });
  },

  /** Asks for the number anew, whoever is logged in. */
  onChangePhone() {
    this.request?.unsubscribe();
    this.request = session
      .login({
        mode: 'forceAuth',
        method: 'phoneNumber',
        tips: { title: '更换手机号', content: '配送员会联系这个号码' },
      })
      .pipe(switchMap(() => profile()))
      .subscribe({
        next: (me) => {
          this.show(me);
          toast('手机号已更新', 'success');
        },
        error: showError,
      });
  },

  show(me: Profile | null) {
    // What is still on the wire for somebody who has gone is not for this page any more.
    if (!me) this.request?.unsubscribe();
    this.setData({ profile: me, phone: (me?.phone ?? '').replace(/^(\d{3})\d{4}/, '$1****') });
  },
});
