import { injectSession } from 'rx-weapp-session';
import type { AuthPrompt } from 'rx-weapp-session';
import type { Subscription } from 'rxjs';

/** What the template shows of a prompt. */
interface PromptView {
  readonly id: number;
  readonly openType: string;
  readonly tips: AuthPrompt['tips'];
  /** The name of the privacy agreement, where a tap agrees to it. */
  readonly contract: string;
  readonly avatarUrl: string;
  readonly nickName: string;
  /** Something was left out of the form. */
  readonly missing: boolean;
}

/** A prompt that this component has claimed. */
interface Held {
  readonly prompt: AuthPrompt;
  readonly view: PromptView;
}

// Aliases, because the typings ask for an index signature, which an interface has not.
type TapEvent<D = unknown> = WechatMiniprogram.CustomEvent<
  D & WechatMiniprogram.IAnyObject,
  WechatMiniprogram.IAnyObject,
  { readonly id: number }
>;

type AvatarDetail = { avatarUrl?: string; errno?: number; errMsg?: string };

type Data = {
  prompts: readonly PromptView[];
  /** The one on top, whose texts are shown. */
  top: PromptView | null;
  words: typeof WORDS;
  /** Whether page-container waits for the back key. */
  caught: boolean;
};

type Properties = {
  source: StringConstructor;
  texts: ObjectConstructor;
  back: { type: BooleanConstructor; value: boolean };
};

type Methods = {
  hold(): void;
  onTop(): boolean;
  enter(): void;
  leave(settle: (prompt: AuthPrompt) => void): void;
  take(prompt: AuthPrompt): void;
  present(held: readonly Held[]): void;
  revised(id: number, fields: Partial<PromptView>): readonly Held[];
  tell(name: string, prompt: AuthPrompt): void;
  heldBy(event: TapEvent): Held | undefined;
  answer(held: Held | undefined, detail: unknown): void;
  cancel(held: Held): void;
  onTap(): void;
  onAnswer(event: TapEvent): void;
  onAgree(event: TapEvent): void;
  onConfirm(event: TapEvent): void;
  onAvatar(event: TapEvent<AvatarDetail>): void;
  onInput(event: TapEvent<{ value: string }>): void;
  onReview(event: TapEvent<{ pass?: boolean; timeout?: boolean }>): void;
  onSubmit(event: TapEvent<{ value: { nickName?: string } }>): void;
  onCancel(event: TapEvent): void;
  onBack(event: TapEvent): void;
  onContract(): void;
};

type Own = {
  subscription?: Subscription;
  /** The source whose prompts these are. */
  from?: string;
  /** What `prompt$` told last: an object for each time, as one prompt may be told twice in a turn. */
  offered: { readonly prompt: AuthPrompt | null };
  /** The open prompt; and above it the privacy prompt, while there is one. */
  held: readonly Held[];
  /** What was held when the page was hidden: a form goes on where it was left. */
  left: readonly Held[];
  /** Another UI has taken the open prompt; of one below it, the events may still come here. */
  covered: boolean;
  /** A tap led into a sheet or page of WeChat's own, which may hide this page. */
  busy: boolean;
};

const WORDS = {
  avatar: '选择头像',
  nickname: '请输入昵称',
  missing: '请选择头像并填写昵称',
  contract: '继续即表示你已阅读并同意',
};

const PRIVACY = 'agreePrivacyAuthorization';

/** Open-types that can ask for the privacy consent in the same tap, from base library 2.32.3 on. */
const COMBINED = ['getPhoneNumber', 'getRealtimePhoneNumber', 'getUserInfo'];

/** Open-types that a button here answers. */
const KNOWN = [...COMBINED, 'chooseAvatar', 'openSetting', PRIVACY, ''];

/** How long a prompt that no tap here can answer is left to others, in ms. */
const LEFT = 1000;

function openTypeOf({ openType = '' }: AuthPrompt): string {
  const canCombine = COMBINED.includes(openType) && typeof wx.onNeedPrivacyAuthorization === 'function';
  return canCombine ? `${openType}|${PRIVACY}` : openType;
}

const viewOf = (prompt: AuthPrompt): PromptView => ({
  id: prompt.id,
  openType: openTypeOf(prompt),
  tips: prompt.tips,
  contract: '',
  avatarUrl: '',
  nickName: '',
  missing: false,
});

