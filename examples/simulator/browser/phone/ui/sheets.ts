import { byId, h } from '../../shared/dom';

/**
 * Shows one of WeChat's own sheets over the mini-program, and waits for the user. Sheets come one after the other.
 *
 * @param build - gives the sheet's content; `close` ends it with a result
 * @param placement - where it stands
 * @param onMask - what a tap beside it means; nothing by default
 */
export function showSheet<T>(
  label: string,
  build: (close: (result: T) => void) => readonly (Node | string | undefined)[],
  { placement = 'bottom', onMask }: { placement?: 'bottom' | 'center' | 'full'; onMask?: T } = {},
): Promise<T> {
  const shown = queue.then(
    () =>
      new Promise<T>((resolve) => {
        const close = (result: T) => {
          mask.remove();
          resolve(result);
        };
        const dialog = { role: 'dialog', 'aria-modal': 'true', 'aria-label': label };
        const sheet = h('div', { class: 'sheet', tabindex: '-1', ...dialog }, ...build(close));
        const mask = h('div', { class: `mask ${placement}` }, sheet);
        if (onMask !== undefined)
          mask.addEventListener('click', ({ target }) => {
            if (target === mask) close(onMask);
          });
        byId('native').append(mask);
        sheet.focus({ preventScroll: true });
      }),
  );
  queue = shown;
  return shown;
}

let queue: Promise<unknown> = Promise.resolve();

export const act = (text: string, kind: 'yes' | 'no', onclick: () => void) =>
  h('button', { class: kind, type: 'button', onclick }, text);
