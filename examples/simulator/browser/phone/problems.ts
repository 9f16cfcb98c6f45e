import { byId, h } from '../shared/dom';
import type { Device } from './device';
import { traceOf } from './trace';

/** A fault of the project, as the server found it. */
export interface CompileProblem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly excerpt?: string;
}

/** Says what went wrong, on the phone and beside it; the mini-program goes on. */
export class Problems {
  private maps: Readonly<Record<string, string>> = {};

  constructor(private readonly device: Device) {
    window.addEventListener('error', ({ error, message }) => this.show(error ?? message));
    window.addEventListener('unhandledrejection', ({ reason }) => this.show(reason));
  }

  /** Source maps of the mini-program's modules. */
  setMaps(maps: Readonly<Record<string, string>>): void {
    this.maps = maps;
  }

  /** Runs code of the mini-program; tells whether it went well. */
  readonly attempt = (work: () => void): boolean => {
    try {
      work();
      return true;
    } catch (error) {
      this.show(error);
      return false;
    }
  };

  readonly show = (error: unknown): void => {
    const { message, where } = traceOf(error, this.maps);
    // The console links to the place, too.
    console.error(error);
    this.device.tell({ kind: 'problem', message, ...(where !== undefined && { where }) });
    this.card('小程序出错', [h('p', {}, message), where === undefined ? undefined : h('code', {}, where)]);
  };

  showCompileProblems(problems: readonly CompileProblem[]): void {
    for (const { message, ...place } of problems)
      this.device.tell({ kind: 'problem', message, where: placeOf(place) });
    this.card('编译失败', [
      ...problems.flatMap(({ message, excerpt, ...place }) => [
        h('p', {}, message),
        h('code', {}, placeOf(place)),
        excerpt === undefined ? undefined : h('pre', {}, excerpt.trim()),
      ]),
      h('button', { type: 'button', class: 'again', onclick: () => location.reload() }, '重新编译'),
    ]);
  }

  private card(title: string, content: readonly (Node | undefined)[]): void {
    const close = {
      type: 'button',
      class: 'close',
      'aria-label': '关闭',
      onclick: () => byId('problem').replaceChildren(),
    };
    byId('problem').replaceChildren(
      h('section', { role: 'alert' }, h('h2', {}, title), h('button', close, '×'), ...content),
    );
  }
}

const placeOf = ({ file, line, column }: Omit<CompileProblem, 'message'>) =>
  [file, line, column].filter((part) => part !== undefined).join(':');
