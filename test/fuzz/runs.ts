import type * as fc from 'fast-check';

const LONG = process.env.LONG !== undefined && process.env.LONG !== '';

/** The same runs each time in `npm test`; many, and others each time, in `npm run test:long`. */
export const runs = (few: number): fc.Parameters<unknown> =>
  LONG ? { numRuns: few * 100 } : { numRuns: few, seed: 20260101 };
