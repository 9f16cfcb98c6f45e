import { failure, isRefusal, type Refusal } from '../../../../app-service/callbacks';
import type { Device } from '../device';
import type { Memory } from '../memory';
import type { Network } from '../network';
import { api } from './api';
import type { Privacy } from './privacy';

type AuthSetting = Readonly<Record<string, boolean>>;

const USER_INFO = 'scope.userInfo';
const SCOPES = 'scopes';
const DENIED: Refusal = { fail: 'auth deny', errno: 103 };
const NO_TAP: Refusal = { fail: 'can only be invoked by user TAP gesture.' };

/** What WeChat asks the user in its own sheets. */
export interface AccountUi {
  askPhoneNumber(realtime: boolean): Promise<boolean>;
  askProfile(): Promise<boolean>;
  /** Gives a picture's temporary path. */
  chooseAvatar(): Promise<string | undefined>;
  editSettings(setting: AuthSetting): Promise<AuthSetting>;
}

interface AccountOptions {
  readonly device: Device;
  readonly network: Network;
  readonly memory: Memory;
  readonly privacy: Privacy;
  readonly ui: AccountUi;
}

/** The user's account at WeChat, and what of it the user lets the mini-program have. */
export class Account {
  constructor(private readonly options: AccountOptions) {}

  private get scopes(): AuthSetting {
    return (this.options.memory.get(SCOPES) ?? {}) as AuthSetting;
  }

  private set scopes(scopes: AuthSetting) {
    this.options.memory.set(SCOPES, scopes);
  }

  /** Lets the user do what an open-type button is for; gives the detail of its event. */
  async openType(openType: string): Promise<object | undefined> {
    switch (openType) {
      case 'getPhoneNumber':
      case 'getRealtimePhoneNumber':
        return detailOf(openType, await this.phoneNumber(openType));
      case 'getUserInfo':
        return detailOf(openType, await this.askedUserInfo());
      case 'chooseAvatar':
        return detailOf(openType, await this.avatar());
      case 'openSetting':
        return detailOf(openType, await this.settings());
      default:
        return undefined;
    }
  }

  private async phoneNumber(openType: string): Promise<object> {
    const refused = await this.options.privacy.ensure(openType);
    if (refused) return refused;
    const { device, ui, network } = this.options;
    const granted = !device.refuses() && (await ui.askPhoneNumber(openType === 'getRealtimePhoneNumber'));
    return granted ? network.askWechat('phone') : { fail: 'user deny' };
  }

  private async askedUserInfo(): Promise<object> {
    const refused = await this.options.privacy.ensure('getUserInfo');
    if (refused) return refused;
    // Once refused, WeChat does not ask again: only the permission panel helps.
    if (this.scopes[USER_INFO] === undefined) {
      const { device, ui } = this.options;
      this.scopes = { ...this.scopes, [USER_INFO]: !device.refuses() && (await ui.askProfile()) };
    }
    return this.userInfo();
  }

  private async userInfo(): Promise<object> {
    const granted = this.scopes[USER_INFO];
    if (granted === undefined) return { fail: 'scope unauthorized' };
    return granted ? this.options.network.askWechat('userinfo') : DENIED;
  }

  private async avatar(): Promise<object> {
    const refused = await this.options.privacy.ensure('chooseAvatar');
    if (refused) return refused;
    const { device, ui } = this.options;
    const avatarUrl = device.refuses() ? undefined : await ui.chooseAvatar();
    return avatarUrl === undefined ? { fail: 'cancel' } : { avatarUrl };
  }

  /** The permission panel. It is for the user alone: the mini-program only hears what is set afterwards. */
  async settings(): Promise<{ authSetting: AuthSetting }> {
    const { device, ui } = this.options;
    if (!device.refuses()) this.scopes = await ui.editSettings(this.scopes);
    return { authSetting: this.scopes };
  }

  /** The functions of wx. */
  api() {
    const { network, privacy, device, ui } = this.options;
    return {
      login: api('login', () => network.askWechat('login')),
      checkSession: api('checkSession', async () => sessionTimedOut(await network.askWechat('checkSession'))),
      getUserInfo: api('getUserInfo', () => this.userInfo()),
      getUserProfile: api('getUserProfile', async () => {
        if (!navigator.userActivation.isActive) return NO_TAP;
        const refused = await privacy.ensure('getUserProfile');
        if (refused) return refused;
        const granted = !device.refuses() && (await ui.askProfile());
        return granted ? network.askWechat('userinfo') : DENIED;
      }),
      getSetting: api('getSetting', () => ({ authSetting: this.scopes })),
      openSetting: api('openSetting', () => (navigator.userActivation.isActive ? this.settings() : NO_TAP)),
    };
  }
}

const detailOf = (api: string, result: object): object =>
  isRefusal(result) ? failure(api, result) : { ...result, errMsg: `${api}:ok` };

const sessionTimedOut = (result: object): object | Refusal => {
  if (isRefusal(result)) return result;
  return 'ok' in result && result.ok === true ? {} : { fail: 'session time out, need relogin' };
};
