/** What the world is like; it stays so for a whole schedule. */
export interface Setting {
  /** Each question is answered inside its call, as usual unless the schedule says otherwise. */
  readonly synchronous: boolean;
  /** What the answers mostly are: good; requests refused as expired; or exchanges failed for the moment. */
  readonly mood: 'kind' | 'refusing' | 'busy';
  /** In what form the backend answers. */
  readonly backend: 'observable' | 'promise';
  readonly refresh: boolean;
  readonly logout: boolean;
  readonly afterLogin: 'none' | 'asks' | 'sends';
  readonly store: 'none' | 'synchronous' | 'asynchronous';
  readonly stored: 'nothing' | 'credential' | 'credential for a minute' | 'over' | 'forget' | 'corrupt';
  /** A user interface shows prompts from the beginning. */
  readonly ui: boolean;
  /** The user answers inside the handler that shows the prompt. */
  readonly eager: boolean;
  /** ms */
  readonly promptLimit: number | undefined;
  /** The base library is an old one: no checkSession, no abort, nobody tells of the background. */
  readonly old: boolean;
  /** How it ends: everything is answered, or what is not a request of the app never is. */
  readonly finale: 'answers' | 'silence';
}

/** The world as it mostly is. */
export const usual: Setting = {
  synchronous: false,
  mood: 'kind',
  backend: 'observable',
  refresh: false,
  logout: false,
  afterLogin: 'none',
  store: 'synchronous',
  stored: 'nothing',
  ui: true,
  eager: false,
  promptLimit: undefined,
  old: false,
  finale: 'answers',
};
