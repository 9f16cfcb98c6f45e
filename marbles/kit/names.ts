import type { Credential } from 'rx-weapp-session';
import { oneLetter } from './words';

/** The letters of codes and credentials. */
export interface Names {
  /** The credential that a letter names; from now on its token is written by this letter. */
  credential(letter: string): Credential;
  /** Has a token written by a letter. */
  call(letter: string, token: string): void;
  /** The code that a letter names. */
  code(letter: string): string;
  /** The letter of a token: its name, or the token itself, if it is a letter. */
  letterOf(token: unknown): string | undefined;
  /** All tokens that have a letter. */
  tokens(): readonly string[];
  /** The next capital letter that names no credential yet. */
  nextCredential(): string;
  /** The next small letter that names no code yet. */
  nextCode(): string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** @param fields - what credentials have beside their token, by letter */
export function createNames(fields: Readonly<Record<string, Partial<Credential>>>): Names {
  const letters = new Map<string, string>();
  const codes = new Set<string>();

  const free = (alphabet: string, taken: (name: string) => boolean): string => {
    for (let round = 1; ; round++) {
      const name = Array.from(alphabet)
        .map((letter) => (round > 1 ? letter + round : letter))
        .find((it) => !taken(it));
      if (name !== undefined) return name;
    }
  };

  const names: Names = {
    credential: (letter) => {
      const credential = { token: letter, ...fields[letter] };
      names.call(letter, credential.token);
      return credential;
    },
    call: (letter, token) => void letters.set(token, letter),
    code: (letter) => {
      codes.add(letter);
      return letter;
    },
    letterOf: (token) => letters.get(String(token)) || oneLetter(String(token)),
    tokens: () => [...letters.keys()],
    nextCredential: () => free(ALPHABET, (name) => [...letters.values()].includes(name)),
    nextCode: () => free(ALPHABET.toLowerCase(), (name) => codes.has(name)),
  };
  return names;
}
