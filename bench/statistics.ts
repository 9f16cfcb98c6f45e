/** A figure that was taken several times. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function figureOf(values: readonly number[]): Figure {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** A figure against another of the same run, round by round, so that a machine that drifts does not matter. */
export const ratioOf = (values: readonly number[], base: readonly number[]): Figure =>
  figureOf(values.map((value, round) => value / base[round]));
