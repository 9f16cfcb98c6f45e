import { defined } from './fields';
import type { Flight, Held, Memory } from './room';
import type { SessionError } from './session-error';

// Every way in which memory changes.

export const stageOpened = (memory: Memory, flight: Flight): Memory => ({
  ...memory,
  flight,
  error: undefined,
});
export const withdrawn = (memory: Memory): Memory => ({ ...memory, flight: undefined });
export const guestTold = (memory: Memory, guest: unknown): Memory => defined(memory, { guest });
export const failed = (memory: Memory, error: SessionError): Memory => ({
  ...memory,
  flight: undefined,
  error,
});
export const refused = (error: SessionError): Memory => ({ error });
export const loggedIn = (held: Held, guest: unknown): Memory => ({ ...held, guest });
export const expired = (memory: Memory): Memory => ({ ...memory, over: true });
export const loggedOut = (): Memory => ({});
