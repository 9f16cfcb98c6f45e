import { map } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { requestWithLogin, retryOnExpired, sessionRequest, silentOnly, withLogin } from 'rx-weapp-session';
import type { HttpResponse, LoginMode, Session } from 'rx-weapp-session';

export type Response = Observable<HttpResponse>;
export type Operator = MonoTypeOperatorFunction<HttpResponse>;

const url = '/orders';
export const send = (session: Session): Response => sessionRequest(session, { url });
export const request = (session: Session, path = url): Response => requestWithLogin(session, { url: path });
export const silentRequest = (session: Session): Response =>
  requestWithLogin(session, { url, loginOptions: { mode: 'silent' } });

/** An app's own error for a response that it does not like. */
class Refused extends Error {
  constructor(readonly statusCode: number) {
    super(`HTTP ${statusCode}`);
  }
}
const throwing = map((response: HttpResponse) => {
  if (response.statusCode !== 200) throw new Refused(response.statusCode);
  return response;
});

/** The ways in which an outcome can say "expired". */
export const OUTCOMES: readonly {
  readonly title: string;
  readonly source: (session: Session) => Response;
}[] = [
  { title: 'a value', source: send },
  { title: 'an error', source: (session) => send(session).pipe(throwing) },
];

export const GUARDS: readonly { readonly title: string; readonly guard: (session: Session) => Operator }[] = [
  { title: 'withLogin', guard: (session) => withLogin(session) },
  { title: 'silentOnly', guard: (session) => silentOnly(session) },
];

interface Retries {
  readonly count?: number;
  readonly mode?: LoginMode;
}
export interface Order {
  readonly title: string;
  readonly around: (session: Session, source: Response, retries?: Retries) => Response;
}
/** The orders of a guard and a retry. */
export const GUARDED_ORDERS: readonly Order[] = GUARDS.flatMap(({ title, guard }): Order[] => [
  {
    title: `${title}, retry outside`,
    around: (session, source, retries) => source.pipe(guard(session), retryOnExpired(session, retries)),
  },
  {
    title: `retry inside, ${title} outside`,
    around: (session, source, retries) => source.pipe(retryOnExpired(session, retries), guard(session)),
  },
]);
/** All orders in which the operators compose. */
export const ORDERS: readonly Order[] = [
  ...GUARDED_ORDERS,
  {
    title: 'a bare source',
    around: (session, source, retries) => source.pipe(retryOnExpired(session, retries)),
  },
];
