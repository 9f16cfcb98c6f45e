import type { Answer, Visit } from './fault-proxy';

/** A session that the backend acknowledged: its answer left the backend, whether it arrived or not. */
export interface IssuedToken {
  readonly token: string;
  readonly client: number;
  readonly userId: string;
  /** When the exchange was handed to the backend, and when its answer came: issued in between. */
  readonly askedAt: number;
  readonly issuedAt: number;
  readonly lifetime: number;
  /** Logged out, or given for a new one: handed to the backend at this time. */
  endedAt?: number;
  /** The backend answered a request under it with 401. */
  refused: boolean;
  /** A request went out under it: the client has it. */
  used: boolean;
}

interface Expiry {
  readonly userId: string | undefined;
  readonly until: number;
}

interface Reply {
  readonly credential?: { readonly token: string; readonly userId: string; readonly expiresIn: number };
}

const EXCHANGE = /^\/session\/(silent|login|refresh)$/;
const SLACK = 1000;

/** Knows each session the backend acknowledged, whose it is, and why it may be gone. */
export class TokenBook {
  private readonly tokens = new Map<string, IssuedToken>();
  private readonly expiries: Expiry[] = [];
  private readonly askedAs = new Map<string, string>();
  private readonly attempts = new Map<string, number>();
  exchanges = 0;
  requests = 0;

  constructor(private readonly violation: (what: string) => void) {}

  /** A request goes to the backend; returns who hears its answer. */
  forwarding(visit: Visit): (answer: Answer) => void {
    const client = Number(visit.headers['x-client']);
    const askedAt = Date.now();
    if (visit.path.startsWith('/api/')) {
      this.requests += 1;
      this.check(visit, client);
    } else this.exchanges += 1;
    const carried = this.tokens.get(visit.token ?? '');
    // From now on the backend may have ended it, whether anybody hears of that or not.
    if (carried && /logout|refresh/.test(visit.path)) carried.endedAt ??= askedAt;
    return ({ status, body }) => {
      if (EXCHANGE.test(visit.path) && status === 200) this.issue(client, askedAt, body);
      if (carried && status === 401 && visit.path.startsWith('/api/')) this.refuse(carried);
    };
  }

  /** Sessions are expired: from before the call until its answer any of them may be gone. */
  async expiring(userId: string | undefined, call: () => Promise<void>): Promise<void> {
    const expiry = { userId, until: Infinity };
    this.expiries.push(expiry);
    await call().finally(() => (expiry.until = Date.now()));
  }

  /** Nothing known has ended it: the backend must accept it. */
  mustWork(issued: IssuedToken, now = Date.now()): boolean {
    const { userId, askedAt, lifetime, endedAt } = issued;
    const expired = this.expiries.some(
      (expiry) => (expiry.userId ?? userId) === userId && expiry.until >= askedAt,
    );
    return endedAt === undefined && !expired && now < askedAt + lifetime - SLACK;
  }

  get all(): readonly IssuedToken[] {
    return [...this.tokens.values()];
  }

  userIds(): readonly string[] {
    return [...new Set(this.all.map(({ userId }) => userId))];
  }

  /** The user that a request went out as. */
  userOf(request: string): string | undefined {
    return this.askedAs.get(request);
  }

  /**
   * Credentials of one client that were lost to it: refused by the backend, or old enough to be renewed by the clock
   * (at half of their life, where the leeway is longer than that).
   */
  lostBy(client: number): { readonly refused: number; readonly aged: number } {
    const used = this.all.filter((issued) => issued.client === client && issued.used);
    const refused = used.filter((issued) => issued.refused).length;
    const aged = used.filter((issued, index) => {
      const until = used[index + 1]?.issuedAt ?? Date.now();
      return !issued.refused && until - issued.askedAt >= issued.lifetime / 2 - SLACK;
    }).length;
    return { refused, aged };
  }

  private issue(client: number, askedAt: number, body: Buffer): void {
    const { credential } = JSON.parse(body.toString()) as Reply;
    if (!credential) return;
    const { token, userId, expiresIn } = credential;
    const issuedAt = Date.now();
    const lifetime = expiresIn * 1000;
    this.tokens.set(token, {
      token,
      client,
      userId,
      askedAt,
      issuedAt,
      lifetime,
      refused: false,
      used: false,
    });
  }

  private refuse(issued: IssuedToken): void {
    issued.refused = true;
    if (this.mustWork(issued)) this.violation(`client ${issued.client}: an acknowledged session is gone`);
  }

  private check({ token, headers }: Visit, client: number): void {
    const request = String(headers['x-request']);
    const attempts = (this.attempts.get(request) ?? 0) + 1;
    this.attempts.set(request, attempts);
    if (attempts > 2) this.violation(`request ${request} was sent ${attempts} times`);
    if (token === undefined) {
      if (headers['x-needs-login'] === '1')
        this.violation(`request ${request} went out without a credential`);
      return;
    }
    const issued = this.tokens.get(token);
    if (issued?.client !== client)
      return this.violation(`request ${request} carries another client's credential`);
    issued.used = true;
    const before = this.askedAs.get(request) ?? issued.userId;
    if (before !== issued.userId) this.violation(`request ${request} was made again as another user`);
    this.askedAs.set(request, before);
  }
}
