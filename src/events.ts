import { Subject } from 'rxjs';
import { now } from './clock';
import { sessionError } from './session-error';
import type { SessionError } from './session-error';
import type { LoginMode, LoginStage, SessionEvent } from './types';

/** What an event tells of a login. */
export interface Told {
  readonly mode: LoginMode;
  readonly stage: LoginStage;
  readonly startedAt: number;
}

/** The stream of events. */
export interface Events extends Subject<SessionEvent> {
  tell(type: SessionEvent['type'], error?: SessionError, flight?: Told): void;
  /** A function of the app's threw; that changes no outcome. */
  threw(hook: string, cause: unknown): void;
}

export function createEvents(): Events {
  const tell: Events['tell'] = (type, error, flight) => {
    const at = now();
    const about = flight && { mode: flight.mode, stage: flight.stage, duration: at - flight.startedAt };
    events.next(Object.freeze({ type, at, ...about, ...(error && { error }) }));
  };
  const events = Object.assign(new Subject<SessionEvent>(), {
    tell,
    threw: (hook: string, cause: unknown) =>
      tell('hook-failure', sessionError('config-invalid', `${hook} threw`, cause)),
  });
  return events;
}
