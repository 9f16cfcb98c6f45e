/** Something that takes room on a line, from `left` to `right`. */
export interface Extent {
  readonly left: number;
  readonly right: number;
}

/** Puts things on as few rows as there have to be, so that none covers another; gives the row of each. */
export function rowsFor(extents: readonly Extent[]): number[] {
  const ends: number[] = [];
  return extents.map(({ left, right }) => {
    const free = ends.findIndex((end) => end <= left);
    const row = free === -1 ? ends.length : free;
    ends[row] = right;
    return row;
  });
}
