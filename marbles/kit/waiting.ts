import type { AuthPrompt } from 'rx-weapp-session';
import type { Call } from './call-log';
import type { Watched } from './streams';

/** What is unfinished when a scenario is over. */
export interface Unfinished {
  readonly calls: readonly Call[];
  readonly prompt: AuthPrompt | null;
  readonly streams: readonly Watched[];
  readonly hidden: boolean;
  readonly busy: boolean;
}

/** What a scenario waits for, one line each. */
export function waitsFor({ calls, prompt, streams, hidden, busy }: Unfinished): readonly string[] {
  return [
    ...(busy ? ['timers that go on for ever'] : []),
    ...(hidden ? ['the app, which is in the background'] : []),
    ...(prompt ? [`the user, who was asked for ${prompt.method}`] : []),
    ...calls
      .filter(({ result }) => result === 'open')
      .map(({ name, carried, at }) => `the answer to ${name} (${carried}), called at ${at}ms`),
    ...streams
      .filter(({ open }) => open)
      .map(({ name, since }) => `the end of ${name}, subscribed to at ${since}ms`),
  ].map((line) => `  - ${line}`);
}
