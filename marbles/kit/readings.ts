import type { SessionEvent, SessionState } from 'rx-weapp-session';
import type { Reading } from './lane';
import type { Names } from './names';
import { inWords, isCredential, isResponse, isState, oneLetter, stateInWords } from './words';

const EVENTS: Readonly<Record<SessionEvent['type'], string>> = {
  'login-start': 's',
  'login-success': 'y',
  'login-failure': 'f',
  expired: 'x',
  logout: 'o',
  'user-changed': 'u',
  prompt: 'p',
  retry: 'r',
  'storage-failure': 'w',
  'backend-logout-failure': 'b',
  'hook-failure': 'h',
  'login-loop': 'l',
};

/** How events are written down: by a letter of their type. */
export const eventReading: Reading = {
  mark: (event) => EVENTS[(event as SessionEvent).type],
  word: (event) => {
    const { type, error } = event as SessionEvent;
    return error ? `${type} !${error.code}` : type;
  },
};

/**
 * How states are written down: n (nobody, anonymous), s (silent stage), i (interactive stage), the credential's capital
 * letter, and its small letter where it is expired. A state with an error has no letter.
 */
export function stateReading(names: Names): Reading {
  const letterOf = (token: string) => names.letterOf(token) || token;
  return {
    mark: (value) => {
      const state = value as SessionState;
      if ('error' in state && state.error) return undefined;
      if (state.status === 'anonymous') return 'n';
      if (state.status === 'authenticating') return state.stage === 'silent' ? 's' : 'i';
      if (state.status === 'authenticated') return oneLetter(letterOf(state.credential.token));
      const small = letterOf(state.previous.token).toLowerCase();
      return /^[nsi]$/.test(small) ? undefined : oneLetter(small);
    },
    word: (value) => stateInWords(value as SessionState, letterOf),
  };
}

/**
 * How the values of any stream are written down: a response by the letter in its `data`, or `x` for a 401; a
 * credential by its letter; a state as `expectSession` has it; a single character as it is.
 */
export function valueReading(names: Names): Reading {
  const states = stateReading(names);
  return {
    mark: (value) => {
      if (isState(value)) return states.mark(value);
      if (isCredential(value)) return oneLetter(names.letterOf(value.token) || value.token);
      if (!isResponse(value)) return oneLetter(inWords(value));
      if (value.statusCode === 401) return 'x';
      return value.statusCode === 200 ? oneLetter(inWords(value.data)) : undefined;
    },
    word: (value) => {
      if (isState(value)) return states.word(value);
      if (isCredential(value)) return names.letterOf(value.token) || value.token;
      if (!isResponse(value)) return inWords(value);
      return value.statusCode === 200 ? `200 ${inWords(value.data)}` : String(value.statusCode);
    },
  };
}
