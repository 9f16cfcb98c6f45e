import { badRequest, unauthorized } from './api-error';
import { objectField, optionalTextField, textField, type JsonObject } from './fields';
import { noContent, ok, type ApiRequest, type Route } from './route';
import type { Proof, Sessions } from './sessions';

export const tokenOf = ({ token }: ApiRequest): string => {
  if (token === undefined) throw unauthorized();
  return token;
};

function proofIn(body: JsonObject): Proof {
  const code = optionalTextField(body, 'code');
  const ticket = optionalTextField(body, 'ticket');
  if (code !== undefined && ticket === undefined) return { code };
  if (ticket !== undefined && code === undefined) return { ticket };
  throw badRequest('send either code or ticket');
}

export const sessionRoutes = (sessions: Sessions): Route[] => [
  {
    method: 'POST',
    path: '/session/silent',
    rateLimited: true,
    handle: async ({ body }) =>
      ok(await sessions.silentLogin(textField(body, 'source'), textField(body, 'code'))),
  },
  {
    method: 'POST',
    path: '/session/login',
    rateLimited: true,
    handle: async ({ body }) =>
      ok(
        await sessions.login({
          source: textField(body, 'source'),
          method: textField(body, 'method'),
          authorization: objectField(body, 'authorization'),
          proof: proofIn(body),
        }),
      ),
  },
  {
    method: 'POST',
    path: '/session/refresh',
    rateLimited: true,
    handle: (request) => ok(sessions.refresh(tokenOf(request))),
  },
  {
    method: 'POST',
    path: '/session/logout',
    handle: (request) => {
      sessions.logout(tokenOf(request));
      return noContent();
    },
  },
];
