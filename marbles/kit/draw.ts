import type { Mark } from './diagram';
import { spell } from './time';

/** Two diagrams on one time axis. */
export interface Drawing {
  readonly expected: string;
  readonly actual: string;
  /** Where the column of each time begins. */
  readonly columns: ReadonlyMap<number, number>;
}

const LONGEST_DASHES = 8;

/** Between two columns: as many dashes as ms, or the time in words, as both lines of a diagram may have it. */
function gap(ms: number, first: boolean): string {
  // Marbles cannot say this: a group takes as many ms as it has characters.
  if (ms < 0) return '~';
  return ms <= LONGEST_DASHES ? '-'.repeat(ms) : `${first ? '' : ' '}${spell(ms)} `;
}

const cell = (marks: readonly Mark[], at: number): string => {
  const letters = marks.filter((mark) => mark.at === at).map(({ letter }) => letter);
  return letters.length > 1 ? `(${letters.join('')})` : letters.join('');
};

/** Draws two diagrams under each other, so that the same time stands in the same column. */
export function drawTogether(expected: readonly Mark[], actual: readonly Mark[]): Drawing {
  const times = [...new Set([...expected, ...actual].map(({ at }) => at))].sort((one, other) => one - other);
  const columns = new Map<number, number>();
  const lines = ['', ''];
  const ends = [0, 0];
  let time = 0;
  times.forEach((at, index) => {
    const pause = gap(at - time, index === 0);
    const column = lines[0].length + pause.length;
    const cells = [cell(expected, at), cell(actual, at)];
    const width = Math.max(...cells.map(({ length }) => length));
    columns.set(at, column);
    cells.forEach((text, line) => {
      lines[line] += pause + text.padEnd(width, '-');
      if (text) ends[line] = column + text.length;
    });
    time = at + width;
  });
  return { expected: lines[0].slice(0, ends[0]), actual: lines[1].slice(0, ends[1]), columns };
}
