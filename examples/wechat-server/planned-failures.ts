export type PlannedErrcode = -1 | 45011;

// Failures that a test ordered in advance, spent one call at a time.
export class PlannedFailures {
  private readonly planned = new Map<string, PlannedErrcode[]>();

  plan(endpoint: string, errcode: PlannedErrcode, times: number): void {
    const waiting = this.planned.get(endpoint) ?? [];
    this.planned.set(endpoint, [...waiting, ...Array.from({ length: times }, () => errcode)]);
  }

  next(endpoint: string): PlannedErrcode | undefined {
    return this.planned.get(endpoint)?.shift();
  }

  clear(): void {
    this.planned.clear();
  }
}
