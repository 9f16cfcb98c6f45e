import { spelled } from './fields';
import type { Credential, RequestOptions } from './types';

/** The default `attach`. */
export const bearer = (options: RequestOptions, { token }: Credential): RequestOptions => ({
  ...options,
  header: { ...options.header, [spelled(options.header, 'Authorization')]: `Bearer ${token}` },
});
