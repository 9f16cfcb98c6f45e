import { createSession, httpBackend, promptByPage, provideSession } from 'rx-weapp-session';
import { merge } from 'rxjs';
import { baseUrl, source } from './config';
import { echo } from './services/api';
import { toast } from './services/toast';

const session = createSession({ source, baseUrl, backend: httpBackend({ baseUrl }) });
provideSession(session);

App({
  session,

  onLaunch() {
    // A page that has no prompt of its own sends its visitors to the login page.
    promptByPage(session, { url: '/pages/login/login' });
  },

  /** So many requests in one moment. However many they are, they share one login. */
  burst(count: number) {
    let answered = 0;
    merge(...Array.from({ length: count }, (_, index) => echo(index + 1))).subscribe({
      next: () => (answered += 1),
      complete: () => toast(`${answered} 个请求都成功了`),
      error: () => toast(`成功 ${answered} 个，其余失败`),
    });
  },
});
