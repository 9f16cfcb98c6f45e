import type { Credential, LoginBackend, Platform, SessionConfig } from 'rx-weapp-session';
import type { Pace } from './pace';
import type { Time } from './time';

/**
 * What a scenario's session is made of: everything of `createSession`, each field optional, and what is the kit's own.
 *
 * Where it is left out, `source` is `'shop'`, `baseUrl` is `'https://api.example.com'`, and platform, storage and backend
 * are the scripted ones.
 */
export interface MarblesConfig<C extends Credential = Credential> extends Partial<
  Omit<SessionConfig<C>, 'backend'>
> {
  /** A backend of your own, in place of the scripted one; a function is given the scripted platform. */
  readonly backend?: LoginBackend<C> | ((platform: Platform) => LoginBackend<C>);
  /** What the recording is called. */
  readonly title?: string;
  /** How soon platform and backend answer; default `'timed'`: as their diagrams say. */
  readonly pace?: Pace;
  /** What credentials have beside their token, by letter: `{ A: { expiresAt: 90000, userId: 'ann' } }`. */
  readonly credentials?: Readonly<Record<string, Partial<C>>>;
  /**
   * What `Math.random` gives, which spreads the pauses between tries: always this number (default 0: no pause), or
   * these, one after the other; the last one stays.
   */
  readonly random?: number | readonly number[];
  /** Other, further or (undefined) missing functions of `wx`. */
  readonly wx?: object;
  /** Ends the scenario at this time, whatever is still going on. Default: when nothing is. */
  readonly until?: Time;
  /**
   * Default true: the kit subscribes to `session$` as soon as the body has run, before all that the body put on the
   * time line; what the body itself subscribes comes first. False leaves that to you; then `expectSession` needs to be
   * told when to subscribe.
   */
  readonly observe?: boolean;
}
