import { throwError } from 'rxjs';
import type { LoginMode } from 'rx-weapp-session';
import { blab, blabbing, codes, failing, SECRET, tellsNoSecret, token } from './support/secrets';
import type { Leak } from './support/secrets';

const ticket = `${SECRET}-ticket`;
const underTicket = { p: { authorize: { method: 'phoneNumber', ticket } } };
const answer = { errMsg: 'getPhoneNumber:ok', code: `${SECRET}-phone` };
const refusal = { ...answer, errMsg: 'getPhoneNumber:fail user deny', errno: 103 };

const LEAKS: readonly Leak[] = [
  { title: 'a login', end: '60ms (A|)' },
  {
    title: 'a refused login',
    script: ({ backend }) => backend.silentLogin.always('50ms f', failing(blab)),
    end: '60ms #',
    code: 'login-rejected',
  },
  {
    title: 'a login that throws',
    script: ({ backend }) => backend.silentLogin.always('50ms f', failing(blabbing)),
    end: '60ms #',
    code: 'login-rejected',
  },
  {
    title: 'an unreachable backend',
    script: ({ backend }) => backend.silentLogin.always('50ms f', failing({ ...blab, statusCode: 503 })),
    end: '180ms #',
    code: 'backend-unreachable',
  },
  {
    title: 'a busy backend',
    script: ({ backend }) =>
      backend.silentLogin.always(
        '50ms f',
        failing({ ...blab, statusCode: 429, header: { ...blab.header, 'Retry-After': '99' } }),
      ),
    end: '60ms #',
    code: 'backend-unreachable',
  },
  {
    title: 'a network failure',
    script: ({ backend }) => backend.silentLogin.always('50ms f', failing({ errMsg: blab.errMsg })),
    end: '180ms #',
    code: 'backend-unreachable',
  },
  {
    title: 'a used code',
    script: ({ wx, backend }) => {
      wx.login(['10ms a', '10ms a'], codes);
      backend.silentLogin.always('50ms f', failing({ errcode: 40163 }));
    },
    end: '70ms #',
    code: 'code-unavailable',
  },
  {
    title: 'a reply of another form',
    script: ({ backend }) =>
      backend.silentLogin.always('50ms r', { r: { data: { token, session_key: token } } }),
    end: '60ms #',
    code: 'backend-invalid',
  },
  {
    title: 'a reply that cannot be read',
    script: ({ backend }) =>
      backend.silentLogin.always('50ms r', { r: { credential: { token: '', key: token } } }),
    end: '60ms #',
    code: 'backend-invalid',
  },
  {
    title: 'a credential with a bad end',
    script: ({ backend }) =>
      backend.silentLogin.always('50ms r', { r: { credential: { token, expiresAt: token } } }),
    end: '60ms #',
    code: 'backend-invalid',
  },
  {
    title: 'a credential with a bad user',
    script: ({ backend }) =>
      backend.silentLogin.always('50ms r', { r: { credential: { token, userId: [token] } } }),
    end: '60ms #',
    code: 'backend-invalid',
  },
  {
    title: 'a bad ticket',
    script: ({ backend }) =>
      backend.silentLogin.always('50ms r', { r: { authorize: { method: 'phoneNumber', ticket: [ticket] } } }),
    end: '60ms #',
    code: 'backend-invalid',
  },
  {
    title: 'an unknown method',
    script: ({ backend }) =>
      backend.silentLogin.always('50ms r', { r: { authorize: { method: 'fax', ticket } } }),
    end: '60ms #',
    code: 'backend-invalid',
  },
  {
    title: 'a wx.login without a code',
    script: ({ wx }) => wx.login('10ms e', { e: { errMsg: `login:ok ${SECRET}`, code: 0 } }),
    end: '10ms #',
    code: 'code-unavailable',
  },
  {
    title: 'a wx.login that fails',
    script: ({ wx }) => wx.login('10ms f', failing({ errMsg: `login:fail ${SECRET}-code` })),
    end: '10ms #',
    code: 'code-unavailable',
  },
  {
    title: 'a login that takes too long',
    script: ({ backend }) => backend.silentLogin.always('-'),
    end: '15010ms #',
    code: 'login-timeout',
  },
  {
    title: 'a ticket, refused by the user',
    script: ({ backend, user }) => {
      backend.silentLogin.always('50ms p', underTicket);
      user.answer({ ...refusal, encryptedData: SECRET, iv: SECRET }, '1s');
    },
    end: '1060ms #',
    code: 'auth-denied',
  },
  {
    title: 'a ticket, refused by the backend',
    script: ({ backend, user }) => {
      backend.silentLogin.always('50ms p', underTicket);
      backend.login.always('50ms f', failing(blab));
      user.answer(answer, '1s');
    },
    end: '1110ms #',
    code: 'login-rejected',
  },
  {
    title: 'a ticket that nobody answers',
    script: ({ backend }) => backend.silentLogin.always('50ms p', underTicket),
    end: '3060ms #',
    code: 'prompt-unhandled',
  },
  {
    title: 'an answer that cannot be read',
    script: ({ backend, user }) => {
      backend.silentLogin.always('50ms p', underTicket);
      user.answer({ session_key: SECRET, errMsg: 'getPhoneNumber:ok' }, '1s');
    },
    end: '1060ms #',
    code: 'auth-failed',
  },
  {
    title: 'afterLogin that fails',
    config: { afterLogin: () => throwError(() => blab) },
    end: '60ms #',
    code: 'login-rejected',
  },
  {
    title: 'afterLogin that throws',
    config: { afterLogin: () => throwError(() => blabbing) },
    end: '60ms #',
    code: 'login-rejected',
  },
  {
    title: 'an unknown mode',
    run: ({ session }) => session.login({ mode: 'loud' as LoginMode }),
    end: '#',
    code: 'config-invalid',
  },
];

describe('T3: nothing tells a secret', () => {
  for (const leak of LEAKS)
    test(`T3: no state, event, error message or JSON of an error holds a secret: ${leak.title}`, () =>
      tellsNoSecret(leak));
});
