import { badRequest, notFound } from './api-error';
import { ok, type Route, type StoredFile } from './route';
import { tokenOf } from './session-routes';
import type { Sessions } from './sessions';

const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

/** How many users' avatars are kept: they live in memory, a real backend hands them to an object store. */
const MOST_AVATARS = 100;

/** What a mini-program uploads and downloads: the user's avatar, which chooseAvatar gives as a temporary file. */
export function avatarRoutes(sessions: Sessions): Route[] {
  const avatars = new Map<string, StoredFile>();
  return [
    {
      method: 'POST',
      path: '/api/avatar',
      rateLimited: true,
      takesFile: true,
      handle: async (request) => {
        const { userId } = sessions.sessionOf(tokenOf(request));
        const file = await request.file?.();
        if (!file || !PICTURE.test(file.type)) throw badRequest('the file is no picture');
        avatars.delete(userId);
        avatars.set(userId, file);
        for (const oldest of [...avatars.keys()].slice(0, -MOST_AVATARS)) avatars.delete(oldest);
        return ok({ url: '/api/avatar', size: file.bytes.length });
      },
    },
    {
      method: 'GET',
      path: '/api/avatar',
      handle: (request) => {
        const file = avatars.get(sessions.sessionOf(tokenOf(request)).userId);
        if (!file) throw notFound();
        return { status: 200, file };
      },
    },
  ];
}
