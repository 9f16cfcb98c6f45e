import type { BuiltIn } from './built-in';
import { tapByKey } from './button';

/** On or off. */
export const switchBuiltIn: BuiltIn = {
  tag: 'switch',
  properties: { checked: Boolean, disabled: Boolean, color: String },
  attached: ({ element, data, emit, onTap }) => {
    let checked = false;
    let given: unknown;
    const show = (value: boolean) => {
      checked = value;
      element.setAttribute('aria-checked', String(value));
    };
    element.tabIndex = 0;
    element.setAttribute('role', 'switch');
    element.addEventListener('keydown', tapByKey);
    onTap(() => {
      if (data.disabled === true) return;
      show(!checked);
      emit('change', { value: checked });
    });
    return () => {
      if (data.checked !== given) show((given = data.checked) === true);
    };
  },
};
