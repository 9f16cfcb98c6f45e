import type { TransformFailure } from 'esbuild';

/** What is wrong with a project, and where. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  /** The line itself. */
  readonly excerpt?: string;
}

/** A project that cannot be compiled. */
export class ProjectError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(describe).join('\n'));
  }
}

export const describe = ({ file, line, column, message }: Problem): string =>
  `${[file, line, column].filter((part) => part !== undefined).join(':')}: ${message}`;

/** A problem at a place in a text. */
export function problemAt(
  file: string,
  text: string,
  place: { readonly line: number; readonly column: number },
  message: string,
): Problem {
  return { file, ...place, message, excerpt: text.split('\n')[place.line - 1] };
}

/** What esbuild found wrong with a file. */
export const problemsOf = (file: string, failure: unknown): Problem[] =>
  (failure as Pick<TransformFailure, 'errors'>).errors.map(({ text, location }) => ({
    file,
    message: text,
    ...(location && { line: location.line, column: location.column + 1, excerpt: location.lineText }),
  }));
