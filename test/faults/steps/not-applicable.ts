import type { FaultKind, NotApplicable } from '../fault';

export const none = (because: string, ...faults: readonly FaultKind[]): readonly NotApplicable[] =>
  faults.map((fault) => ({ fault, because }));

/** What a function that returns its result cannot do. */
export const synchronousOnly: readonly NotApplicable[] = [
  ...none('it has no other failure than to throw', 'fails'),
  ...none(
    'it returns its result: while it does not, all JavaScript stands still, and nobody could settle anything',
    'never answers',
    'slow past the timeout',
  ),
  ...none('it returns once or throws', 'answers twice', 'succeeds, then fails', 'fails, then succeeds'),
  ...none('it always is', 'synchronous'),
  ...none('nothing comes between its call and its return', 'app sent to background'),
];
