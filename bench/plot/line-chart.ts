import { powers, short, ticks } from './scale';

export type Point = readonly [x: number, y: number];

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
  /** Fills down to this line, or to the axis. */
  readonly fill?: 'axis' | 'previous';
  readonly dashed?: boolean;
}

export interface LineChart {
  readonly title: string;
  /** What it shows, for who cannot see it. */
  readonly description: string;
  readonly x: { readonly label: string; readonly most: number };
  /** Logarithmic where `least` is above 0. */
  readonly y: { readonly label: string; readonly most: number; readonly least?: number };
  readonly lines: readonly Line[];
  /** Vertical lines. */
  readonly marks?: readonly { readonly x: number; readonly name: string }[];
}

const WIDTH = 760;
const HEIGHT = 360;
const EDGE = { left: 64, right: 16, top: 64, bottom: 44 };
const LIGHT = ['#0b6bb5', '#c2410c', '#12805c', '#7a3fb0', '#a16207', '#be185d', '#475569'];
const DARK = ['#5fb3f5', '#fb923c', '#4ade9d', '#c49bf2', '#facc4d', '#f67fb6', '#a8b5c7'];

const colours = (palette: readonly string[]) =>
  palette.map((colour, index) => `.l${index}{stroke:${colour}}.f${index}{fill:${colour}}`).join('');

// Its own background: whichever page shows it, the two agree.
const STYLE = [
  'text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}',
  '.bg{fill:#fff}.ink{fill:#1f2933}.dim{fill:#52606d}.grid{stroke:#e4e7eb}.axis{stroke:#9aa5b1}.mark{stroke:#9aa5b1}',
  '.title{font-size:14px;font-weight:600}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.area{opacity:.75}',
  colours(LIGHT),
  '@media (prefers-color-scheme:dark){',
  '.bg{fill:#11161d}.ink{fill:#e6edf3}.dim{fill:#a3b1bf}.grid{stroke:#26303b}.axis{stroke:#5b6b7b}.mark{stroke:#7d8da0}',
  colours(DARK),
  '}',
].join('');

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const at = (value: number) => value.toFixed(1);

/** An SVG that is read by itself, light or dark as its reader likes. */
export function lineChart({ title, description, x, y, lines, marks = [] }: LineChart): string {
  const width = WIDTH - EDGE.left - EDGE.right;
  const height = HEIGHT - EDGE.top - EDGE.bottom;
  const least = y.least ?? 0;
  const logarithmic = least > 0;
  const part = (value: number) =>
    logarithmic
      ? Math.log(Math.max(value, least) / least) / Math.log(y.most / least)
      : Math.max(0, value) / y.most;
  const px = (value: number) => EDGE.left + (value / x.most) * width;
  const py = (value: number) => EDGE.top + (1 - Math.min(1, part(value))) * height;
  const bottom = EDGE.top + height;

  const grid = (logarithmic ? powers(least, y.most) : ticks(0, y.most)).map(
    (value) =>
      `<line class="grid" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${at(py(value))}" y2="${at(py(value))}"/>` +
      `<text class="dim" x="${EDGE.left - 8}" y="${at(py(value) + 4)}" text-anchor="end">${short(value)}</text>`,
  );
  const scale = ticks(0, x.most, 8).map(
    (value) =>
      `<line class="axis" x1="${at(px(value))}" x2="${at(px(value))}" y1="${bottom}" y2="${bottom + 4}"/>` +
      `<text class="dim" x="${at(px(value))}" y="${bottom + 18}" text-anchor="middle">${short(value)}</text>`,
  );
  const kinds = [...new Set(marks.map(({ name }) => name))];
  const dashes = ['', 'stroke-dasharray="2 4"', 'stroke-dasharray="8 4"'];
  const drawnMarks = marks.map(
    (mark) =>
      `<line class="mark" x1="${at(px(mark.x))}" x2="${at(px(mark.x))}" y1="${EDGE.top}" y2="${bottom}" ${dashes[kinds.indexOf(mark.name) % 3]}/>`,
  );
  const path = (points: readonly Point[]) =>
    points.map((point) => `${at(px(point[0]))},${at(py(point[1]))}`).join(' ');
  const drawn = lines.map(({ points, fill, dashed }, index) => {
    if (points.length === 0) return '';
    if (fill) {
      const base: readonly Point[] =
        fill === 'previous' ? lines[index - 1].points : points.map(([value]) => [value, least] as const);
      return `<polygon class="area f${index}" points="${path([...points, ...[...base].reverse()])}"/>`;
    }
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    return `<polyline class="line l${index}" points="${path(points)}"${dash}/>`;
  });

  let across = EDGE.left;
  const legend = [
    ...lines.map(({ name, fill, dashed }, index) => ({
      name,
      swatch: (left: number) =>
        fill
          ? `<rect class="area f${index}" x="${left}" y="35" width="18" height="10"/>`
          : `<line class="line l${index}" x1="${left}" x2="${left + 18}" y1="40" y2="40"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
    })),
    ...kinds.map((name, index) => ({
      name,
      swatch: (left: number) =>
        `<line class="mark" x1="${left + 9}" x2="${left + 9}" y1="33" y2="47" ${dashes[index % 3]}/>`,
    })),
  ].map(({ name, swatch }) => {
    const left = across;
    across += 36 + name.length * 6.2;
    return `${swatch(left)}<text class="ink" x="${left + 24}" y="44">${escaped(name)}</text>`;
  });

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc><style>${STYLE}</style>`,
    `<rect class="bg" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    `<text class="ink title" x="${EDGE.left}" y="22">${escaped(title)}</text>`,
    ...legend,
    ...grid,
    ...scale,
    ...drawn,
    ...drawnMarks,
    `<line class="axis" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${bottom}" y2="${bottom}"/>`,
    `<text class="dim" x="${EDGE.left + width / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text class="dim" transform="translate(14 ${EDGE.top + height / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}
