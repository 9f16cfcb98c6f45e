import type { Settings } from './config';
import type { CredentialBook } from './credential';
import type { Events } from './events';
import type { Exchange } from './exchange';
import type { Foreground } from './foreground';
import type { LoopGuard } from './loop-guard';
import type { PromptDesk } from './prompts';
import type { Sender } from './send';
import type { SessionKey } from './session-key';
import type { State } from './state';
import type { RecordKeeper } from './store';
import type { Credential } from './types';

/** What one session's logins work with. */
export interface Room<C extends Credential> {
  readonly settings: Settings<C>;
  readonly events: Events;
  readonly foreground: Foreground;
  readonly state: State<C>;
  readonly book: CredentialBook<C>;
  readonly keeper: RecordKeeper<C>;
  readonly loop: LoopGuard;
  readonly sessionKey: SessionKey;
  readonly desk: PromptDesk;
  readonly exchange: Exchange<C>;
  readonly sender: Sender<C>;
}
