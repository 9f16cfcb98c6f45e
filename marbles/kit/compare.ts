import type { Mark } from './diagram';
import { drawTogether } from './draw';
import type { Entry, Lane } from './lane';
import { hasAll, isWantedError } from './matching';
import type { Letters } from './outcome';
import { inWords } from './words';

/** What is expected of a lane. */
export interface Wanted {
  readonly marks: readonly Mark[];
  /** What letters stand for: a value in words, or (fields of) the value; `#`: the error. */
  readonly letters: Letters;
  /** Only the order counts. */
  readonly ordered: boolean;
}

function matches({ kind, value }: Entry, letter: string, letters: Letters, { reading }: Lane): boolean {
  if (letter === '|') return kind === 'complete';
  if (letter === '#') return kind === 'error' && isWantedError(value, letters['#']);
  if (kind !== 'next') return false;
  if (!(letter in letters)) return reading.mark(value) === letter || reading.word(value) === letter;
  const wanted = letters[letter];
  const subject = reading.subject ? reading.subject(value) : value;
  return (typeof wanted === 'string' && reading.word(value) === wanted) || hasAll(subject, wanted);
}

const SPARE = '123456789αβγδεζηθλμξπρστφχψω';

/** Gives each entry a letter that the reader of the expected diagram understands, or one that is explained. */
function nameEntries(lane: Lane, { marks, letters }: Wanted) {
  const expected = [...new Set(marks.map(({ letter }) => letter))];
  const legend = new Map<string, string>();
  const letterFor = (entry: Entry): string => {
    if (entry.kind === 'complete') return '|';
    const meant = expected.find((letter) => matches(entry, letter, letters, lane));
    if (meant) return meant;
    const word = entry.kind === 'error' ? `# ${inWords(entry.value)}` : lane.reading.word(entry.value);
    if (entry.kind === 'error') {
      legend.set('#', inWords(entry.value));
      return '#';
    }
    const mark = lane.reading.mark(entry.value);
    if (mark && !expected.includes(mark)) {
      // The letter of a call says what it carried; all of it would fill the line.
      if (mark !== word && !lane.reading.subject) legend.set(mark, word);
      return mark;
    }
    const spare =
      Array.from(SPARE).find(
        (letter) => !expected.includes(letter) && (legend.get(letter) ?? word) === word,
      ) || '?';
    legend.set(spare, word);
    return spare;
  };
  return { named: lane.entries.map((entry) => ({ at: entry.at, letter: letterFor(entry) })), legend };
}

/** How much of a diagram is shown on each side of the first difference. */
const AROUND = 300;

const NOT_VIRTUAL =
  '(perhaps because promises, setTimeout and the timers of a second copy of rxjs are not virtual)';

const inOrder = (marks: readonly Mark[]) => marks.map((mark, at) => ({ ...mark, at }));

/** Compares a lane with what is expected of it: nothing, or both diagrams and where they differ. */
export function compare(lane: Lane, wanted: Wanted): string | undefined {
  const { letters, ordered } = wanted;
  const { named, legend } = nameEntries(lane, wanted);
  const expected = ordered ? inOrder(wanted.marks) : wanted.marks;
  const actual = ordered ? inOrder(named) : named;

  const length = Math.max(expected.length, actual.length);
  const first = Array.from({ length }, (_, index) => index).find((index) => {
    const [mark, entry] = [expected[index], lane.entries[index]];
    if (!mark || !entry || mark.at !== actual[index].at) return true;
    return !matches(entry, mark.letter, letters, lane);
  });
  if (first === undefined) return undefined;

  const at = Math.min(...[expected[first], actual[first]].filter(Boolean).map((mark) => mark.at));
  const drawing = drawTogether(expected, actual);
  const notes = [...legend].map(([letter, word]) => `${letter} = ${word}`);
  const meant = wanted.marks
    .map(({ letter }) => letter)
    .filter((letter, index, all) => letter in letters && all.indexOf(letter) === index)
    .map((letter) => `${letter} = ${inWords(letters[letter])}`);
  const column = drawing.columns.get(at) ?? 0;
  // A group begins in its column; the first difference may be far behind.
  const before = [expected, actual].map((marks) => marks.slice(0, first).filter((mark) => mark.at === at));
  const centre = column + Math.min(...before.map(({ length }) => length));
  const from = Math.max(0, centre - AROUND);
  const cut = from ? '… ' : '';
  const pointed = from > column ? centre : column;
  const line = (title: string, diagram: string, words: readonly string[]) => {
    const shown = `${cut}${diagram.slice(from, centre + AROUND)}`;
    const rest = diagram.length > centre + AROUND ? ' …' : '';
    return `  ${title}  ${shown || '(nothing)'}${rest}${words.length ? `    ${words.join(', ')}` : ''}`;
  };
  const where = ordered ? `at step ${first + 1}` : `at ${at}ms`;
  return [
    `${lane.name}: not as expected ${where}`,
    '',
    line('expected', drawing.expected, meant),
    line('actual  ', drawing.actual, notes),
    `            ${' '.repeat(pointed - from + cut.length)}^`,
    ...(lane.open && !lane.entries.length ? [NOT_VIRTUAL] : []),
  ].join('\n');
}
