/** A question that scenarios answer, in both languages. */
export interface Question {
  readonly en: string;
  readonly zh: string;
  /** What the scenarios below it show. */
  readonly answer: { readonly en: string; readonly zh: string };
  /** The contract's clauses that it is about; a scenario stands where its first clause does. */
  readonly clauses: readonly string[];
}

export const QUESTIONS: readonly Question[] = [
  {
    en: 'Ten requests at once',
    zh: '十个请求同时发出',
    answer: {
      en: 'One `wx.login`, one exchange, ten requests: whoever needs a session while a login is in progress waits for that login.',
      zh: '一次 `wx.login`，一次换取凭证，十个请求：登录进行中时，需要登录态的请求都等待同一次登录。',
    },
    clauses: ['S1', 'S2', 'S4', 'S5'],
  },
  {
    en: 'A session is there already',
    zh: '已经有登录态',
    answer: {
      en: 'The request goes out in the same tick: no `wx.login`, no `wx.checkSession`, no wait.',
      zh: '请求在同一个 tick 发出：不调 `wx.login`，不调 `wx.checkSession`，不等待。',
    },
    clauses: ['S3', 'K1', 'K2', 'K3'],
  },
  {
    en: 'May it ask the user?',
    zh: '可以打扰用户吗？',
    answer: {
      en: 'A mode says how far a login may go. A silent caller never opens a prompt and never waits for one; a forced one does not use the session that is there.',
      zh: '模式决定登录可以走多远。静默调用者从不弹窗，也不等弹窗；强制模式不用已有的登录态。',
    },
    clauses: ['M1', 'M2', 'M3', 'M4'],
  },
  {
    en: 'The session expires in mid-flight',
    zh: '请求途中登录态过期',
    answer: {
      en: 'The backend says so, one login renews the session, and each request is made once more under the new credential.',
      zh: '由后端发现过期，登录一次，每个请求用新凭证重发一次。',
    },
    clauses: ['E1', 'E2', 'E3', 'E8', 'F8'],
  },
  {
    en: 'A late 401',
    zh: '迟到的 401',
    answer: {
      en: 'A 401 for an old credential never harms the newer one: no second login, only the request is made again.',
      zh: '旧凭证的 401 不会破坏新的登录态：不会再登录一次，只重发那个请求。',
    },
    clauses: ['E4'],
  },
  {
    en: 'The clock says that it is over',
    zh: '按系统时间已到期',
    answer: {
      en: 'A credential past its end is not sent at all: the next request logs in first, and nothing is wasted.',
      zh: '到期的凭证根本不会发出：下一个请求先登录，一个请求也不浪费。',
    },
    clauses: ['E5'],
  },
  {
    en: 'Renewed without a code',
    zh: '不用 code 的续期',
    answer: {
      en: 'With `backend.refresh` an expired credential is renewed first; a definitive no goes on to an ordinary silent login.',
      zh: '有 `backend.refresh` 时先续期；后端明确拒绝后，再走普通的静默登录。',
    },
    clauses: ['E10'],
  },
  {
    en: 'Every new credential is refused',
    zh: '每个新凭证都被拒绝',
    answer: {
      en: 'Logins that the backend causes are bounded: five in half a minute, whatever the callers do.',
      zh: '后端引起的登录有上限：不论调用者怎么做，半分钟内至多五次。',
    },
    clauses: ['E7', 'E6'],
  },
  {
    en: 'The user says no',
    zh: '用户拒绝授权',
    answer: {
      en: 'A refusal leads to the permission panel where there is one, and the method is tried once more; else it is told, and the next login asks again.',
      zh: '用户拒绝后，如果有授权设置页，就引导打开，再试一次；否则报错，下次登录再询问。',
    },
    clauses: ['P4', 'P5'],
  },
  {
    en: 'What the user is asked',
    zh: '向用户询问什么',
    answer: {
      en: 'One prompt at a time, an answer counts once, and a prompt that nobody shows fails instead of hanging.',
      zh: '同一时刻只有一项授权，回答只算一次；没有界面接手的授权会让登录失败，而不是卡住。',
    },
    clauses: ['P1', 'P2', 'P3', 'P6', 'P7', 'P9'],
  },
  {
    en: 'Privacy consent',
    zh: '隐私授权',
    answer: {
      en: "WeChat's privacy question is a prompt too: it goes before an open one, and one answer settles all who wait.",
      zh: '微信的隐私询问也是一项授权：它排在正在进行的授权之前，用户作答一次，所有等待中的接口都得到答复。',
    },
    clauses: ['P8'],
  },
  {
    en: 'The login fails',
    zh: '登录失败',
    answer: {
      en: 'All who wait get the same error, what passes by itself is tried again, no code is used twice, and the next request starts anew.',
      zh: '所有等待者得到同一个错误；暂时性的失败会重试；code 不会用两次；下一个请求重新开始。',
    },
    clauses: ['F1', 'F2', 'F3', 'F4', 'F5', 'F7'],
  },
  {
    en: 'The app goes to the background',
    zh: '小程序切到后台',
    answer: {
      en: 'An interrupted step is taken again when the app is shown, and time limits count foreground time only.',
      zh: '被打断的步骤在回到前台后重做；超时只计前台时间。',
    },
    clauses: ['F6'],
  },
  {
    en: 'Logout, and another user',
    zh: '退出登录与换用户',
    answer: {
      en: 'After a logout nothing comes back: waiters are told, late results change nothing, and no request is replayed for somebody else.',
      zh: '退出后，原来的登录态不会再回来：等待者收到通知，迟到的结果无效，请求不会以别人的身份重发。',
    },
    clauses: ['L1', 'L2', 'L3', 'L4', 'E9'],
  },
  {
    en: 'Somebody leaves',
    zh: '有人中途离开',
    answer: {
      en: 'One who unsubscribes leaves the others served. A silent login finishes whoever leaves; a prompt that nobody waits for is withdrawn.',
      zh: '一个人取消订阅不影响其他人。静默登录总会完成；没有人等待的弹窗会收回。',
    },
    clauses: ['C1', 'C2', 'C3'],
  },
  {
    en: 'What everybody sees',
    zh: '所有订阅者看到什么',
    answer: {
      en: 'One order of states for all subscribers, even where one of them logs in or out in its own handler.',
      zh: '所有订阅者看到的状态顺序完全一致，即使其中一个在回调里登录或退出。',
    },
    clauses: ['T1', 'T2', 'T3', 'T4'],
  },
  {
    en: 'Requests and long-lived sources',
    zh: '请求与长连接',
    answer: {
      en: 'The credential goes to trusted origins only; a socket or polling pauses over an expiry and goes on under the new credential.',
      zh: '凭证只发往可信的源；长连接或轮询在过期时暂停，有新凭证后继续。',
    },
    clauses: ['R1', 'R2', 'R3', 'R4', 'R5'],
  },
  {
    en: "The platform's limits",
    zh: '平台的限制',
    answer: {
      en: 'What a base library lacks is done without, and `wx.login` is never called more than four times a second.',
      zh: '基础库缺少的能力会被跳过；`wx.login` 每秒至多四次。',
    },
    clauses: ['W1', 'W2', 'W3'],
  },
];
