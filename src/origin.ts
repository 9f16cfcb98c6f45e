const ABSOLUTE = /^[a-z][a-z\d+.-]*:/i;

/**
 * The origin of a plainly written absolute http url, or nothing.
 *
 * There is no URL parser in a mini-program, and parsers differ on everything unusual: user-info, backslashes,
 * other scripts, stray blanks. What is not written plainly has no origin here, so it is never trusted.
 */
export function originOf(url: unknown): string | undefined {
  const parts = /^(https?):\/\/([\w.-]+|\[[\da-f:.]+\])(?::(\d+))?(?=[/?#]|$)/i.exec(String(url));
  if (!parts) return;
  const scheme = parts[1].toLowerCase();
  const port = Number(parts[3]);
  const written = port && port !== (scheme === 'https' ? 443 : 80) ? `:${port}` : '';
  return `${scheme}://${parts[2].toLowerCase()}${written}`;
}

/** Tells whether a url names its scheme; everything else is relative to the base url. */
export const isAbsolute = (url: string): boolean => ABSOLUTE.test(url.trim());

/** Appends a relative url to a base url; it stays within the base's origin whatever it says. */
export function resolve(baseUrl: string, url: string): string {
  const base = baseUrl.replace(/\/+$/, '');
  return url === '' || /^[?#]/.test(url) ? base + url : `${base}/${url.replace(/^\/+/, '')}`;
}
