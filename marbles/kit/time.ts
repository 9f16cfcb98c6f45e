/** A time or a stretch of it: ms, or as marbles write it: `'300ms'`, `'5s'`, `'2m'`, `'1h'`. */
export type Time = number | string;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60000, h: 3600000 };

/** Reads a time in ms. */
export function toMs(time: Time): number {
  if (typeof time === 'number' && time >= 0 && time < Infinity) return time;
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)(ms|s|m|h)\s*$/.exec(String(time)) || [];
  if (unit === undefined) throw new Error(`"${time}" is no time: write 300, "300ms", "5s", "2m" or "1h"`);
  return Number(number) * UNITS[unit];
}

/** Writes a time as marbles do, in the largest unit that needs no fraction. */
export function spell(ms: number): string {
  const unit = ['m', 's'].find((name) => ms > 0 && ms % UNITS[name] === 0) || 'ms';
  return `${ms / UNITS[unit]}${unit}`;
}
