import { h } from '../../shared/dom';
import type { BuiltIn, Node } from './built-in';

const PROPERTIES = {
  value: String,
  name: String,
  type: String,
  password: Boolean,
  placeholder: String,
  placeholderClass: String,
  disabled: Boolean,
  maxlength: Number,
  focus: Boolean,
  confirmType: String,
  autoHeight: Boolean,
} as const;

/** What the keyboard offers for `type="nickname"`: the WeChat name, once the user has agreed to the privacy terms. */
export type OfferNickname = (field: HTMLElement, fill: (nickname: string) => void) => void;

export const input = (offerNickname: OfferNickname): BuiltIn => ({
  tag: 'input',
  properties: PROPERTIES,
  attached: (node) => {
    const field = h('input');
    return attach(
      node,
      field,
      () => {
        field.type = node.data.password ? 'password' : 'text';
        field.inputMode = node.data.type === 'number' ? 'numeric' : 'text';
      },
      offerNickname,
    );
  },
});

export const textarea: BuiltIn = {
  tag: 'textarea',
  properties: PROPERTIES,
  attached: (node) =>
    attach(
      node,
      h('textarea'),
      () => undefined,
      () => undefined,
    ),
};

function attach(
  { element, data, emit }: Node,
  field: HTMLInputElement | HTMLTextAreaElement,
  updateType: () => void,
  offerNickname: OfferNickname,
): () => void {
  element.append(field);
  const tellInput = () => emit('input', { value: field.value, cursor: field.value.length });
  // The browser's own go no further: the page hears WeChat's alone.
  for (const type of ['input', 'change']) field.addEventListener(type, (event) => event.stopPropagation());
  field.addEventListener('input', tellInput);
  field.addEventListener('focus', () => {
    emit('focus', { value: field.value });
    if (data.type === 'nickname')
      offerNickname(element, (nickname) => {
        field.value = nickname;
        tellInput();
      });
  });
  field.addEventListener('blur', () => emit('blur', { value: field.value }));
  field.addEventListener('change', () => emit('change', { value: field.value }));
  field.addEventListener('keydown', (event) => {
    if ((event as KeyboardEvent).key === 'Enter') emit('confirm', { value: field.value });
  });
  let given: unknown;
  return () => {
    updateType();
    field.placeholder = String(data.placeholder);
    field.disabled = data.disabled === true;
    field.name = String(data.name);
    field.maxLength = Number(data.maxlength) || 140;
    field.setAttribute('aria-label', String(data.ariaLabel || data.placeholder));
    // As in WeChat: what the page says counts, but only when it says something new.
    if (data.value !== given) field.value = String((given = data.value));
    if (data.focus === true && document.activeElement !== field) field.focus();
  };
}
