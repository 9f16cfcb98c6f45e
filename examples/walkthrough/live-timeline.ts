import type { Paint } from './paint';
import { formatLine, formatRemark, merge, type Moment } from './timeline';

/** ms of silence that end a burst. */
const QUIET = 25;

/** Prints what happens as it happens, a burst at a time. */
export class LiveTimeline {
  private began = performance.now();
  private burst: Moment[] = [];
  private quiet: NodeJS.Timeout | undefined;
  private muted = false;

  constructor(
    private readonly print: (line: string) => void,
    private readonly paint: Paint,
  ) {}

  /** Starts a scene's clock. */
  restart(): void {
    this.began = performance.now();
  }

  get elapsed(): number {
    return performance.now() - this.began;
  }

  tell(moment: Omit<Moment, 'at'>): void {
    if (this.muted) return;
    this.burst.push({ at: this.elapsed, ...moment });
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.flush(), QUIET);
  }

  mute(muted: boolean): void {
    this.flush();
    this.muted = muted;
  }

  remark(mark: string, text: string): void {
    this.flush();
    this.print(formatRemark(mark, text, this.paint));
  }

  flush(): void {
    clearTimeout(this.quiet);
    for (const line of merge(this.burst)) this.print(formatLine(line, this.paint));
    this.burst = [];
  }
}
