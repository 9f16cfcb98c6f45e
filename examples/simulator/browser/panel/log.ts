import { h } from '../shared/dom';
import type { Report } from '../shared/messages';

const KEPT = 200;

/** What happened, in words, the newest first. */
export class Log {
  private began: number | undefined;
  private readonly starts = new Map<string, { text: string; at: number }>();

  constructor(private readonly list: HTMLElement) {}

  tell(report: Report, nameOf: (credential: string) => string): void {
    this.began ??= report.at;
    const line = this.describe(report, nameOf);
    if (!line) return;
    const [lane, text, bad] = line;
    const seconds = ((report.at - this.began) / 1000).toFixed(2);
    this.list.prepend(
      h('li', { class: bad ? 'bad' : '' }, h('time', {}, seconds), h('b', {}, lane), h('span', {}, text)),
    );
    while (this.list.childElementCount > KEPT) this.list.lastElementChild?.remove();
  }

  private describe(
    report: Report,
    nameOf: (credential: string) => string,
  ): readonly [lane: string, text: string, bad?: boolean] | undefined {
    const as = (credential: string | undefined, before: string) =>
      credential === undefined ? '' : ` ${before} ${nameOf(credential)}`;
    switch (report.kind) {
      case 'state': {
        const { status, stage, origin, credential, error } = report;
        const text = [status, stage ?? origin, error].filter(Boolean).join(' · ');
        return ['session$', text + as(credential, 'with'), error !== undefined];
      }
      case 'prompt':
        return ['prompt$', report.open ? `asks for ${report.open.method}` : 'null'];
      case 'call':
        this.starts.set(report.id, { text: report.text + as(report.credential, 'as'), at: report.at });
        return undefined;
      case 'done': {
        const start = this.starts.get(report.id);
        this.starts.delete(report.id);
        if (!start || report.text === '') return undefined;
        const took = Math.round(report.at - start.at);
        return [
          'wx',
          `${start.text} → ${report.text}${as(report.credential, 'gives')} (${took} ms)`,
          report.bad,
        ];
      }
      case 'event':
        return [
          'event$',
          [report.type, report.error].filter(Boolean).join(' · '),
          report.error !== undefined,
        ];
      case 'phone':
        return ['phone', report.text];
      case 'problem':
        return ['problem', [report.message, report.where].filter(Boolean).join(' at '), true];
      case 'conditions':
        return undefined;
    }
  }
}
