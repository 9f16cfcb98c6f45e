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
 * The letter of the credential that a request carries: as a bearer token, or as a whole text, or after a space, an `=`
 * or a `:`, in the header; `n` for none.
 *
 * @param anywhere - also in body and query, where a scenario's own `attach` may have put it
 */
export function carriedBy({ url, header, data }: RequestOptions, names: Names, anywhere: boolean): string {
  const [, bearer] = /^Bearer (.*)$/.exec((header && header.Authorization) || '') || [];
  if (bearer) return names.letterOf(bearer) || bearer;
  const query = url.split('?').slice(1).join('?').split('&');
  const whole = [...textsIn(header), ...(anywhere ? [...textsIn(data), ...query] : [])];
  const texts = flat(whole.map((text) => [text, ...text.split(/[\s=:;]+/)]));
  const token = names.tokens().find((name) => texts.includes(name));
  return (token !== undefined && names.letterOf(token)) || 'n';
}
