import type { LoginMode } from 'rx-weapp-session';
import { MODES } from './fault';
import type { Ending, Expected, Row, Step } from './fault';
import { steps } from './steps/index';

/** One fault of one step in one mode. */
export interface Cell {
  readonly step: Step;
  readonly row: Row;
  readonly mode: LoginMode;
  readonly expected: Required<Pick<Expected, 'login' | 'request'>> & Expected;
}

const SURFACES: readonly Ending[] = ['logged-out', 'user-changed', 'disposed'];

/**
 * M4: a request of mode `silent` goes out anonymously where no session can be had; R3: in every other mode it ends
 * as its login does.
 */
const requestAfter = (login: Ending, mode: LoginMode): Ending =>
  mode === 'silent' && !SURFACES.includes(login) ? 'ok' : login;

function expectedOf(row: Row, mode: LoginMode): Cell['expected'] {
  const said = typeof row.expected === 'function' ? row.expected(mode) : row.expected;
  const expected: Expected = typeof said === 'string' ? { login: said } : said;
  return { request: requestAfter(expected.login, mode), ...expected };
}

/** The rows of a step that can be had. */
export const rowsOf = (step: Step): readonly Row[] => step.rows.filter((row): row is Row => 'does' in row);

/** The cells of one row: the modes that reach it. */
export const cellsOf = (step: Step, row: Row): readonly Cell[] =>
  MODES.filter((mode) => !step.unreached?.[mode]).map((mode) => ({
    step,
    row,
    mode,
    expected: expectedOf(row, mode),
  }));

export const cells: readonly Cell[] = steps.flatMap((step) =>
  rowsOf(step).flatMap((row) => cellsOf(step, row)),
);
