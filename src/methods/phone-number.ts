import type { AuthMethod } from '../types';
import { readFields } from './read-answer';

const phone = (openType: string): AuthMethod => ({
  openType,
  // The phone code needs no login code, and one taken before the tap would only grow old.
  code: 'after-answer',
  // Base libraries before 2.21.2 give encrypted data, which only the holder of the session_key can read.
  read: readFields([['code'], ['encryptedData', 'iv']]),
});

/** `<button open-type="getPhoneNumber">`. */
export const phoneNumber = phone('getPhoneNumber');

/** `<button open-type="getRealtimePhoneNumber">`: verified anew by a text message. */
export const realtimePhoneNumber = phone('getRealtimePhoneNumber');
