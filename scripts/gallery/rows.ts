import type { RecordedLane, RecordedMark, Recording } from 'rx-weapp-session/marbles';

/** Something with a length: a call, a request, a prompt, a state. */
export interface Bar {
  readonly at: number;
  readonly end: number;
  readonly text: string;
  readonly credential?: string;
  readonly look: 'answered' | 'failed' | 'left' | 'open' | 'state' | 'prompt';
  readonly times: number;
}

/** Something that happens at one moment. */
export interface Dot {
  readonly at: number;
  readonly text: string;
  readonly credential?: string;
  readonly look: 'value' | 'complete' | 'error' | 'deed';
  readonly times: number;
}

/** One line of a drawing; bars that overlap stand in rows of their own. */
export interface Row {
  readonly name: string;
  readonly bars: readonly Bar[];
  readonly dots: readonly Dot[];
}

const LOGIC: readonly RecordedLane['kind'][] = [
  'app',
  'user',
  'prompt',
  'platform',
  'backend',
  'session',
  'request',
  'stream',
];

/** Equal ones become one that says how many. */
function counted<T extends { readonly times: number }>(all: readonly T[]): T[] {
  const known = new Map<string, T>();
  for (const one of all) {
    const key = JSON.stringify({ ...one, times: 0 });
    const before = known.get(key);
    known.set(key, before ? { ...before, times: before.times + one.times } : one);
  }
  return [...known.values()];
}

function callText({ label, result, answer }: RecordedMark): string {
  const carried = label === 'x' ? '' : label;
  if (result === 'failed') return `${carried} ✕ ${answer ?? ''}`.trim();
  if (result === 'left') return `${carried} left`.trim();
  if (result === 'open' || answer === undefined) return carried || '·';
  return `${carried} → ${answer}`.trim();
}

const STATES: Readonly<Record<string, string>> = { silent: 'silent login', interactive: 'asking the user' };

function barsOf({ kind, marks }: RecordedLane, last: number): Bar[] {
  if (kind === 'session') {
    return marks.flatMap((mark, index): Bar[] => {
      const next = marks[index + 1] as RecordedMark | undefined;
      const end = next ? next.at : last;
      // What is told and replaced in the same moment has no length to draw.
      if (mark.ends || (next && next.at === mark.at)) return [];
      const { at, text, credential } = mark;
      return [{ at, end, text: STATES[text] ?? text, credential, look: 'state', times: 1 }];
    });
  }
  if (kind === 'prompt') {
    return marks.map(({ at, end = last, text }) => ({ at, end, text, look: 'prompt', times: 1 }));
  }
  return marks.map((mark) => ({
    at: mark.at,
    end: mark.end ?? (mark.result === 'open' ? last : mark.at),
    text: callText(mark),
    credential: mark.credential,
    look: mark.result ?? 'answered',
    times: 1,
  }));
}

const dotsOf = ({ kind, marks }: RecordedLane): Dot[] =>
  marks.map(({ at, label, text, credential, ends }) => ({
    at,
    text: ends === 'complete' ? '' : ends === 'error' ? text : kind === 'stream' ? label : text,
    credential: credential ?? (kind === 'stream' && /^[A-Z]$/.test(label) ? label : undefined),
    look: ends ?? (kind === 'stream' ? 'value' : 'deed'),
    times: 1,
  }));

/** Bars that overlap go to rows of their own. */
function stacked(name: string, bars: readonly Bar[]): Row[] {
  const rows: Bar[][] = [];
  for (const bar of bars) {
    const free = rows.find((row) => row[row.length - 1].end <= bar.at && row[row.length - 1].at < bar.at);
    if (free) free.push(bar);
    else rows.push([bar]);
  }
  return rows.map((row, index) => ({ name: index ? '' : name, bars: row, dots: [] }));
}

const isStorage = ({ name }: RecordedLane) => name.startsWith('storage.');

/** The lines that a drawing of this run has; storage only where it is what the scenario is about. */
export function rowsOf({ lanes, end }: Recording, withStorage: boolean): Row[] {
  const drawn = lanes
    .filter((lane) => LOGIC.includes(lane.kind) && (withStorage || !isStorage(lane)))
    .sort((one, other) => LOGIC.indexOf(one.kind) - LOGIC.indexOf(other.kind));
  const streams = new Map<string, number>();
  const rows = drawn.flatMap((lane): Row[] => {
    if (lane.kind === 'stream') {
      const key = JSON.stringify(lane.marks);
      streams.set(key, (streams.get(key) ?? 0) + 1);
      return [];
    }
    if (lane.kind === 'app' || lane.kind === 'user') {
      return [{ name: lane.name, bars: [], dots: counted(dotsOf(lane)) }];
    }
    return stacked(lane.name, counted(barsOf(lane, end)));
  });
  const callers = [...streams].map(([key, times]): Row => {
    const marks = JSON.parse(key) as RecordedMark[];
    const dots = counted(dotsOf({ name: '', kind: 'stream', marks }));
    return { name: times > 1 ? `${times} callers` : 'caller', bars: [], dots };
  });
  return [...rows, ...callers];
}
