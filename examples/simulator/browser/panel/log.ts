import { h } from '../shared/dom';
import type { Report } from '../shared/messages';

const KEPT = 200;

interface Line {
  readonly lane: string;
  readonly text: string;
  readonly took?: string;
  readonly bad?: boolean;
}

const countIn = ({ dataset }: HTMLElement) => Number(dataset.times);

/** What happened, in words, the newest first. */
export class Log {
  private began: number | undefined;
  private readonly starts = new Map<string, { text: string; at: number }>();

  constructor(private readonly list: HTMLElement) {}

  tell(report: Report, nameOf: (credential: string) => string): void {
    this.began ??= report.at;
    const line = this.describe(report, nameOf);
    if (!line) return;
    const { lane, text, took = '', bad } = line;
    const newest = this.list.firstElementChild;
    // What reads alike and comes in a row is one line.
    const times =
      newest instanceof HTMLElement && newest.dataset.text === lane + text ? countIn(newest) + 1 : 1;
    if (times > 1) newest?.remove();
    const seconds = ((report.at - this.began) / 1000).toFixed(2);
    const count = times > 1 ? h('em', {}, ` ×${times}`) : undefined;
    const content = h('span', {}, text, count, h('small', {}, took));
    this.list.prepend(
      h(
        'li',
        { class: bad ? 'bad' : '', 'data-text': lane + text, 'data-times': String(times) },
        h('time', {}, seconds),
        h('b', {}, lane),
        content,
      ),
    );
    while (this.list.childElementCount > KEPT) this.list.lastElementChild?.remove();
  }

  private describe(report: Report, nameOf: (credential: string) => string): Line | undefined {
    const as = (credential: string | undefined, before: string) =>
      credential === undefined ? '' : ` ${before} ${nameOf(credential)}`;
    switch (report.kind) {
      case 'state': {
        const { status, stage, origin, credential, error } = report;
        const text = [status, stage ?? origin, error].filter(Boolean).join(' · ');
        return { lane: 'session$', text: text + as(credential, 'with'), bad: error !== undefined };
      }
      case 'prompt':
        return { lane: 'prompt$', text: report.open ? `asks for ${report.open.method}` : 'null' };
      case 'call':
        this.starts.set(report.id, { text: report.text + as(report.credential, 'as'), at: report.at });
        return undefined;
      case 'done': {
        const start = this.starts.get(report.id);
        this.starts.delete(report.id);
        if (!start || report.text === '') return undefined;
        const took = Math.round(report.at - start.at);
        return {
          lane: 'wx',
          text: `${start.text} → ${report.text}${as(report.credential, 'gives')}`,
          took: `${took} ms`,
          bad: report.bad,
        };
      }
      case 'event':
        return {
          lane: 'event$',
          text: [report.type, report.error].filter(Boolean).join(' · '),
          bad: report.error !== undefined,
        };
      case 'phone':
        return { lane: 'phone', text: report.text };
      case 'problem':
        return {
          lane: 'problem',
          text: [report.message, report.where].filter(Boolean).join(' at '),
          bad: true,
        };
      case 'conditions':
        return undefined;
    }
  }
}
