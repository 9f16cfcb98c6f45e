import { setTimeout as wait } from 'node:timers/promises';
import type { BackendProcess } from './backend-process';
import { difference, isTrue, type Counts, type Expected, type Fact } from './counting';
import type { LiveTimeline } from './live-timeline';
import { MiniProgram, type MiniProgramOptions } from './mini-program';
import type { Lane } from './timeline';
import type { Workshop } from './workshop';

/** One thing that the library promises, played and counted. */
export interface Scene {
  readonly title: string;
  readonly says: string;
  readonly expected: Expected;
  readonly play: (stage: Stage) => Promise<void>;
}

export interface Requisites {
  readonly backend: BackendProcess;
  readonly wechatUrl: string;
  readonly workshop: Workshop;
  readonly timeline: LiveTimeline;
}

/** Where one scene plays: its mini-programs, its stage directions, and what is counted. */
export class Stage {
  readonly facts: Fact[] = [];
  private readonly cast: MiniProgram[] = [];
  private before: Counts | undefined;

  constructor(private readonly requisites: Requisites) {}

  get backend(): BackendProcess {
    return this.requisites.backend;
  }

  /** Opens a mini-program on a user's phone. `who`: its name in the timeline, where there are several. */
  open(options: MiniProgramOptions & { readonly who?: string }): MiniProgram {
    const { backend, workshop, timeline, wechatUrl } = this.requisites;
    const root = workshop.miniProgram(options.source, backend.url);
    const who = options.who === undefined ? {} : { who: options.who };
    const opened = new MiniProgram(options, {
      root,
      wechatUrl,
      tell: (lane, text, more) => timeline.tell({ lane, text, ...who, ...more }),
    });
    this.cast.push(opened);
    // Loading it takes its time, which is none of the session's.
    timeline.restart();
    return opened;
  }

  /** What the scene starts from: neither shown nor counted. */
  async given(what: string, work: () => Promise<unknown>): Promise<void> {
    const { timeline } = this.requisites;
    timeline.remark('·', `given ${what}`);
    timeline.mute(true);
    await work();
    timeline.mute(false);
    await this.begin();
  }

  /** Counts and times from here on. */
  async begin(): Promise<void> {
    this.before = await this.counts();
    this.requisites.timeline.restart();
  }

  /** A stage direction. */
  tell(lane: Lane, text: string): void {
    this.requisites.timeline.tell({ lane, text });
  }

  /** Says what has to be true beside the counts. */
  fact(text: string, seen: unknown, expected: unknown = true): void {
    const fact = { text, seen, expected };
    this.facts.push(fact);
    this.requisites.timeline.remark(isTrue(fact) ? '✓' : '✗', text);
  }

  pause(ms: number): Promise<void> {
    return wait(ms);
  }

  async until(condition: (counted: Counts) => boolean): Promise<void> {
    while (!condition(await this.counted())) await wait(20);
  }

  /** What was counted since the beginning. */
  async counted(): Promise<Counts> {
    const now = await this.counts();
    return this.before ? difference(now, this.before) : now;
  }

  close(): void {
    for (const opened of this.cast) opened.close();
  }

  private async counts(): Promise<Counts> {
    const sum = (count: (opened: MiniProgram) => number) =>
      this.cast.reduce((total, opened) => total + count(opened), 0);
    return {
      ...(await this.backend.answers()),
      'wx.login': sum(({ phone }) => phone.calls.login ?? 0),
      prompts: sum((opened) => opened.count('prompt')),
      answers: sum(({ answers }) => answers),
      errors: sum(({ errors }) => errors),
    };
  }
}
