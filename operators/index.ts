export { retryOnExpired } from './retry-on-expired';
export { silentOnly } from './silent-only';
export { whileAuthenticated } from './while-authenticated';
export { withLogin } from './with-login';
