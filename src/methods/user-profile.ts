import type { AuthMethod } from '../types';
import { readProfile } from './read-answer';

/** `wx.getUserProfile`, which the UI calls in the tap. */
export const userProfile: AuthMethod = { code: 'before-prompt', read: readProfile };
