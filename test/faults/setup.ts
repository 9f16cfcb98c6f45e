import type { SessionConfig } from 'rx-weapp-session';
import type { Fault } from './fault';

/** What a table row needs around it, so that its step is reached. */
export interface Setup {
  /** What the session begins with; default: a usable credential for the forced modes, none for the others. */
  readonly start?: 'anonymous' | 'usable' | 'expired';
  /** The silent stage asks for the user's authorisation. */
  readonly asks?: boolean;
  /** The authorisation method; default `phoneNumber`. */
  readonly method?: string;
  /** The backend hands out a ticket with its question. */
  readonly ticket?: boolean;
  /** The backend is an `httpBackend`. */
  readonly http?: boolean;
  /** The record is stored encrypted, so asynchronously. */
  readonly encrypt?: boolean;
  /** `login({ verify: true })`. */
  readonly verify?: boolean;
  /** The session is logged out before the login. */
  readonly logoutFirst?: boolean;
  /** Nobody subscribes to `prompt$`. */
  readonly unattended?: boolean;
  /** The scope of `userInfo` was granted before. */
  readonly granted?: boolean;
  /** The request has a `timeout`. */
  readonly timeout?: number;
  /** A function that `wx` does not have. */
  readonly missing?: string;
  readonly config?: Partial<SessionConfig>;
  /** What goes wrong besides, by the step's name. */
  readonly besides?: Readonly<Record<string, Fault>>;
}
