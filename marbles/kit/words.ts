import { isSessionError } from 'rx-weapp-session';
import type { Credential, HttpResponse, SessionError, SessionState } from 'rx-weapp-session';

/** What JSON would leave out. */
const spoken = (_: string, value: unknown): unknown => {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof RegExp) return String(value);
  return value instanceof Map || value instanceof Set ? Array.from(value as Iterable<unknown>) : value;
};

/** Any value in words, as short as a diagram's legend wants it. */
export function inWords(value: unknown): string {
  if (isSessionError(value)) return value.code;
  const told = spoken('', value);
  if (typeof told === 'string') return told;
  try {
    const text = JSON.stringify(told, spoken);
    return text === undefined ? String(value) : text;
  } catch {
    return String(value);
  }
}

/** Why a call failed: a code, a status, or what wx says. */
export function reasonInWords(reason: unknown): string {
  const { statusCode, errMsg } = (reason || {}) as { readonly statusCode?: number; readonly errMsg?: string };
  return statusCode ? String(statusCode) : errMsg || inWords(reason);
}

/**
 * A state in a word: `anonymous`, `silent`, `interactive`, the credential's letter, `expired A`; an error follows
 * after `!`, as in `A !backend-unreachable`.
 */
export function stateInWords(
  state: SessionState,
  letterOf: (token: string) => string = (token) => token,
): string {
  const { error } = state as { readonly error?: SessionError };
  const failed = error ? ` !${error.code}` : '';
  switch (state.status) {
    case 'anonymous':
      return `anonymous${failed}`;
    case 'authenticating':
      return state.stage;
    case 'authenticated':
      return letterOf(state.credential.token) + failed;
    case 'expired':
      return `expired ${letterOf(state.previous.token)}${failed}`;
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const isState = (value: unknown): value is SessionState =>
  isObject(value) &&
  /^(anonymous|authenticating|authenticated|expired)$/.test((value as SessionState).status);
export const isResponse = (value: unknown): value is HttpResponse =>
  isObject(value) && typeof (value as HttpResponse).statusCode === 'number';
export const isCredential = (value: unknown): value is Credential =>
  isObject(value) && typeof (value as Credential).token === 'string';

/** What can stand in a diagram: a single character. */
export const oneLetter = (text: string | undefined): string | undefined =>
  text && Array.from(text).length === 1 ? text : undefined;
