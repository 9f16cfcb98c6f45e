/** Where moments stand on the paper. */
export interface Scale {
  readonly width: number;
  x(at: number): number;
  /** Long silences: where each is, and how long in ms. */
  readonly pauses: readonly { readonly x: number; readonly ms: number }[];
}

/** Moments closer together than this, in ms, share a place. */
const GRAIN = 5;
const LONG_PAUSE = 1500;

/** The width of a pause grows with its logarithm: 10 ms, 1 s and 1 min are 7, 47 and 88 wide. */
const widthOf = (pause: number) => 7 * Math.log2(1 + pause / 10);

const grain = (at: number) => Math.round(at / GRAIN) * GRAIN;

/**
 * @param moments - all that is drawn, in any order
 * @param start - where the paper begins
 */
export function createScale(moments: readonly number[], start: number): Scale {
  const places = new Map<number, number>();
  const pauses: { x: number; ms: number }[] = [];
  let x = start;
  let before: number | undefined;
  for (const at of [...new Set(moments.map(grain))].sort((one, other) => one - other)) {
    if (before !== undefined) {
      const width = widthOf(at - before);
      if (at - before > LONG_PAUSE) pauses.push({ x: x + width / 2, ms: at - before });
      x += width;
    }
    places.set(at, x);
    before = at;
  }
  return { width: x, x: (at) => places.get(grain(at)) ?? start, pauses };
}
