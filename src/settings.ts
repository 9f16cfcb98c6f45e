import type { CredentialStore, SessionConfig } from './types';

/** A configuration with its defaults filled in. */
export interface Settings extends Required<Omit<SessionConfig, Replaced>> {
  readonly baseUrl: string | undefined;
  readonly store: CredentialStore;
  readonly timeouts: Required<NonNullable<SessionConfig['timeouts']>>;
  readonly retry: Required<NonNullable<SessionConfig['retry']>>;
}

type Replaced = 'baseUrl' | 'store' | 'timeouts' | 'retry';
