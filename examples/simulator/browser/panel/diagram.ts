import type { CallLane, StateReport } from '../shared/messages';
import { rowsFor } from './rows';
import { createScale, type Scale } from './scale';
import { s } from './svg';
import type { PromptSpan, Span, Timeline } from './timeline';

const LEFT = 14;
const RIGHT = 230;
const LETTER = 6.1;
const AXIS = 22;
const GAP = 10;

/** How a lane is called, and how high its head stands. */
export interface LaneHead {
  readonly name: string;
  readonly note: string;
  readonly y: number;
  readonly height: number;
}

export interface Diagram {
  readonly svg: SVGElement;
  readonly heads: readonly LaneHead[];
}

const CALL_LANES: readonly (readonly [CallLane, string, string])[] = [
  ['wx', 'wx', 'calls, taps, storage'],
  ['exchange', 'exchanges', '/session/*'],
  ['request', 'requests', 'coloured by credential'],
];

/** Draws a timeline as a marble diagram. */
export function drawDiagram(timeline: Timeline, now: number): Diagram {
  const { states, prompts, spans } = timeline;
  const scale = createScale(
    [
      now,
      ...states.map(({ at }) => at),
      ...prompts.flatMap(({ start, end = now }) => [start, end]),
      ...spans.flatMap(({ start, end = now }) => [start, end]),
      ...timeline.marks.map(({ at }) => at),
    ],
    LEFT,
  );
  const paint = painter(timeline.credentials);
  const heads: LaneHead[] = [];
  const lanes: SVGElement[] = [];
  let y = AXIS;
  const addLane = (name: string, note: string, height: number, content: readonly SVGElement[]) => {
    heads.push({ name, note, y, height });
    lanes.push(
      s('g', { transform: `translate(0 ${y})`, class: `lane ${name.replace(/\W/g, '')}` }, ...content),
    );
    y += height + GAP;
  };

  addLane('session$', 'the login state', 40, drawStates(states, scale, paint, now));
  addLane('prompt$', 'needs a tap', 34, drawPrompts(prompts, scale, now));
  for (const [lane, name, note] of CALL_LANES) {
    const { height, content } = drawCalls(
      spans.filter((span) => span.lane === lane),
      scale,
      paint,
      now,
    );
    addLane(name, note, height, content);
  }

  addLane('page', 'the top one', 22, drawPages(timeline, scale));

  const width = scale.width + RIGHT;
  const svg = s(
    'svg',
    {
      width,
      height: y,
      viewBox: `0 0 ${width} ${y}`,
      role: 'img',
      'aria-label': 'Marble diagram of the session',
    },
    patterns(),
    ...drawAxis(timeline, scale, y, heads, width),
    ...lanes,
  );
  return { svg, heads };
}

type Paint = (credential: string | undefined) => string;

const painter =
  (credentials: readonly string[]): Paint =>
  (credential) =>
    credential === undefined ? 'var(--guest)' : `var(--c${(credentials.indexOf(credential) % 6) + 1})`;

