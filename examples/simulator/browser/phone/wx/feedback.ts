import { api } from './api';

export interface ToastOptions {
  readonly title: string;
  readonly icon?: 'success' | 'error' | 'loading' | 'none';
  readonly duration?: number;
}

export interface ModalOptions {
  readonly title?: string;
  readonly content?: string;
  readonly showCancel?: boolean;
  readonly confirmText?: string;
  readonly cancelText?: string;
}

export interface FeedbackUi {
  showToast(options: ToastOptions): void;
  hideToast(): void;
  showModal(options: ModalOptions): Promise<boolean>;
  showActionSheet(items: readonly string[]): Promise<number | undefined>;
  setTitle(title: string): void;
}

/** wx's toasts, dialogs and titles. */
export function feedback(ui: FeedbackUi) {
  const done = <O extends object>(name: string, run: (options: O) => void) =>
    api(name, (options: O) => {
      run(options);
      return {};
    });
  return {
    showToast: done('showToast', (options: ToastOptions) => ui.showToast(options)),
    hideToast: done('hideToast', () => ui.hideToast()),
    showLoading: done('showLoading', ({ title }: ToastOptions) =>
      ui.showToast({ title, icon: 'loading', duration: Infinity }),
    ),
    hideLoading: done('hideLoading', () => ui.hideToast()),
    showModal: api('showModal', async (options: ModalOptions) => {
      const confirm = await ui.showModal(options);
      return { confirm, cancel: !confirm };
    }),
    showActionSheet: api(
      'showActionSheet',
      async ({ itemList }: { readonly itemList: readonly string[] }) => {
        const tapIndex = await ui.showActionSheet(itemList);
        return tapIndex === undefined ? { fail: 'cancel' } : { tapIndex };
      },
    ),
    setNavigationBarTitle: done('setNavigationBarTitle', ({ title }: { readonly title: string }) =>
      ui.setTitle(title),
    ),
    stopPullDownRefresh: done('stopPullDownRefresh', () => undefined),
    vibrateShort: done('vibrateShort', () => undefined),
  };
}
