import { textOf, type BuiltIn } from './built-in';

type Navigate = (openType: string, url: string) => void;

/** A link to another page. */
export const navigator = (navigate: Navigate): BuiltIn => ({
  tag: 'navigator',
  properties: { url: String, openType: String },
  attached: ({ data, onTap }) => {
    onTap(() => navigate(textOf(data.openType) || 'navigate', textOf(data.url)));
    return undefined;
  },
});
