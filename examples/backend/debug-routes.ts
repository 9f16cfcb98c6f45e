import { badRequest } from './api-error';
import type { Database } from './database';
import type { Disturbances } from './disturbances';
import {
  countField,
  flagField,
  optionalCountField,
  optionalTextField,
  textField,
  type JsonObject,
} from './fields';
import { noContent, ok, type Route } from './route';

const MAX_TIMES = 10_000;

// For walkthroughs and tests only: anybody who can reach these can log everybody out.
export function debugRoutes(
  disturbances: Disturbances,
  database: Database,
  known: readonly Route[],
  now: () => number,
): Route[] {
  const endpointIn = (body: JsonObject): string => {
    const endpoint = textField(body, 'endpoint');
    if (!known.some(({ path }) => path === endpoint))
      throw badRequest('endpoint must be a path of this server');
    return endpoint;
  };
  const timesIn = (body: JsonObject): number => {
    const times = optionalCountField(body, 'times') ?? 1;
    if (times > MAX_TIMES) throw badRequest(`times must be ${MAX_TIMES} or less`);
    return times;
  };

  return [
    {
      method: 'POST',
      path: '/debug/expire',
      handle: ({ body }) => {
        const userId = optionalTextField(body, 'userId');
        if (userId === undefined && !flagField(body, 'all')) throw badRequest('send userId, or all: true');
        const revoke = flagField(body, 'revoke');
        return ok({
          sessions: revoke ? database.revokeSessions(userId) : database.expireSessions(now(), userId),
        });
      },
    },
    { method: 'GET', path: '/debug/counts', handle: () => ok(disturbances.counts()) },
    {
      method: 'POST',
      path: '/debug/fail',
      handle: ({ body }) => {
        const status = countField(body, 'status');
        if (status < 400 || status > 599) throw badRequest('status must be from 400 to 599');
        const failure = { status, retryAfter: optionalCountField(body, 'retryAfter') };
        disturbances.orderFailure(endpointIn(body), failure, timesIn(body));
        return noContent();
      },
    },
    {
      method: 'POST',
      path: '/debug/delay',
      handle: ({ body }) => {
        disturbances.orderDelay(endpointIn(body), countField(body, 'ms'), timesIn(body));
        return noContent();
      },
    },
  ];
}
