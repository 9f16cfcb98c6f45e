import { keptOn } from './kept-on';
import type { Session } from './types';

const nowhere = {};

/**
 * The sessions that were provided, in that order. They are kept on `wx`, the one object that all packages of an
 * app share: a subpackage with a copy of the library of its own finds them there, and an independent one, which
 * may run before there is an app object.
 */
export const provided = (): Session[] =>
  keptOn((typeof wx === 'object' && wx) || nowhere, '_rxWeappSessions', []);
