import { catchError, from, map, Observable, timer } from 'rxjs';
import type { ObservableInput } from 'rxjs';
import { readDiagram } from './diagram';
import { Failure } from './failure';
import { inPace } from './pace';
import type { Pace } from './pace';

/**
 * How one call ends: a marble diagram, or an Observable or Promise that keeps its own time on every pace.
 *
 * `'10ms c'` answers c after 10 ms; `'c'` synchronously, inside the call; `'-'` never; `'10ms #'` fails; `'10ms (cd)'`
 * answers twice. What a letter stands for is said where the call is scripted.
 */
export type Outcome = string | Exclude<ObservableInput<unknown>, ArrayLike<unknown>>;

/** What the letters of a diagram stand for; under `#` the error. {@link failure} makes any letter fail. */
export type Letters = Readonly<Record<string, unknown>>;

/** What the letters of one kind of call stand for. */
export interface Vocabulary {
  /** Throws for a letter that stands for nothing. */
  readonly read: (letter: string, letters: Letters) => unknown;
  /** What `#` stands for, unless the letters say it. */
  readonly error: unknown;
}

interface Step {
  readonly at: number;
  readonly letter: string;
  readonly value?: unknown;
}

/** Reads a diagram at once, so that a wrong one fails where it stands; plays it at a pace. */
export function readOutcome(
  outcome: Outcome,
  letters: Letters,
  vocabulary: Vocabulary,
): (pace: Pace) => Observable<unknown> {
  const error = '#' in letters ? letters['#'] : vocabulary.error;
  if (typeof outcome !== 'string') {
    const answer = from(outcome).pipe(
      map((value) => (isLetter(value) ? orThrow(vocabulary.read(value, letters)) : value)),
      // What cold('#') fails with, if it is not told.
      catchError((reason: unknown) => {
        throw reason === 'error' ? error : reason;
      }),
    );
    return () => answer;
  }
  const steps = readDiagram(outcome).map(({ at, letter }): Step => {
    if (letter === '|') return { at, letter };
    if (letter === '#') return { at, letter, value: new Failure(error) };
    return { at, letter, value: vocabulary.read(letter, letters) };
  });
  return (pace) => {
    const waiting = pace === 'timed' || !steps.length ? 0 : steps[0].at;
    return inPace(pace, play(steps.map((step) => ({ ...step, at: step.at - waiting }))));
  };
}

const isLetter = (value: unknown): value is string => typeof value === 'string' && value.length === 1;

function orThrow(value: unknown): unknown {
  if (value instanceof Failure) throw value.reason;
  return value;
}

/** Plays steps; those at 0 synchronously. */
function play(steps: readonly Step[]): Observable<unknown> {
  return new Observable((subscriber) => {
    const take = ({ letter, value }: Step) => {
      if (value instanceof Failure) subscriber.error(value.reason);
      else if (letter === '|') subscriber.complete();
      else subscriber.next(value);
    };
    steps.forEach((step) => {
      if (step.at === 0) take(step);
      else subscriber.add(timer(step.at).subscribe(() => take(step)));
    });
  });
}
