const PREFIX = 'rx-weapp-simulator';

/** What a phone keeps of one mini-program and one user, in the browser's storage. Values are kept as JSON. */
export class Memory {
  private readonly prefix: string;

  constructor(run: string, ...owner: readonly string[]) {
    this.prefix = [PREFIX, run, ...owner, ''].join(':');
    for (const key of Object.keys(localStorage))
      if (key.startsWith(`${PREFIX}:`) && !key.startsWith(`${PREFIX}:${run}:`)) localStorage.removeItem(key);
  }

  has(key: string): boolean {
    return localStorage.getItem(this.prefix + key) !== null;
  }

  get(key: string): unknown {
    const text = localStorage.getItem(this.prefix + key);
    return text === null ? undefined : JSON.parse(text);
  }

  set(key: string, value: unknown): void {
    localStorage.setItem(this.prefix + key, JSON.stringify(value ?? null));
  }

  remove(key: string): void {
    localStorage.removeItem(this.prefix + key);
  }

  keys(): string[] {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(this.prefix))
      .map((key) => key.slice(this.prefix.length));
  }
}
