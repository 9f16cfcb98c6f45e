import { injectSession, sessionBehavior } from 'rx-weapp-session';
import { switchMap } from 'rxjs';
import { profile, type Profile } from '../../services/api';
import { itemOf } from '../../services/catalogue';
import { showError } from '../../services/show-error';
import { toast } from '../../services/toast';

const session = injectSession();

/** A page without any prompt: whoever has to log in is taken to the login page. */
Page({
  behaviors: [sessionBehavior()],
  data: { profile: null as Profile | null, phone: '', tea: itemOf('spring tea') },

  onShow() {
    // Who is logged in sees the orders at once; who is not is not disturbed.
    if (session.credential) this.load();
    else this.setData({ profile: null });
  },

  /** The login page hides this one meanwhile, and the request lives on. */
  load() {
    profile().subscribe({ next: (me) => this.show(me), error: showError });
  },

  /** Asks for the number anew, whoever is logged in. */
  onChangePhone() {
    session
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

  show(me: Profile) {
    const { phone = '' } = me;
    this.setData({ profile: me, phone: phone.replace(/^(\d{3})\d{4}/, '$1****') });
  },
});
