import type { Figure } from './statistics';

/** A markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index ? '--:' : '---'))), ...rows.map(line)].join('\n');
}

const digits = (value: number) => (Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);

export const number = (value: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits(value), maximumFractionDigits: digits(value) });

export const whole = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });

/** The median, and what it lies between. */
export const spread = ({ median, min, max }: Figure): string =>
  `${number(median)} (${number(min)}–${number(max)})`;

export const factor = ({ median, min, max }: Figure): string =>
  `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
