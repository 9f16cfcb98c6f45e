import type { Platform } from '../platform/platform';
import type { AuthMethod } from '../types';
import { avatarNickname } from './avatar-nickname';
import { phoneNumber, realtimePhoneNumber } from './phone-number';
import { userInfo } from './user-info';
import { userProfile } from './user-profile';

/** The authorisation methods that every session knows. */
export const builtInMethods = (platform: Platform): Readonly<Record<string, AuthMethod>> => ({
  phoneNumber,
  realtimePhoneNumber,
  avatarNickname,
  userInfo: userInfo(platform),
  userProfile,
});
