import { badRequest } from './api-error';
import type { Database } from './database';
import { textField } from './fields';
import { ok, type Route } from './route';
import { tokenOf } from './session-routes';
import type { Sessions } from './sessions';

const forEverybody = ['spring tea', 'bamboo chair', 'paper lantern'];
const forUsers = ['your usual tea', ...forEverybody];

function wholeNumber(query: URLSearchParams, name: string): number {
  const value = query.get(name) ?? '';
  if (!/^-?\d{1,15}$/.test(value)) throw badRequest(`${name} must be a whole number`);
  return Number(value);
}

// What a mini-program would use the session for.
export function demoRoutes(sessions: Sessions, database: Database, now: () => number): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/me',
      handle: (request) => {
        const { userId, source } = sessions.sessionOf(tokenOf(request));
        const { phone, nickname } = database.profile(userId);
        return ok({ userId, nickname, phone, source });
      },
    },
    {
      method: 'GET',
      path: '/api/recommendations',
      // A bad token is refused rather than served as a guest's, or a client would never notice that it expired.
      handle: ({ token }) =>
        token === undefined
          ? ok({ for: 'guest', items: forEverybody })
          : ok({ for: sessions.sessionOf(token).userId, items: forUsers }),
    },
    {
      method: 'GET',
      path: '/api/comments',
      handle: (request) => {
        const { userId } = sessions.sessionOf(tokenOf(request));
        return ok({ items: database.comments(userId) });
      },
    },
    {
      method: 'POST',
      path: '/api/comments',
      handle: (request) => {
        const { userId } = sessions.sessionOf(tokenOf(request));
        const comment = database.addComment(userId, textField(request.body, 'text', 500), now());
        return { status: 201, body: comment };
      },
    },
    {
      method: 'GET',
      path: '/api/echo',
      handle: (request) => {
        const { userId } = sessions.sessionOf(tokenOf(request));
        return ok({ n: wholeNumber(request.query, 'n'), userId });
      },
    },
  ];
}
