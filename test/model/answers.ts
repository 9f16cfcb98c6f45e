import type { Credential, LoginReply } from 'rx-weapp-session';
import type { Setting } from './setting';
import type { Kind } from './trace';

/** How a question is settled; what is `thrown` is thrown inside the call, where it is answered there. */
export type Outcome =
  | { readonly value: unknown; readonly credential?: Credential }
  | { readonly error: unknown; readonly thrown?: boolean }
  | { readonly empty: true };

/** Makes what is new each time; each of it is a secret, and can be told by `isSecret`. */
export interface Mint {
  next(kind: 'token' | 'code' | 'ticket' | 'key'): string;
  /** Epoch ms. */
  now(): number;
}

export const createMint = (now: () => number): Mint => {
  let made = 0;
  return { next: (kind) => `secret-${kind}-${++made}`, now };
};

/** Tells whether a text gives away what `Mint` made. */
export const isSecret = (text: string): boolean => text.includes('secret-');

type Answers = Readonly<Record<string, (mint: Mint) => Outcome>>;

const value = (it: unknown): Outcome => ({ value: it });
const error = (it: unknown): Outcome => ({ error: it });

const issued = (mint: Mint, more: Partial<Credential>, guest?: unknown): Outcome => {
  const credential = { token: mint.next('token'), ...more };
  const reply: LoginReply = { credential, ...(guest !== undefined && { guest }) };
  return { value: reply, credential };
};
const wanted = (method: string, ticket?: string): Outcome =>
  value({
    authorize: { method, ...(ticket !== undefined && { ticket }) },
    guest: { id: `visitor of ${method}` },
  });

const offline = { errMsg: 'request:fail net::ERR_INTERNET_DISCONNECTED', errno: 600000 };
const interrupted = { errMsg: 'request:fail interrupted', errno: 600003 };
const httpStatus = (statusCode: number, mint: Mint, header: Record<string, string> = {}) =>
  error({ statusCode, header, data: { hint: mint.next('key') } });

const failures: Answers = {
  'network failure': () => error(offline),
  'status 500': (mint) => httpStatus(500, mint),
  'status 429': (mint) => httpStatus(429, mint, { 'Retry-After': '2' }),
  rejected: (mint) => error(new Error(`no account for ${mint.next('key')}`)),
  'code refused': (mint) => error({ errcode: 40029, errmsg: `invalid code ${mint.next('key')}` }),
  interrupted: () => error(interrupted),
  malformed: (mint) => value({ credential: { token: 7, session_key: mint.next('key') } }),
  nothing: () => ({ empty: true }),
  throws: (mint) => ({ error: new TypeError(`a slip over ${mint.next('key')}`), thrown: true }),
};

const exchange: Answers = {
  credential: (mint) => issued(mint, { userId: 'ann' }),
  'asks for the phone number': (mint) => wanted('phoneNumber', mint.next('ticket')),
  'credential of another user': (mint) => issued(mint, { userId: 'bob' }),
  'credential without a user': (mint) => issued(mint, {}, { id: 'guest' }),
  'credential for 10 minutes': (mint) => issued(mint, { userId: 'ann', expiresAt: mint.now() + 600_000 }),
  'credential for 20 s': (mint) => issued(mint, { userId: 'ann', expiresAt: mint.now() + 20_000 }),
  'credential that is over': (mint) => issued(mint, { userId: 'ann', expiresAt: mint.now() - 1 }),
  'asks for the profile': () => wanted('userInfo'),
  ...failures,
};

const hook: Answers = { done: () => value(undefined), ...failures };
const store: Answers = { done: () => value(undefined), fails: () => error(new Error('the disk is full')) };

/** What each question can be answered with; the first is the good one. */
export const ANSWERS: Readonly<Record<Kind, Answers>> = {
  'wx.login': {
    code: (mint) => value({ errMsg: 'login:ok', code: mint.next('code') }),
    fails: () => error({ errMsg: 'login:fail system error' }),
    'no code': () => value({ errMsg: 'login:ok' }),
    interrupted: () => error({ errMsg: 'login:fail interrupted' }),
    throws: () => ({ error: new TypeError('wx is broken'), thrown: true }),
  },
  'wx.checkSession': {
    good: () => value({ errMsg: 'checkSession:ok' }),
    bad: () => error({ errMsg: 'checkSession:fail' }),
  },
  silentLogin: exchange,
  login: exchange,
  refresh: exchange,
  afterLogin: hook,
  'backend.logout': hook,
  request: {
    'status 200': () => value({ statusCode: 200, header: {}, data: 'ok' }),
    expired: (mint) => value({ statusCode: 401, header: {}, data: { hint: mint.next('key') } }),
    'status 403': () => value({ statusCode: 403, header: {}, data: {} }),
    fails: () => error(offline),
    interrupted: () => error(interrupted),
  },
  'store.read': store,
  'store.write': store,
  'store.remove': store,
};

/** What a question is mostly answered with. */
export function usualAnswer(kind: Kind, mood: Setting['mood']): number | string {
  if (mood === 'refusing' && kind === 'request') return 'expired';
  return mood === 'busy' && /^(silentLogin|login|refresh)$/.test(kind) ? 'status 500' : 0;
}

/** The name and the outcome of an answer: by its name, or by its number. */
export function answerOf(
  kind: Kind,
  choice: number | string,
  mint: Mint,
): { said: string; outcome: Outcome } {
  const names = Object.keys(ANSWERS[kind]);
  const said = typeof choice === 'string' ? choice : names[choice % names.length];
  return { said, outcome: ANSWERS[kind][said](mint) };
}
