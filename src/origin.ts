import { isText } from './fields';

/**
 * The origin of a plainly written absolute http url, or nothing.
 *
 * There is no URL parser in a mini-program, and parsers differ on everything unusual: user-info, backslashes,
 * other scripts, stray blanks. What is not written plainly has no origin here, so it is never trusted.
 */
export function originOf(url: unknown): string | undefined {
  const written = /^https?:\/\/([\w.-]+|\[[\da-f:.]+\])(:\d+)?(?=[/?#]|$)/i.exec(isText(url) ? url : '');
  return written ? written[0].toLowerCase().replace(/(http:.*):0*80$|(https:.*):0*443$/, '$1$2') : undefined;
}

/** Tells whether a url names its scheme; everything else is relative to the base url. */
export const isAbsolute = (url: string): boolean => /^\s*[a-z][a-z\d+.-]*:/i.test(url);

/** Appends a relative url to a base url; it stays within the base's origin whatever it says. */
export const resolve = (baseUrl: string, url: string): string =>
  baseUrl.replace(/\/*$/, /^[?#]|^$/.test(url) ? '' : '/') + url.replace(/^\/+/, '');
