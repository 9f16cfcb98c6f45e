import type { Session } from './types';

const SESSIONS = '_rxWeappSessions';

const here = {};

const sessionsOn = (holder: object): Session[] => {
  const found = holder as Record<string, Session[] | undefined>;
  return (
    found[SESSIONS] ||
    (Object.defineProperty(found, SESSIONS, { value: [] }) as Record<string, Session[]>)[SESSIONS]
  );
};

/**
 * The sessions that were provided, in that order. They are kept on `wx`, the one object that all packages of an
 * app share: a subpackage with a copy of the library of its own finds them there, and an independent one, which
 * may run before there is an app object.
 */
export function provided(): Session[] {
  try {
    return sessionsOn(wx);
  } catch {
    return sessionsOn(here); // No `wx`, or one that takes no property.
  }
}
