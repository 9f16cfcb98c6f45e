export const COUNTED = ['wx.login', 'exchanges', 'requests', 'prompts', 'answers', 'errors'] as const;

export type Counted = (typeof COUNTED)[number];

export type Counts = Readonly<Record<Counted, number>>;

/** A number, or one that chance decides: then there is a least. */
export type Expectation = number | { readonly atLeast: number };

export type Expected = Readonly<Record<Counted, Expectation>>;

/** Something else that has to be true, and what was seen of it. */
export interface Fact {
  readonly text: string;
  readonly seen: unknown;
  readonly expected: unknown;
}

export interface Result {
  readonly title: string;
  readonly expected: Expected;
  readonly seen: Counts;
  readonly facts: readonly Fact[];
  /** Why the scene broke off. */
  readonly failure?: string;
  readonly took: number;
}

export const isMet = (expected: Expectation, seen: number): boolean =>
  typeof expected === 'number' ? seen === expected : seen >= expected.atLeast;

export const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

export const isTrue = ({ seen, expected }: Fact): boolean => show(seen) === show(expected);

export const isRight = ({ expected, seen, facts, failure }: Result): boolean =>
  failure === undefined && COUNTED.every((name) => isMet(expected[name], seen[name])) && facts.every(isTrue);

export const difference = (later: Counts, earlier: Counts): Counts =>
  Object.fromEntries(COUNTED.map((name) => [name, later[name] - earlier[name]])) as Record<Counted, number>;
