import { failure } from 'rx-weapp-session/marbles';

// What scenarios of many spec files are made of.

export const closed = new Error('this account is closed');

/** `f` is the backend's definitive no. */
export const rejected = { f: failure(closed) };

/** `f` is a backend that is busy, which passes. */
export const busy = { f: failure({ statusCode: 503, header: {}, data: {} }) };

/** `p` asks for the phone number, under the ticket t. */
export const ticket = { p: { authorize: { method: 'phoneNumber', ticket: 't' } } };

/** What the button brings of a user who gives the phone number. */
export const phone = { errMsg: 'getPhoneNumber:ok', code: 'phone-code' };

/** The credential of this letter is past its end. */
export const over = (letter: string) => ({ [letter]: { expiresAt: -1 } });

/** What lies in storage of a session with the credential of this letter. */
export const recordOf = (letter: string) => ({
  version: 1,
  source: 'shop',
  credential: { token: letter },
  receivedAt: 0,
});
