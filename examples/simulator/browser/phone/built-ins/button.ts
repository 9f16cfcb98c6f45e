import { setText, type BuiltIn } from './built-in';

/** What an open-type button does at a tap: each event that it gives, as `[type, detail]`. */
export type OpenType = (
  openType: string,
  buttonId: string,
  emit: (type: string, detail: object) => void,
) => void;

export const button = (openTypeTapped: OpenType): BuiltIn => ({
  tag: 'button',
  properties: {
    type: String,
    size: String,
    plain: Boolean,
    disabled: Boolean,
    loading: Boolean,
    openType: String,
    formType: String,
    lang: String,
  },
  attached: ({ element, id, data, emit, onTap }) => {
    element.tabIndex = 0;
    element.setAttribute('role', 'button');
    element.addEventListener('keydown', tapByKey);
    onTap(() => {
      if (typeof data.openType === 'string' && data.openType !== '') openTypeTapped(data.openType, id, emit);
      if (data.formType === 'submit' || data.formType === 'reset')
        element.closest('wx-form')?.dispatchEvent(new CustomEvent(`wx-${data.formType}`));
    });
    return () => {
      setText(element, 'type', data.type || 'default');
      setText(element, 'size', data.size);
      setText(element, 'open-type', data.openType);
      for (const flag of ['disabled', 'loading', 'plain']) element.toggleAttribute(flag, data[flag] === true);
      setText(element, 'aria-disabled', data.disabled === true);
    };
  },
});

/** A keyboard's Enter or space is a tap. */
export function tapByKey(event: KeyboardEvent): void {
  if (event.key !== 'Enter' && event.key !== ' ') return;
  event.preventDefault();
  const { x, y, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const at = { bubbles: true, clientX: x + width / 2, clientY: y + height / 2 };
  for (const type of ['mousedown', 'mouseup']) event.currentTarget?.dispatchEvent(new MouseEvent(type, at));
}
