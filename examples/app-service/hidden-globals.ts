/** Names that WeChat passes to each module as parameters without a value, so that no code finds a browser. */
export const HIDDEN_GLOBALS: readonly string[] = [
  ...['window', 'document', 'frames', 'self', 'top', 'parent', 'globalThis'],
  ...['location', 'history', 'navigator', 'screen', 'alert', 'confirm', 'prompt'],
  ...['localStorage', 'sessionStorage', 'indexedDB', 'caches'],
  ...['fetch', 'XMLHttpRequest', 'WebSocket', 'Worker', 'webkit'],
];
