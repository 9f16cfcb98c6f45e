import type { Clause } from '../clauses';
import type { Row } from '../fault';

/** The platform has no such call. */
export const missing = (name: string, clause: Clause, expected: Row['expected']): Row => ({
  fault: 'throws',
  how: 'is missing',
  does: () => 'usual',
  clause,
  expected,
  setup: { missing: name },
});
