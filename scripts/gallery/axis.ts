import type { Row } from './rows';

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

const pause = (ms: number) => 22 + 14 * Math.log10(1 + ms);

export function createAxis(rows: readonly Row[], end: number): Axis {
  const shapes = rows.flatMap(({ bars, dots }) => [
    ...bars,
    ...dots.map(({ at, text, times }) => ({ at, end: at, text, times })),
  ]);
  const times = [...new Set([0, end, ...shapes.flatMap((shape) => [shape.at, shape.end])])].sort(
    (one, other) => one - other,
  );
  const places = new Map(times.map((time) => [time, 0]));
  let place = 0;
  times.forEach((time, index) => {
    if (index) place += pause(time - times[index - 1]);
    // A bar that ends here must be as long as its text.
    for (const { at, end: until, text, times: many } of shapes) {
      if (until !== time || until === at) continue;
      place = Math.max(place, (places.get(at) ?? 0) + widthOf(many > 1 ? `${text} ×${many}` : text));
    }
    // What happens just before needs its own room.
    if (index) {
      const before = times[index - 1];
      const room = Math.max(
        0,
        ...rows.map(({ dots, bars }) =>
          [...dots, ...bars.filter((bar) => bar.end === bar.at)]
            .filter(({ at }) => at === before)
            .reduce((sum, { text, times: many }) => sum + widthOf(many > 1 ? `${text} ×${many}` : text), 0),
        ),
      );
      place = Math.max(place, (places.get(before) ?? 0) + room + 4);
    }
    places.set(time, place);
  });
  const tail = Math.max(
    24,
    ...rows.map(({ dots, bars }) =>
      [...dots, ...bars.filter((bar) => bar.end === bar.at)]
        .filter(({ at }) => at === end)
        .reduce((sum, { text, times: many }) => sum + widthOf(many > 1 ? `${text} ×${many}` : text), 6),
    ),
  );
  return { width: place + tail, x: (at) => places.get(at) ?? place, times };
}
