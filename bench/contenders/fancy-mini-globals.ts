import 'regenerator-runtime/runtime.js';

const nothing = () => undefined;

/** fancy-mini wraps the global wx at import, by the names that it has then; what they do is filled in later. */
export const api = {
  login: nothing,
  request: nothing,
  getStorageSync: nothing,
  setStorage: nothing,
  showToast: nothing,
};

Object.assign(globalThis, { wx: api });
