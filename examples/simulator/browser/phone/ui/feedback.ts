import { byId, h } from '../../shared/dom';
import type { ModalOptions, ToastOptions } from '../wx/feedback';
import { act, showSheet } from './sheets';

let timer = 0;

export function showToast({ title, icon = 'success', duration = 1500 }: ToastOptions): void {
  hideToast();
  byId('toast').append(
    h(
      'div',
      { class: `toast ${icon}`, role: 'status' },
      icon === 'none' ? undefined : h('i'),
      h('span', {}, title),
    ),
  );
  if (Number.isFinite(duration)) timer = window.setTimeout(hideToast, duration);
}

export function hideToast(): void {
  clearTimeout(timer);
  byId('toast').replaceChildren();
}

export const showModal = ({ title, content, showCancel = true, confirmText, cancelText }: ModalOptions) =>
  showSheet<boolean>(
    title ?? content ?? '',
    (close) => [
      title ? h('h2', {}, title) : undefined,
      content ? h('p', {}, content) : undefined,
      h(
        'footer',
        {},
        showCancel ? act(cancelText ?? '取消', 'no', () => close(false)) : undefined,
        act(confirmText ?? '确定', 'yes', () => close(true)),
      ),
    ],
    { placement: 'center' },
  );

export const showActionSheet = (items: readonly string[]) =>
  showSheet<number | undefined>('', (close) => [
    h(
      'menu',
      {},
      ...items.map((item, index) =>
        h('li', {}, h('button', { type: 'button', onclick: () => close(index) }, item)),
      ),
      h('li', {}, h('button', { type: 'button', onclick: () => close(undefined) }, '取消')),
    ),
  ]);

/** The keyboard's offer for `type="nickname"`. */
export function offerNickname(field: HTMLElement, nickname: string, fill: (nickname: string) => void): void {
  const offer = h(
    'button',
    {
      class: 'offer',
      type: 'button',
      onmousedown: (event) => event.preventDefault(),
      onclick: () => {
        fill(nickname);
        offer.remove();
      },
    },
    '使用微信昵称：',
    h('b', {}, nickname),
  );
  byId('native').append(offer);
  field.addEventListener('focusout', () => setTimeout(() => offer.remove(), 200), { once: true });
}
