/** Tells whether a url ends with this, its query left aside or not. */
export const leadsTo = (url: string, end: string): boolean =>
  [url, url.replace(/[?#].*/, '')].some((each) => each.endsWith(end));
