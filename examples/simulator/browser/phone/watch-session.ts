import type { Device } from './device';
import { digest } from './watch-wx';

// The session is the mini-program's, with its own copies of this library and of rxjs: all that is known of it is its form.
interface Stream<T> {
  subscribe(observer: { next(value: T): void }): unknown;
}

interface Prompt {
  readonly id: number;
  readonly method: string;
  readonly scope?: string;
}

interface Credential {
  readonly token: string;
  readonly expiresAt?: number;
  readonly userId?: string;
}

interface State {
  readonly status: 'anonymous' | 'authenticating' | 'authenticated' | 'expired';
  readonly stage?: string;
  readonly origin?: string;
  readonly credential?: Credential;
  readonly previous?: Credential;
  readonly error?: { readonly code: string };
}

interface Watchable {
  readonly session$: Stream<State>;
  readonly event$: Stream<{ readonly type: string; readonly error?: { readonly code: string } }>;
  prompt$: Stream<Prompt | null>;
}

const isWatchable = (session: unknown): session is Watchable =>
  typeof session === 'object' && session !== null && 'session$' in session && 'prompt$' in session;

/** Tells of everything that the mini-program's session tells. */
export function watchSession(session: unknown, device: Device): void {
  if (!isWatchable(session)) return;
  tapPrompts(session, device);
  session.session$.subscribe({
    next: ({ status, stage, origin, credential, previous, error }) => {
      const held = credential ?? previous;
      device.tell({
        kind: 'state',
        status,
        ...(stage && { stage }),
        ...(origin && { origin }),
        ...(error && { error: error.code }),
        ...(held && { credential: digest(held.token), expiresAt: held.expiresAt, userId: held.userId }),
      });
    },
  });
  session.event$.subscribe({
    next: ({ type, error }) => device.tell({ kind: 'event', type, ...(error && { error: error.code }) }),
  });
}

/**
 * `prompt$` is for UIs: a prompt without a subscriber fails, and a watcher must not pass for one. So this one only looks over the
 * shoulders of the subscribers that there are.
 */
function tapPrompts(session: Watchable, device: Device): void {
  const { prompt$ } = session;
  let told: Prompt | null = null;
  const tell = (prompt: Prompt | null) => {
    if (prompt?.id === told?.id) return;
    told = prompt;
    device.tell({ kind: 'prompt', ...(prompt && { open: describe(prompt) }) });
  };
  const Stream = prompt$.constructor as new (
    subscribe: (subscriber: { next(prompt: Prompt | null): void }) => unknown,
  ) => Stream<Prompt | null>;
  session.prompt$ = new Stream((subscriber) =>
    prompt$.subscribe({
      ...forward(subscriber),
      next: (prompt) => {
        tell(prompt);
        subscriber.next(prompt);
      },
    }),
  );
}

const describe = ({ id, method, scope }: Prompt) => ({ id, method, ...(scope && { scope }) });

/** The end of a stream goes on as it came. */
const forward = (subscriber: object) => {
  const { error, complete } = subscriber as { error(reason: unknown): void; complete(): void };
  return { error: error.bind(subscriber), complete: complete.bind(subscriber) };
};
