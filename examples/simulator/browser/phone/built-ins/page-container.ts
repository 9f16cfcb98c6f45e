import type { BuiltIn } from './built-in';

/** A page within the page: going back closes it first. */
export function pageContainers() {
  const open: { readonly element: HTMLElement; close(): void }[] = [];
  const builtIn: BuiltIn = {
    tag: 'page-container',
    properties: {
      show: Boolean,
      duration: Number,
      overlay: { type: Boolean, value: true },
      position: String,
      zIndex: Number,
      round: Boolean,
    },
    attached: ({ element, data, emit }) => {
      let shown = false;
      let given: unknown;
      const change = (show: boolean) => {
        if (show === shown) return;
        shown = show;
        element.hidden = !show;
        const index = open.indexOf(container);
        if (index !== -1) open.splice(index, 1);
        if (show) open.push(container);
        for (const step of show
          ? ['beforeenter', 'enter', 'afterenter']
          : ['beforeleave', 'leave', 'afterleave'])
          emit(step, {});
      };
      const container = { element, close: () => change(false) };
      element.hidden = true;
      return () => {
        if (data.show !== given) change((given = data.show) === true);
      };
    },
  };
  return {
    builtIn,
    /** Closes the one on top of the page that is shown; false if there is none. */
    closeTop(): boolean {
      const top = open
        .filter(({ element }) => element.isConnected && !element.closest('.page[hidden]'))
        .at(-1);
      top?.close();
      return top !== undefined;
    },
  };
}
