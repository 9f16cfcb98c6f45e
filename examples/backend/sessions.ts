import { ApiError, ticketInvalid, unauthorized, unknownSource } from './api-error';
import { readAuthorization, type Grant, type Visit } from './authorizations';
import type { Database, SessionRow } from './database';
import type { JsonObject } from './fields';
import { requiredAuthorizations, type App } from './options';
import type { AuthorizationKind, AuthorizeReply, CredentialReply, Reply } from './protocol';
import { hashOf, newSecret, seal, unseal } from './secrets';
import type { WechatClient } from './wechat-client';

export type Proof = { readonly code: string } | { readonly ticket: string };

export interface LoginRequest {
  readonly source: string;
  readonly method: string;
  readonly authorization: JsonObject;
  readonly proof: Proof;
}

export interface SessionsOptions {
  readonly apps: Readonly<Record<string, App>>;
  readonly database: Database;
  readonly wechat: WechatClient;
  readonly ttl: number; // seconds
  readonly refreshWindow: number; // seconds
  readonly longestSession: number; // seconds
  readonly now: () => number;
}

const TICKET_LIFETIME = 10 * 60_000;

/** With so many refused answers a ticket ends: enough for a user's mistakes, too few to feel one's way. */
const MOST_FAILURES = 5;

export class Sessions {
  constructor(private readonly options: SessionsOptions) {}

  async silentLogin(source: string, code: string): Promise<Reply> {
    const { database, now } = this.options;
    const app = this.app(source);
    const visit = await this.visitByCode(app, source, code);
    return database.transaction(() => {
      const missing = this.firstMissing(app, database.account(visit)?.granted ?? []);
      if (missing) return this.askFor(missing, app, visit);
      return this.giveCredential(database.register(visit, now()).userId, source, now());
    });
  }

  async login({ source, method, authorization, proof }: LoginRequest): Promise<Reply> {
    const { database, wechat, now } = this.options;
    const app = this.app(source);
    // Read first: a malformed answer must not cost the client its code.
    const check = readAuthorization(method, authorization);
    const visit =
      'ticket' in proof
        ? this.visitByTicket(app, source, proof.ticket)
        : await this.visitByCode(app, source, proof.code);
    const grant = await this.counting(proof, () => check({ app, visit, wechat, now: now() }));
    return database.transaction(() => {
      if ('ticket' in proof && !database.removeTicket(hashOf(proof.ticket))) throw ticketInvalid();
      const account = database.register(visit, now(), grant);
      const missing = this.firstMissing(app, account.granted);
      return missing ? this.askFor(missing, app, visit) : this.giveCredential(account.userId, source, now());
    });
  }

  refresh(token: string): Reply {
    const { database, refreshWindow, longestSession, now } = this.options;
    return database.transaction(() => {
      const session = database.session(hashOf(token));
      if (!session || session.expiresAt + refreshWindow * 1000 <= now()) throw unauthorized();
      if (session.since + longestSession * 1000 <= now()) throw unauthorized();
      database.removeSession(hashOf(token));
      return this.giveCredential(session.userId, session.source, session.since);
    });
  }

  logout(token: string): void {
    this.options.database.removeSession(hashOf(token));
  }

  sessionOf(token: string): SessionRow {
    const session = this.options.database.session(hashOf(token));
    if (!session || session.expiresAt <= this.options.now()) throw unauthorized();
    return session;
  }

  private app(source: string): App {
    const { apps } = this.options;
    const app = Object.hasOwn(apps, source) ? apps[source] : undefined;
    if (!app) throw unknownSource();
    return app;
  }

  private async visitByCode(app: App, source: string, code: string): Promise<Visit> {
    return { source, ...(await this.options.wechat.codeToSession(app, code)) };
  }

  private visitByTicket(app: App, source: string, ticket: string): Visit {
    const { database, now } = this.options;
    const found = database.ticket(hashOf(ticket));
    if (!found || found.source !== source || found.expiresAt <= now()) throw ticketInvalid();
    const { openid, unionid, sealedKey } = found;
    const sessionKey = unseal(sealedKey, app.secret, hashOf(ticket));
    if (sessionKey === undefined) throw ticketInvalid();
    return { source, openid, sessionKey, ...(unionid === undefined ? {} : { unionid }) };
  }

  private async counting(proof: Proof, check: () => Grant | Promise<Grant>): Promise<Grant> {
    try {
      return await check();
    } catch (error) {
      if ('ticket' in proof && error instanceof ApiError && error.code === 'authorization_invalid') {
        this.options.database.countFailure(hashOf(proof.ticket), MOST_FAILURES);
      }
      throw error;
    }
  }

  private firstMissing(app: App, granted: readonly string[]): AuthorizationKind | undefined {
    return requiredAuthorizations(app).find((kind) => !granted.includes(kind));
  }

  private askFor(method: AuthorizationKind, app: App, visit: Visit): AuthorizeReply {
    const { database, now } = this.options;
    const ticket = newSecret();
    const ticketHash = hashOf(ticket);
    const { sessionKey, ...identity } = visit;
    database.removeTicketsEndedBefore(now());
    database.addTicket(ticketHash, {
      ...identity,
      sealedKey: seal(sessionKey, app.secret, ticketHash),
      expiresAt: now() + TICKET_LIFETIME,
    });
    return { authorize: { method, ticket }, guest: { segment: 'newcomer' } };
  }

  private giveCredential(userId: string, source: string, since: number): CredentialReply {
    const { database, ttl, refreshWindow, now } = this.options;
    const token = newSecret();
    database.removeSessionsEndedBefore(now() - refreshWindow * 1000);
    database.addSession(hashOf(token), { userId, source, since, expiresAt: now() + ttl * 1000 });
    return { credential: { token, expiresIn: ttl, userId } };
  }
}
