import type { KeptRecording } from '../../marbles/support/keep-recordings';
import { drawSvg } from './draw-svg';

/** A scenario with its drawing. */
export interface Drawn {
  /** What the test says. */
  readonly title: string;
  readonly clauses: readonly string[];
  readonly svg: string;
  readonly spec: string;
}

const CLAUSE = /\b[A-Z]\d{1,2}\b/g;
/** Where a sentence begins: with its clauses and a colon. */
const SENTENCE = /(?:\b[A-Z]\d{1,2},? ?)+:/g;
const PACE = /[;,]? ?\b(?:(?:with|on) an asynchronous platform\b ?|timed$)/g;
const ABOUT_STORAGE = /^[KL]/;

/** The test's own sentence, without what it is grouped under. */
function titleOf(test: string): string {
  const sentence = test.replace(PACE, '');
  const own = [...sentence.matchAll(SENTENCE)].pop();
  return sentence.slice(own ? own.index : Math.max(0, sentence.search(CLAUSE)));
}

/** Draws what a spec recorded, on the platform that takes its time; a drawing that is the same as one before is left out. */
export function drawn(spec: string, recordings: readonly KeptRecording[]): Drawn[] {
  const known = new Set<string>();
  return recordings.flatMap((recording): Drawn[] => {
    if (recording.pace !== 'timed' || recording.failure !== undefined) return [];
    const title = titleOf(recording.test);
    const clauses = title.match(CLAUSE) ?? [];
    const withStorage = clauses.some((clause) => ABOUT_STORAGE.test(clause));
    const svg = drawSvg(recording, title, withStorage);
    const picture = svg.replace(/<title>[^<]*<\/title>/, '');
    if (known.has(picture)) return [];
    known.add(picture);
    return [{ title, clauses, svg, spec }];
  });
}
