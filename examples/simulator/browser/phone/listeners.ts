/** As in wx: the same function registers once, and `off` without one removes all. */
export interface Listeners<T> {
  on(listener: (event: T) => void): void;
  off(listener?: (event: T) => void): void;
  tell(event: T): void;
}

export function listeners<T>(): Listeners<T> {
  const all = new Set<(event: T) => void>();
  return {
    on: (listener) => void all.add(listener),
    off: (listener) => (listener ? void all.delete(listener) : all.clear()),
    tell: (event) => [...all].forEach((listener) => listener(event)),
  };
}
