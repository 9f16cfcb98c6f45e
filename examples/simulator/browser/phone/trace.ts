import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { moduleUrl } from './module-loader';

export interface Trace {
  readonly message: string;
  /** The first place in the mini-program's own code, in its own language. */
  readonly where?: string;
}

/** Says what was thrown, and where in the project. */
export function traceOf(error: unknown, maps: Readonly<Record<string, string>>): Trace {
  if (!(error instanceof Error)) return { message: describe(error) };
  const message = `${error.name}: ${error.message}`;
  const frames = [...(error.stack ?? '').matchAll(FRAME)].map(([, path, line, column]) => ({
    path,
    line: Number(line),
    column: Number(column),
  }));
  const own = frames.find(({ path }) => !path.startsWith('miniprogram_npm/')) ?? frames[0];
  if (!own) return { message };
  const map = maps[own.path];
  const found = map
    ? originalPositionFor(new TraceMap(map), { line: own.line, column: own.column - 1 })
    : undefined;
  const where = found?.line
    ? `${found.source}:${found.line}:${found.column + 1}`
    : `${own.path}:${own.line}:${own.column}`;
  return { message, where };
}

const FRAME = new RegExp(`${moduleUrl('')}(\\S+?\\.js):(\\d+):(\\d+)`, 'g');

function describe(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'errMsg' in error) return String(error.errMsg);
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
}
