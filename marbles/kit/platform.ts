import type { Observable } from 'rxjs';
import { Failure } from './failure';
import { answerAfter } from './pace';
import { createPlayer } from './script';
import type { Script } from './script';
import type { Stage } from './stage';

/**
 * Scripts `wx`. In the diagrams of `login` any letter is a code, and `#` a failure; unscripted it answers `'10ms a'`,
 * then b, c and so on. In those of `checkSession` any letter is a yes, and `#` says that the session_key is over;
 * unscripted it answers `'200ms o'`.
 */
export interface PlatformScript {
  /** By default a new code, after 10 ms. */
  readonly login: Script;
  /** By default yes, after 200 ms. */
  readonly checkSession: Script;
}

interface Callbacks {
  readonly success?: (result: unknown) => void;
  readonly fail?: (result: unknown) => void;
}

const LOGIN_LATENCY = 10;
const CHECK_LATENCY = 200;

/** The script of `wx`, and the part of it that logs in and knows whether the app is shown. */
export function createPlatform(stage: Stage) {
  const { names, pace } = stage;
  const issue = (code: string) => ({ errMsg: 'login:ok', code: names.code(code) });
  const login = createPlayer(stage, 'wx.login', {
    read: (letter, letters) => {
      if (!(letter in letters)) return issue(letter);
      const given = letters[letter];
      return typeof given === 'string' ? issue(given) : given;
    },
    error: { errMsg: 'login:fail' },
  });
  const good = { errMsg: 'checkSession:ok' };
  const checkSession = createPlayer(stage, 'wx.checkSession', {
    read: (letter, letters) => (letters[letter] instanceof Failure ? letters[letter] : good),
    error: { errMsg: 'checkSession:fail session time out' },
  });

  const settle = (answer: Observable<unknown>, { success, fail }: Callbacks) =>
    void answer.subscribe({
      next: (result) => success?.(result),
      error: (error: unknown) => fail?.(error),
    });

  const listeners = { show: new Set<() => void>(), hide: new Set<() => void>() };
  const wx = {
    login: (options: Callbacks) => {
      const usual = () => answerAfter(pace, LOGIN_LATENCY, () => issue(names.nextCode()));
      settle(login.play('x', undefined, usual), options);
    },
    checkSession: (options: Callbacks) => {
      const usual = () => answerAfter(pace, CHECK_LATENCY, () => good);
      settle(checkSession.play('x', undefined, usual), options);
    },
    onAppShow: (listener: () => void) => void listeners.show.add(listener),
    offAppShow: (listener: () => void) => void listeners.show.delete(listener),
    onAppHide: (listener: () => void) => void listeners.hide.add(listener),
    offAppHide: (listener: () => void) => void listeners.hide.delete(listener),
  };
  const script: PlatformScript = { login, checkSession };
  return {
    script,
    wx,
    show: () => [...listeners.show].forEach((listener) => listener()),
    hide: () => [...listeners.hide].forEach((listener) => listener()),
  };
}
