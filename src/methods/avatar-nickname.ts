import type { AuthMethod } from '../types';
import { readFields } from './read-answer';

/** `<button open-type="chooseAvatar">` with `<input type="nickname">`; the avatar is a local path, to be uploaded. */
export const avatarNickname: AuthMethod = {
  openType: 'chooseAvatar',
  code: 'after-answer',
  read: readFields([['avatarUrl', 'nickName']]),
};
