import type * as library from 'rx-weapp-session';

/** The library once more, as a subpackage has it. */
export function anotherCopy(): typeof library {
  let copy = {};
  jest.isolateModules(() => {
    copy = jest.requireActual('rx-weapp-session');
  });
  return copy as typeof library;
}