const patterns = () =>
  s(
    'defs',
    {},
    s(
      'pattern',
      { id: 'stripes', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      s('rect', { width: 3, height: 6, fill: 'var(--pending)' }),
    ),
  );

function drawAxis(
  { marks }: Timeline,
  scale: Scale,
  height: number,
  heads: readonly LaneHead[],
  width: number,
): SVGElement[] {
  const lines = heads.map(({ y, height }) =>
    s('line', { class: 'rail', x1: 0, x2: width, y1: y + height + GAP / 2, y2: y + height + GAP / 2 }),
  );
  const pauses = scale.pauses.map(({ x, ms }) =>
    s('text', { class: 'pause', x, y: 13, 'text-anchor': 'middle' }, `${formatDuration(ms)}`),
  );
  const events = marks.flatMap((mark) => {
    if (mark.kind === 'event' || pageOf(mark) !== undefined) return [];
    const x = scale.x(mark.at);
    const [name, title] =
      mark.kind === 'problem' ? ['problem', `problem: ${mark.message}`] : [mark.text, mark.text];
    return [
      s(
        'g',
        { class: `mark ${mark.kind}` },
        s('title', {}, title),
        s('line', { x1: x, x2: x, y1: 16, y2: height }),
        s('text', { x: x + 3, y: 13 }, name),
      ),
    ];
  });
  return [...lines, ...pauses, ...events];
}

const pageOf = (mark: Timeline['marks'][number]): string | undefined =>
  mark.kind === 'phone' && mark.text.includes('/') ? mark.text : undefined;

function drawPages({ marks }: Timeline, scale: Scale): SVGElement[] {
  return marks.flatMap((mark) => {
    const page = pageOf(mark);
    if (page === undefined) return [];
    const x = scale.x(mark.at);
    return [
      s(
        'g',
        { class: 'page' },
        s('title', {}, page),
        s('line', { class: 'tick', x1: x, x2: x, y1: 4, y2: 18 }),
        s('text', { x: x + 5, y: 15 }, page.slice(page.lastIndexOf('/') + 1)),
      ),
    ];
  });
}

function drawStates(states: readonly StateReport[], scale: Scale, paint: Paint, now: number): SVGElement[] {
  return states.flatMap((state, index) => {
    const x = scale.x(state.at);
    const next = states[index + 1];
    const end = scale.x(next ? next.at : now);
    const colour = paint(state.credential);
    const fill = {
      anonymous: 'var(--guest)',
      authenticating: 'url(#stripes)',
      authenticated: colour,
      expired: colour,
    }[state.status];
    const label = [state.status, state.stage, state.error].filter(Boolean).join(' · ');
    const room = end - x - 14;
    const shown =
      next && room > label.length * LETTER
        ? label
        : next && room > state.status.length * LETTER
          ? state.status
          : '';
    return [
      s(
        'g',
        { class: `state ${state.status}` },
        s('title', {}, label),
        s('rect', { x, y: 10, width: Math.max(0, end - x), height: 8, fill, rx: 2 }),
        s('circle', { cx: x, cy: 14, r: 7, fill: state.status === 'authenticating' ? 'var(--paper)' : fill }),
        ...(state.error ? [cross(x, 14)] : []),
        s('text', { x: x + 2, y: 37 }, shown),
        // The present state is in sight, wherever it began.
        ...(next ? [] : [s('text', { class: 'present', x: end + 8, y: 18 }, label)]),
      ),
    ];
  });
}

function drawPrompts(prompts: readonly PromptSpan[], scale: Scale, now: number): SVGElement[] {
  return prompts.map(({ method, start, end }, index) => {
    const x = scale.x(start);
    const right = scale.x(end ?? now);
    const next = prompts[index + 1];
    const hasRoom = !next || scale.x(next.start) - x > method.length * LETTER;
    return s(
      'g',
      { class: 'prompt' },
      s('title', {}, method),
      s('line', { x1: x, x2: right, y1: 12, y2: 12 }),
      s('circle', { cx: x, cy: 12, r: 7 }),
      ...(end === undefined ? [] : [s('line', { class: 'tick', x1: right, x2: right, y1: 5, y2: 19 })]),
      ...(hasRoom ? [s('text', { x: x + 2, y: 32 }, method)] : []),
    );
  });
}

function drawCalls(
  all: readonly Span[],
  scale: Scale,
  paint: Paint,
  now: number,
): { height: number; content: SVGElement[] } {
  const dots = all
    .filter(({ quiet }) => quiet)
    .map(({ text, start }) =>
      s('g', { class: 'quiet' }, s('title', {}, text), s('circle', { cx: scale.x(start), cy: 3, r: 2 })),
    );
  const top = dots.length > 0 ? 8 : 0;
  const spans = all.filter(({ quiet }) => !quiet);
  const labels = spans.map(labelOf);
  const extents = (withLabels: boolean) =>
    spans.map(({ start, end = now }, index) => ({
      left: scale.x(start) - 6,
      right: scale.x(end) + 12 + (withLabels ? labels[index].length * LETTER : 0),
    }));
  // Many at once are many thin lines; their names would not fit.
  const roomy = rowsFor(extents(true));
  const crowded = roomy.some((row) => row >= 5);
  const rows = crowded ? rowsFor(extents(false)) : roomy;
  const count = Math.max(1, ...rows.map((row) => row + 1));
  const step = crowded ? Math.max(5.5, Math.min(18, 110 / count)) : 18;
  const radius = Math.min(5.5, step / 2);

  const calls = spans.map((span, index) => {
    const y = top + rows[index] * step + step / 2;
    const x = scale.x(span.start);
    const end = scale.x(span.end ?? now);
    const colour = paint(span.credential);
    const marble = span.bad
      ? cross(end, y, radius)
      : s('circle', { cx: end, cy: y, r: radius, fill: paint(span.gives ?? span.credential) });
    return s(
      'g',
      { class: `call ${span.end === undefined ? 'open' : ''}` },
      s('title', {}, `${span.text} ${span.result ?? '…'}`),
      s('line', { x1: x, x2: end, y1: y, y2: y, stroke: colour, 'stroke-width': Math.min(3, step / 2) }),
      s('line', { x1: x, x2: x, y1: y - radius, y2: y + radius, stroke: colour }),
      ...(span.end === undefined ? [] : [marble]),
      ...(crowded ? [] : [s('text', { x: end + 9, y: y + 3.5 }, labels[index])]),
    );
  });
  return { height: Math.max(36, top + count * step), content: [...dots, ...calls] };
}

const cross = (x: number, y: number, size = 5) =>
  s('path', {
    class: 'cross',
    d: `M${x - size} ${y - size}L${x + size} ${y + size}M${x + size} ${y - size}L${x - size} ${y + size}`,
  });

const labelOf = ({ text, result, bad, lane }: Span): string => {
  const name = text.replace(/^(wx\.|GET |POST )/, '').replace(/rx-weapp-session:/, '');
  return result === undefined || (!bad && lane === 'wx') ? name : `${name} ${result}`;
};

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
