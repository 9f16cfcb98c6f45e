import { problemAt, ProjectError } from './problem';

/** Parses a .json file of a project; says where it is wrong. */
export function parseJson<T>(file: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    const message = (error as Error).message.replace(/ \(line.*$/, '');
    throw new ProjectError([problemAt(file, text, placeIn(text, message), message)]);
  }
}

/** V8 names the position, or else the text ended too early. */
function placeIn(text: string, message: string): { line: number; column: number } {
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
  const before = text.slice(0, position).split('\n');
  return { line: before.length, column: before[before.length - 1].length + 1 };
}
