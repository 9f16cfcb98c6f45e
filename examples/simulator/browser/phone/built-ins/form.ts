import type { BuiltIn } from './built-in';

/** Gathers its fields by name where a button of `form-type="submit"` is tapped. */
export const form: BuiltIn = {
  tag: 'form',
  properties: { reportSubmit: Boolean },
  attached: ({ element, emit }) => {
    const fields = () =>
      [...element.querySelectorAll<HTMLInputElement>('input, textarea')].filter(({ name }) => name !== '');
    element.addEventListener('wx-submit', () =>
      emit('submit', { value: Object.fromEntries(fields().map(({ name, value }) => [name, value])) }),
    );
    element.addEventListener('wx-reset', () => {
      for (const field of fields()) field.value = '';
      emit('reset', {});
    });
    return undefined;
  },
};
