import { tooManyRequests } from './api-error';

const MINUTE = 60_000;

// Counts by the minute and forgets every address at its end, so that memory stays bounded by one minute's clients.
export class RateLimit {
  private minute = 0;
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly perMinute: number,
    private readonly now: () => number,
  ) {}

  admit(address: string): void {
    const minute = Math.floor(this.now() / MINUTE);
    if (minute !== this.minute) {
      this.minute = minute;
      this.counts.clear();
    }
    const count = (this.counts.get(address) ?? 0) + 1;
    this.counts.set(address, count);
    if (count > this.perMinute) {
      throw tooManyRequests(Math.ceil(((minute + 1) * MINUTE - this.now()) / 1000));
    }
  }
}