const NOTHING = { prompt: null };

const RELEASE = (prompt: AuthPrompt) => prompt.release();

Component<Data, Properties, Methods, [], Own>({
  options: { multipleSlots: true },
  externalClasses: [
    'mask-class',
    'panel-class',
    'title-class',
    'content-class',
    'confirm-class',
    'cancel-class',
  ],
  properties: {
    /** Whose prompts; default: the first session provided. */
    source: String,
    /** Words of the component's own, over the Chinese ones: avatar, nickname, missing, contract. */
    texts: Object,
    /** Whether the back key closes the dialog; false where the page has a page-container of its own. */
    back: { type: Boolean, value: true },
  },
  data: { prompts: [], top: null, words: WORDS, caught: false },
  observers: {
    texts(texts: object | null) {
      this.setData({ words: Object.assign({}, WORDS, texts) });
    },
    source(source: string) {
      if (!this.subscription || source === this.from) return;
      this.leave(RELEASE);
      this.enter();
    },
  },
  lifetimes: {
    created() {
      this.offered = NOTHING;
      this.held = [];
      this.left = [];
      this.busy = false;
      this.covered = false;
    },
    attached() {
      if (this.onTop()) this.enter();
    },
    detached() {
      this.leave((prompt) => prompt.cancel());
    },
  },
  pageLifetimes: {
    show() {
      this.busy = false;
      this.enter();
    },
    hide() {
      if (!this.busy) return this.leave(RELEASE);
      // WeChat's own sheet or page, or another page of the app's after all?
      setTimeout(() => {
        if (this.busy && !this.onTop()) this.leave(RELEASE);
      });
    },
  },
  methods: {
    hold() {
      // Nothing scrolls below the dialog.
    },
    onTop(): boolean {
      const pages = typeof getCurrentPages === 'function' ? getCurrentPages() : [];
      const page = pages.slice(-1)[0] as { getPageId?: () => string } | undefined;
      return !page || !page.getPageId || page.getPageId() === this.getPageId();
    },
    /** Subscribes the prompts. */
    enter() {
      if (this.subscription) return;
      this.from = this.data.source;
      const { prompt$ } = injectSession(this.from || undefined);
      // eslint-disable-next-line rxjs-x/no-ignored-error -- prompts never error
      this.subscription = prompt$.subscribe((prompt) => {
        const offered = { prompt };
        this.offered = offered;
        if (!prompt) return this.present([]);
        const take = () => {
          if (this.offered === offered) this.take(prompt);
        };
        const [kind] = (prompt.openType || '').split('|');
        // A turn later: the page's own UI goes first. What nobody takes can be cancelled here, at least.
        if (KNOWN.includes(kind)) void Promise.resolve().then(take);
        else setTimeout(take, LEFT);
      });
    },
    /** Leaves the prompts, and what it has claimed of them. */
    leave(settle: (prompt: AuthPrompt) => void) {
      if (this.subscription) this.subscription.unsubscribe();
      this.subscription = undefined;
      this.offered = NOTHING;
      this.left = this.held;
      this.present([]);
      this.left.forEach(({ prompt }) => settle(prompt));
    },
    take(prompt: AuthPrompt) {
      const covers = prompt.method === 'privacy';
      this.covered = !prompt.claim();
      if (this.covered) return this.present(covers ? this.held : []);
      const known = [...this.held, ...this.left].find((each) => each.prompt === prompt);
      const below = covers ? this.held.filter((each) => each.prompt.method !== 'privacy') : [];
      this.present([...below, known || { prompt, view: viewOf(prompt) }]);
      if (known) return;
      this.tell('open', prompt);
      if (covers) prompt.answer({ event: 'exposureAuthorization' });
      if (!openTypeOf(prompt).includes(PRIVACY) || typeof wx.getPrivacySetting !== 'function') return;
      wx.getPrivacySetting({
        success: ({ needAuthorization, privacyContractName }) => {
          if (covers || needAuthorization)
            this.present(this.revised(prompt.id, { contract: privacyContractName }));
        },
      });
    },
    present(held: readonly Held[]) {
      const before = this.held;
      this.held = held;
      if (!held.length && !before.length) return;
      const prompts = held.map(({ view }) => view);
      const top = (!this.covered && prompts.slice(-1)[0]) || null;
      this.setData({ prompts, top, caught: !!top });
    },
    revised(id: number, fields: Partial<PromptView>): readonly Held[] {
      return this.held.map((each) =>
        each.prompt.id === id ? { prompt: each.prompt, view: Object.assign({}, each.view, fields) } : each,
      );
    },
    tell(name: string, { id, method }: AuthPrompt) {
      this.triggerEvent(name, { id, method });
    },
    /** The prompt that an event is about; none, if it is no longer held. */
    heldBy({ currentTarget }: TapEvent): Held | undefined {
      return this.held.find(({ prompt }) => prompt.id === currentTarget.dataset.id);
    },
    answer(held: Held | undefined, detail: unknown) {
      this.busy = false;
      if (!held) return;
      held.prompt.answer(detail);
      this.tell('answer', held.prompt);
    },
    cancel({ prompt }: Held) {
      prompt.cancel();
      this.tell('cancel', prompt);
    },
    onTap() {
      this.busy = true;
    },
    onAnswer(event: TapEvent) {
      this.answer(this.heldBy(event), event.detail);
    },
    onAgree(event: TapEvent) {
      const held = this.heldBy(event);
      if (!held || held.prompt.openType !== PRIVACY) return;
      const buttonId = `auth-prompt-${held.prompt.id}`;
      const below = this.held.length > 1;
      this.answer(held, held.prompt.method === 'privacy' ? { event: 'agree', buttonId } : event.detail);
      // The tap that had to ask goes on now, and may lead into WeChat's own sheet.
      this.busy = below;
    },
    onConfirm(event: TapEvent) {
      const held = this.heldBy(event);
      if (!held) return;
      const { method, tips } = held.prompt;
      if (method !== 'userProfile') return this.answer(held, { confirm: true });
      if (!wx.getUserProfile) return this.answer(held, { errMsg: 'getUserProfile:fail not supported' });
      const done = (result: unknown) => this.answer(held, result);
      // WeChat takes 30 characters at most, and one at least.
      wx.getUserProfile({
        desc: (tips.content || tips.title || method).slice(0, 30),
        success: done,
        fail: done,
      });
    },
    onAvatar(event: TapEvent<AvatarDetail>) {
      const held = this.heldBy(event);
      const { avatarUrl, errno, errMsg = '' } = event.detail;
      this.busy = false;
      if (!held) return;
      if (avatarUrl) return this.present(this.revised(held.prompt.id, { avatarUrl, missing: false }));
      // A closed sheet is no answer yet; a refusal, WeChat's privacy agreement's too, or a fault of the operator's, is.
      const isClosed = (errno === 1 || errno === 104 || /cancel/.test(errMsg)) && !/privacy/.test(errMsg);
      if (errMsg && !isClosed) this.answer(held, event.detail);
    },
    onInput(event: TapEvent<{ value: string }>) {
      // Not set: the input shows it already.
      this.held = this.revised(event.currentTarget.dataset.id, { nickName: event.detail.value });
    },
    onReview(event: TapEvent<{ pass?: boolean; timeout?: boolean }>) {
      const { pass, timeout } = event.detail;
      // WeChat has cleared the field, and does not say so as input: what was in it must not come back.
      if (!pass && !timeout) this.held = this.revised(event.currentTarget.dataset.id, { nickName: '' });
    },
    onSubmit(event: TapEvent<{ value: { nickName?: string } }>) {
      const held = this.heldBy(event);
      if (!held) return;
      const { avatarUrl } = held.view;
      const nickName = (event.detail.value.nickName || '').trim();
      if (avatarUrl && nickName) return this.answer(held, { avatarUrl, nickName });
      this.present(this.revised(held.prompt.id, { nickName, missing: true }));
    },
    onCancel(event: TapEvent) {
      const held = this.heldBy(event);
      if (held) this.cancel(held);
    },
    onBack(event: TapEvent) {
      // One that closed for an earlier prompt bears another id, or none.
      const held = this.heldBy(event);
      if (!held) return;
      // It has closed itself; the prompt below needs it open anew.
      this.setData({ caught: false });
      this.cancel(held);
    },
    onContract() {
      this.busy = true;
      wx.openPrivacyContract({});
    },
  },
});
