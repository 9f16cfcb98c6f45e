import type { Observable } from 'rxjs';
import type { RequestOptions } from 'rx-weapp-session';
import { leadsTo } from './leads-to';
import { readOutcome } from './outcome';
import type { Letters, Outcome, Vocabulary } from './outcome';
import { answerAfter } from './pace';
import type { Stage } from './stage';

/**
 * What a resource answers: the same to all requests, or by the letter of the credential that a request carried, `n`
 * for none. Of a list each request takes the next outcome; the last one stays.
 */
export type Answers = Outcome | Readonly<Record<string, Outcome | readonly Outcome[]>>;

/**
 * Scripts what the app's own backend answers to requests, uploads and downloads; it answers `'20ms o'` where nothing
 * else is said. What is said later goes before what was said earlier.
 *
 * In the diagrams `o` is a 200 whose `data` is the letter of the credential that the request carried, `x` a 401, `#` no
 * network. Other letters are fields of a response, said in `letters`: `{ b: { statusCode: 503 } }`.
 */
export interface Resources {
  (answers: Answers, letters?: Letters): void;
  /** @param url - the requests whose url ends with it, with its query or without */
  at(url: string, answers: Answers, letters?: Letters): void;
}

/** What a request carries: the letter of its credential, or `n`. */
export type Carried = (options: RequestOptions) => string;

type Callbacks = RequestOptions & {
  /** Of a download: where the file is to lie. */
  readonly filePath?: string;
  readonly success?: (result: unknown) => void;
  readonly fail?: (result: unknown) => void;
};

const LATENCY = 20;

const isOutcome = (answers: Answers): answers is Outcome =>
  typeof answers === 'string' || Object.getPrototypeOf(answers) !== Object.prototype || 'then' in answers;

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The resources, and the three ways of wx's to them. */
export function createResources({ log, pace }: Stage, carriedBy: Carried) {
  type Rule = (url: string, carried: string) => Observable<unknown> | undefined;
  let rules: readonly Rule[] = [];

  const respond = (fields: object, carried: string) => ({
    statusCode: 200,
    data: carried,
    header: {},
    ...fields,
  });

  const vocabularyFor = (carried: string): Vocabulary => ({
    read: (letter, letters) => {
      if (letter in letters)
        return isPlain(letters[letter]) ? respond(letters[letter], carried) : letters[letter];
      if (letter === 'o') return respond({}, carried);
      if (letter === 'x') return respond({ statusCode: 401 }, carried);
      throw new Error(`resources: say in letters what "${letter}" stands for`);
    },
    error: { errMsg: 'request:fail', errno: 600000 },
  });

  const at: Resources['at'] = (end, answers, letters = {}) => {
    const turns = new Map<string, number>();
    const read = (outcome: Outcome, carried: string) => readOutcome(outcome, letters, vocabularyFor(carried));
    const listFor = (carried: string) => {
      const given = isOutcome(answers) ? answers : answers[carried];
      return (given === undefined ? [] : Array.isArray(given) ? given : [given]) as readonly Outcome[];
    };
    // A diagram that cannot be read fails here, not when the request comes.
    (isOutcome(answers) ? ['n'] : Object.keys(answers)).forEach((carried) =>
      listFor(carried).forEach((outcome) => read(outcome, carried)),
    );
    const rule: Rule = (url, carried) => {
      const list = listFor(carried);
      if (!leadsTo(url, end) || !list.length) return undefined;
      const turn = turns.get(carried) || 0;
      turns.set(carried, turn + 1);
      return read(list[Math.min(turn, list.length - 1)], carried)(pace);
    };
    rules = [rule, ...rules];
  };

  const answerTo = (url: string, carried: string): Observable<unknown> => {
    for (const rule of rules) {
      const answer = rule(url, carried);
      if (answer) return answer;
    }
    return answerAfter(pace, LATENCY, () => respond({}, carried));
  };

  const resources: Resources = Object.assign(
    (answers: Answers, letters?: Letters) => at('', answers, letters),
    { at },
  );
  const by = (resultOf: (response: unknown, options: Callbacks) => unknown) => (options: Callbacks) => {
    const { success, fail, ...asked } = options;
    const carried = carriedBy(asked);
    const subscription = log.follow('request', carried, asked, answerTo(options.url, carried)).subscribe({
      next: (response) => success?.(resultOf(response, options)),
      error: (error: unknown) => fail?.(error),
    });
    return { abort: () => subscription.unsubscribe() };
  };
  const wx = {
    request: by((response) => response),
    uploadFile: by((response) => {
      const { data, ...rest } = Object(response) as { readonly data?: unknown };
      return { ...rest, data: JSON.stringify(data) };
    }),
    downloadFile: by((response, { filePath }) => ({
      ...(filePath ? { filePath } : { tempFilePath: 'wxfile://download' }),
      ...(response as object),
    })),
  };
  return { resources, wx };
}
