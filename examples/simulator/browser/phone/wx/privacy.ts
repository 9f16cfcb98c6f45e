import type { Refusal } from '../../../../app-service/callbacks';
import type { Memory } from '../memory';
import { api } from './api';

type Answer = { readonly event: 'agree' | 'disagree' | 'exposureAuthorization'; readonly buttonId?: string };
type Listener = (resolve: (answer: Answer) => void, info: { readonly referrer: string }) => void;

const REFUSED: Refusal = { fail: 'privacy permission is not authorized', errno: 104 };
/** After a refusal WeChat does not ask again for so long, in ms. */
const SILENCE = 10_000;
const AGREED = 'privacy agreed';

export interface PrivacyUi {
  /** WeChat's own question, where the mini-program has none. */
  ask(): Promise<boolean>;
  showContract(): void;
}

/** WeChat's privacy protection: some functions need the user's consent to the mini-program's privacy terms first. */
export class Privacy {
  private listener: Listener | undefined;
  private readonly tapped = new Set<string>();
  private refusedAt = -Infinity;

  constructor(
    private readonly memory: Memory,
    private readonly ui: PrivacyUi,
  ) {}

  get agreed(): boolean {
    return this.memory.get(AGREED) === true;
  }

  /** A button of `open-type="agreePrivacyAuthorization"` was tapped: this is the consent. */
  buttonTapped(id: string): void {
    this.tapped.add(id);
    this.memory.set(AGREED, true);
  }

  /** Before anything that needs consent; gives the refusal, if there is one. */
  async ensure(referrer: string): Promise<Refusal | undefined> {
    if (this.agreed) return undefined;
    if (performance.now() - this.refusedAt < SILENCE) return REFUSED;
    const agreed = await (this.listener ? this.askMiniProgram(this.listener, referrer) : this.ui.ask());
    if (agreed) this.memory.set(AGREED, true);
    else this.refusedAt = performance.now();
    return agreed ? undefined : REFUSED;
  }

  private askMiniProgram(listener: Listener, referrer: string): Promise<boolean> {
    return new Promise((resolve) => {
      listener(
        ({ event, buttonId = '' }) => {
          if (event === 'disagree') resolve(false);
          // WeChat checks that the user really tapped that button.
          if (event === 'agree') resolve(this.tapped.has(buttonId));
        },
        { referrer },
      );
    });
  }

  /** The functions of wx. */
  api() {
    return {
      onNeedPrivacyAuthorization: (listener: Listener) => void (this.listener = listener),
      getPrivacySetting: api('getPrivacySetting', () => ({
        needAuthorization: !this.agreed,
        privacyContractName: '《青禾茶舍小程序隐私保护指引》',
      })),
      requirePrivacyAuthorize: api(
        'requirePrivacyAuthorize',
        async () => (await this.ensure('requirePrivacyAuthorize')) ?? {},
      ),
      openPrivacyContract: api('openPrivacyContract', () => {
        this.ui.showContract();
        return {};
      }),
    };
  }
}
