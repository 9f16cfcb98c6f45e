import type { BuiltIn } from './built-in';

type Navigate = (openType: string, url: string) => void;

/** A link to another page. */
export const navigator = (navigate: Navigate): BuiltIn => ({
  tag: 'navigator',
  properties: { url: String, openType: String },
  attached: ({ data, onTap }) => {
    onTap(() => navigate(String(data.openType || 'navigate'), String(data.url)));
    return undefined;
  },
});
