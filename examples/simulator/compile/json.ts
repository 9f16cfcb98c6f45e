import { transformSync } from 'esbuild';
import { ProjectError, problemsOf } from './problem';

/**
 * Parses a .json file of a project.
 *
 * @throws ProjectError
 */
export function parseJson<T>(file: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ProjectError(problemsOf(file, failureOf(text)));
  }
}

/** Node does not always say where a text is no JSON. */
function failureOf(text: string): unknown {
  try {
    transformSync(text, { loader: 'json', logLevel: 'silent' });
  } catch (error) {
    return error;
  }
  return { errors: [{ text: 'this is not JSON', location: null }] };
}
