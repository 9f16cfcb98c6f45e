import type { Bar, Dot, Row } from './rows';

/** Where each moment stands: pauses are shortened, and what is written finds room. */
export interface Axis {
  readonly width: number;
  x(at: number): number;
  readonly times: readonly number[];
}

const LETTER = 6.4;

/** Px that a text needs, with its padding. */
export const widthOf = (text: string): number =>
  12 + [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 2 : 1) * LETTER, 0);

/** What is written of a shape. */
export const textOf = ({ text, times }: Bar | Dot): string => (times > 1 ? `${text} ×${times}`.trim() : text);

/** What only its text gives a length, at one moment. */
const pointsAt = (moment: number, { bars, dots }: Row): readonly (Bar | Dot)[] =>
  [...dots, ...bars.filter(({ at, end }) => at === end)].filter(({ at }) => at === moment);

/** Px that a moment's points need where they stand side by side, in the row that has the most of them. */
const roomAt = (moment: number, rows: readonly Row[]): number =>
  Math.max(
    0,
    ...rows.map((row) => pointsAt(moment, row).reduce((sum, point) => sum + widthOf(textOf(point)), 0)),
  );

const pause = (ms: number) => 22 + 14 * Math.log10(1 + ms);

export function createAxis(rows: readonly Row[], end: number): Axis {
  const bars = rows.flatMap((row) => row.bars);
  const moments = rows.flatMap((row) => [
    ...row.bars.flatMap((bar) => [bar.at, bar.end]),
    ...row.dots.map(({ at }) => at),
  ]);
  const times = [...new Set([0, end, ...moments])].sort((one, other) => one - other);
  const places = new Map(times.map((time) => [time, 0]));
  const placeOf = (time: number) => places.get(time) ?? 0;
  let place = 0;
  times.forEach((time, index) => {
    if (index) {
      const before = times[index - 1];
      place = Math.max(place + pause(time - before), placeOf(before) + roomAt(before, rows) + 4);
    }
    // A bar that ends here must be as long as its text.
    for (const bar of bars) {
      if (bar.end === time && bar.at !== time)
        place = Math.max(place, placeOf(bar.at) + widthOf(textOf(bar)));
    }
    places.set(time, place);
  });
  return { width: place + Math.max(24, roomAt(end, rows) + 6), x: (at) => places.get(at) ?? place, times };
}
