import type { Colour, Paint } from './paint';

export type Lane = 'page' | 'wx' | 'backend' | 'session' | 'prompt';

/** Something that happened. */
export interface Moment {
  /** ms since the scene began. */
  readonly at: number;
  readonly lane: Lane;
  /** Which mini-program, where there are several. */
  readonly who?: string;
  readonly text: string;
  /** ms that it took. */
  readonly took?: number;
  /** Not what one hopes for. */
  readonly bad?: boolean;
}

/** One printed line: a moment, or several alike. */
export interface Line extends Omit<Moment, 'took'> {
  readonly times: number;
  readonly took?: { readonly least: number; readonly most: number };
}

export type Tell = (lane: Lane, text: string, more?: Pick<Moment, 'took' | 'bad'>) => void;

export const WIDTH = 96;

const COLOURS: Readonly<Record<Lane, Colour>> = {
  page: 'cyan',
  wx: 'green',
  backend: 'blue',
  session: 'magenta',
  prompt: 'yellow',
};

/** Moments of one burst that read alike become one line, where the first of them stands. */
export function merge(moments: readonly Moment[]): Line[] {
  const lines = new Map<string, Line>();
  for (const { took, ...moment } of moments) {
    const key = [moment.lane, moment.who, moment.text].join('\n');
    const line = lines.get(key) ?? { ...moment, times: 0 };
    const span = took !== undefined && {
      took: {
        least: Math.min(took, line.took?.least ?? took),
        most: Math.max(took, line.took?.most ?? took),
      },
    };
    lines.set(key, { ...line, times: line.times + 1, ...span });
  }
  return [...lines.values()];
}

export function formatLine({ at, lane, who, text, times, took, bad }: Line, paint: Paint): string {
  const start = `${Math.round(at)}`.padStart(6);
  const name = who === undefined ? '' : `${who.padEnd(9)} `;
  const count = times > 1 ? ` ×${times}` : '';
  const duration = formatSpan(took);
  const used = start.length + 2 + 9 + name.length + text.length + count.length;
  const gap = duration && ' '.repeat(Math.max(2, WIDTH - used - duration.length));
  return [
    `${paint('dim', start)}  ${paint(COLOURS[lane], lane.padEnd(9))}${paint('dim', name)}`,
    `${bad ? paint('red', text) : text}${paint('bold', count)}${gap}${paint('dim', duration)}`,
  ].join('');
}

function formatSpan(took: Line['took']): string {
  if (!took) return '';
  const [least, most] = [Math.round(took.least), Math.round(took.most)];
  return least === most ? `${most} ms` : `${least}–${most} ms`;
}

const MARKS: Readonly<Record<string, Colour>> = { '✓': 'green', '✗': 'red' };

/** A remark between the lines. */
export function formatRemark(mark: string, text: string, paint: Paint): string {
  const colour = MARKS[mark] ?? 'dim';
  return `${paint(colour, mark.padStart(6))}  ${mark === '✗' ? paint('red', text) : paint('dim', text)}`;
}

export function formatHeading(number: number, title: string, says: string, paint: Paint): string {
  const name = `${number}  ${title}`;
  const gap = ' '.repeat(Math.max(2, WIDTH - name.length - says.length));
  return `${paint('bold', name)}${gap}${paint('dim', says)}\n${paint('dim', '─'.repeat(WIDTH))}`;
}
