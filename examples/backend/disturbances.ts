import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from './api-error';

export interface Failure {
  readonly status: number;
  readonly retryAfter?: number;
}

// Failures and delays that were ordered through /debug, spent one request at a time; and what was answered so far.
export class Disturbances {
  private readonly failures = new Map<string, Failure[]>();
  private readonly delays = new Map<string, number[]>();
  private readonly answered = new Map<string, Map<number, number>>();

  orderFailure(path: string, failure: Failure, times: number): void {
    this.failures.set(path, [...(this.failures.get(path) ?? []), ...Array<Failure>(times).fill(failure)]);
  }

  orderDelay(path: string, ms: number, times: number): void {
    this.delays.set(path, [...(this.delays.get(path) ?? []), ...Array<number>(times).fill(ms)]);
  }

  async disturb(path: string, cancelled: AbortSignal): Promise<void> {
    const delay = this.delays.get(path)?.shift();
    const failure = this.failures.get(path)?.shift();
    if (delay !== undefined) await wait(delay, undefined, { signal: cancelled });
    if (failure)
      throw new ApiError(failure.status, 'injected_failure', 'ordered through /debug/fail', failure);
  }

  count(endpoint: string, status: number): void {
    const statuses = this.answered.get(endpoint) ?? new Map<number, number>();
    this.answered.set(endpoint, statuses.set(status, (statuses.get(status) ?? 0) + 1));
  }

  counts(): object {
    const byStatus = [...this.answered].map(([endpoint, statuses]) => [
      endpoint,
      Object.fromEntries(statuses),
    ]);
    return Object.fromEntries(byStatus) as object;
  }
}
