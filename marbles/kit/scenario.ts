import type { Observable } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import type { Credential, Platform, Session, SessionConfig } from 'rx-weapp-session';
import type { App } from './app';
import type { BackendScript } from './backend';
import type { Call } from './call-log';
import type { CallExpectation, Expectation } from './expectation';
import type { PlatformScript } from './platform';
import type { Recording } from './recording';
import type { Resources } from './resources';
import type { Script } from './script';
import type { Storage } from './storage';
import type { Time } from './time';
import type { UserScript } from './user';

/** A made-up WeChat, backend and user around one session; everything in it runs in virtual time. */
export interface Scenario<C extends Credential = Credential> {
  /** The session under test. */
  readonly session: Session<C>;
  /** Another session on the same platform, storage and backend. */
  otherSession(config: Partial<SessionConfig<C>> & { readonly source: string }): Session<C>;

  /** How WeChat answers. */
  readonly wx: PlatformScript;
  /** How the login endpoints answer. */
  readonly backend: BackendScript;
  /** What is stored, and how storage works. */
  readonly storage: Storage;
  /** How requests are answered. */
  readonly resources: Resources;
  /** What the user does with each prompt. */
  readonly user: UserScript;
  /** What else happens. */
  readonly app: App;
  /** The scripted platform, for an app's own requests: `request(options, platform)`. */
  readonly platform: Platform;

  /** Does something at a time, counted from the start. */
  at(time: Time, action: () => void): void;
  /** Does what each letter of a diagram stands for at its time: `perform('5s b 9m f', { b: app.background, … })`. */
  perform(marbles: string, actions: Readonly<Record<string, () => void>>): void;
  /**
   * Subscribes to a source whose outcome does not matter here; it must end, or be left.
   *
   * @param subscription - when, as `'10ms ^ 5ms !'`; default: from the start
   */
  subscribe(source: Observable<unknown>, subscription?: string): void;
  /** Virtual ms since the start. */
  now(): number;
  /** Runs until nothing is left to do, in the middle of a scenario. */
  flush(): void;
  /** A cold Observable of a diagram, as rxjs's TestScheduler makes it. */
  readonly cold: RunHelpers['cold'];
  /** A hot one. */
  readonly hot: RunHelpers['hot'];

  /**
   * What `session$` tells: `n` anonymous, `s` silent stage, `i` interactive stage, `A` logged in with credential A, `a`
   * that one expired. In words, for `letters`: `'anonymous'`, `'expired A'`, `'A !backend-unreachable'`.
   */
  expectSession(session: Session<C>, subscription?: string): Expectation;
  /**
   * What the scripted user is shown: `p` phoneNumber, `r` realtimePhoneNumber, `n` avatarNickname, `u` userInfo, `f`
   * userProfile, `s` setting, `v` privacy, another method by its first letter; `.` where the prompt is gone.
   */
  expectPrompts(): Expectation;
  /**
   * The calls of these scripts, or of platform and backend altogether: each at its time, by the letter of what it
   * carried: a code, a credential; `x` for nothing. In `letters`: fields of what it was called with.
   */
  expectCalls(...scripts: readonly Script[]): CallExpectation;
  /**
   * The requests, uploads and downloads included, by the letter of the credential that each carried; `n` for none.
   *
   * @param url - those whose url ends with it, with its query or without; default: all
   */
  expectRequests(url?: string): CallExpectation;
  /**
   * What `event$` tells, by type: `s` login-start, `y` login-success, `f` login-failure, `p` prompt, `x` expired, `o`
   * logout, `u` user-changed, `r` retry, `l` login-loop, `w` storage-failure, `b` backend-logout-failure, `h` hook-failure.
   */
  expectEvents(): CallExpectation;
  /** What any stream does; a response is written by the letter in its data, an error as `#`. */
  expectObservable(source: Observable<unknown>, subscription?: string): Expectation;

  /** All calls so far, requests included. */
  readonly calls: readonly Call[];
  /** What happened so far, as plain data. */
  recording(): Recording;
}
