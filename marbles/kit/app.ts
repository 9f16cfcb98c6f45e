import { asyncScheduler } from 'rxjs';
import type { Session } from 'rx-weapp-session';
import { toMs } from './time';
import type { Time } from './time';

/** What happens to the app, and what it does to its session; to be done `at` a time. */
export interface App {
  /** WeChat shows something else. */
  readonly background: () => void;
  /** WeChat shows the app again. */
  readonly foreground: () => void;
  /** The wall clock goes on by so much while the timers stand still, as in a frozen app; by less than 0: is set back. */
  readonly jump: (by: Time) => void;
  /** `session.logout()`. */
  readonly logout: () => void;
  /** The backend is found to have refused the current credential. */
  readonly expire: () => void;
  /** `session.dispose()`. */
  readonly dispose: () => void;
}

/** Something that happened to the app. */
export interface AppEvent {
  readonly at: number;
  readonly deed: string;
}

export function createApp(
  session: () => Session,
  platform: { show(): void; hide(): void },
  now: () => number,
) {
  const events: AppEvent[] = [];
  const clock = asyncScheduler.now;
  const done = (deed: string) => void events.push({ at: now(), deed });
  const app: App = {
    background: () => {
      done('background');
      platform.hide();
    },
    foreground: () => {
      done('foreground');
      platform.show();
    },
    jump: (by) => {
      done('jump');
      const awake = asyncScheduler.now.bind(asyncScheduler);
      const ahead = typeof by === 'number' && Number.isFinite(by) ? by : toMs(by);
      asyncScheduler.now = () => awake() + ahead;
    },
    logout: () => {
      done('logout');
      session().logout();
    },
    expire: () => {
      done('expire');
      const { credential } = session();
      if (credential) session().invalidate(credential);
    },
    dispose: () => {
      done('dispose');
      session().dispose();
    },
  };
  return { app, events, restoreClock: () => void (asyncScheduler.now = clock) };
}
