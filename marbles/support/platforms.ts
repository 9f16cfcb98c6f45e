import type { Pace } from 'rx-weapp-session/marbles';

/** The paces in the words of test names. */
export const PLATFORMS: Readonly<Record<Pace, string>> = {
  timed: 'an asynchronous platform',
  microtask: 'a platform that answers in a microtask',
  synchronous: 'a platform that answers synchronously inside the call',
};
