import type { BuiltIn } from './built-in';

const plain = (tag: string): BuiltIn => ({ tag });

const scrollView: BuiltIn = {
  tag: 'scroll-view',
  properties: { type: String, scrollX: Boolean, scrollY: Boolean, enableFlex: Boolean, scrollTop: Number },
  attached:
    ({ element, data }) =>
    () => {
      element.style.overflowX = data.scrollX ? 'auto' : 'hidden';
      element.style.overflowY = data.scrollY ? 'auto' : 'hidden';
    },
};

const text: BuiltIn = {
  tag: 'text',
  properties: { selectable: Boolean, userSelect: Boolean, space: String, decode: Boolean },
  attached:
    ({ element, data }) =>
    () => {
      element.style.userSelect = data.selectable || data.userSelect ? 'text' : '';
    },
};

/** What holds other things. */
export const containers: readonly BuiltIn[] = [
  ...['view', 'label', 'cover-view', 'root-portal', 'rich-text', 'icon'].map(plain),
  scrollView,
  text,
];
