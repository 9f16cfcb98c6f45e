import type { Recording } from 'rx-weapp-session/marbles';
import { createAxis, textOf, widthOf } from './axis';
import { rowsOf } from './rows';

const LABELS = 132;
const ROW = 26;
const TOP = 8;
const COLOURS = 6;

const STYLE = `text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#24292f}
.n{fill:#57606a}.t{fill:#8c959f;font-size:9.5px}.l{stroke:#d0d7de}.g{stroke:#eaeef2}
.c{fill:#eef1f4;stroke:#8c959f}.s{fill:#f6f8fa;stroke:#d0d7de}.e{stroke:#cf222e}.et{fill:#cf222e}.d{stroke-dasharray:3 2}
.k0{fill:#ddf4ff;stroke:#218bff}.k1{fill:#fff1e5;stroke:#e16f24}.k2{fill:#dafbe1;stroke:#2da44e}.k3{fill:#fbefff;stroke:#a475f9}.k4{fill:#fff8c5;stroke:#bf8700}.k5{fill:#ffeff7;stroke:#e85aad}
.u{fill:#57606a;stroke:none}.ut{fill:#fff}.b{stroke:#24292f;stroke-width:2}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.n{fill:#9da7b3}.t{fill:#7d8590}.l{stroke:#373e47}.g{stroke:#262c34}
.c{fill:#2d333b;stroke:#768390}.s{fill:#22272e;stroke:#444c56}.e{stroke:#ff7b72}.et{fill:#ff7b72}
.k0{fill:#0c2d6b;stroke:#58a6ff}.k1{fill:#5a1e02;stroke:#f0883e}.k2{fill:#033a16;stroke:#3fb950}.k3{fill:#3c1e70;stroke:#bc8cff}.k4{fill:#4b2900;stroke:#d29922}.k5{fill:#5e103e;stroke:#f778ba}
.u{fill:#9da7b3}.ut{fill:#0d1117}.b{stroke:#e6edf3}}`.replace(/\n/g, '');

const escaped = (text: string) =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign,
  );
const px = (value: number) => String(Math.round(value * 10) / 10);

/** The colour of a credential: one class for each letter, so that the eye follows it from lane to lane. */
const colour = (credential: string | undefined): string =>
  credential && /^[A-Z]/.test(credential) ? `k${(credential.charCodeAt(0) - 65) % COLOURS}` : '';

/** A time as people say it. */
export function timeInWords(ms: number): string {
  const units = [
    [86400000, 'd'],
    [3600000, 'h'],
    [60000, 'min'],
    [1000, 's'],
  ] as const;
  for (const [size, unit] of units) if (ms >= size && ms % (size / 100) === 0) return `${ms / size} ${unit}`;
  return String(ms);
}

/** Draws a run as a marble diagram that is readable in light and dark. */
export function drawSvg(recording: Recording, title: string, withStorage: boolean): string {
  const rows = rowsOf(recording, withStorage);
  const axis = createAxis(rows, recording.end);
  const width = LABELS + axis.width + 8;
  const height = TOP + rows.length * ROW + 22;
  const out: string[] = [];
  const place = (at: number) => LABELS + axis.x(at);
  const bottom = TOP + rows.length * ROW;

  let lastTick = -Infinity;
  for (const time of axis.times) {
    const at = place(time);
    out.push(`<path class="g" d="M${px(at)} ${TOP}V${bottom}"/>`);
    const words = timeInWords(time);
    if (at - lastTick < words.length * 6 + 8) continue;
    lastTick = at;
    out.push(`<text class="t" x="${px(at)}" y="${bottom + 14}">${words}</text>`);
  }

  rows.forEach(({ name, bars, dots }, index) => {
    const middle = TOP + index * ROW + ROW / 2;
    out.push(`<text class="n" x="4" y="${middle + 4}">${escaped(name)}</text>`);
    if (dots.length) out.push(`<path class="l" d="M${LABELS} ${middle}H${px(width - 8)}"/>`);
    for (const bar of bars) {
      const from = place(bar.at);
      const text = textOf(bar);
      const long = bar.end > bar.at ? place(bar.end) - from : widthOf(text);
      const look = bar.look === 'failed' ? 'e' : bar.look === 'left' || bar.look === 'open' ? 'd' : '';
      const kind = colour(bar.credential) || (bar.look === 'state' ? 's' : 'c');
      out.push(
        `<rect class="${`${kind} ${look}`.trim()}" x="${px(from)}" y="${middle - 9}" width="${px(long)}" height="18" rx="${bar.look === 'state' ? 2 : 9}"/>`,
        `<text${bar.look === 'failed' ? ' class="et"' : ''} x="${px(from + 6)}" y="${middle + 4}">${escaped(text)}</text>`,
      );
    }
    let busyUntil = -Infinity;
    for (const dot of dots) {
      const text = textOf(dot);
      const from = Math.max(place(dot.at), busyUntil);
      if (dot.look === 'complete') {
        out.push(`<path class="b" d="M${px(from + 3)} ${middle - 9}V${middle + 9}"/>`);
        busyUntil = from + 10;
        continue;
      }
      const long = widthOf(text);
      busyUntil = from + long + 2;
      const kind = dot.look === 'deed' ? 'u' : colour(dot.credential) || 'c';
      const shape = dot.look === 'error' ? 'c e' : kind;
      const words = dot.look === 'deed' ? ' class="ut"' : dot.look === 'error' ? ' class="et"' : '';
      out.push(
        `<rect class="${shape}" x="${px(from)}" y="${middle - 9}" width="${px(long)}" height="18" rx="9"/>`,
        `<text${words} x="${px(from + 6)}" y="${middle + 4}">${escaped(text)}</text>`,
      );
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${height}" width="${Math.ceil(width)}" height="${height}" role="img"><title>${escaped(title)}</title><style>${STYLE}</style>${out.join('')}</svg>\n`;
}
