import type { Credential, SessionEvent, SessionState } from 'rx-weapp-session';
import type { CallerSpec } from './callers';

/** What the session asks of the world, and waits for. */
export type Kind =
  | 'wx.login'
  | 'wx.checkSession'
  | 'silentLogin'
  | 'login'
  | 'refresh'
  | 'afterLogin'
  | 'backend.logout'
  | 'request'
  | 'store.read'
  | 'store.write'
  | 'store.remove';

/** How a run ended. */
export interface Ending {
  readonly snapshot: SessionState;
  /** What storage holds, where there is one. */
  readonly storage?: { readonly holds: unknown };
}

/** One thing that crossed the border between the session and the world around it. */
export type Happening =
  | { readonly what: 'step'; readonly text: string }
  | { readonly what: 'stored'; readonly credential: Credential; readonly receivedAt: number }
  | { readonly what: 'call'; readonly caller: number; readonly spec: CallerSpec }
  | { readonly what: 'value'; readonly caller: number; readonly value: unknown }
  | { readonly what: 'settled'; readonly caller: number; readonly error?: unknown }
  | { readonly what: 'left'; readonly caller: number }
  | {
      readonly what: 'ask';
      readonly question: number;
      readonly kind: Kind;
      /** A code that it carries. */
      readonly code?: string;
      /** request: whose, and the token that it carries. */
      readonly caller?: number;
      readonly token?: string;
    }
  | {
      readonly what: 'answer';
      readonly question: number;
      readonly kind: Kind;
      readonly said: string;
      readonly credential?: Credential;
      /** What the answer to a request says of its credential. */
      readonly verdict?: 'expired' | 'good';
    }
  | { readonly what: 'given up'; readonly question: number; readonly kind: Kind }
  | { readonly what: 'state'; readonly observer: number; readonly state: SessionState }
  | { readonly what: 'observed'; readonly observer: number }
  | { readonly what: 'unobserved'; readonly observer: number }
  | { readonly what: 'prompt'; readonly prompt: number | null; readonly method?: string }
  | { readonly what: 'replied'; readonly prompt: number; readonly said: string }
  | { readonly what: 'event'; readonly event: SessionEvent }
  | { readonly what: 'logout'; readonly forget: boolean }
  | { readonly what: 'logout returned'; readonly snapshot: SessionState }
  | { readonly what: 'logout done'; readonly error?: unknown }
  | { readonly what: 'invalidate'; readonly token: string }
  | { readonly what: 'dispose' }
  | { readonly what: 'completed'; readonly stream: string }
  | { readonly what: 'shown'; readonly shown: boolean }
  | { readonly what: 'jump'; readonly ms: number }
  | ({ readonly what: 'end' } & Ending)
  | { readonly what: 'over' };

/** When it happened. */
export interface Moment {
  /** Virtual ms. */
  readonly at: number;
  /** Wall clock, epoch ms. */
  readonly clock: number;
  /** Ms that the app has been shown. */
  readonly foreground: number;
}

export type Entry = Moment & Happening;
