import type { RequestOptions } from 'rx-weapp-session';
import { flat } from './flat';
import type { Names } from './names';

/** All texts in a value. */
const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? flat(Object.values(value as Readonly<Record<string, unknown>>).map(textsIn))
      : [];

/**
 * The letter of the credential that a request carries, wherever `attach` put its token: as a whole text, or after a
 * space, an `=` or a `:`, in header, body or query; `n` for none.
 */
export function carriedBy({ url, header, data }: RequestOptions, names: Names): string {
  const query = url.split('?').slice(1).join('?').split('&');
  const whole = [...textsIn(header), ...textsIn(data), ...query];
  const texts = flat(whole.map((text) => [text, ...text.split(/[\s=:;]+/)]));
  const token = names.tokens().find((name) => texts.includes(name));
  if (token !== undefined) return names.letterOf(token) || 'n';
  const [, bearer] = /^Bearer (.*)$/.exec((header && header.Authorization) || '') || [];
  return bearer || 'n';
}
