import { delay, of, Subscription, switchMap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { createSession, httpBackend, requestWithLogin, weapp } from 'rx-weapp-session';
import type { RequestOptions } from 'rx-weapp-session';
import { REFUSED, SILENT } from '../../bench/herd/server';
import type { Curve, Simulation } from '../../bench/herd/simulate';
import { CODE, NETWORK } from '../../bench/herd/users';

interface Callbacks {
  success(result: unknown): void;
  fail(result: unknown): void;
}

const BASE_URL = 'https://api.example.com';
const SECOND = 1000;

/**
 * What the simulation computes, done by real sessions: one per client, each with a wx of its own, in virtual time. Takes
 * over Math.random, which is the library's for its back-off alone.
 */
export function realHerd(simulation: Omit<Simulation, 'tick' | 'policy'>): Curve {
  const { users, server, seconds, whim, jitter, onAttempt } = simulation;
  const perSecond = () => new Uint32Array(seconds);
  const [attempts, served, refused, errors, flights] = Array.from({ length: 5 }, perSecond);
  const scheduler = new TestScheduler(() => undefined);
  const all = new Subscription();
  let acting = 0;
  jest.spyOn(Math, 'random').mockImplementation(() => jitter(acting));

  const count = (counts: Uint32Array) => {
    const second = Math.floor(scheduler.now() / SECOND);
    if (second < seconds) counts[second] += 1;
  };
  const after = (mean: number, client: number) => -mean * Math.log(1 - whim(client));

  /** The login endpoint: what the server makes of it, and the way there and back. */
  const exchange = (client: number): Observable<unknown> => {
    count(attempts);
    onAttempt?.(client, scheduler.now());
    const answer = server.arrive(scheduler.now());
    if (answer === SILENT) return timer(10 * 60 * SECOND);
    const { retryAfter } = server;
    if (answer !== REFUSED) {
      const data = { credential: { token: `new ${client}`, userId: `user ${client}` } };
      return of({ statusCode: 200, data, header: {} }).pipe(delay(answer + NETWORK));
    }
    count(refused);
    const header = retryAfter >= 0 ? { 'Retry-After': String(retryAfter / SECOND) } : {};
    return of({ statusCode: 503, data: {}, header }).pipe(delay(NETWORK));
  };

  const wxOf = (client: number) => {
    const settle = (ms: number, result: () => Observable<unknown>, { success, fail }: Callbacks) => {
      const running = timer(ms)
        .pipe(switchMap(result))
        .subscribe({
          next: (value) => {
            acting = client;
            success(value);
          },
          error: (error: unknown) => {
            acting = client;
            fail(error);
          },
        });
      return { abort: () => running.unsubscribe() };
    };
    const record = {
      version: 1,
      source: 'herd',
      credential: { token: `old ${client}`, userId: `user ${client}` },
      receivedAt: 0,
    };
    let codes = 0;
    return {
      login: (options: Callbacks) => void settle(CODE, () => of({ code: `${client}.${++codes}` }), options),
      request: (options: RequestOptions & Callbacks) => {
        if (options.url.endsWith('/session/silent')) return settle(NETWORK, () => exchange(client), options);
        const statusCode = options.header?.Authorization === `Bearer old ${client}` ? 401 : 200;
        return settle(2 * NETWORK, () => of({ statusCode, data: {}, header: {} }), options);
      },
      getStorageSync: () => record,
      setStorageSync: () => undefined,
      removeStorageSync: () => undefined,
    };
  };

  scheduler.run(() => {
    for (let client = 0; client < users.clients; client += 1) {
      const platform = weapp(wxOf(client));
      const session = createSession({
        source: 'herd',
        baseUrl: BASE_URL,
        backend: httpBackend({ baseUrl: BASE_URL, platform }),
        platform,
      });
      all.add(() => session.dispose());
      all.add(
        session.event$.subscribe(({ type }) => {
          if (type === 'login-success') count(served);
          if (type === 'login-start') count(flights);
        }),
      );
      const ask = (ms: number) => {
        if (scheduler.now() + ms >= seconds * SECOND) return;
        all.add(
          timer(ms).subscribe(() => {
            acting = client;
            all.add(requestWithLogin(session, { url: '/me' }).subscribe({ error: () => disappoint() }));
          }),
        );
      };
      const disappoint = () => {
        count(errors);
        const stays = whim(client) < users.patience;
        ask(after(stays ? users.triesAgain : users.returns, client));
      };
      ask(after(client < users.shown ? users.thinks : users.returns, client));
    }
    timer(seconds * SECOND).subscribe(() => all.unsubscribe());
  });
  return { attempts, served, refused, errors, flights };
}
